"""A formula's way to the council and back, and what neither Python nor PostgreSQL lets into one."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection, transaction

from budgets.actions import formulas
from budgets.formula import heaviness
from budgets.models import FormulaVersion
from governance.methods import Choice
from governance.models import AuditEntry, Matter
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds as people
from tests.budgets.worlds import DOCUMENT, Nation

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

State = FormulaVersion.State
MEANS = DOCUMENT.replace(
    "counts: everybody", "counts: people with savings"
).replace("column: population, class: A", "column: population, class: C")  # fmt: skip


def trace() -> tuple[int, int, int]:
    """What a refused act must leave as it was."""
    return FormulaVersion.objects.count(), Matter.objects.count(), AuditEntry.objects.count()


def test_a_proposal_is_kept_word_for_word_and_put_to_the_council(nation: Nation) -> None:
    version = nation.propose_formula()
    assert (version.slug, version.version, version.state) == ("small", 1, State.PROPOSED)
    assert version.text == DOCUMENT
    assert version.matter.subject == "formula:small:1"
    assert version.matter.seat == nation.sphere
    assert {row["code"]: row["class"] for row in version.contents["indicators"]} == {
        "lot": "A", "little": "A", "people_here": "A"
    }  # fmt: skip
    assert AuditEntry.objects.get(verb="formula.proposed").detail["sha256"] == version.sha256


def test_carried_it_is_adopted_once(nation: Nation) -> None:
    version = nation.adopt_formula()
    assert (version.state, version.adopted_at is None) == (State.ADOPTED, False)
    assert version.decision.matter == version.matter
    again = formulas.settle(decision=version.decision)
    assert again.adopted_at == version.adopted_at
    assert AuditEntry.objects.filter(verb="formula.adopted").count() == 1


def test_not_carried_it_never_pays(nation: Nation) -> None:
    decision = nation.decide(nation.propose_formula().matter, Choice.AGAINST)
    assert formulas.settle(decision=decision).state == State.REJECTED
    assert AuditEntry.objects.filter(verb="formula.rejected").count() == 1
    assert nation.propose_formula().version == 2  # the council may be asked again


def test_closing_the_vote_promises_the_adoption(nation: Nation) -> None:
    proposed = nation.propose_formula()
    nation.decide(proposed.matter)
    message = OutboxMessage.objects.get(topic=f"decided:{formulas.POWER}")
    assert outbox.deliver(message.pk)
    proposed.refresh_from_db()
    assert proposed.state == State.ADOPTED


def test_a_later_document_is_the_next_version(nation: Nation) -> None:
    nation.adopt_formula()
    assert nation.adopt_formula(DOCUMENT.replace("lot: 5", "lot: 6")).version == 2
    assert FormulaVersion.objects.filter(state=State.ADOPTED).count() == 2


def test_the_same_words_are_not_asked_twice_at_once(nation: Nation) -> None:
    nation.propose_formula()
    before = trace()
    with pytest.raises(Conflict) as refused:
        nation.propose_formula()
    assert refused.value.code == "asked-already"
    assert trace() == before


def test_a_document_that_cannot_be_adopted_is_told_every_reason(nation: Nation) -> None:
    before = trace()
    text = MEANS.replace("effective: {from: 2026-04-01, until: 2027-03-31}\n", "")
    with pytest.raises(formulas.FormulaNotAdoptable) as refused:
        nation.propose_formula(text)
    assert refused.value.code == "formula-not-adoptable"
    found = {(problem.key, problem.code): problem.line for problem in refused.value.problems}
    assert set(found) == {("indicators.people_here", "class_c"), ("effective", "no_dates")}
    line = found["indicators.people_here", "class_c"]
    assert text.splitlines()[line - 1].strip().startswith("people_here:")
    assert trace() == before


def test_a_document_that_would_take_minutes_is_not_put_to_the_council(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried over the nation's newest figures: before there are any, only its length is known."""
    before = trace()
    monkeypatch.setattr(heaviness, "MOST_BITS", 1)
    with pytest.raises(formulas.FormulaNotAdoptable) as refused:
        nation.propose_formula()
    [problem] = refused.value.problems
    assert (problem.code, problem.line > 0, problem.key != "") == ("too_heavy", True, True)
    assert trace() == before


