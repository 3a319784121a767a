"""No template and no form says anything that could not be translated."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.languages.literals import literals

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*")
    if path.suffix in {".html", ".txt"}
)
# What is the same in every language: names, and notices that have to be quoted word for word.
SAME_EVERYWHERE = {
    "pages/about_data.html": None,
    "kit/exit_address.txt": None,
    "open_data/index.html": {"- .yaml"},
}
APPS = ("socialcare", "governance", "people", "families", "neighbourhoods", "budgets")


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p title="Tip">{{ name }}</p>', ["Tip"]),
        ('<p>{% translate "Hello" %} there</p>', ["there"]),
        (
            "<p>{% blocktranslate with a=b %}{{ a }} of it{% plural %}more{% endblocktranslate %}</p>",
            [],
        ),
        ('<p class="govuk-body" data-module="x" id="one">– {{ a }} · 3</p>', []),
        ("{# a remark #}{% comment %}another{% endcomment %}<b>said</b>", ["said"]),
        ('<a aria-label="{% translate "Close" %}">×</a>', []),
        ('<input placeholder="Write here">', ["Write here"]),
        ("{% if a %}<p>Yes&nbsp;then</p>{% endif %}", ["Yes then"]),
    ],
)
def test_words_outside_a_translate_tag_are_found(source: str, found: list[str]) -> None:
    assert literals(source) == found


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_word_can_be_translated(name: str) -> None:
    source = (ROOT / "templates" / name).read_text(encoding="utf-8")
    found = set(literals(source, is_html=name.endswith(".html")))
    allowed = SAME_EVERYWHERE.get(name, set())
    assert allowed is None or found <= allowed | {"SHA-256"}, found


# --- Python ---------------------------------------------------------------------------------------

# Calls whose words people read: name → (place of the words, or None, and keywords).
SAYS: dict[str, tuple[int | None, set[str]]] = {
    **dict.fromkeys(["success", "info", "warning", "error"], (1, set())),
    "ValidationError": (0, {"message"}),
    "no": (1, set()),
    **dict.fromkeys(
        ["CharField", "ChoiceField", "BooleanField", "EmailField", "FileField", "ModelChoiceField", "PoundsField",
         "DayField", "MultipleChoiceField"],
        (None, {"label", "help_text"}),
    ),
}  # fmt: skip


def _spoken(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, words) of every literal that such a call is given without gettext."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in {"info", "warning", "error"} and ast.unparse(node.func).startswith("log"):
            continue
        place, keywords = SAYS.get(name, (None, set()))
        words = [k.value for k in node.keywords if k.arg in keywords]
        if place is not None and len(node.args) > place:
            words.append(node.args[place])
        for each in words:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value:
                yield node.lineno, each.value
            elif isinstance(each, ast.JoinedStr):
                yield node.lineno, ast.unparse(each)


def test_a_bare_literal_is_found() -> None:
    source = (
        'messages.success(request, "Done")\nforms.CharField(label="Name", help_text=_("Any"))\n'
    )
    assert list(_spoken(ast.parse(source))) == [(1, "Done"), (2, "Name")]


@pytest.mark.parametrize("app", APPS)
def test_what_python_says_to_people_can_be_translated(app: str) -> None:
    found = [
        (str(path.relative_to(ROOT)), line, words)
        for path in sorted((ROOT / app).rglob("*.py"))
        # Commands, and the API's own document, speak English to those who write and run programs.
        if not {"migrations", "management", "api"} & set(path.parts)
        for line, words in _spoken(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []
