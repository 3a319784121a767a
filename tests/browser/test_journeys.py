"""Whole journeys in a real browser: what the product is for, done the way a person does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import expect

from budgets import exports, ledger, sharing
from budgets.actions.allocations import SYSTEMS_A_STEP
from budgets.models import Account, Allocation, AllocationRun
from governance.levels import Level
from governance.models import Sphere, User
from people.models import Person
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.money import pounds
from tests import small_england
from tests.browser.conftest import SYSTEMS, Visit, Visitor
from tests.small_england import NEIGHBOURHOOD, SmallEngland

POSTCODE = "S72 7LP"  # in the middle of Grimethorpe
PATIENCE = 60  # seconds for the worker, on a busy machine


def until(happened: Callable[[], bool], what: str, log: Path) -> None:
    """Waits for the worker, and does the sweeper's part (beat does not run here)."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"{what}: not after {PATIENCE} s\n{log.read_text()[-2000:]}")
        outbox.sweep()
        time.sleep(0.2)


def vote(visitor: Visitor, path: str, choice: str, reason: str) -> None:
    visitor.go(path)
    visitor.button("Vote")
    visitor.page.get_by_label(choice, exact=True).check()
    visitor.page.get_by_label("Your reason").fill(reason)
    visitor.button("Cast my vote")
    expect(visitor.page.get_by_text("Your vote is counted.")).to_be_visible()


# --- A visitor ------------------------------------------------------------------------------------


@pytest.mark.parametrize("java_script", [True, False], ids=["with scripts", "without scripts"])
def test_a_visitor_finds_their_neighbourhood_by_postcode_and_reads_why(
    visit: Visit, world: SmallEngland, java_script: bool
) -> None:
    visitor = visit(java_script_enabled=java_script)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.go("/")
    search = visitor.page.get_by_role("search")
    search.get_by_role("searchbox").fill(POSTCODE)
    search.get_by_role("button", name="Find").click()
    expect(visitor.page.locator("h1")).to_have_text("Which neighbourhood is yours?")
    nearest = visitor.page.locator(".sc-places a")
    assert nearest.count() == 3
    assert nearest.first.inner_text() == world.neighbourhood.name
    nearest.first.click()
    expect(visitor.page.locator("h1")).to_have_text(world.neighbourhood.name)

    gets = Allocation.objects.get(run=world.run, sphere=world.neighbourhood)
    assert pounds(gets.amount_pence) in visitor.page.get_by_role("main").inner_text()
    expect(visitor.page.get_by_role("heading", name="Why this much")).to_be_visible()
    visitor.page.get_by_role("link", name="What counts, and how much").click()
    assert visitor.heading == world.formula.title
    # The postcode was in no address that a browser keeps or a server logs.
    outward = POSTCODE.split()[0]
    assert not [url for url in asked if outward.lower() in url.lower()]
    assert visitor.faults == []


