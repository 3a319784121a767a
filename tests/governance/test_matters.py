"""A matter's whole life, and every way in which it may not go."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from governance import audit
from governance.actions import matters
from governance.methods import Choice
from governance.models import AuditEntry, Decision, Matter, RollEntry, User, Vote
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.worlds import Council

pytestmark = pytest.mark.django_db

POWER = "fund-a-project"  # a majority of the neighbourhood's assembly
CONSENT_POWER = "shape-the-social-work-team"
State = Matter.State


@pytest.fixture
def assembly() -> Council:
    return worlds.council(worlds.neighbourhood())


def verbs(subject: Matter | Decision) -> list[str]:
    entries = AuditEntry.objects.filter(subject_id=subject.public_id)
    return list(entries.order_by("pk").values_list("verb", flat=True))


def soon() -> timezone.datetime:
    return timezone.now() + timedelta(days=7)


def run(sql: str, *values: object) -> int:
    """Runs SQL as the application's login, in a savepoint of its own; the number of rows touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.rowcount


# --- The life of a matter -------------------------------------------------------------------------


def test_from_question_to_answer(assembly: Council) -> None:
    matter = worlds.raised(assembly, power=POWER, subject="project:1")
    assert (matter.state, matter.seat, matter.body) == (
        State.RAISED,
        assembly.sphere,
        assembly.body,
    )
    closes_at = soon()
    matter = matters.open_vote(matter=matter, closes_at=closes_at, by=assembly.chair)
    assert matter.state == State.OPEN
    assert matter.closes_at == closes_at
    first, second, third, fourth, fifth = assembly.members
    worlds.vote(matter, [first, second, third])
    worlds.vote(matter, [fourth], Choice.AGAINST, "It is too dear.")
    worlds.vote(matter, [fifth], Choice.ABSTAIN)
    decision = matters.close(matter=matter, reasons=" It is needed. ", by=second)

    matter.refresh_from_db()
    assert matter.state == State.DECIDED
    assert decision.carried
    assert decision.quorate
    assert (decision.roll, decision.votes_for, decision.votes_against, decision.abstentions) == (
        5,
        3,
        1,
        1,
    )
    assert decision.reasons == "It is needed."
    assert decision.dissent == "It is too dear."
    assert decision.rights_considered == ["UDHR 27"]
    assert verbs(matter) == ["matter.raised", "matter.opened", *["vote.cast"] * 5]
    assert verbs(decision) == ["matter.decided"]
    # Votes leave a trace of who voted, on what and when; the trail does not say how.
    assert all(entry.detail == {} for entry in AuditEntry.objects.filter(verb="vote.cast"))


def test_a_lost_vote_is_a_decision_too(assembly: Council) -> None:
    decision = worlds.decided(assembly, power=POWER, choice=Choice.AGAINST)
    assert not decision.carried
    assert decision.reasons == decision.matter.background


def test_a_question_is_taken_back_before_voting(assembly: Council) -> None:
    matter = matters.withdraw(matter=worlds.raised(assembly, power=POWER), by=assembly.chair)
    assert matter.state == State.WITHDRAWN
    assert verbs(matter) == ["matter.raised", "matter.withdrawn"]


def test_the_same_question_is_before_a_body_once_at_a_time(assembly: Council) -> None:
    matter = worlds.raised(assembly, power=POWER, subject="project:1")
    with pytest.raises(Conflict) as refused:
        worlds.raised(assembly, power=POWER, subject="project:1")
    assert refused.value.code == "asked-already"
    assert Matter.objects.count() == 1
    matters.withdraw(matter=matter, by=assembly.chair)
    assert worlds.raised(assembly, power=POWER, subject="project:1").state == State.RAISED


def test_a_question_needs_words(assembly: Council) -> None:
    with pytest.raises(DomainError) as refused:
        matters.raise_matter(
            power=POWER, sphere=assembly.sphere, subject="x", question="  ", by=assembly.chair
        )
    assert refused.value.code == "no-question"
    assert not Matter.objects.exists()


