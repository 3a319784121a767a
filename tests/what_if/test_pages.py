"""The pages that ask what if, and the answers: what they say, what they keep, and what they never touch."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from budgets import document_figures as documents
from budgets import formula as engine
from budgets import ledger, whatif
from budgets import what_if_places as places
from budgets.formula import heaviness
from budgets.models import Account, Allocation, Movement, WhatIf
from socialcare.kernel.templatetags.figures import pounds_short
from tests.small_england import LOCAL_SYSTEM, SmallEngland
from tests.what_if.conftest import LOUDER, ask
from tests.what_if.worlds import form_of

VERY_BAD = "streams.individual.need.points.of.health_very_bad"


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def send(client: Client, data: dict[str, Any], name: str = "ask_what_if", query: str = "") -> Any:
    return client.post(reverse(name) + query, data)


def the_only() -> WhatIf:
    """The one question asked besides the one that was proposed with the world."""
    return WhatIf.objects.get(proposals=None)


# --- Asking ---------------------------------------------------------------------------------------


def test_the_form_shows_every_number_as_it_stands(client: Client, untouched: SmallEngland) -> None:
    text = page(client, reverse("ask_what_if"))
    formula = engine.load(untouched.formula.text)
    for number, figure in enumerate(documents.figures(formula)):
        assert f'name="n{number}" value="{figure.written}"' in text
    assert "People whose health is very bad" in text
    assert 'name="least_individual"' in text


def test_a_changed_number_becomes_a_question_with_an_address(
    client: Client, untouched: SmallEngland
) -> None:
    answer = send(client, form_of(untouched, **{VERY_BAD: "30"}))
    asked = the_only()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("what_if", args=[asked.public_id])
    assert asked.text == untouched.formula.text.replace(*LOUDER)
    assert asked.created_by is None
    assert asked.compared_run == untouched.run
    text = page(client, answer["Location"])
    [largest, *_] = sorted(whatif.comparison(asked).local, key=lambda change: -change.change_pence)
    amount = pounds_short(largest.change_pence)
    assert f"{largest.name} would get {amount} more, the largest gain." in text
    assert "3 becomes 30" in text
    assert answer["Location"] in text


def test_the_same_question_is_the_same_row(client: Client, untouched: SmallEngland) -> None:
    addresses = {
        send(client, form_of(untouched, **{VERY_BAD: number}))["Location"]
        for number in ("30", "30.0", " 030 ", "30.00")
    }
    assert len(addresses) == 1


def test_nothing_changed_says_so(client: Client, untouched: SmallEngland) -> None:
    answer = send(client, form_of(untouched))
    text = page(client, answer["Location"])
    assert "Nothing would change." in text
    assert "Nothing: the document and the pot are the same." in text
    local = whatif.comparison(the_only()).local
    posted = Allocation.objects.filter(run=untouched.run, sphere__level="local")
    assert {each.code: each.before_pence for each in local} == dict(
        posted.values_list("sphere__code", "amount_pence")
    )


def test_the_ledger_and_the_allocations_are_untouched(
    client: Client, untouched: SmallEngland
) -> None:
    def money() -> list[Any]:
        return [
            list(Movement.objects.order_by("pk").values_list()),
            list(Account.objects.order_by("pk").values_list("pk", "balance_pence")),
            list(Allocation.objects.order_by("pk").values_list("pk", "amount_pence")),
        ]

    before = money()
    answer = send(client, form_of(untouched, pot_pence="1,000,000", **{VERY_BAD: "300"}))
    page(client, answer["Location"])
    page(client, reverse("what_if_places", args=[the_only().public_id]))
    assert money() == before
    assert ledger.verify() == []


REFUSE_EDIT = ("UPDATE budgets_whatif SET pot_pence = 1", "DELETE FROM budgets_whatif")


@pytest.mark.parametrize("statement", REFUSE_EDIT)
def test_a_question_is_never_edited(asked: WhatIf, statement: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute(statement)
    assert WhatIf.objects.get(pk=asked.pk).pot_pence == asked.pot_pence


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({VERY_BAD: "lots"}, "is not a number"),
        ({VERY_BAD: ""}, "This field is required"),
        ({"streams.individual.share": "0.9"}, "The shares of the streams add up to 51/50, not 1"),
        ({"pot_pence": "a lot"}, "Write the amount in pounds"),
        ({"pot_pence": "9" * 20}, "more than the ledger could ever hold"),
        ({"least_individual": "9999999"}, "These bounds cannot be met"),
        ({"least_individual": "-1"}, "Write 0 or more."),
        ({"most_local": "some"}, "is not a number"),
        ({"factors.travel.labels.UN1": "0"}, "This must be more than 0"),
        ({VERY_BAD: "-30000"}, "comes out negative"),
        ({"against": "england:99"}, "is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(
    client: Client, untouched: SmallEngland, changes: dict[str, str], words: str
) -> None:
    data = form_of(untouched, **{"factors.travel.labels.RSF1": "1.77"} | changes)
    answer = send(client, data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in text
    assert words in text
    assert 'value="1.77"' in text
    assert not WhatIf.objects.filter(proposals=None).exists()


def test_the_switch_and_a_floor_reach_the_document(client: Client, untouched: SmallEngland) -> None:
    data = form_of(untouched, least_local="1", most_local="1000")
    del data["hardship"]
    answer = send(client, data)
    formula = engine.load(the_only().text)
    assert formula.hardship_on is False
    assert formula.streams[2].bounds is not None
    text = page(client, answer["Location"])
    assert "no longer counted" in text
    assert "What the floors and caps cost, and who pays" in text


def test_a_question_can_be_asked_further(client: Client, untouched: SmallEngland) -> None:
    first = ask(untouched, LOUDER, pot_pence=12_345_600)
    query = f"?from={first.public_id}"
    text = page(client, reverse("ask_what_if") + query)
    assert 'value="30"' in text
    assert 'value="123456.00"' in text
    page(client, reverse("ask_what_if") + "?from=nothing", status=404)
    assert f"from={first.public_id}" in page(client, reverse("what_if", args=[first.public_id]))


def test_a_question_can_begin_with_a_pot_and_with_another_version(
    client: Client, untouched: SmallEngland
) -> None:
    pot, version = untouched.waiting_pot, untouched.proposed_formula
    text = page(client, reverse("ask_what_if") + f"?pot={pot.public_id}")
    assert f'value="{pot.shared_pence // 100}.' in text
    name = f"{version.slug}:{version.version}"
    page(client, reverse("ask_what_if") + f"?from={name}")
    answer = send(client, form_of(untouched, against=name, **{VERY_BAD: "30"}))
    assert the_only().compared_with == version
    assert the_only().compared_run is None
    assert "A draft of need for" in page(client, answer["Location"])


def test_too_many_questions_in_an_hour_have_to_wait(
    client: Client, untouched: SmallEngland, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif, "MOST_AN_HOUR", 2)
    statuses = [send(client, form_of(untouched)).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    # Somebody else may still ask, and anybody may read.
    signed_in = Client()
    signed_in.force_login(untouched.people["citizen"])
    assert send(signed_in, form_of(untouched)).status_code == 302
    page(client, reverse("ask_what_if"))


@pytest.mark.django_db
def test_before_there_is_a_formula_the_page_says_what_will_be_here(client: Client) -> None:
    from tests import worlds

    page(client, reverse("ask_what_if"), status=404)
    worlds.nation()
    assert "Nothing to compare with yet" in page(client, reverse("ask_what_if"))
    assert send(client, {}).status_code == 404


# --- A whole document -----------------------------------------------------------------------------


def document(world: SmallEngland, text: str = "", **fields: Any) -> dict[str, Any]:
    return {"text": text, "pot_pence": "1000000", "against": "", **fields}


def test_a_document_can_be_typed_and_browsers_line_ends_change_nothing(
    client: Client, untouched: SmallEngland
) -> None:
    text = untouched.formula.text.replace(*LOUDER)
    answer = send(client, document(untouched, text.replace("\n", "\r\n")), "ask_by_document")
    assert answer.status_code == 302
    assert the_only().text == text


def test_a_document_can_come_from_a_file(client: Client, untouched: SmallEngland) -> None:
    text = untouched.formula.text.replace(*LOUDER)
    file = SimpleUploadedFile("mine.yaml", text.encode())
    answer = send(client, document(untouched, "ignored", file=file), "ask_by_document")
    assert answer.status_code == 302
    assert the_only().text == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "This file is not plain text"),
        (b"formula: x\0", "This file is not plain text"),
        (b"x" * 2_000_000, "too large to be a formula"),
        (b"formula: [1, 2", "Line"),
    ],
)
def test_a_file_that_is_no_formula_is_refused(
    client: Client, untouched: SmallEngland, content: bytes, words: str
) -> None:
    file = SimpleUploadedFile("mine.yaml", content)
    answer = send(client, document(untouched, file=file), "ask_by_document")
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_every_problem_of_a_document_is_told_with_its_line_and_the_words_stay(
    client: Client, untouched: SmallEngland
) -> None:
    text = untouched.formula.text.replace("disab_lot: {points: 10,", "disab_lott: {points: x,")
    answer = send(client, document(untouched, text), "ask_by_document")
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert shown.count("Line 1") >= 2
    assert "disab_lott: {points: x," in shown
    nothing = send(client, document(untouched), "ask_by_document")
    assert "Write a formula, or choose a file." in nothing.content.decode()


def test_a_column_that_the_figures_lack_is_told(client: Client, untouched: SmallEngland) -> None:
    text = untouched.formula.text.replace("column: imd25_income_numerator", "column: house_prices")
    answer = send(client, document(untouched, text), "ask_by_document")
    assert answer.status_code == 422
    assert "no column “house_prices”" in answer.content.decode()


def test_a_document_that_would_keep_the_service_busy_is_refused(
    client: Client, untouched: SmallEngland, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = untouched.formula.text
    assert send(client, document(untouched, text), "ask_by_document").status_code == 302
    for limit, most in (("MOST_PARTS", 5), ("MOST_BITS", 10)):
        with monkeypatch.context() as stricter:
            stricter.setattr(heaviness, limit, most)
            answer = send(client, document(untouched, text), "ask_by_document")
        assert answer.status_code == 422
        assert "takes too long to work out" in answer.content.decode()


# --- Adoptable or not -----------------------------------------------------------------------------


def test_what_may_be_adopted_can_be_proposed_by_those_who_may(
    client: Client, untouched: SmallEngland, asked: WhatIf
) -> None:
    address, propose = (
        reverse(name, args=[asked.public_id]) for name in ("what_if", "propose_what_if")
    )
    assert propose not in page(client, address)
    client.force_login(untouched.people["steward"])
    assert propose in page(client, address)
    assert "health_very_bad: {points: 30," in page(client, propose)


def test_class_c_is_worked_out_and_never_adopted(client: Client, untouched: SmallEngland) -> None:
    means = ask(untouched, ("class: B", "class: C"))
    client.force_login(untouched.people["steward"])
    text = page(client, reverse("what_if", args=[means.public_id]))
    assert "This formula could never be adopted." in text
    assert "no adopted formula may ask for means" in text
    assert reverse("propose_what_if", args=[means.public_id]) not in text
    assert whatif.comparison(means).hardship_counted is None


# --- The answer -----------------------------------------------------------------------------------


def test_the_local_systems_can_be_sorted(client: Client, asked: WhatIf) -> None:
    address = reverse("what_if", args=[asked.public_id])
    answer = whatif.comparison(asked)
    for sort in (*places.SORTS, "-change", "-name", "nonsense"):
        text = page(client, f"{address}?sort={sort}")
        table = text[text.rindex("<tbody") :]
        shown = sorted(answer.local, key=lambda change: table.index(f">{change.name}<"))
        assert shown == places.in_order(answer.local, sort)


def test_neighbourhoods_can_be_shown_by_local_system(client: Client, asked: WhatIf) -> None:
    address = reverse("what_if_places", args=[asked.public_id])
    answer = whatif.comparison(asked)
    assert f"Of {len(answer.neighbourhoods)} neighbourhoods" in page(client, address)
    inside = page(client, f"{address}?in={LOCAL_SYSTEM}")
    for each in answer.neighbourhoods:
        assert (f">{escape(each.name)}</a>" in inside) == (each.parent == LOCAL_SYSTEM)


@pytest.mark.parametrize(
    ("name", "level"), [("local", "local"), ("neighbourhoods", "neighbourhoods")]
)
def test_the_files_add_up(client: Client, asked: WhatIf, name: str, level: str) -> None:
    answer = client.get(reverse("what_if_file", args=[asked.public_id, name]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert len(rows) == len(getattr(whatif.comparison(asked), level))
    assert sum(int(row["after_pence"]) for row in rows) == asked.pot_pence
    assert sum(int(row["change_pence"]) for row in rows) == 0
    assert all(row["hardship_switched_pence"].isdigit() for row in rows)


def test_the_document_comes_back_word_for_word(client: Client, asked: WhatIf) -> None:
    answer = client.get(reverse("what_if_document", args=[asked.public_id]))
    assert answer.content.decode() == asked.text


def test_anybodys_words_are_not_to_be_found_by_searching(client: Client, asked: WhatIf) -> None:
    for name in ("what_if", "what_if_places", "what_if_document"):
        answer = client.get(reverse(name, args=[asked.public_id]))
        assert answer["X-Robots-Tag"] == "noindex"


def test_words_of_a_document_are_escaped(client: Client, untouched: SmallEngland) -> None:
    hostile = ask(
        untouched,
        ("counts: people whose health is very bad", "counts: <script>alert(1)</script>"),
        LOUDER,
    )
    for address in (
        reverse("what_if", args=[hostile.public_id]),
        reverse("ask_what_if") + f"?from={hostile.public_id}",
    ):
        text = page(client, address)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


# --- Before the council votes ---------------------------------------------------------------------


def test_a_proposal_keeps_its_what_if(client: Client, untouched: SmallEngland) -> None:
    proposed = untouched.proposed_formula
    asked = proposed.what_if
    assert asked is not None
    assert (asked.text, asked.compared_with) == (proposed.text, untouched.formula)
    assert asked.compared_run == untouched.run
    assert untouched.formula.what_if is None  # nothing was in force before the first
    matter = page(client, reverse("matter", args=[proposed.matter.public_id]))
    link = reverse("formula_in_question", args=[proposed.matter.public_id])
    assert link in matter
    assert client.get(link)["Location"] == reverse("what_if", args=[asked.public_id])
    first = reverse("formula_in_question", args=[untouched.formula.matter.public_id])
    assert client.get(first)["Location"] == reverse("formula", args=["england", 1])
    page(client, reverse("formula_in_question", args=[untouched.open.public_id]), status=404)


def test_a_proposals_what_if_stays(untouched: SmallEngland, asked: WhatIf) -> None:
    version = untouched.proposed_formula
    version.what_if = asked
    with pytest.raises(DatabaseError), transaction.atomic():
        version.save(update_fields=["what_if"])


# --- How often the database is asked ---------------------------------------------------------------


@pytest.mark.parametrize(
    # Two of them are the nation and the question, the others name who is acting.
    ("name", "queries"),
    [("what_if", 5), ("what_if_places", 5), ("what_if_file", 5)],
)
def test_an_answer_known_already_asks_little(
    client: Client, asked: WhatIf, name: str, queries: int
) -> None:
    arguments = [asked.public_id, *(["local"] if name == "what_if_file" else [])]
    address = reverse(name, args=arguments)
    page(client, address)
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    assert len([q for q in captured if "SAVEPOINT" not in q["sql"]]) == queries
