"""Asking and answering: what is kept, who may do the next step, what the promise is, and that nobody is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from governance.actions import mandates
from governance.models import AuditEntry, Mandate, Sphere, User
from people import promises, queries_asks, rules, rules_asks
from people.actions import asks, records
from people.codes import hash_of, new_code
from people.models import Ask
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.asking.worlds import NAME, REACH, WORDS, asked, said, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Sphere:
    return worlds.neighbourhood(name="Marigold Fold")


@pytest.fixture
def worker(place: Sphere) -> User:
    return worlds.holder("social-worker", place)


@pytest.fixture
def coordinator(place: Sphere) -> User:
    return worlds.holder("coordinator", place)


def sees(user: User | None, ask: Ask) -> bool:
    with acting_as(user):
        return Ask.objects.filter(pk=ask.pk).exists()


# --- Asking ---------------------------------------------------------------------------------------


def test_whoever_asks_without_an_account_gets_a_code_and_no_sight(place: Sphere) -> None:
    made = asked(place)
    assert made.code is not None
    assert made.ask.person is None
    assert not sees(None, made.ask)


def test_asking_signed_in_begins_the_record(place: Sphere) -> None:
    newcomer = worlds.user()
    made = asked(place, by=newcomer)
    assert made.code is None
    with acting_as(newcomer):
        record = rules.own_record(newcomer)
        assert record is not None
        assert record.preferred_name == NAME
        [mine] = queries_asks.own(newcomer)
    assert mine.ask.words == WORDS
    asked(place, by=newcomer)
    with acting_as(newcomer):
        assert len(queries_asks.own(newcomer)) == 2


@pytest.mark.parametrize("how", [each for each in Ask.How if each != Ask.How.ONLINE])
def test_a_helper_is_named_and_does_not_keep_it(place: Sphere, how: str) -> None:
    helper = worlds.user("helper")
    made = asked(place, by=helper, how=how)
    assert made.code is not None
    assert (made.ask.entered_by, made.ask.how, made.ask.person) == (helper, how, None)
    assert not sees(helper, made.ask)


def test_a_helper_has_to_say_who_they_are(place: Sphere) -> None:
    with pytest.raises(NotAllowed):
        asked(place, how="phone")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": "  "}, "no-name"),
        ({"reach": ""}, "no-reach"),
        ({"channel": "pigeon"}, "no-channel"),
        ({"talk": "shouting"}, "no-way"),
        ({"for_whom": "my boss"}, "no-way"),
        ({"words": "x" * 2001}, "too-long"),
    ],
)
def test_what_is_missing_is_asked_for(place: Sphere, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(DomainError) as error:
        asked(place, **wrong)
    assert error.value.code == code
    assert not AuditEntry.objects.filter(verb="ask.made").exists()


def test_asking_is_for_neighbourhoods(place: Sphere) -> None:
    assert place.parent is not None
    with pytest.raises(DomainError, match="neighbourhood"):
        asked(place.parent)


def test_there_is_no_state_that_means_no() -> None:
    """Nobody is screened out: every state is on the way to an answer, or the asker's own wish."""
    assert set(Ask.State) == {"waiting", "taken", "talked", "closed", "withdrawn"}
    for state, after in Ask.TRANSITIONS.items():
        assert (Ask.State.WITHDRAWN in after) == (state in Ask.OPEN)


# --- The promise ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 25)),  # a Monday
        (date(2026, 11, 20), date(2026, 11, 24)),  # a Friday
        (date(2026, 11, 22), date(2026, 11, 24)),  # a Sunday
        (date(2026, 12, 24), date(2026, 12, 30)),  # two bank holidays and a weekend between
    ],
)
def test_two_working_days(asked_on: date, due: date) -> None:
    assert promises.current().due(promises.ASK, on=asked_on) == due


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), st.sampled_from(["ask", "challenge"]))
def test_a_promise_is_a_working_day_with_so_many_after_the_first(day: date, kind: str) -> None:
    now = promises.current()
    due = now.due(kind, on=day)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert now.is_working_day(due)
    assert sum(map(now.is_working_day, between)) == now.working_days(kind, on=day)
    assert due <= now.due(kind, on=day + timedelta(days=1))


