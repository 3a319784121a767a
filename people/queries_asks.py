"""Read shapes of what people asked for: one's own, those to answer, where a code's ask stands, and how soon answers come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from governance import roles
from governance.models import AuditEntry, Sphere, User
from people import rules_asks
from people.codes import hash_of
from people.models import Ask
from socialcare.kernel import acting


@dataclass(frozen=True)
class Opened:
    """An ask with the asker's words opened."""

    row: Ask
    name: str
    reach: str
    say: str
    never: str
    words: str
    answer: str

    @property
    def is_overdue(self) -> bool:
        return self.row.is_overdue(acting.today())


def opened(ask: Ask) -> Opened:
    """Raises SealBroken."""
    return Opened(row=ask, **{"answer": "", **ask.words(ask)})


# --- One's own ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """Somebody read or took it."""

    who: str
    at: datetime


@dataclass(frozen=True)
class OwnAsk:
    ask: Opened
    reads: list[Read]


def own(user: User) -> list[OwnAsk]:
    """Everything `user` asked for, the newest first, and who read it. Three queries, however much it is."""
    rows = list(
        rules_asks.own_asks(user)
        .select_related("neighbourhood", "taken_by", "entered_by")
        .order_by("-asked_at", "public_id")
    )
    entries = list(
        AuditEntry.objects.filter(
            subject_kind="people.ask",
            subject_id__in=[row.pk for row in rows],
            verb="ask.read",
        ).order_by("-at")
    )
    names = dict(
        User.objects.filter(pk__in={entry.actor_id for entry in entries}).values_list(
            "pk", "public_name"
        )
    )
    reads: dict[str, list[Read]] = {row.pk: [] for row in rows}
    for entry in entries:
        reads[entry.subject_id].append(Read(names.get(entry.actor_id or 0, ""), entry.at))
    return [OwnAsk(opened(row), reads[row.pk]) for row in rows]


# --- To answer ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToAnswer:
    """A line of the list: it shows nobody's name or words. Opening one leaves a trace."""

    row: Ask
    is_mine: bool
    is_overdue: bool


def to_answer(user: User) -> list[ToAnswer]:
    """What `user` may take or has taken, what was promised soonest first; what is answered comes last. One query."""
    today = acting.today()
    rows = rules_asks.to_answer(user).select_related("neighbourhood", "entered_by")
    found = [
        ToAnswer(row, row.taken_by_id == user.pk, row.is_overdue(today))
        for row in rows.defer("sealed", "wrapped")
    ]
    return sorted(found, key=lambda line: (not line.row.is_open, line.row.answer_by, line.row.pk))


@dataclass(frozen=True)
class Reader:
    """Somebody who reads what is asked in a neighbourhood until it is taken: by role and public name."""

    role: str
    name: str
    place: str


def readers(place: Sphere) -> list[Reader]:
    return [
        Reader(str(roles.get(each.role).name), each.user.public_name, each.sphere.name)
        for each in rules_asks.answering_in(place).order_by("role", "user__public_name", "pk")
    ]


# --- By the code ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where the ask of a code stands. Nothing of what was asked: a code can be found by somebody else."""

    state: Ask.State
    asked_at: datetime
    answer_by: date
    taken_by: str

    @property
    def is_open(self) -> bool:
        return self.state in Ask.OPEN

    @property
    def is_overdue(self) -> bool:
        return (
            self.state in {Ask.State.WAITING, Ask.State.TAKEN} and self.answer_by < acting.today()
        )


def standing(code: str) -> Standing | None:
    """None where there is no ask with that code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, asked_at, answer_by, taken_by FROM ask_of_code(%s)", [hash_of(code)]
        )
        row = cursor.fetchone()
    if row is None:
        return None
    state, asked_at, answer_by, taken_by = row
    taker = User.objects.filter(pk=taken_by).first()
    return Standing(Ask.State(state), asked_at, answer_by, taker.public_name if taker else "")


# --- How soon -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """How many asks of a local system were due an answer in a month; None where so few that somebody could be meant."""

    place: Sphere
    due: int | None
    late: int | None


@dataclass(frozen=True)
class Month:
    starts_on: date
    figures: list[Figure]


def last_month() -> Month:
    """The last calendar month that is over, by local system. Two queries. PostgreSQL rounds and leaves out."""
    end = acting.today().replace(day=1)
    start = (end - timedelta(days=1)).replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT local_system, due, late FROM ask_figures(%s, %s)", [start, end])
        counted = {place_id: (due, late) for place_id, due, late in cursor.fetchall()}
    places = Sphere.objects.filter(pk__in=counted).order_by("name", "pk")
    return Month(start, [Figure(place, *counted[place.pk]) for place in places])
