"""Places: what is published about areas, one dataset after another. Everything here is public and append-only.

The areas themselves are governance's spheres. These tables hold what a dataset said about them, so that any earlier
figure can be worked out again. Refuses figures about means: no indicator of class C can be stored.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Sphere
from socialcare.kernel import money

# Above any count; numeric NaN, which PostgreSQL takes to be larger than every number, is refused with it.
VALUE_LIMIT = 10**16


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def newest_first(self) -> DatasetQuerySet:
        return self.order_by("-pk")

    def current(self, nation: Sphere | int) -> Dataset | None:
        """The dataset that the nation's pages and allocations use: the one brought in last."""
        return self.filter(nation=nation).newest_first().first()


class Dataset(models.Model):
    """One file of areas, brought in once."""

    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="datasets")
    slug = models.CharField(max_length=50)
    # The date or year that the figures describe, as the publisher writes it.
    vintage = models.CharField(max_length=50)
    source = models.CharField(max_length=300)
    licence = models.CharField(max_length=200, blank=True)
    attribution = models.TextField(blank=True)
    # Of the file's bytes as they came, so that anybody can check with sha256sum.
    sha256 = models.CharField(max_length=64)
    # The day from which its names and boundaries hold.
    effective_on = models.DateField()
    imported_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="dataset_once", fields=["nation", "sha256"]),
            models.CheckConstraint(
                name="dataset_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.vintage}"


class NationalCurrency(models.Model):
    """What a nation's money is called and how it is written. Said once: every sum in its ledger is counted in it."""

    nation = models.OneToOneField(
        Sphere, on_delete=models.PROTECT, primary_key=True, related_name="national_currency"
    )
    code = models.CharField(max_length=3)
    symbol = models.CharField(max_length=8)
    symbol_after = models.BooleanField(default=False)
    # Decimals of the larger unit: 100 pence a pound are 2.
    digits = models.PositiveSmallIntegerField()
    # The units' names as people say several of them; no name for a smaller unit that is not there.
    major = models.CharField(max_length=40)
    minor = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="currency_code_is_three_letters", condition=Q(code__regex=r"^[A-Z]{3}$")
            ),
            models.CheckConstraint(
                # No part of a number, or a sum could be read as another one.
                name="currency_symbol_is_no_number",
                condition=Q(symbol__regex=r"^[^0-9.,[:space:]+-]+$"),
            ),
            models.CheckConstraint(
                name="currency_decimals", condition=Q(digits__lte=money.MOST_DIGITS)
            ),
            models.CheckConstraint(
                name="currency_units_have_names",
                condition=~Q(major="") & (Q(digits=0, minor="") | Q(digits__gt=0) & ~Q(minor="")),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def row(cls, nation: Sphere, currency: money.Currency) -> NationalCurrency:
        """`currency` as a row for `nation`, not saved."""
        return cls(
            nation=nation,
            code=currency.code,
            symbol=currency.symbol,
            symbol_after=currency.symbol_after,
            digits=currency.digits,
            major=str(currency.major),
            minor=str(currency.minor),
        )

    @property
    def currency(self) -> money.Currency:
        if self.code == money.POUND.code:
            return money.POUND  # its names are translated
        return money.Currency(
            code=self.code,
            symbol=self.symbol,
            symbol_after=self.symbol_after,
            digits=self.digits,
            major=self.major,
            minor=self.minor,
        )


class AreaProfile(models.Model):
    """What one dataset says of one area: its name, where it belongs, who lives there, where it is."""

    pk = models.CompositePrimaryKey("dataset", "sphere")
    dataset = models.ForeignKey(
        Dataset, on_delete=models.PROTECT, db_index=False, related_name="areas"
    )
    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="profiles")
    parent = models.ForeignKey(
        Sphere, on_delete=models.PROTECT, null=True, db_index=False, related_name="+"
    )
    name = models.CharField(max_length=120)
    # The name, and the name with that of the local system, without capitals, accents and stops: what search reads.
    name_key = models.CharField(max_length=240)
    search_key = models.CharField(max_length=480)
    population = models.PositiveBigIntegerField()
    region_code = models.CharField(max_length=20, blank=True)
    region_name = models.CharField(max_length=120, blank=True)
    area_type = models.CharField(max_length=20, blank=True)
    # Degrees (WGS84) of the area's middle point.
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="area_is_somewhere_or_nowhere",
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]
        indexes = [models.Index(name="area_by_parent", fields=["dataset", "parent"])]

    def __str__(self) -> str:
        return self.name


class NeedClass(models.TextChoices):
    """A: need. B: hardship as a sign of need, for areas only. There is no class for what people own or earn."""

    NEED = "A", _("Need")
    HARDSHIP = "B", _("Hardship of an area")


class Indicator(models.Model):
    """What one column of a dataset counts."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    column = models.CharField(max_length=63)
    label = models.CharField(max_length=200)
    need_class = models.CharField(max_length=1, choices=NeedClass)
    unit = models.CharField(max_length=20)
    # The column a rate is worked out from ("per 1,000 households").
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=200, blank=True)
    vintage = models.CharField(max_length=50, blank=True)
    is_shown = models.BooleanField(default=False)
    # The one that lists of places show when the reader has not chosen another.
    is_headline = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="indicator_once", fields=["dataset", "column"]),
            models.UniqueConstraint(
                name="indicator_one_headline", fields=["dataset"], condition=Q(is_headline=True)
            ),
            models.CheckConstraint(
                name="indicator_is_never_about_means",
                condition=Q(need_class__in=[NeedClass.NEED, NeedClass.HARDSHIP]),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class IndicatorValue(models.Model):
    """One figure about one area. Local systems and the nation hold the sums of their neighbourhoods.

    A quarter of a million rows come in at once, so one trigger a statement (migration 0002) takes the place of two
    foreign-key checks a row, and checks more: that the figure's dataset describes the area. What it points at can
    never be deleted.
    """

    pk = models.CompositePrimaryKey("indicator", "sphere")
    indicator = models.ForeignKey(
        Indicator,
        on_delete=models.PROTECT,
        db_index=False,
        db_constraint=False,
        related_name="values",
    )
    sphere = models.ForeignKey(
        Sphere, on_delete=models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    value = models.DecimalField(max_digits=20, decimal_places=4)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="indicator_value_is_a_count",
                condition=Q(value__gte=0, value__lt=VALUE_LIMIT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}/{self.sphere_id}"
