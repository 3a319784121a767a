"""Journeys of legal authority in a real browser: a deputy acts for somebody, whose page tells them all of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import worlds
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.small_england import SmallEngland

BAND = "You are acting for Edwin"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_deputy_acts_and_the_person_reads_all_of_it(
    visit: Visit, world: SmallEngland, viewport: dict[str, int]
) -> None:
    office = worlds.registry(under=world.nation)
    edwin, omar, bank = (worlds.user(name) for name in ("edwin", "omar", "bank"))
    person = worlds.person(edwin, preferred_name="Edwin")
    worlds.fill_record(edwin, neighbourhood=world.neighbourhood)
    worlds.person(omar, preferred_name="Omar")
    worlds.authority(office, omar, "deputy", "budget", "spending", over=person)

    his = visit(viewport=viewport)
    his.sign_in(omar.email)
    his.page.get_by_role("link", name="Edwin", exact=True).click()
    expect(his.page.get_by_text(BAND)).to_be_visible()
    shown = his.page.get_by_role("main").inner_text()
    for secret in worlds.SECRETS:
        assert secret not in shown
    his.page.get_by_role("link", name="Who can see what").click()
    expect(his.page.get_by_text(BAND)).to_be_visible()
    his.button("Let somebody see something")
    expect(his.page.get_by_text(BAND)).to_be_visible()
    assert his.page.get_by_label("My plan", exact=True).count() == 0
    his.page.get_by_label("Their code").fill(bank.public_id)
    his.page.get_by_label("What do you call them?").fill("the bank")
    his.page.get_by_label("My budget", exact=True).check()
    his.page.get_by_label("To help me with my budget").check()
    his.button("Let them see it")
    expect(his.page.get_by_role("heading", name="the bank")).to_be_visible()
    if viewport is PHONE:
        width = his.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE["width"]
    assert his.faults == []

    hers = visit(viewport=viewport)
    hers.sign_in(edwin.email)
    hers.go("/home/who-can-see/")
    expect(hers.page.get_by_text("Given by somebody who decides for this person.")).to_be_visible()
    hers.go("/home/who-looked/")
    expect(hers.page.get_by_text("Deputy of the court").first).to_be_visible()
    hers.go("/home/who-decides/")
    expect(hers.page.get_by_role("heading", name="Deputy of the court")).to_be_visible()
    hers.go("/home/who-can-see/")
    hers.button("Stop everything for the bank")
    expect(hers.page.get_by_text("It is stopped. We tell nobody.")).to_be_visible()
    assert hers.faults == []