def test_a_later_rule_counts_from_its_day_on() -> None:
    rules_ = promises.Promises({"ask": ((date(2026, 1, 1), 2), (date(2027, 1, 1), 1))}, frozenset())
    assert rules_.working_days("ask", on=date(2026, 12, 31)) == 2
    assert rules_.working_days("ask", on=date(2027, 1, 1)) == 1
    with pytest.raises(LookupError):
        rules_.working_days("ask", on=date(2025, 12, 31))


def test_late_is_after_the_day_and_only_until_they_talked(place: Sphere, worker: User) -> None:
    ask = taken(place, worker).ask
    assert not ask.is_overdue(ask.answer_by)
    assert ask.is_overdue(ask.answer_by + timedelta(days=1))
    with acting_as(worker):
        talked = asks.mark_talked(ask=ask, by=worker)
    assert not talked.is_overdue(ask.answer_by + timedelta(days=1))


# --- Answering ------------------------------------------------------------------------------------


def test_until_somebody_takes_it_all_who_answer_there_see_it(
    place: Sphere, worker: User, coordinator: User
) -> None:
    made = asked(place)
    elsewhere = worlds.holder("coordinator", worlds.neighbourhood())
    councillor = worlds.holder("councillor", place)
    assert [sees(user, made.ask) for user in (worker, coordinator)] == [True, True]
    assert [sees(user, made.ask) for user in (elsewhere, councillor, worlds.user())] == [False] * 3
    with acting_as(worker):
        asks.take(ask=made.ask, by=worker)
    assert sees(worker, made.ask)
    assert not sees(coordinator, made.ask)


def test_where_nobody_answers_those_next_door_do(place: Sphere, worker: User) -> None:
    empty = worlds.neighbourhood(under=place.parent)
    made = asked(empty)
    assert sees(worker, made.ask)
    assert [reader.place for reader in queries_asks.readers(empty)] == [place.name]
    worlds.holder("coordinator", empty)
    assert not sees(worker, made.ask)


def test_what_somebody_took_who_left_is_there_for_the_others(
    place: Sphere, worker: User, coordinator: User
) -> None:
    made = taken(place, worker)
    assert not sees(coordinator, made.ask)
    mandates.end(mandate=Mandate.objects.get(user=worker), by=None)
    assert sees(coordinator, made.ask)
    assert not sees(worker, made.ask)
    with acting_as(coordinator):
        assert asks.take(ask=made.ask, by=coordinator).taken_by == coordinator


def test_the_whole_way(place: Sphere, worker: User, coordinator: User) -> None:
    asker = worlds.user()
    ask = asked(place, by=asker).ask
    with acting_as(worker):
        with pytest.raises(NotAllowed):
            asks.mark_talked(ask=ask, by=worker)
        asks.take(ask=ask, by=worker)
        with pytest.raises(Conflict):
            asks.close(ask=ask, answer="Too early.", by=worker)
        asks.hand_on(ask=ask, to=coordinator, by=worker)
    assert not sees(worker, ask)
    with acting_as(worker), pytest.raises(Missing):
        asks.mark_talked(ask=ask, by=worker)
    with acting_as(coordinator):
        with pytest.raises(NotAllowed):
            asks.take(ask=ask, by=coordinator)
        asks.mark_talked(ask=ask, by=coordinator)
        asks.close(ask=ask, answer="A rail for the stairs, and the choir.", by=coordinator)
    with acting_as(asker):
        [mine] = queries_asks.own(asker)
        with pytest.raises(Conflict):
            asks.withdraw(ask=mine.ask.row, by=asker)
    assert mine.ask.answer == "A rail for the stairs, and the choir."
    assert (mine.ask.words, mine.ask.reach) == (WORDS, REACH)
    verbs = (
        AuditEntry.objects.filter(subject_id=ask.pk).order_by("pk").values_list("verb", flat=True)
    )
    assert list(verbs) == ["ask.taken", "ask.handed-on", "ask.talked", "ask.closed"]


def test_traces_and_promises_do_not_join_the_asker_to_the_ask(place: Sphere, worker: User) -> None:
    """The trail and the promises have no row security: they name whoever answers an ask, and never whose it is."""
    asker = worlds.user()
    ask = taken(place, worker, by=asker).ask
    entries = AuditEntry.objects.filter(subject_id=ask.pk)
    assert set(entries.values_list("actor_id", flat=True)) == {worker.pk}
    assert AuditEntry.objects.filter(verb="ask.made", actor_id=asker.pk).exists()
    about_it = [
        each for each in OutboxMessage.objects.all() if ask.pk in f"{each.key}{each.payload}"
    ]
    assert {message.payload["user_id"] for message in about_it} == {worker.pk}
    person = OutboxMessage.objects.get(topic="people.tell")
    assert ask.pk not in f"{person.key} {person.payload}"


