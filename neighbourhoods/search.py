"""Finding places: by name, and by what is near. Postcodes are in `postcodes`."""

from __future__ import annotations

from decimal import Decimal
from math import cos, radians

from django.db.models import Case, F, QuerySet, Value, When

from governance.levels import Level
from neighbourhoods.folding import fold
from neighbourhoods.models import AreaProfile, Dataset
from neighbourhoods.queries import Area, neighbourhoods_of

NEIGHBOURS = 5


def current_datasets() -> list[int]:
    """The ids of each nation's current dataset."""
    newest = Dataset.objects.order_by("nation", "-pk").distinct("nation")
    return list(newest.values_list("pk", flat=True))


def by_name(text: str) -> QuerySet[AreaProfile]:
    """Current places whose name, or name with that of their local system, holds every word of `text`.

    Capitals, accents and stops do not matter. Names that start with the whole of it come first, then names with a
    word that does, then names that hold it. Nothing is found for a text without letters or digits.
    """
    key = fold(text)
    if not key:
        return AreaProfile.objects.none()
    found = AreaProfile.objects.filter(dataset__in=current_datasets())
    for word in key.split():
        found = found.filter(search_key__contains=word)
    rank = Case(
        When(name_key=key, then=Value(0)),
        When(name_key__startswith=key, then=Value(1)),
        When(name_key__contains=f" {key}", then=Value(2)),
        When(name_key__contains=key, then=Value(3)),
        default=Value(4),
    )
    # A local system comes before a neighbourhood of the same name.
    is_low = Case(When(sphere__level=Level.NEIGHBOURHOOD, then=Value(1)), default=Value(0))
    return (
        found.annotate(rank=rank, is_low=is_low)
        .select_related("sphere", "parent")
        .order_by("rank", "is_low", "name", "sphere__code")
    )


def nearest(
    places: QuerySet[AreaProfile], *, latitude: Decimal, longitude: Decimal
) -> QuerySet[AreaProfile]:
    """`places` by distance from a point (degrees, WGS84), nearest first; those without a place on the map left out.

    A degree of longitude is shorter away from the equator; within a country the earth is flat enough otherwise.
    """
    shrink = Decimal(f"{cos(radians(latitude)):.6f}")
    north, east = F("latitude") - latitude, (F("longitude") - longitude) * shrink
    # Squares as products: PostgreSQL raises decimals to a power by logarithms, many times as slowly.
    return (
        places.filter(latitude__isnull=False)
        .annotate(distance=north * north + east * east)
        .order_by("distance", "sphere__code")
    )


def next_to(area: Area) -> list[AreaProfile]:
    """The neighbourhoods nearest to this one, in its own local system or the next. One query."""
    profile = area.profile
    if profile.latitude is None or profile.longitude is None:
        return []
    places = neighbourhoods_of(area.dataset).exclude(sphere=area.sphere)
    found = nearest(places, latitude=profile.latitude, longitude=profile.longitude)
    return list(found.select_related("sphere", "parent")[:NEIGHBOURS])
