"""The documents keep up with the product: links lead somewhere, commands, settings and sign-ins are all named."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

from socialcare import demo

CHECKOUT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        *CHECKOUT.glob("*.md"),
        *CHECKOUT.glob("docs/**/*.md"),
        *CHECKOUT.glob("tests/data/**/README.md"),
        *CHECKOUT.glob("*/data/**/README.md"),
    ]
)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def commands_document() -> str:
    return (CHECKOUT / "docs/commands.md").read_text()


def names_in(text: str) -> set[str]:
    """Every word that stands in code quotes, whole or as the first or a later word."""
    return {
        word for quoted in re.findall(r"`([^`]+)`", text) for word in re.split(r"[\s=]+", quoted)
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_links_lead_to_files_that_are_there(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    paths = [unquote(link.partition("#")[0]) for link in links]
    missing = [path for path in paths if path and not (document.parent / path).exists()]
    assert missing == []


def test_every_command_of_ours_is_listed() -> None:
    commands = {
        path.stem
        for path in CHECKOUT.glob("*/**/management/commands/*.py")
        if path.stem != "__init__" and ".venv" not in path.parts
    }
    assert {"allocate", "verify_audit"} <= commands
    assert commands - names_in(commands_document()) == set()


def test_every_script_is_listed() -> None:
    scripts = {
        f"script/{path.name}"
        for path in (CHECKOUT / "script").iterdir()
        if path.name[0] not in "_."
    }
    assert scripts - names_in(commands_document()) == set()


def test_every_setting_is_listed() -> None:
    settings = (CHECKOUT / "socialcare/settings.py").read_text()
    read = set(re.findall(r'\b(?:env\.\w+|required|database)\(\s*"([A-Z_]+)"', settings))
    assert {"DATABASE_URL", "SECRET_KEY", "HTTPS"} <= read
    assert read - names_in(commands_document()) == set()


def test_the_readme_names_everybody_who_can_sign_in() -> None:
    readme = (CHECKOUT / "README.md").read_text()
    wanted = {person.email for person in (*demo.SIGN_INS, *demo.COUNCIL)} | {demo.PASSWORD}
    assert wanted - names_in(readme) == set()


def test_each_decision_is_in_the_index() -> None:
    folder = CHECKOUT / "docs/adr"
    index = (folder / "README.md").read_text()
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert sorted(LINK.findall(index)) == pages
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))


def test_the_pictures_stay_small_and_are_all_shown() -> None:
    pictures = sorted((CHECKOUT / "docs/screenshots").glob("*.png"))
    shown = {Path(link).name for link in LINK.findall((CHECKOUT / "README.md").read_text())}
    assert {picture.name for picture in pictures} <= shown
    assert sum(picture.stat().st_size for picture in pictures) < 1_000_000
    for picture in pictures:
        width, height = struct.unpack(">II", picture.read_bytes()[16:24])
        assert (width, height) in {(1100, 800), (390, 844)}, picture.name


def test_pictures_need_a_demo_that_runs() -> None:
    """Without one the script says what to do, and takes none. Port 9 answers nobody."""
    answer = subprocess.run(
        [CHECKOUT / ".venv/bin/python", CHECKOUT / "script/_screenshots.py"],
        env=os.environ | {"PORT": "9"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "Run script/demo" in answer.stderr
