"""The vendored files are the recorded ones, and carry nothing that is GOV.UK's alone."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.conf import settings

VENDOR = Path(settings.BASE_DIR) / "static" / "vendor"
VERSIONS = json.loads((VENDOR / "VERSIONS.json").read_text(encoding="utf-8"))
FILES = sorted(str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file())


def test_every_file_is_recorded_and_unchanged() -> None:
    found = {
        name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
        for name in FILES
        if name != "VERSIONS.json"
    }
    assert found == VERSIONS["files"]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith((".css", ".js"))])
def test_no_typeface_or_mark_of_gov_uk_and_nothing_from_elsewhere(name: str) -> None:
    text = (VENDOR / name).read_text(encoding="utf-8")
    assert not re.search(
        r"GDS Transport|crown|crest|@font-face|sourceMappingURL", text, re.IGNORECASE
    )
    if name.endswith(".css"):
        assert not re.search(r"\burl\(|@import|//[a-z]+\.", text)
        assert "\ufeff" not in text, "a byte order mark spoils the rule after it"


@pytest.mark.parametrize("name", ["govuk-frontend/LICENSE.txt", "htmx/LICENSE.txt"])
def test_the_licence_travels_along(name: str) -> None:
    assert "Permission" in (VENDOR / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("package", ["govuk-frontend", "htmx.org", "sass"])
def test_each_package_is_pinned_by_hash(package: str) -> None:
    assert VERSIONS["packages"][package]["integrity"].startswith("sha512-")


def test_our_own_files_load_nothing_from_elsewhere() -> None:
    for name in ("socialcare.css", "socialcare.js", "favicon.svg"):
        text = (VENDOR.parent / name).read_text(encoding="utf-8")
        assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", text), name
