"""Every template: it compiles, carries nothing the content policy forbids, and loads nothing from elsewhere."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Template, engines
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode
from django.test import RequestFactory
from django.urls import reverse

from tests.kit.reading import Page

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(
    str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if p.suffix in {".html", ".txt"}
)
PAGES = [name for name in TEMPLATES if name.endswith(".html")]

# Addresses that a page may link to. Nothing is ever loaded from them.
ELSEWHERE = {
    "www.bbc.co.uk",
    "www.gov.uk",
    "www.nationalarchives.gov.uk",
    "www.parliament.uk",
}


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_compiles(name: str) -> None:
    assert get_template(name).origin.name == str(ROOT / name)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_inline_that_the_content_policy_would_refuse(name: str) -> None:
    text = source(name)
    assert not re.search(r"\sstyle\s*=", text), "an inline style"
    assert not re.search(r"<style\b", text), "a style element"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "an event attribute"
    assert not re.search(r"\shx-on|\bjs:|javascript:", text), "a script in an attribute"
    for script in re.findall(r"<script\b[^>]*>[^<]*", text):
        assert re.fullmatch(r"<script [^>]*src=\"\{% static '[^']+' %\}\"[^>]*>", script), script


@pytest.mark.parametrize("name", PAGES)
def test_words_of_people_are_always_escaped(name: str) -> None:
    text = source(name)
    assert "|safe" not in text
    assert "mark_safe" not in text
    assert "autoescape off" not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_links_only_to_known_addresses(name: str) -> None:
    hosts = set(re.findall(r"https?://([^/\"'\s{]+)", source(name)))
    assert hosts <= ELSEWHERE


@pytest.mark.parametrize("name", PAGES)
def test_its_static_files_exist(name: str) -> None:
    for path in re.findall(r"\{% static ['\"]([^'\"]+)['\"] %\}", source(name)):
        assert finders.find(path), path


@pytest.mark.parametrize("name", [name for name in PAGES if re.match(r"(pages|errors)/", name)])
def test_its_words_can_be_translated(name: str) -> None:
    """Licence notices are quoted word for word; all other words stand in a translate tag."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]+>", " ", source(name), flags=re.DOTALL)
    loose = re.findall(r"[A-Za-z]{3,}", text)
    allowed = {"pages/about_data.html", "pages/cookies.html"}
    assert not loose or name in allowed, loose


def ancestors(template: Template) -> list[str]:
    """The files that `template` extends, nearest first."""
    found = []
    while nodes := template.nodelist.get_nodes_by_type(ExtendsNode):
        parent = nodes[0].parent_name.resolve({})
        template = engines["django"].engine.get_template(parent)
        found.append(template.origin.name)
    return found


@pytest.mark.parametrize(
    "name", [n for n in PAGES if not n.startswith(("kit/", "django/", "allauth/elements"))]
)
def test_each_page_stands_on_the_base_page(name: str) -> None:
    fragment = not re.search(r"\{% extends|<!DOCTYPE", source(name))
    # A file to keep stands by itself.
    if not fragment and name not in {"base.html", "home/my_data_file.html"}:
        assert ancestors(get_template(name).template)[-1] == str(ROOT / "base.html")


@pytest.mark.parametrize(
    "name",
    ["help", "how_decisions", "accessibility", "privacy", "cookies", "about_data", "licence"],
)
def test_the_pages_of_words(name: str, rf: RequestFactory) -> None:
    page = Page(get_template(f"pages/{name}.html").render({}, rf.get(reverse(name))))
    assert len(page.all("h1")) == 1
    assert page.one("title").text.endswith(" – Socialcare")
    assert len(page.ids()) == len(set(page.ids()))


def test_the_base_page_has_what_every_page_needs(rf: RequestFactory) -> None:
    page = Page(get_template("pages/help.html").render({}, rf.get("/help/")))
    assert page.one("html").attributes["lang"] == "en-gb"
    skip, leave = page.all("a", class_="govuk-skip-link")
    assert skip.attributes["href"] == "#main-content"
    assert page.one("main").attributes["id"] == "main-content"
    way_out = page.one("a", class_="govuk-exit-this-page__button")
    assert way_out.attributes["href"] == leave.attributes["href"] == "https://www.bbc.co.uk/weather"
    assert "noreferrer" in way_out.attributes["rel"]
    for name in ("accessibility", "privacy", "cookies", "about_data", "licence"):
        assert page.all("a", href=reverse(name))


def test_the_demonstration_says_so(rf: RequestFactory, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    page = Page(get_template("pages/help.html").render({}, rf.get("/")))
    assert "The people are invented." in page.one("body").text
    settings.DEMO = False  # type: ignore[attr-defined]
    page = Page(get_template("pages/help.html").render({}, rf.get("/")))
    assert "invented" not in page.one("body").text


def test_a_search_for_a_place_never_stands_in_an_address(rf: RequestFactory) -> None:
    page = Page(get_template("front_door.html").render({}, rf.get("/")))
    assert page.one("form", role="search").attributes["method"] == "post"
