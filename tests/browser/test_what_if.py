"""What if, in a real browser: one number changed, the gainers seen, the address passed on to somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from budgets import whatif
from budgets.models import WhatIf
from socialcare.kernel.templatetags.figures import pounds_short
from tests.browser.conftest import PHONE, Visit, Visitor
from tests.browser.test_pages import assert_good
from tests.small_england import SmallEngland


def change_one_number(visitor: Visitor) -> None:
    visitor.go("/money/")
    visitor.page.get_by_role("link", name="What if it were shared otherwise?").click()
    visitor.page.get_by_label("People whose health is very bad", exact=True).first.fill("30")
    visitor.button("See who would gain and lose")


@pytest.mark.parametrize("java_script", [True, False], ids=["with scripts", "without scripts"])
def test_a_visitor_changes_a_number_and_passes_the_answer_on(
    visit: Visit, world: SmallEngland, java_script: bool
) -> None:
    visitor = visit(java_script_enabled=java_script)
    change_one_number(visitor)
    expect(visitor.page.locator("h1")).to_have_text("Who would gain and who would lose")
    asked = WhatIf.objects.get(public_id=visitor.page.url.rstrip("/").rpartition("/")[2])
    answer = whatif.comparison(asked)
    largest = max(answer.local, key=lambda change: change.change_pence)
    finding = f"{largest.name} would get {pounds_short(largest.change_pence)} more"
    expect(visitor.page.get_by_role("main")).to_contain_text(finding)
    address = visitor.page.get_by_role("link", name=visitor.page.url).get_attribute("href")

    somebody = visit(viewport=PHONE, java_script_enabled=java_script)
    assert address is not None
    somebody.page.goto(address)
    expect(somebody.page.get_by_role("main")).to_contain_text(finding)
    somebody.page.get_by_role("link", name=largest.name, exact=True).click()
    expect(somebody.page.locator("h1")).to_have_text(f"Neighbourhoods of {largest.name}")
    if java_script:
        assert_good(somebody)
    assert visitor.faults == []
    assert somebody.faults == []


def test_an_answer_with_floors_and_hardship_is_for_everybody(
    visit: Visit, world: SmallEngland
) -> None:
    visitor = visit()
    visitor.go("/money/what-if/")
    visitor.page.get_by_label("Count hardship as need").uncheck()
    for floor in visitor.page.locator("details", has_text="floor and cap").all():
        floor.locator("summary").click()
    visitor.page.locator("#id_least_local").fill("1")
    visitor.button("See who would gain and lose")
    expect(visitor.page.get_by_text("What the floors and caps cost, and who pays")).to_be_visible()
    assert_good(visitor)
    assert visitor.faults == []


def test_a_number_that_is_none_is_led_to_and_kept(visit: Visit, world: SmallEngland) -> None:
    visitor = visit()
    visitor.go("/money/what-if/")
    # In a group that is closed at first.
    visitor.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    ratio = visitor.page.get_by_label("London", exact=True)
    ratio.fill("a bit more")
    visitor.button("See who would gain and lose")
    visitor.page.get_by_role("alert").get_by_role("link").click()
    expect(ratio).to_be_focused()
    assert ratio.input_value() == "a bit more"
    assert visitor.page.title().startswith("Error: ")
    assert_good(visitor)


def test_every_step_can_be_printed(visit: Visit, world: SmallEngland, tmp_path: Path) -> None:
    visitor = visit()
    visitor.go(f"/places/{world.neighbourhood.code}/")
    visitor.page.get_by_role("link", name="Every step, to print").click()
    expect(visitor.page.locator("h1")).to_contain_text(world.neighbourhood.name)
    visitor.page.emulate_media(media="print")
    expect(visitor.page.get_by_role("navigation")).not_to_be_visible()
    expect(visitor.page.get_by_role("main")).to_contain_text("What it gets")
    paper = visitor.page.pdf(path=tmp_path / "why.pdf", format="A4")
    assert paper.startswith(b"%PDF")
    assert visitor.faults == []