# --- Who may --------------------------------------------------------------------------------------


def test_outsiders_may_do_nothing_and_nothing_happens(assembly: Council) -> None:
    stranger = worlds.user()
    neighbour = worlds.holder("councillor", worlds.neighbourhood(under=assembly.sphere.parent))
    worker = worlds.holder("social-worker", assembly.sphere)
    raised = worlds.raised(assembly, power=POWER)
    opened = worlds.opened(assembly, power=POWER)
    for outsider in (stranger, neighbour, worker):
        attempts: list[tuple[str, Callable[[], object]]] = [
            (
                "may-not-raise",
                lambda: matters.raise_matter(
                    power=POWER,
                    sphere=assembly.sphere,
                    subject="other",
                    question="?",
                    by=outsider,  # noqa: B023 -- called in this round
                ),
            ),
            (
                "may-not-steer",
                lambda: matters.open_vote(matter=raised, closes_at=soon(), by=outsider),  # noqa: B023
            ),
            ("may-not-steer", lambda: matters.withdraw(matter=raised, by=outsider)),  # noqa: B023
            ("may-not-steer", lambda: matters.ask_up(matter=raised, by=outsider)),  # noqa: B023
            ("may-not-steer", lambda: matters.close(matter=opened, by=outsider)),  # noqa: B023
            (
                "not-on-the-roll",
                lambda: matters.cast(matter=opened, choice="for", by=outsider),  # noqa: B023
            ),
        ]
        before = AuditEntry.objects.count()
        for code, attempt in attempts:
            with pytest.raises(NotAllowed) as refused:
                attempt()
            assert refused.value.code == code
        assert AuditEntry.objects.count() == before
    assert Matter.objects.count() == 2
    assert not Vote.objects.exists()
    raised.refresh_from_db()
    assert raised.state == State.RAISED


def test_no_body_answers_another_bodys_question() -> None:
    """An assembly that votes about the national pot would be laughed at; a decision of its would not be."""
    country = worlds.nation()
    worlds.council(country)
    green = worlds.neighbourhood(under=worlds.local_system(under=country))
    assembly = worlds.council(green)
    with pytest.raises(DomainError) as refused:
        worlds.raised(assembly, power="set-the-pot", sphere=country, to=assembly.body)
    assert refused.value.code == "not-the-seat"
    with pytest.raises(NotAllowed):
        worlds.raised(assembly, power="set-the-pot", sphere=country)
    assert not Matter.objects.exists()


# --- The roll -------------------------------------------------------------------------------------


