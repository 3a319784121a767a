"""Gathers every translatable string of the product, brings the catalogues up to date, and compiles them.

Run by script/messages. It needs Babel and none of the gettext programs. It never guesses: a string whose English changed loses its
translation and is listed until somebody writes a new one.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

APPS = ("socialcare", "governance", "people", "families", "neighbourhoods", "budgets")
LANGUAGES = ("cy",)
# CLDR's Welsh: no thing, 1, 2, 3, 6 and all other numbers, because the noun after each begins in its own way
# (0 cath, 1 gath, 2 gath, 3 chath, 6 chath, 4 cath).
PLURALS = {
    "cy": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5)"),
}
NOTES = {
    "cy": (
        "# Welsh words of Socialcare. Formal (chi), in plain Welsh; numbers in figures.\n"
        "# Nobody whose first language is Welsh has reviewed them yet: corrections are welcome (docs/languages.md)."
    ),
}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Documents whose words the product ships as data and shows on its pages: file → keys that hold words.
DOCUMENTS = {
    "neighbourhoods/data/england/country.yaml": {"name", "label", "area_types"},
    "people/data/retention_england.yaml": {"title", "basis", "after"},
    "people/data/conversation.yaml": {
        "title",
        "summary",
        "unit",
        "says",
        "easy",
        "question",
        "never_asked",
    },
    "budgets/data/easy_read.yaml": {"says"},
    "people/data/rights.yaml": {"title"},
    "governance/data/easy_read.yaml": {"says"},
    "people/data/easy_read.yaml": {"says"},
    "socialcare/data/easy_read.yaml": {"says"},
    "budgets/formulas/england.yaml": {"title", "summary", "counts", "measures", "unit", "note"},
    "budgets/prices/england.yaml": {
        "title",
        "summary",
        "covers",
        "name",
        "unit",
        "why",
        "publisher",
    },
}

# What Django and django-allauth say on our pages and have no Welsh for.
LIBRARIES: tuple[str | tuple[str, str], ...] = (
    "The password is too similar to the %(verbose_name)s.",
    "This password is too common.",
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    "You must type the same password each time.",
)

Found = tuple[str, str | None, str | tuple[str, str]]  # file, context, msgid(s)


class SteadyCatalog(Catalog):
    """Without the dates and addresses in its header that would change the file when no word did."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Socialcare"),
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def catalogue(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


# --- Gathering ------------------------------------------------------------------------------------


def _messages(source: str, file: str) -> Iterator[Found]:
    """The strings of Python source, or of a template turned into something like it."""
    for _line, function, given, _comments in extract_python(
        io.BytesIO(source.encode()), dict.fromkeys(KEYWORDS), (), {}
    ):
        words = list(given) if isinstance(given, list | tuple) else [given]
        context = None
        if "pgettext" in str(function):
            context, *words = words
        count = 2 if "ngettext" in str(function) or "npgettext" in str(function) else 1
        # A call whose words are not written there (gettext(label)) has nothing to gather.
        texts = words[:count]
        if len(texts) == count and all(texts):
            yield file, context, texts[0] if count == 1 else (texts[0], texts[1])


def _in_python(app: str) -> Iterator[Found]:
    for path in sorted((ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _messages(path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


def _in_templates() -> Iterator[Found]:
    from django.utils.translation.template import templatize

    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        file = str(path.relative_to(ROOT))
        source = templatize(path.read_text(encoding="utf-8"), origin=file)
        # What is left of the page is blanked out but keeps its indenting, which Python would read as blocks.
        yield from _messages("\n".join(line.lstrip() for line in source.splitlines()), file)


def _words_under(keys: set[str], node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys:
                several = value.values() if isinstance(value, dict) else value
                yield from [value.strip()] if isinstance(value, str) else several
            else:
                yield from _words_under(keys, value)
    elif isinstance(node, list):
        for each in node:
            yield from _words_under(keys, each)


def _in_documents() -> Iterator[Found]:
    for file, keys in DOCUMENTS.items():
        document = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
        # Names of publications stay as they were published, and columns as they are in the file.
        for part in ("sources", "references", "small_areas"):
            document.pop(part, None)
        for words in _words_under(keys, document):
            yield file, None, words
    from budgets.formula import NEVER_ASKED

    for words in NEVER_ASKED:
        yield "budgets/formula/explanation.py", None, words


def gathered() -> Catalog:
    """Every string there is to translate, with the files it stands in."""
    template = Catalog(fuzzy=False, charset="utf-8")
    said_by_libraries = (("django, django-allauth", None, words) for words in LIBRARIES)
    sources: list[Iterable[Found]] = [
        said_by_libraries,
        *(_in_python(app) for app in APPS),
        _in_templates(),
        _in_documents(),
    ]
    for source in sources:
        for file, context, words in source:
            template.add(words, context=context, locations=[(file, 0)])
    return template


# --- Writing --------------------------------------------------------------------------------------


def read(language: str) -> Catalog:
    with catalogue(language).open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with exactly the strings of `template`, in a steady order."""
    catalog = read(language)
    fresh = SteadyCatalog(locale=language, header_comment=NOTES[language], fuzzy=False)
    vars(fresh).update(zip(("_num_plurals", "_plural_expr"), PLURALS[language], strict=True))
    for message in template:
        if not message.id:
            continue
        known = catalog.get(
            message.id if isinstance(message.id, str) else message.id[0], message.context
        )
        kept = known.string if known is not None and known.id == message.id else ""
        fresh.add(
            message.id,
            kept or ("" if isinstance(message.id, str) else ("",) * fresh.num_plurals),
            context=message.context,
            locations=sorted(set(message.locations)),
        )
    return fresh


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=100, sort_output=True, include_lineno=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def untranslated(catalog: Catalog) -> list[Message]:
    """The messages that lack a translation, or one of its plural forms."""
    return [
        message
        for message in catalog
        if message.id
        and not all([message.string] if isinstance(message.string, str) else message.string or [])
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/messages", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; 1 if something is stale or untranslated",
    )
    check = parser.parse_args().check
    # Django reads the templates. It has to have settings, and no database is near.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcare.settings")
    os.environ.setdefault("SOCIALCARE_DATABASE_FREE", "1")
    import django

    django.setup()
    template, status = gathered(), 0
    for language in LANGUAGES:
        catalog, path = updated(language, template), catalogue(language)
        files = {path: as_po(catalog), path.with_suffix(".mo"): as_mo(catalog)}
        for file, contents in files.items():
            if not file.exists() or file.read_bytes() != contents:
                status = 1
                print(f"{file.relative_to(ROOT)}: {'is stale' if check else 'written'}")
                if not check:
                    file.write_bytes(contents)
        missing = untranslated(catalog)
        for message in missing:
            print(f"{language}: not translated: {message.id!r} ({message.locations[0][0]})")
        print(
            f"{language}: {len(catalog) - len(missing)} of {len(catalog)} strings are translated."
        )
        status = int(bool(missing or (check and status)))
    return status


if __name__ == "__main__":
    sys.exit(main())