def test_what_is_answered_stays_with_whoever_took_it_for_28_days(
    place: Sphere, worker: User
) -> None:
    ask = taken(place, worker).ask
    with acting_as(worker):
        asks.mark_talked(ask=ask, by=worker)
        asks.close(ask=ask, answer="Done.", by=worker)
    for days, there in ((27, True), (29, False)):
        with acting_as(worker, at=timezone.now() + timedelta(days=days)):
            assert Ask.objects.filter(pk=ask.pk).exists() == there


def test_it_is_handed_only_to_somebody_who_answers_there(place: Sphere, worker: User) -> None:
    ask = taken(place, worker).ask
    for nobody in (worker, worlds.user(), worlds.holder("coordinator", worlds.neighbourhood())):
        with acting_as(worker), pytest.raises(DomainError, match="answers asks"):
            asks.hand_on(ask=ask, to=nobody, by=worker)
    assert sees(worker, ask)


def test_nobody_answers_their_own(place: Sphere, worker: User, coordinator: User) -> None:
    ask = asked(place, by=worker).ask
    with acting_as(worker):
        assert queries_asks.to_answer(worker) == []
        with pytest.raises(Missing):
            asks.take(ask=ask, by=worker)
    with acting_as(coordinator):
        assert len(queries_asks.to_answer(coordinator)) == 1


def test_the_list_is_one_query_and_opens_no_words(
    place: Sphere, worker: User, django_assert_num_queries: object
) -> None:
    for _ in range(3):
        asked(place)
    with acting_as(worker), django_assert_num_queries(2):  # type: ignore[operator]
        lines = queries_asks.to_answer(worker)
        assert [line.row.neighbourhood.name for line in lines] == [place.name] * 3
    assert all("sealed" in line.row.get_deferred_fields() for line in lines)


# --- With the code --------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [str.upper, str.strip, lambda code: code.replace("-", " ")])
def test_a_code_is_read_however_it_is_written(write: object) -> None:
    code = new_code()
    assert hash_of(write(code)) == hash_of(code)  # type: ignore[operator]


def test_a_code_shows_where_it_stands_and_no_words(place: Sphere, worker: User) -> None:
    made = taken(place, worker)
    with acting_as(None):
        found = queries_asks.standing(made.code or "")
        assert found is not None
        assert (found.state, found.taken_by) == ("taken", worker.public_name)
        assert queries_asks.standing(new_code()) is None
    assert WORDS not in repr(found)


def test_a_code_takes_it_back_once(place: Sphere, worker: User) -> None:
    made = asked(place)
    with acting_as(None):
        asks.withdraw_by_code(code=made.code or "")
        with pytest.raises(Missing):
            asks.withdraw_by_code(code=made.code or "")
    assert not sees(worker, made.ask)


def test_claiming_makes_it_ones_own_once(place: Sphere) -> None:
    made, asker, thief = asked(place), worlds.user(), worlds.user()
    for user in (asker, thief):
        worlds.person(user)
    with acting_as(asker):
        asks.claim(code=made.code or "", by=asker)
        [mine] = queries_asks.own(asker)
    assert mine.ask.name == NAME
    with acting_as(thief), pytest.raises(Missing):
        asks.claim(code=made.code or "", by=thief)
    assert not sees(thief, made.ask)
    assert queries_asks.standing(made.code or "") is None


