"""Forms: what was wrong is said first and beside its box, what was typed is kept, and nothing happens twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from budgets.formula import heaviness
from budgets.models import AllocationRun, FormulaVersion, Pot
from governance.models import Matter
from people.models import Person
from socialcare.kernel.acting import acting_as
from socialcare.kernel.models import OutboxMessage
from tests import small_england, worlds
from tests.kit.reading import Page
from tests.pages.conftest import SignIn
from tests.small_england import SmallEngland


def page_of(response: HttpResponse) -> Page:
    return Page(response.content.decode())


def problems(page: Page) -> list[str]:
    """What the summary at the top says; each sentence leads to the box it is about."""
    summary = page.one("div", class_="govuk-error-summary")
    assert "There is a problem" in summary.text
    assert page.one("title").text.startswith("Error: ")
    links = [a for a in page.all("a") if a.text and a.attributes["href"].startswith("#id_")]
    targets = set(page.ids())
    assert {a.attributes["href"][1:] for a in links} <= targets
    items = summary.text.replace("There is a problem", "").strip().splitlines()
    return [item.strip() for item in items if item.strip()]


def pot_form(**changes: Any) -> dict[str, Any]:
    starts_on, ends_on = small_england.year(5), small_england.year(6)
    form = {
        f"{name}_{part}": getattr(day, part)
        for name, day in (("starts_on", starts_on), ("ends_on", ends_on))
        for part in ("day", "month", "year")
    }
    return form | {
        "total_pence": "1,000.00",
        "risk_reserve_pence": "20",
        "national_functions_pence": "5",
        "background": "It is what we can raise.",
        **changes,
    }


# --- The pot --------------------------------------------------------------------------------------


def propose_pot(client: Client, **changes: Any) -> HttpResponse:
    return client.post(reverse("propose_pot"), pot_form(**changes))


def test_a_pot_whose_parts_are_more_than_the_whole_is_refused(sign_in: SignIn) -> None:
    before = Pot.objects.count()
    response = propose_pot(sign_in("steward"), risk_reserve_pence="999.99")
    assert response.status_code == 422
    page = page_of(response)
    message = "The reserve and the national functions must leave something to share."
    assert problems(page) == [f"Of this, the risk reserve: {message}"]
    assert message in page.one("p", id="id_risk_reserve_pence_error").text
    box = page.one("input", id="id_risk_reserve_pence")
    assert box.attributes["aria-invalid"] == "true"
    assert "id_risk_reserve_pence_error" in box.attributes["aria-describedby"]
    assert box.attributes["value"] == "999.99"
    assert page.one("input", name="total_pence").attributes["value"] == "1,000.00"
    assert "It is what we can raise." in page.one("textarea").text
    assert Pot.objects.count() == before


def test_a_period_that_ends_before_it_starts_is_refused_beside_its_end(sign_in: SignIn) -> None:
    response = propose_pot(sign_in("steward"), ends_on_year=2001)
    assert response.status_code == 422
    page = page_of(response)
    assert problems(page) == ["First day of the next period: The period must end after it starts."]
    assert page.one("input", name="ends_on_year").attributes["value"] == "2001"


def test_every_empty_or_unreadable_box_is_named_at_once(sign_in: SignIn) -> None:
    changes = {
        "total_pence": "lots",
        "background": "",
        "starts_on_day": "31",
        "starts_on_month": "2",
    }
    response = propose_pot(sign_in("steward"), **changes)
    assert response.status_code == 422
    page = page_of(response)
    assert problems(page) == [
        "First day of the period: Write a real day, month and year, like 27 3 2026.",
        "The whole pot, in pounds: Write the amount in pounds and pence, like 1,250.00.",
        "Why this much?: Say why.",
    ]
    assert page.one("input", name="total_pence").attributes["value"] == "lots"
    assert page.one("input", name="starts_on_day").attributes["value"] == "31"


def test_pounds_are_kept_to_the_penny(sign_in: SignIn) -> None:
    response = propose_pot(sign_in("steward"), total_pence="£1,234,567.89")
    assert response.status_code == 302
    pot = Pot.objects.get(starts_on=small_england.year(5))
    assert pot.total_pence == 123_456_789
    assert response.headers["Location"] == reverse("matter", args=[pot.matter.public_id])


def test_proposing_the_same_period_while_it_is_before_the_council_is_refused(
    sign_in: SignIn,
) -> None:
    client = sign_in("steward")
    assert propose_pot(client).status_code == 302
    again = propose_pot(client)
    assert again.status_code == 422
    assert problems(page_of(again)) == ["This question is already before the body."]
    assert Pot.objects.filter(starts_on=small_england.year(5)).count() == 1


# --- The formula ----------------------------------------------------------------------------------


def test_a_bad_formula_is_told_its_line_and_key_and_is_kept_word_for_word(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    text = untouched.formula.text
    wrong = text.replace("disab_lot: {points: 10,", "disab_lott: {points: 10,", 1)
    line = next(n for n, row in enumerate(wrong.splitlines(), start=1) if "disab_lott" in row)
    before = FormulaVersion.objects.count()
    response = sign_in("steward").post(
        reverse("propose_formula"), {"text": wrong, "background": "A slip."}
    )
    assert response.status_code == 422
    page = page_of(response)
    assert any(f"Line {line}," in problem and "disab_lott" in problem for problem in problems(page))
    kept = page.one("textarea", name="text").text.strip().replace("\r\n", "\n")
    assert kept == wrong.strip()
    assert FormulaVersion.objects.count() == before


def test_a_formula_that_asks_what_people_have_can_never_be_proposed(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    text = untouched.formula.text.replace("class: B", "class: C", 1)
    response = sign_in("steward").post(
        reverse("propose_formula"), {"text": text, "background": "Means."}
    )
    assert response.status_code == 422
    assert any("hardship" in problem for problem in problems(page_of(response)))


def test_a_formula_that_would_take_minutes_is_told_where(
    sign_in: SignIn, untouched: SmallEngland, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heaviness, "MOST_PARTS", 5)
    text = untouched.formula.text.replace("title: Need for", "title: A heavy need for", 1)
    response = sign_in("steward").post(
        reverse("propose_formula"), {"text": text, "background": "Longer."}
    )
    line = next(n for n, row in enumerate(text.splitlines(), start=1) if row == "  individual:")
    assert response.status_code == 422
    told = f"Line {line}, streams.individual.need.points: {heaviness.MESSAGE}"
    assert any(told in problem for problem in problems(page_of(response)))


# --- Sharing out ----------------------------------------------------------------------------------


def test_sharing_out_twice_makes_one_run(sign_in: SignIn, untouched: SmallEngland) -> None:
    client, pot = sign_in("steward"), untouched.waiting_pot
    address = reverse("share_out", args=[pot.public_id])
    answers = [client.post(address, {"formula": untouched.formula.pk}) for _ in range(2)]
    run = AllocationRun.objects.get(pot=pot)
    assert [a.headers["Location"] for a in answers] == [reverse("run", args=[run.public_id])] * 2
    posted = reverse("share_out", args=[untouched.shared_pot.public_id])
    promised = OutboxMessage.objects.count()
    again = client.post(posted, {"formula": untouched.formula.pk})
    # What is shared already stays as it is, and its page is shown.
    assert again.headers["Location"] == reverse("run", args=[untouched.run.public_id])
    assert OutboxMessage.objects.count() == promised


def test_a_pot_is_shared_only_by_an_adopted_formula(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    response = sign_in("steward").post(
        reverse("share_out", args=[untouched.waiting_pot.public_id]),
        {"formula": untouched.proposed_formula.pk},
    )
    assert response.status_code == 422
    assert len(problems(page_of(response))) == 1
    assert not AllocationRun.objects.filter(pot=untouched.waiting_pot).exists()


# --- Votes ----------------------------------------------------------------------------------------


def test_a_vote_without_a_choice_keeps_the_reason(sign_in: SignIn, untouched: SmallEngland) -> None:
    response = sign_in("national").post(
        reverse("cast_vote", args=[untouched.open.public_id]), {"reason": "Because it is right."}
    )
    assert response.status_code == 422
    page = page_of(response)
    assert len(problems(page)) == 1
    assert "Because it is right." in page.one("textarea").text
    assert not untouched.open.votes.exists()


def test_voting_twice_counts_once(sign_in: SignIn, untouched: SmallEngland) -> None:
    client = sign_in("national")
    address = reverse("cast_vote", args=[untouched.open.public_id])
    assert client.post(address, {"choice": "for"}).status_code == 302
    again = client.post(address, {"choice": "against", "reason": "I changed my mind."})
    assert again.status_code == 403
    assert "You have voted on this already." in again.content.decode()
    assert [vote.choice for vote in untouched.open.votes.all()] == ["for"]


def test_opening_a_vote_that_is_open_says_to_look_again(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    response = sign_in("steward").post(
        reverse("open_vote", args=[untouched.open.public_id]), {"days": "7"}
    )
    assert response.status_code == 422
    assert problems(page_of(response)) == ["This matter has moved on. Look at it again."]


def test_closing_before_everybody_has_voted_decides_nothing(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    response = sign_in("steward").post(
        reverse("close_vote", args=[untouched.open.public_id]), {"reasons": "In a hurry."}
    )
    assert response.status_code == 422
    page = page_of(response)
    assert problems(page) == ["Some members have not voted and there is still time."]
    assert "In a hurry." in page.one("textarea").text
    assert Matter.objects.get(pk=untouched.open.pk).state == Matter.State.OPEN


# --- A newcomer -----------------------------------------------------------------------------------


def test_a_newcomer_says_what_to_call_them_once(untouched: SmallEngland) -> None:
    newcomer, client = worlds.user("newcomer"), Client()
    client.force_login(newcomer)
    assert page_of(client.get("/home/")).one("h1").text == "Welcome"
    assert client.get("/home/begin/").headers["Location"] == "/home/"
    empty = client.post("/home/begin/", {"preferred_name": "  "})
    assert empty.status_code == 422
    assert len(problems(page_of(empty))) == 1
    assert client.post("/home/begin/", {"preferred_name": "Ngozi"}).status_code == 302
    assert page_of(client.get("/home/")).one("h1").text == "Hello, Ngozi"
    assert client.post("/home/begin/", {"preferred_name": "Other"}).status_code == 422
    with acting_as(newcomer):
        assert Person.objects.get(user=newcomer).preferred_name == "Ngozi"


# --- Finding a place ------------------------------------------------------------------------------


def test_an_empty_search_says_what_to_write(sign_in: SignIn) -> None:
    response = sign_in("anonymous").post("/find/", {"q": ""})
    assert response.status_code == 422
    assert problems(page_of(response)) == [
        "Postcode, or the name of a place: Write a postcode or the name of a place."
    ]
