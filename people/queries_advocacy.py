"""Read shapes of advocacy: the public register, one's own requests, and what an advocate was asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from governance.models import Sphere, User
from people import rules, rules_advocacy
from people.models import AdvocacyRequest, Advocate
from people.parts import Purpose
from socialcare.kernel import acting


def register() -> list[Advocate]:
    """By local system and name. One query."""
    return list(
        rules_advocacy.register().order_by(
            "mandate__sphere__name", "mandate__user__public_name", "pk"
        )
    )


def choices(user: User) -> list[tuple[str, str]]:
    """Whom `user` can ask: "any:CODE" for whoever is free, or an advocate's public id; at home, where that is known."""
    home = rules_advocacy.home_of(user)
    found: list[tuple[str, str]] = []
    seen: set[int] = set()
    for each in register():
        place, who = each.mandate.sphere, each.mandate.user
        if (home is not None and place.pk != home.pk) or who.pk == user.pk:
            continue
        if place.pk not in seen:
            seen.add(place.pk)
            words = _("Whoever is free in %(place)s") % {"place": place.name}
            found.append((f"any:{place.code}", words))
        found.append((each.public_id, f"{who.public_name}, {each.organisation.name}"))
    return found


def chosen(whom: str) -> tuple[Sphere, Advocate | None] | None:
    """The local system, and the advocate if one was named. None for nobody on the register."""
    kind, _colon, code = whom.partition(":")
    if kind == "any":
        place = Sphere.objects.filter(code=code).first()
        return None if place is None else (place, None)
    advocate = rules_advocacy.register().filter(public_id=whom).first()
    return None if advocate is None else (advocate.mandate.sphere, advocate)


@dataclass(frozen=True)
class Opened:
    """A request with the person's words opened."""

    row: AdvocacyRequest
    name: str
    words: str
    # What the advocate may see to speak up; only on the person's own page.
    parts: list[str]

    @property
    def is_live(self) -> bool:
        return self.row.is_live(acting.today())


def own(user: User) -> list[Opened]:
    """What `user` asked, the newest first. Two queries."""
    given: dict[int, list[str]] = {}
    for consent in rules.consents_given_by(user).filter(purpose=Purpose.SPEAK_UP):
        given.setdefault(consent.user_id, []).append(str(consent.part.label))
    rows = rules_advocacy.own_requests(user).select_related("advocate", "local_system")
    return [
        Opened(row, parts=given.get(row.advocate_id or 0, []), **row.words(row))
        for row in rows.order_by("-asked_at", "-pk")
    ]


def asked_of(user: User) -> list[Opened]:
    """What `user` was asked as an advocate, and whom they speak up with. Two queries."""
    rows = rules_advocacy.asked_of(user).select_related("local_system")
    return [Opened(row, parts=[], **row.words(row)) for row in rows.order_by("asked_at", "pk")]