def test_a_postcode_that_nobody_knows_says_what_to_do(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/find/")
    box = visitor.page.get_by_role("main").get_by_label("Postcode, or the name of a place")
    box.fill("S72 0ZZ")
    visitor.button("Find")
    summary = visitor.page.get_by_role("alert")
    expect(summary).to_contain_text("There is a problem")
    summary.get_by_role("link").click()
    expect(box).to_be_focused()
    assert box.input_value() == "S72 0ZZ"
    assert visitor.page.title().startswith("Error: ")


# --- A newcomer -----------------------------------------------------------------------------------


def test_a_newcomer_makes_a_sign_in_and_lands_on_their_own_home(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.page.get_by_role("link", name="Sign in").click()
    visitor.page.get_by_role("link", name="I am new here").click()
    visitor.page.get_by_label("E-mail address").fill("newcomer@example.org")
    visitor.page.get_by_label("New password").fill("three words apart")
    visitor.page.get_by_label("The same password again").fill("three words apart")
    visitor.button("Make my sign-in")
    expect(visitor.page.locator("h1")).to_have_text("Welcome")
    visitor.page.get_by_label("What should we call you?").fill("Ngozi")
    visitor.button("Go on")
    expect(visitor.page.locator("h1")).to_have_text("Hello, Ngozi")
    assert urlsplit(visitor.page.url).path == "/home/"
    newcomer = User.objects.get(email="newcomer@example.org")
    with acting_as(newcomer):
        assert Person.objects.get(user=newcomer).preferred_name == "Ngozi"
    assert visitor.faults == []


# --- A steward and the council --------------------------------------------------------------------


def propose_pot(visitor: Visitor, *, after: int) -> str:
    """Proposes a pot on the form. Returns the path of the council's question."""
    visitor.go("/money/")
    visitor.button("Propose a pot")
    for legend, day in (
        ("First day of the period", small_england.year(after)),
        ("First day of the next period", small_england.year(after + 1)),
    ):
        boxes = visitor.page.get_by_role("group", name=legend, exact=True)
        for label, number in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            boxes.get_by_label(label).fill(str(number))
    visitor.page.get_by_label("The whole pot, in pounds").fill("1,234,567.89")
    visitor.page.get_by_label("Of this, the risk reserve").fill("20,000")
    visitor.page.get_by_label("Of this, for what only the nation does").fill("£5,000.01")
    visitor.page.get_by_label("Why this much?").fill("It is what the country can raise.")
    visitor.button("Put it to the council")
    visitor.page.wait_for_url("**/decisions/*/")
    return urlsplit(visitor.page.url).path


def test_a_steward_proposes_a_pot_the_council_sets_it_and_it_is_shared_to_the_penny(
    visit: Visit, world: SmallEngland, worker: Path
) -> None:
    steward = visit()
    steward.sign_in(world.people["steward"].email)
    question = propose_pot(steward, after=6)
    steward.button("Open the vote")
    steward.page.get_by_label("7 days").check()
    steward.button("Open the vote")

    for member in world.council.members:
        councillor = visit()
        councillor.sign_in(member.email)
        vote(councillor, question, "For", "Enough to begin with.")
        assert councillor.faults == []

    steward.go(question)
    steward.button("Close the vote")
    steward.button("Count the votes and close")
    expect(steward.page.get_by_text("The vote is closed. The answer is yes.")).to_be_visible()
    # The worker gives effect to the decision; then the pot waits on the steward's home.
    starts_on = small_england.year(6)
    pots = world.nation.pots.filter(starts_on=starts_on, state="set")
    until(pots.exists, "the pot was set", worker)
    pot = pots.get()
    steward.go(f"/money/pots/{pot.public_id}/")
    steward.button("Share it out")

    # An account of the second step's is held, so that the bar can be seen on its way.
    systems = Sphere.objects.filter(parent=world.nation).order_by("code")
    held = systems[SYSTEMS_A_STEP]
    account = Account.objects.get(sphere=held, kind=Account.Kind.LOCAL_BUDGET)
    with connections["owner"].cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM budgets_account WHERE id = %s FOR UPDATE", [account.pk])
        try:
            steward.button("Share it out now")
            words = steward.page.locator("[data-progress-words]")
            expect(words).to_have_text(
                f"{SYSTEMS_A_STEP} of {SYSTEMS} local systems have their money",
                timeout=PATIENCE * 1000,
            )
            bar = steward.page.get_by_role("progressbar")
            # The shares themselves are the first part of the work.
            assert bar.get_attribute("value") == str(SYSTEMS_A_STEP + 1)
            assert bar.get_attribute("max") == str(SYSTEMS + 1)
        finally:
            cursor.execute("ROLLBACK")
    connections["owner"].close()
    # Nobody touches the page: it comes to its end by itself.
    expect(steward.page.get_by_text("The last penny was posted")).to_be_visible(
        timeout=PATIENCE * 1000
    )
    run = AllocationRun.objects.select_related("pot", "formula", "dataset").get(pot=pot)
    assert pounds(run.pot.shared_pence) in steward.page.get_by_role("main").inner_text()

    result = sharing.share_out(run)
    for link, rows in (
        ("Local systems (CSV)", result.local),
        ("Neighbourhoods (CSV)", result.neighbourhoods),
    ):
        with steward.page.expect_download() as download:
            steward.page.get_by_role("link", name=link).click()
        text = download.value.path().read_text(encoding="utf-8")
        assert text == exports.as_csv(exports.lines_of_result(rows))
    posted = Allocation.objects.filter(run=run, sphere__level=Level.LOCAL)
    assert sum(row.amount_pence for row in posted) == run.pot.shared_pence
    assert ledger.verify() == []
    assert steward.faults == []


def test_vote_and_share_out_work_without_scripts(
    visit: Visit, world: SmallEngland, worker: Path
) -> None:
    member = world.council.members[0]
    councillor = visit(java_script_enabled=False)
    councillor.sign_in(member.email)
    vote(councillor, f"/decisions/{world.open.public_id}/", "Against", "Too little.")
    cast = world.open.votes.get(user=member)
    assert (cast.choice, cast.reason) == ("against", "Too little.")

    pot = small_england.set_pot(world.council, after=7, by=world.people["steward"])
    steward = visit(java_script_enabled=False)
    steward.sign_in(world.people["steward"].email)
    steward.go(f"/money/pots/{pot.public_id}/")
    steward.button("Share it out")
    steward.button("Share it out now")
    steward.page.wait_for_url("**/money/runs/*/")
    run = AllocationRun.objects.get(
        public_id=urlsplit(steward.page.url).path.split("/")[-2], pot=pot
    )
    finished = steward.page.get_by_text("The last penny was posted")
    deadline = time.monotonic() + PATIENCE
    while not finished.is_visible():
        assert time.monotonic() < deadline, worker.read_text()[-2000:]
        # The work may be over before the click: then the link is gone, and the page is the last one.
        again = steward.page.get_by_role("link", name="Refresh this page")
        if again.is_visible():
            again.click()
    run.refresh_from_db()
    assert run.state == AllocationRun.State.POSTED


# --- Only the keyboard ----------------------------------------------------------------------------


def tab_to(visitor: Visitor, name: str, *, role: str = "") -> None:
    """Presses Tab until the focus is on the thing of that name, and checks that the eye can follow it."""
    for _ in range(40):
        visitor.page.keyboard.press("Tab")
        here = visitor.page.evaluate(
            """() => {
                const e = document.activeElement, s = getComputedStyle(e);
                const label = e.labels && e.labels.length ? e.labels[0].innerText : e.innerText;
                return {
                    name: (label || "").trim(),
                    visible: s.outlineStyle !== "none" || s.boxShadow !== "none",
                };
            }"""
        )
        assert here["visible"], f"the focus on “{here['name']}” cannot be seen"
        if here["name"].startswith(name):
            return
    pytest.fail(f"Tab never came to “{name}”")


def test_finding_and_signing_in_need_only_the_keyboard(visit: Visit, world: SmallEngland) -> None:
    visitor = visit()
    keys = visitor.page.keyboard
    visitor.go("/")
    keys.press("Tab")
    assert visitor.page.evaluate("document.activeElement.innerText").startswith("Skip to")
    keys.press("Enter")
    tab_to(visitor, "Postcode")
    keys.type(POSTCODE)
    tab_to(visitor, "Find")
    keys.press("Enter")
    expect(visitor.page.locator("h1")).to_have_text("Which neighbourhood is yours?")
    tab_to(visitor, world.neighbourhood.name)
    keys.press("Enter")
    visitor.page.wait_for_url(f"**/places/{NEIGHBOURHOOD}/")

    tab_to(visitor, "Sign in")
    keys.press("Enter")
    visitor.page.wait_for_url("**/accounts/login/**")
    tab_to(visitor, "E-mail address")
    keys.type(world.people["citizen"].email)
    tab_to(visitor, "Password")
    keys.type(small_england.worlds.PASSWORD)
    keys.press("Enter")
    expect(visitor.page.locator("h1")).to_have_text("Hello, Citizen Byname")
    assert visitor.faults == []


def test_signing_in_and_out_works_without_scripts(visit: Visit, world: SmallEngland) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.sign_in(world.people["citizen"].email)
    assert visitor.heading == "Hello, Citizen Byname"
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.go("/home/")
    assert urlsplit(visitor.page.url).path == "/accounts/login/"


# --- Leaving in a hurry ---------------------------------------------------------------------------


@pytest.mark.parametrize("java_script", [True, False], ids=["with scripts", "without scripts"])
def test_the_way_out_is_on_the_page_and_goes_elsewhere(visit: Visit, java_script: bool) -> None:
    visitor = visit(java_script_enabled=java_script)
    visitor.go("/help/")
    visitor.page.get_by_role("button", name="Leave this site now").click()
    visitor.page.wait_for_url("https://www.bbc.co.uk/**")
    assert visitor.elsewhere[0].startswith("https://www.bbc.co.uk/")
    if java_script:
        # "Back" does not bring the page up again.
        visitor.page.go_back()
        assert not visitor.page.url.startswith(visitor.address)


def test_shift_three_times_leaves_at_once(visit: Visit) -> None:
    visitor = visit()
    visitor.go("/help/")
    for _ in range(3):
        visitor.page.keyboard.press("Shift")
    visitor.page.wait_for_url("https://www.bbc.co.uk/**")
