"""`datapackage.json`: what is in the files, in the Data Package format (v2, https://datapackage.org/)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import translation

from governance.models import Sphere
from neighbourhoods.models import Dataset
from socialcare.open_data.files import Column, OpenFile, measure

_PROFILES = "https://datapackage.org/profiles/2.0"
# Names by which the Open Definition knows licences, and where each can be read.
_LICENCES = {
    "Open Government Licence v3.0": (
        "OGL-UK-3.0",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    ),
    "Open Parliament Licence v3.0": (
        "other-open",
        "https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/",
    ),
}


def datapackage(nation: Sphere, files: Iterable[OpenFile], *, address: str) -> dict[str, Any]:
    """The description of `files`; `address` is where this description itself is read."""
    # Everybody gets the same file, whatever language they read pages in.
    with translation.override(settings.LANGUAGE_CODE):
        resources = [_resource(file) for file in files]
    return {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": f"socialcare-{nation.code.lower()}",
        "title": f"Social care in {nation.name}: places, need and money",
        "description": "What places were given to share out by need, and the figures that need is worked out from. "
        "Places only; nothing about any person.",
        "homepage": address,
        "resources": resources,
    }


def _resource(file: OpenFile) -> dict[str, Any]:
    measured = measure(file)
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": file.path.removesuffix(".csv").replace("/", "-"),
        "title": str(file.title),
        "type": "table",
        "path": file.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": measured.size,
        "hash": f"sha256:{measured.sha256}",
        "licenses": _licences(file.dataset),
        "sources": [_source(file.dataset)],
        "schema": {
            "$schema": f"{_PROFILES}/tableschema.json",
            "fields": [_field(column) for column in file.columns],
            "primaryKey": ["code"],
            "missingValues": [""],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    told = {"name": column.name, "type": column.type, "title": column.title}
    # Not of the standard, which leaves room for more: the unit, and where the figure comes from.
    return told | {
        name: getattr(column, name) for name in ("unit", "source") if getattr(column, name)
    }


def _licences(dataset: Dataset) -> list[dict[str, str]]:
    known = [
        {"name": name, "path": address, "title": title}
        for title, (name, address) in _LICENCES.items()
        if title in dataset.licence
    ]
    return known or [{"name": "other-open", "title": dataset.licence or "See the publisher"}]


def _source(dataset: Dataset) -> dict[str, str]:
    told = {
        "title": dataset.source,
        "version": dataset.vintage,
        "description": dataset.attribution,
    }
    return {name: words for name, words in told.items() if words} | {"sha256": dataset.sha256}