def test_a_document_that_cannot_be_read_is_told_where(nation: Nation) -> None:
    before = trace()
    text = DOCUMENT.replace("lot: 5", "lot: five")
    with pytest.raises(formulas.FormulaNotAdoptable) as refused:
        nation.propose_formula(text)
    (problem,) = refused.value.problems
    assert problem.key == "need.points.of.lot"
    assert "five" in text.splitlines()[problem.line - 1]
    assert trace() == before


def test_only_the_council_and_its_stewards_propose(nation: Nation) -> None:
    somebody = people.user("citizen")
    before = trace()
    with pytest.raises(NotAllowed) as refused:
        formulas.propose(nation=nation.sphere, text=DOCUMENT, by=somebody)
    assert refused.value.code == "may-not-raise"
    assert trace() == before


def test_a_decision_about_something_else_adopts_nothing(nation: Nation) -> None:
    proposed = nation.propose_formula()
    elsewhere = people.decided(nation.council, power="set-the-pot")
    with pytest.raises(NotAllowed) as refused:
        formulas.settle(decision=elsewhere)
    assert refused.value.code == "no-such-decision"
    proposed.refresh_from_db()
    assert proposed.state == State.PROPOSED


# --- What PostgreSQL refuses, to the application's own login ---------------------------------------


def refused(statement: str, values: list[object]) -> str:
    """What PostgreSQL says against `statement`."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(error.value)


def test_class_c_is_refused_by_the_database(nation: Nation) -> None:
    matter = people.raised(nation.council, power=formulas.POWER)
    insert = (
        "INSERT INTO budgets_formulaversion (nation_id, slug, version, title, text, sha256, contents, state,"
        " matter_id, proposed_by_id, proposed_at)"
        " VALUES (%s, 'x', 1, 'x', 'x', 'x', %s, 'proposed', %s, %s, now())"
    )

    def values(*indicators: dict[str, str]) -> list[object]:
        contents = json.dumps({"indicators": indicators})
        return [nation.sphere.pk, contents, matter.pk, nation.steward.pk]

    need, means = {"code": "lot", "class": "A"}, {"code": "savings", "class": "C"}
    message = refused(insert, values(need, means))
    assert "formula_never_holds_an_indicator_of_means" in message
    # The same row without it goes in: the class is what was refused.
    with connection.cursor() as cursor:
        cursor.execute(insert, values(need))
    assert FormulaVersion.objects.get().slug == "x"


@pytest.mark.parametrize(
    "change",
    [
        "text = text || ' '",
        "title = 'Another'",
        "sha256 = 'x'",
        "version = version + 1",
        "slug = 'other'",
        "contents = '{}'",
        "matter_id = NULL",
        "proposed_at = now() - interval '1 day'",
    ],
)
def test_the_words_of_a_formula_never_change(nation: Nation, change: str) -> None:
    version = nation.propose_formula()
    message = refused(f"UPDATE budgets_formulaversion SET {change} WHERE id = %s", [version.pk])
    assert "the words of a proposed formula do not change" in message


def test_no_formula_is_adopted_without_the_decision_about_it(nation: Nation) -> None:
    version = nation.propose_formula()
    lost = nation.decide(version.matter, Choice.AGAINST)
    other = people.decided(nation.council, power=formulas.POWER)
    adopt = (
        "UPDATE budgets_formulaversion SET state = 'adopted', adopted_at = now(), decision_id = %s"
        " WHERE id = %s"
    )
    for decision in (None, lost.pk, other.pk):
        message = refused(adopt, [decision, version.pk])
        assert "a formula is adopted by the decision about it" in message


def test_a_formula_is_never_deleted(nation: Nation) -> None:
    version = nation.propose_formula()
    assert "permission denied" in refused(
        "DELETE FROM budgets_formulaversion WHERE id = %s", [version.pk]
    )
