"""Spheres: where decisions belong. Everything decided about, paid from or shown to someone hangs on exactly one."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from governance.levels import PUBLIC_LEVELS, Level
from socialcare.kernel.public_ids import LENGTH, new_public_id


class SphereQuerySet(models.QuerySet["Sphere"]):
    def public(self) -> SphereQuerySet:
        return self.filter(level__in=PUBLIC_LEVELS)

    def on(self, day: date) -> SphereQuerySet:
        """Those that exist on `day`."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))

    def with_ancestors(self) -> SphereQuerySet:
        """Loads each sphere with everything above it in the same query (the tree is at most this deep)."""
        return self.select_related("parent__parent__parent")


class Sphere(models.Model):
    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    level = models.CharField(max_length=15, choices=Level)
    # Person and family spheres have no parent here: where somebody lives is a protected part of their record.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField(default=timezone.localdate)
    # The first day on which the sphere no longer exists.
    ends_on = models.DateField(null=True, blank=True)

    objects = SphereQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sphere_level_known", condition=Q(level__in=[level.value for level in Level])
            ),
            models.CheckConstraint(
                name="sphere_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(
                name="sphere_personal_is_bare",
                condition=Q(level__in=PUBLIC_LEVELS) | Q(parent=None, code="", name=""),
            ),
            models.CheckConstraint(
                name="sphere_public_is_named",
                condition=~Q(level__in=PUBLIC_LEVELS) | (~Q(code="") & ~Q(name="")),
            ),
            models.CheckConstraint(
                name="sphere_nation_has_no_parent_others_do",
                condition=Q(level__in=[Level.PERSON, Level.FAMILY])
                | Q(level=Level.NATIONAL, parent=None)
                | Q(level__in=[Level.NEIGHBOURHOOD, Level.LOCAL], parent__isnull=False),
            ),
            models.UniqueConstraint(
                name="sphere_code_once", fields=["code"], condition=~Q(code="")
            ),
        ]
        indexes = [models.Index(name="sphere_by_level_and_name", fields=["level", "name"])]

    def __str__(self) -> str:
        return self.name or self.public_id

    @property
    def is_public(self) -> bool:
        return self.level in PUBLIC_LEVELS

    def ancestors(self) -> list[Sphere]:
        """This sphere and those above it, lowest first. Use `with_ancestors()` to spend no further query."""
        line: list[Sphere] = []
        sphere: Sphere | None = self
        while sphere is not None:
            line.append(sphere)
            sphere = sphere.parent
        return line