def test_the_roll_is_fixed_at_opening(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    late = worlds.holder("councillor", assembly.sphere)
    leaver = assembly.members[0]
    leaver.mandates.update(ends_on=timezone.localdate())
    assert set(User.objects.filter(pk__in=matter.roll.values("user"))) == set(assembly.members)
    with pytest.raises(NotAllowed) as refused:
        matters.cast(matter=matter, choice="for", by=late)
    assert refused.value.code == "not-on-the-roll"
    # Who was on the roll still has the vote on this one matter.
    assert matters.cast(matter=matter, choice="for", by=leaver).choice == "for"


def test_the_database_keeps_the_roll_fixed(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    late = worlds.holder("councillor", assembly.sphere)
    insert = "INSERT INTO governance_rollentry (matter_id, user_id) VALUES (%s, %s)"
    with pytest.raises(IntegrityError, match="roll is fixed"):
        run(insert, matter.pk, late.pk)
    with pytest.raises(Exception, match="permission denied"):
        run("DELETE FROM governance_rollentry WHERE matter_id = %s", matter.pk)
    assert RollEntry.objects.filter(matter=matter).count() == 5


def test_nobody_to_vote() -> None:
    empty = worlds.nation()
    steward = worlds.holder("national-steward", empty)
    matter = matters.raise_matter(
        power="set-the-pot", sphere=empty, subject="pot:1", question="How much?", by=steward
    )
    with pytest.raises(Conflict) as refused:
        matters.open_vote(matter=matter, closes_at=soon(), by=steward)
    assert refused.value.code == "nobody-to-vote"


@pytest.mark.parametrize(
    "lasts", [timedelta(days=-1), timedelta(seconds=59), timedelta(days=61), timedelta(0)]
)
def test_a_vote_lasts_between_a_minute_and_sixty_days(assembly: Council, lasts: timedelta) -> None:
    matter = worlds.raised(assembly, power=POWER)
    with pytest.raises(DomainError) as refused:
        matters.open_vote(matter=matter, closes_at=timezone.now() + lasts, by=assembly.chair)
    assert refused.value.code == "bad-closing-time"
    assert not matter.roll.exists()


# --- Votes ----------------------------------------------------------------------------------------


def test_one_vote_a_member(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    worlds.vote(matter, [assembly.chair])
    with pytest.raises(NotAllowed) as refused:
        matters.cast(matter=matter, choice="against", by=assembly.chair)
    assert refused.value.code == "voted-already"
    assert [vote.choice for vote in matter.votes.all()] == ["for"]


def test_a_vote_is_for_against_or_abstain(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    with pytest.raises(DomainError) as refused:
        matters.cast(matter=matter, choice="maybe", by=assembly.chair)
    assert refused.value.code == "no-choice"
    assert not matter.votes.exists()


def test_an_objection_under_consent_needs_its_reason(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=CONSENT_POWER)
    with pytest.raises(DomainError) as refused:
        matters.cast(matter=matter, choice="against", reason=" ", by=assembly.chair)
    assert refused.value.code == "no-reason"
    assert not matter.votes.exists()
    worlds.vote(matter, [assembly.chair], Choice.AGAINST, "Nobody asked the workers.")
    worlds.vote(matter, assembly.members[1:])
    decision = matters.close(matter=matter, by=assembly.chair)
    assert not decision.carried
    assert decision.dissent == "Nobody asked the workers."


def test_a_majority_may_vote_against_without_a_reason(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    assert matters.cast(matter=matter, choice="against", by=assembly.chair).reason == ""


INSERT_VOTE = (
    "INSERT INTO governance_vote (matter_id, user_id, choice, reason, cast_at) "
    "VALUES (%s, %s, %s, '', now())"
)


def test_the_database_refuses_votes_off_the_roll_and_outside_the_time(assembly: Council) -> None:
    opened = worlds.opened(assembly, power=POWER)
    with pytest.raises(IntegrityError, match="only members on the roll"):
        run(INSERT_VOTE, opened.pk, worlds.user().pk, "for")
    with pytest.raises(IntegrityError, match="vote_choice_known"):
        run(INSERT_VOTE, opened.pk, assembly.chair.pk, "maybe")
    decided = worlds.opened(assembly, power=POWER)
    worlds.vote(decided, assembly.members[:3])
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        matters.close(matter=decided, by=None)
    with pytest.raises(IntegrityError, match="not open for votes"):
        run(INSERT_VOTE, decided.pk, assembly.members[4].pk, "against")
    assert decided.votes.count() == 3


@pytest.mark.parametrize("table", ["governance_vote", "governance_decision"])
def test_votes_and_decisions_are_never_changed(assembly: Council, table: str) -> None:
    decision = worlds.decided(assembly, power=POWER)
    change = "choice = 'against'" if table == "governance_vote" else "carried = false"
    for sql in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        with pytest.raises(Exception, match="permission denied"):
            run(sql)
    decision.refresh_from_db()
    assert decision.carried
    assert decision.matter.votes.filter(choice="for").count() == 5


def test_the_database_counts_the_votes_itself(assembly: Council) -> None:
    insert = (
        "INSERT INTO governance_decision (public_id, matter_id, method, roll, votes_for, votes_against, "
        "abstentions, quorate, carried, reasons, dissent, rights_considered, decided_at) "
        "VALUES ('forged', %s, 'majority', %s, %s, 0, 0, true, true, 'Because.', '', '{}', now())"
    )
    opened = worlds.opened(assembly, power=POWER)
    with pytest.raises(IntegrityError, match="counts the votes"):
        run(insert, opened.pk, 5, 3)
    with pytest.raises(IntegrityError, match="counts the votes"):
        run(insert, opened.pk, 1, 0)
    with pytest.raises(IntegrityError, match="only an open matter"):
        run(insert, worlds.raised(assembly, power=POWER).pk, 0, 0)
    assert not Decision.objects.exists()


# --- Closing --------------------------------------------------------------------------------------


def test_it_closes_early_only_when_all_have_voted(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    worlds.vote(matter, assembly.members[:4])
    with pytest.raises(Conflict) as refused:
        matters.close(matter=matter, by=assembly.chair)
    assert refused.value.code == "still-open"
    assert not Decision.objects.exists()
    worlds.vote(matter, assembly.members[4:])
    assert matters.close(matter=matter, by=assembly.chair).carried


def test_a_vote_after_the_time_is_refused_though_nobody_has_counted_yet(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    assert matter.closes_at is not None
    with time_machine.travel(matter.closes_at, tick=False):
        with pytest.raises(Conflict) as refused:
            matters.cast(matter=matter, choice="for", by=assembly.chair)
        assert refused.value.code == "closed"
    assert not matter.votes.exists()


def test_the_clock_closes_a_vote_through_the_outbox(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    worlds.vote(matter, assembly.members[:3])
    message = OutboxMessage.objects.get(topic="governance.close_vote")
    assert message.next_attempt_at == matter.closes_at
    assert message not in OutboxMessage.objects.due()
    assert matter.closes_at is not None
    with time_machine.travel(matter.closes_at, tick=False):
        assert message in OutboxMessage.objects.due()
        assert outbox.deliver(message.pk)
    decision = Decision.objects.get()
    assert decision.carried
    assert decision.votes_for == 3
    assert AuditEntry.objects.get(verb="matter.decided").actor_id is None


def test_the_clock_finds_nothing_to_do_after_an_early_close(assembly: Council) -> None:
    worlds.decided(assembly, power=POWER)
    message = OutboxMessage.objects.get(topic="governance.close_vote")
    assert outbox.deliver(message.pk)
    assert Decision.objects.count() == 1


def test_without_a_quorum_nothing_is_carried(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    worlds.vote(matter, assembly.members[:2])
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        decision = matters.close(matter=matter, by=None)
    assert (decision.quorate, decision.carried) == (False, False)


# --- What a decision sets off ---------------------------------------------------------------------


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> str:
    topic = f"decided:{POWER}"
    monkeypatch.setitem(outbox._handlers, topic, lambda *, by, **payload: None)
    return topic


def test_a_decision_promises_its_effect(assembly: Council, handled: str) -> None:
    decision = worlds.decided(assembly, power=POWER)
    message = OutboxMessage.objects.get(topic=handled)
    assert message.payload == {"decision_id": decision.pk}
    assert message.acting_user_id == assembly.chair.pk


def test_a_lost_decision_is_told_too(assembly: Council, handled: str) -> None:
    """The thing that was asked about must learn that the answer was no."""
    decision = worlds.decided(assembly, power=POWER, choice=Choice.AGAINST)
    assert not decision.carried
    assert OutboxMessage.objects.get(topic=handled).payload == {"decision_id": decision.pk}


def test_a_power_without_a_handler_promises_nothing(assembly: Council) -> None:
    assert not outbox.is_handled(f"decided:{CONSENT_POWER}")
    worlds.decided(assembly, power=CONSENT_POWER)
    assert not OutboxMessage.objects.filter(topic__startswith="decided:").exists()


def test_lending_a_power_is_not_a_use_of_it(assembly: Council, handled: str) -> None:
    above = assembly.sphere.parent
    assert above is not None
    decision = worlds.agreed("lend", assembly, power=POWER, home=assembly.sphere, borrower=above)
    assert decision.carried
    assert not OutboxMessage.objects.filter(topic=handled).exists()


# --- Asking up ------------------------------------------------------------------------------------


def test_a_seat_asks_the_one_above(assembly: Council) -> None:
    assert assembly.sphere.parent is not None
    council = worlds.council(assembly.sphere.parent)
    matter = worlds.raised(assembly, power=POWER, subject="project:1")
    asked = matters.ask_up(matter=matter, by=assembly.chair)
    matter.refresh_from_db()
    assert matter.state == State.REFERRED
    assert (asked.seat, asked.body) == (council.sphere, council.body)
    assert (asked.sphere, asked.subject, asked.power) == (assembly.sphere, "project:1", POWER)
    assert asked.referred_from == matter
    entry = AuditEntry.objects.get(verb="matter.asked-up")
    assert entry.detail == {"asked": asked.public_id}
    # Those above decide it now, and those who asked do not.
    with pytest.raises(NotAllowed):
        matters.open_vote(matter=asked, closes_at=soon(), by=assembly.chair)
    assert matters.open_vote(matter=asked, closes_at=soon(), by=council.chair).state == State.OPEN


def test_there_is_nobody_above_the_nation() -> None:
    council = worlds.council(worlds.nation())
    matter = worlds.raised(council, power="set-the-pot")
    with pytest.raises(Conflict) as refused:
        matters.ask_up(matter=matter, by=council.chair)
    assert refused.value.code == "nobody-above"
    matter.refresh_from_db()
    assert matter.state == State.RAISED


def test_asking_up_what_is_asked_there_already(assembly: Council) -> None:
    above = assembly.sphere.parent
    assert above is not None
    neighbours = worlds.council(worlds.neighbourhood(under=above))
    matters.ask_up(
        matter=worlds.raised(neighbours, power=POWER, subject="project:1"), by=neighbours.chair
    )
    matter = worlds.raised(assembly, power=POWER, subject="project:1")
    with pytest.raises(Conflict) as refused:
        matters.ask_up(matter=matter, by=assembly.chair)
    assert refused.value.code == "asked-already"
    matter.refresh_from_db()
    assert matter.state == State.RAISED


@pytest.mark.parametrize("to_the_council", [True, False])
def test_a_core_power_comes_before_no_body(assembly: Council, to_the_council: bool) -> None:
    with pytest.raises(DomainError) as refused:
        worlds.raised(assembly, power="agree-my-plan", to=assembly.body if to_the_council else None)
    assert refused.value.code == "core-power"
    assert not Matter.objects.exists()


def test_the_database_puts_a_core_power_before_no_body(assembly: Council) -> None:
    columns = (
        "public_id, power, sphere_id, seat_id, body_id, subject, question, background, state, "
        "raised_by_id, raised_at"
    )
    with pytest.raises(IntegrityError, match="matter_of_a_core_power_before_no_body"):
        run(
            f"INSERT INTO governance_matter ({columns}) "
            "VALUES ('x', 'agree-my-plan', %s, %s, %s, 's', 'q', '', 'raised', %s, now())",
            assembly.sphere.pk,
            assembly.sphere.pk,
            assembly.body.pk,
            assembly.chair.pk,
        )


# --- Transitions ----------------------------------------------------------------------------------


def in_state(assembly: Council, state: str) -> Matter:
    match state:
        case State.RAISED:
            return worlds.raised(assembly, power=POWER)
        case State.OPEN:
            return worlds.opened(assembly, power=POWER)
        case State.DECIDED:
            return worlds.decided(assembly, power=POWER).matter
        case State.WITHDRAWN:
            return matters.withdraw(matter=worlds.raised(assembly, power=POWER), by=assembly.chair)
        case _:
            matter = worlds.raised(assembly, power=POWER)
            matters.ask_up(matter=matter, by=assembly.chair)
            matter.refresh_from_db()
            return matter


MOVES: dict[str, Callable[[Matter, User], object]] = {
    State.OPEN: lambda matter, by: matters.open_vote(matter=matter, closes_at=soon(), by=by),
    State.DECIDED: lambda matter, by: matters.close(matter=matter, by=by),
    State.WITHDRAWN: lambda matter, by: matters.withdraw(matter=matter, by=by),
    State.REFERRED: lambda matter, by: matters.ask_up(matter=matter, by=by),
}
ILLEGAL = [
    (before, after)
    for before in State
    for after in State
    if after not in Matter.TRANSITIONS[before] and before != after
]


@pytest.mark.parametrize(("before", "after"), ILLEGAL)
def test_illegal_moves(assembly: Council, before: str, after: str) -> None:
    matter = in_state(assembly, before)
    assert matter.state == before
    entries, decisions = AuditEntry.objects.count(), Decision.objects.count()
    if after in MOVES:
        with pytest.raises(Conflict) as refused:
            MOVES[after](matter, assembly.chair)
        assert refused.value.code == "wrong-state"
    with pytest.raises(IntegrityError):
        run("UPDATE governance_matter SET state = %s WHERE id = %s", after, matter.pk)
    matter.refresh_from_db()
    assert matter.state == before
    assert (AuditEntry.objects.count(), Decision.objects.count()) == (entries, decisions)


def test_every_move_has_an_action() -> None:
    arrows = {after for targets in Matter.TRANSITIONS.values() for after in targets}
    assert arrows == set(MOVES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (before, after)
        for before, targets in Matter.TRANSITIONS.items()
        for after in sorted(targets)
    ],
)
def test_the_database_knows_the_same_moves(assembly: Council, before: str, after: str) -> None:
    matter = in_state(assembly, before)
    assert (
        run(
            "UPDATE governance_matter SET state = %s, opened_at = coalesce(opened_at, now()), "
            "closes_at = coalesce(closes_at, now() + interval '1 day') WHERE id = %s",
            after,
            matter.pk,
        )
        == 1
    )


@pytest.mark.parametrize(
    "change",
    ["question = 'Another?'", "subject = 'other'", "power = 'hold-a-ballot'", "body_id = NULL"],
)
def test_what_was_asked_stands(assembly: Council, change: str) -> None:
    matter = worlds.opened(assembly, power=POWER)
    with pytest.raises(IntegrityError, match="what was asked"):
        run(f"UPDATE governance_matter SET {change} WHERE id = %s", matter.pk)


def test_the_time_to_vote_is_not_moved_once_voting_has_begun(assembly: Council) -> None:
    matter = worlds.opened(assembly, power=POWER)
    with pytest.raises(IntegrityError, match="what was asked"):
        run(
            "UPDATE governance_matter SET closes_at = now() + interval '1 second' WHERE id = %s",
            matter.pk,
        )


# --- An act and its trace stand or fall together --------------------------------------------------


@pytest.mark.parametrize("move", [State.OPEN, State.WITHDRAWN, State.REFERRED])
def test_if_the_trace_fails_the_move_did_not_happen(
    assembly: Council, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = worlds.raised(assembly, power=POWER)
    matters_before = Matter.objects.count()

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room for the trail")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="no room"):
        MOVES[move](matter, assembly.chair)
    matter.refresh_from_db()
    assert matter.state == State.RAISED
    assert Matter.objects.count() == matters_before
    assert not matter.roll.exists()
    assert not OutboxMessage.objects.exists()


def test_if_the_trace_fails_there_is_no_vote_and_no_decision(
    assembly: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    matter = worlds.opened(assembly, power=POWER)
    worlds.vote(matter, assembly.members[1:])

    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room for the trail")

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        with pytest.raises(OSError, match="no room"):
            matters.cast(matter=matter, choice="for", by=assembly.chair)
    assert matter.votes.count() == 4
    worlds.vote(matter, [assembly.chair])
    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="no room"):
        matters.close(matter=matter, by=assembly.chair)
    matter.refresh_from_db()
    assert matter.state == State.OPEN
    assert not Decision.objects.exists()