# --- What PostgreSQL refuses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        "answer_by = answer_by + 30",
        "person_id = (SELECT own_person_id())",
        "how = 'phone', entered_by_id = taken_by_id",
        "code_hash = NULL, person_id = (SELECT own_person_id())",
        "wrapped = ''",
    ],
)
def test_an_ask_stays_as_it_was_asked(place: Sphere, worker: User, change: str) -> None:
    worlds.person(worker)
    made = taken(place, worker)
    with (
        acting_as(worker),
        pytest.raises(IntegrityError, match="as it was asked"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE people_ask SET {change} WHERE public_id = %s", [made.ask.pk])


def test_nobody_asks_in_anothers_name(place: Sphere) -> None:
    victim, thief = worlds.user(), worlds.user()
    hers = worlds.person(victim)
    ask = asked(place, by=thief).ask
    ask.pk, ask.person = "0" * 12, hers
    with acting_as(thief), pytest.raises(Exception, match="row-level security"):
        ask.save(force_insert=True)


def test_it_is_kept_with_its_trace_or_not_at_all(
    place: Sphere, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the trail is closed")

    monkeypatch.setattr(asks.audit, "record", broken)
    with pytest.raises(RuntimeError):
        asked(place)
    with acting_as(worker):
        assert not Ask.objects.exists()


# --- Letters --------------------------------------------------------------------------------------


def deliver() -> None:
    """All that is promised, and what that promises."""
    for _ in range(2):
        for message in OutboxMessage.objects.filter(done_at=None, topic__endswith=".tell"):
            assert outbox.deliver(message.pk)


@pytest.mark.parametrize(("channel", "letters"), [("email", 1), ("phone", 0)])
def test_the_asker_is_written_to_only_where_that_is_safe(
    place: Sphere, worker: User, channel: str, letters: int
) -> None:
    asker = worlds.user()
    person = worlds.person(asker)
    with acting_as(asker):
        records.say_how_to_reach(person=person, channel=channel, reach="there", by=asker)
    taken(place, worker, by=asker)
    deliver()
    to_asker = [letter for letter in mail.outbox if letter.to == [asker.email]]
    assert len(to_asker) == letters
    assert [letter.to for letter in mail.outbox if letter.to != [asker.email]] == [[worker.email]]
    for letter in mail.outbox:
        assert letter.subject == "There is something new for you"
        assert not any(secret in letter.body for secret in (*said().values(), place.name, "http"))


# --- How soon -------------------------------------------------------------------------------------


def _in_october(place: Sphere, worker: User, *, late: int, in_time: int) -> None:
    with time_machine.travel(datetime(2026, 10, 6, 12, tzinfo=UTC), tick=False):
        made = [asked(place).ask for _ in range(late + in_time)]
        with acting_as(worker):
            for ask in made[late:]:
                asks.take(ask=ask, by=worker)
                asks.mark_talked(ask=ask, by=worker)


@pytest.mark.parametrize(
    ("late", "in_time", "shown"),
    [(0, 9, (None, None)), (0, 12, (10, 0)), (3, 10, (15, None)), (11, 12, (25, 10))],
)
def test_small_numbers_are_not_shown(
    place: Sphere, worker: User, late: int, in_time: int, shown: tuple[int | None, int | None]
) -> None:
    _in_october(place, worker, late=late, in_time=in_time)
    with acting_as(None, at=datetime(2026, 11, 22, tzinfo=UTC)):
        month = queries_asks.last_month()
    assert month.starts_on == date(2026, 10, 1)
    [figure] = month.figures
    assert (figure.place, figure.due, figure.late) == (place.parent, *shown)


def test_a_month_that_is_over_does_not_change(place: Sphere, worker: User) -> None:
    _in_october(place, worker, late=11, in_time=1)

    def figures() -> list[queries_asks.Figure]:
        with acting_as(None, at=datetime(2026, 11, 22, tzinfo=UTC)):
            return queries_asks.last_month().figures

    before = figures()
    with acting_as(worker, at=datetime(2026, 11, 21, tzinfo=UTC)):
        for ask in rules_asks.to_answer(worker).filter(talked_at=None):
            asks.take(ask=ask, by=worker)
            asks.mark_talked(ask=ask, by=worker)
    assert figures() == before
    with connection.cursor() as cursor:
        # The month that is not over is not counted for anybody.
        cursor.execute("SELECT count(*) FROM ask_figures('2026-10-01', '2099-01-01')")
        assert cursor.fetchone() == (0,)


def test_what_ended_long_ago_and_is_nobodys_is_forgotten(place: Sphere, worker: User) -> None:
    owner = worlds.user()
    with time_machine.travel(timezone.now() - timedelta(days=93), tick=True):
        made, own = asked(place), asked(place, by=owner)
        with acting_as(None):
            asks.withdraw_by_code(code=made.code or "")
        with acting_as(owner):
            asks.withdraw(ask=own.ask, by=owner)
        open_still = asked(place)
    assert asks.forget_old() == 1
    assert queries_asks.standing(made.code or "") is None
    assert queries_asks.standing(open_still.code or "") is not None
    assert sees(owner, own.ask)
