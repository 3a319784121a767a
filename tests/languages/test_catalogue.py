"""The Welsh catalogue: everything is in it, in every plural form, with its placeholders and tags, and compiled."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings
from django.utils import translation
from django.utils.translation import ngettext

ROOT = Path(settings.BASE_DIR)
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[ds]|%%|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
# The same word in both languages, or no word at all.
SAME = {
    "%(field)s: %(problem)s",
    "%(place)s: %(amount)s",
    "%(source)s (%(vintage)s)",
    "(%(unit)s)",
    "Braille",
    "Linux",
    "OpenAPI 3.1 (JSON)",
    "OpenAPI 3.1 (YAML)",
    "Person",
    "Windows",
}


@cache
def script() -> ModuleType:
    """script/_messages.py, which is no package."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "script" / "_messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def gathered() -> Catalog:
    return script().gathered()


@cache
def welsh() -> Catalog:
    return script().read("cy")


def pairs(message: Message) -> list[tuple[tuple[str, ...], str]]:
    """Each translation beside the English forms that it may stand for."""
    if isinstance(message.id, str):
        return [((message.id,), message.string)]
    return [(tuple(message.id), form) for form in message.string]


def test_every_string_of_the_product_is_gathered_and_none_is_stale() -> None:
    """When this fails, run script/messages."""
    wanted = {
        (m.context, m.id if isinstance(m.id, str) else tuple(m.id)) for m in gathered() if m.id
    }
    had = {(m.context, m.id if isinstance(m.id, str) else tuple(m.id)) for m in welsh() if m.id}
    assert len(wanted) > 1000
    assert sorted(map(str, wanted - had)) == []
    assert sorted(map(str, had - wanted)) == []


def test_what_is_gathered_comes_from_code_templates_and_shipped_documents() -> None:
    for words, file in {
        "Set the national pot": "governance/powers.py",
        "The nation’s money": "templates/front_door.html",
        "We count": "templates/money/formula.html",
        "People aged 85 and over": "neighbourhoods/data/england/country.yaml",
        "people whose health is bad": "budgets/formulas/england.yaml",
        "house prices": "budgets/formula/explanation.py",
    }.items():
        message = gathered().get(words)
        assert message is not None, words
        assert file in {location for location, _line in message.locations}


def test_every_string_has_its_welsh() -> None:
    assert [m.id for m in script().untranslated(welsh())] == []
    assert [m.id for m in welsh() if m.fuzzy and m.id] == []
    left_in_english = {m.id for m in welsh() if m.id and isinstance(m.id, str) and m.id == m.string}
    assert left_in_english == SAME & {m.id for m in welsh()}


def test_placeholders_and_tags_are_kept() -> None:
    for message in welsh():
        for english, words in pairs(message) if message.id else []:
            allowed = [sorted(PLACEHOLDER.findall(each)) for each in english]
            assert sorted(PLACEHOLDER.findall(words)) in allowed, words
            assert sorted(TAG.findall(words)) == sorted(TAG.findall(english[0])), words


def test_what_is_glued_to_other_words_keeps_its_edges() -> None:
    for message in welsh():
        for english, words in pairs(message) if message.id else []:
            for edge in (slice(None, 1), slice(-1, None)):
                is_space = english[0][edge].isspace()
                assert words[edge].isspace() == is_space, words
            ends = [text[-1] if text[-1] in ".?:," else "" for text in (english[0], words)]
            assert ends[0] == ends[1], (english, words)


def test_plurals_follow_the_welsh_of_the_common_locale_data() -> None:
    count, rule = script().PLURALS["cy"]
    assert count == welsh().num_plurals == 6
    assert welsh().plural_expr == rule
    assert all(len(m.string) == 6 for m in welsh() if m.id and not isinstance(m.id, str))
    with translation.override("cy"):
        said = [
            ngettext("%(counter)s neighbourhood", "%(counter)s neighbourhoods", n) % {"counter": n}
            for n in (0, 1, 2, 3, 4, 6, 12)
        ]
    assert said == [
        "0 cymdogaeth", "1 gymdogaeth", "2 gymdogaeth", "3 cymdogaeth", "4 cymdogaeth", "6 chymdogaeth",
        "12 cymdogaeth",
    ]  # fmt: skip


def test_the_files_are_as_the_script_writes_them() -> None:
    """The source is in order, and the compiled file is made from it."""
    catalog = script().updated("cy", gathered())
    path = script().catalogue("cy")
    assert path.read_bytes() == script().as_po(catalog)
    assert path.with_suffix(".mo").read_bytes() == script().as_mo(catalog)


def test_a_changed_string_loses_its_translation(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = Catalog(fuzzy=False)
    changed.add("We count nothing", locations=[("here.html", 0)])
    changed.add("We count", locations=[("here.html", 0)])
    catalog = script().updated("cy", changed)
    assert {m.id: m.string for m in catalog if m.id} == {
        "We count": "Rydym yn cyfrif",
        "We count nothing": "",
    }
    assert [m.id for m in script().untranslated(catalog)] == ["We count nothing"]
