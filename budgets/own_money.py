"""Read shapes of somebody's own money, for pages, files and the API. They show what PostgreSQL lets the reader see.

Pence throughout. Names and words are opened with the person's key, for the reader alone.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from budgets import prices
from budgets.days import occurrence
from budgets.entitlement import Extra, Sum, work_out
from budgets.models import (
    Account,
    Entitlement,
    EntitlementPayment,
    HealthContribution,
    Holding,
    Payee,
    Payment,
    StandingPayment,
)
from governance.models import User
from people import instrument
from people import rules as people
from people.models import ConversationAnswer, Person, PersonKey
from people.models.sealed import Sealed
from socialcare.kernel import acting

# Money that nobody plans to spend: more than so many weeks of the award, and no more than half of it used meanwhile.
UNUSED_WEEKS = 8


def _open(row: Sealed, key: PersonKey | None) -> dict[str, str]:
    if key is None or not row.sealed:
        return {}
    return row.words(key)


def _key(person: Person) -> PersonKey | None:
    return PersonKey.objects.filter(person=person).first()


# --- Whom they pay --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paid:
    """A payee with the words opened."""

    row: Payee
    name: str
    reference: str


def payees(person: Person, *, kept_only: bool = True) -> list[Paid]:
    """Whom `person` pays, by name. Two queries."""
    key = _key(person)
    rows = Payee.objects.filter(person=person)
    if kept_only:
        rows = rows.filter(is_kept=True)
    found = []
    for row in rows:
        words = _open(row, key)
        found.append(Paid(row, words.get("name", ""), words.get("reference", "")))
    return sorted(found, key=lambda each: (each.name.casefold(), each.row.pk))


@dataclass(frozen=True)
class Regular:
    """A regular payment with its payee's name and its words opened."""

    row: StandingPayment
    name: str
    what_for: str

    def days_until(self, day: date) -> list[date]:
        """The days before `day` on which it is still to be paid."""
        days, number = [], self.row.times_paid
        while (when := occurrence(self.row.starts_on, self.row.every, number)) < day:
            if self.row.ends_on is not None and when >= self.row.ends_on:
                break
            days.append(when)
            number += 1
        return days


def regulars(person: Person, names: dict[int, str]) -> list[Regular]:
    """The regular payments that go on, the next one first."""
    key = _key(person)
    rows = StandingPayment.objects.filter(person=person).order_by("next_on", "pk")
    return [
        Regular(row, names.get(row.payee_id, ""), _open(row, key).get("what_for", ""))
        for row in rows
        if not row.is_over
    ]


# --- The statement --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of a statement: `pence` came in (+) or went out (−). `kind` is stable, for machines."""

    on: date
    kind: str
    words: str
    what_for: str
    pence: int
    payment: Payment | None = None


def statement(person: Person, *, first: date, until: date) -> list[Line]:
    """What came in and went out from `first` until the day before `until`, the newest first. Six queries."""
    key = _key(person)
    names = {paid.row.pk: paid.name for paid in payees(person, kept_only=False)}
    lines = [
        Line(
            paid.paid_on,
            "entitlement",
            _("What I am entitled to"),
            _("%(first)s to %(last)s")
            % {
                "first": date_format(paid.from_on, "j F Y"),
                "last": date_format(paid.until_on - timedelta(days=1), "j F Y"),
            },
            paid.amount_pence,
        )
        for paid in EntitlementPayment.objects.filter(
            person=person, paid_on__gte=first, paid_on__lt=until
        ).order_by("pk")
    ]
    lines += [
        Line(added.paid_on, "health", added.body, _("Added by a health body"), added.amount_pence)
        for added in HealthContribution.objects.filter(
            person=person, paid_on__gte=first, paid_on__lt=until
        ).order_by("pk")
    ]
    payments = Payment.objects.filter(person=person, paid_on__gte=first, paid_on__lt=until)
    for payment in payments.select_related("standing").order_by("made_at", "pk"):
        is_back = payment.kind == Payment.Kind.BACK
        words = _open(payment.standing or payment, key).get("what_for", "")
        lines.append(
            Line(
                payment.paid_on,
                "came-back" if is_back else "paid",
                names.get(payment.payee_id, ""),
                words,
                payment.amount_pence if is_back else -payment.amount_pence,
                payment,
            )
        )
    return sorted(lines, key=lambda line: line.on, reverse=True)


@dataclass(frozen=True)
class Month:
    """One month of a statement, in pence."""

    first: date
    came_in: int
    went_out: int


def months(lines: list[Line]) -> list[Month]:
    """The months of a statement, the newest first."""
    firsts = sorted({line.on.replace(day=1) for line in lines}, reverse=True)
    return [
        Month(
            first,
            sum(line.pence for line in lines if line.pence > 0 and line.on.replace(day=1) == first),
            sum(
                -line.pence for line in lines if line.pence < 0 and line.on.replace(day=1) == first
            ),
        )
        for first in firsts
    ]


def as_csv(lines: list[Line]) -> str:
    """A statement as comma-separated text with a header. A word that a spreadsheet could take for a sum is quoted off."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["day", "kind", "who", "what_for", "amount_pence"])
    for line in lines:
        writer.writerow(
            [line.on.isoformat(), line.kind, _plain(line.words), _plain(line.what_for), line.pence]
        )
    return text.getvalue()


def _plain(words: str) -> str:
    return f"'{words}" if words[:1] in {"=", "+", "-", "@", "\t", "\r"} else words


# --- My money -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Notice:
    """Something to know about the budget, with an offer of help. Nothing follows from it by itself."""

    code: str
    words: str


@dataclass(frozen=True)
class MyMoney:
    """Somebody's budget at a glance. `spent`, `planned` and `free` are pence of this month; `left` is all there is."""

    person: Person
    entitlement: Entitlement | None
    holding: Holding | None
    holder: str
    account: str
    left_pence: int
    spent_pence: int
    planned_pence: int
    next_payments: list[tuple[date, Regular]]
    regulars: list[Regular]
    recent: list[Line]
    notices: list[Notice]

    @property
    def free_pence(self) -> int:
        """What is left without what is planned until the month ends."""
        return max(0, self.left_pence - self.planned_pence)


def month_after(day: date) -> date:
    return occurrence(day.replace(day=1), "month", 1)


def left_of(person: Person) -> int:
    """What is in their budget now."""
    mine = Account.objects.filter(sphere_id=person.sphere_id, kind=Account.Kind.PERSON_BUDGET)
    return mine.values_list("balance_pence", flat=True).first() or 0


def my_money(user: User) -> MyMoney | None:
    """The budget of `user` themself; None for somebody without a record."""
    person = people.own_record(user)
    return None if person is None else money_of(person)


def money_of(person: Person) -> MyMoney:
    today = acting.today()
    ends = month_after(today)
    key = _key(person)
    account = Account.objects.filter(
        sphere_id=person.sphere_id, kind=Account.Kind.PERSON_BUDGET
    ).first()
    entitlement = (
        Entitlement.objects.on(today).filter(person=person).select_related("price").first()
    )
    holding = Holding.objects.filter(person=person, ends_on=None).first()
    names = {paid.row.pk: paid.name for paid in payees(person, kept_only=False)}
    going_on = regulars(person, names)
    coming = sorted(
        ((day, regular) for regular in going_on for day in regular.days_until(ends)),
        key=lambda each: each[0],
    )
    lines = statement(
        person, first=today - timedelta(weeks=UNUSED_WEEKS), until=today + timedelta(days=1)
    )
    this_month = [line for line in lines if line.on >= today.replace(day=1)]
    left = account.balance_pence if account else 0
    planned = sum(regular.row.amount_pence for _day, regular in coming)
    return MyMoney(
        person=person,
        entitlement=entitlement,
        holding=holding,
        holder=_open(holding, key).get("holder", "") if holding else "",
        account=account.public_id if account else "",
        left_pence=left,
        spent_pence=max(
            0, -sum(line.pence for line in this_month if line.kind in {"paid", "came-back"})
        ),
        planned_pence=planned,
        next_payments=coming[:5],
        regulars=going_on,
        recent=lines[:5],
        notices=_notices(left, planned, going_on, lines, entitlement, today),
    )


def _notices(
    left: int,
    planned: int,
    going_on: list[Regular],
    lines: list[Line],
    entitlement: Entitlement | None,
    today: date,
) -> list[Notice]:
    if any(regular.row.is_waiting for regular in going_on):
        words = _("There was not enough for one of your regular payments. It is tried every day.")
        return [Notice("waiting", words)]
    if planned > left:
        return [Notice("low", _("You have planned more this month than is in your budget."))]
    if entitlement is not None and entitlement.starts_on <= today - timedelta(weeks=UNUSED_WEEKS):
        given = UNUSED_WEEKS * entitlement.weekly_pence
        used = -sum(line.pence for line in lines if line.kind == "paid")
        if left > given and 2 * used < given:
            words = _("You have money that you have not used. It stays yours.")
            return [Notice("unused", words)]
    return []


# --- Why this much --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Why:
    """An award, line by line, with the price it goes by and the reason where it is more than the formula gives."""

    entitlement: Entitlement
    price: prices.Price
    sum: Sum
    reason: str
    # Each part of life that counted, as the instrument calls it, with its points.
    outcomes: list[tuple[str, int]]


def why(entitlement: Entitlement) -> Why:
    """How an award came about: points × price × cost factor, and what was added. Load it with its price."""
    price = prices.load(entitlement.price.text)
    extras = [Extra(code, how_many) for code, how_many in sorted(entitlement.extras.items())]
    worked_out = work_out(
        points=entitlement.points,
        price=price,
        cost_factor=entitlement.cost_factor,
        extras=extras,
    )
    words = _open(entitlement, _key(entitlement.person)) if entitlement.is_reasoned else {}
    return Why(entitlement, price, worked_out, words.get("reason", ""), _outcomes(entitlement))


def _outcomes(entitlement: Entitlement) -> list[tuple[str, int]]:
    """What the points are made of, the heaviest first; empty for who may not see the needs."""
    titles = {outcome.code: outcome.title for outcome in instrument.current().outcomes}
    counted = "undisputed_points" if entitlement.is_undisputed_part else "settled_points"
    answers = ConversationAnswer.objects.filter(
        conversation=entitlement.conversation_id, **{f"{counted}__gt": 0}
    ).order_by(f"-{counted}", "outcome")
    return [
        (titles.get(answer.outcome, answer.outcome), getattr(answer, counted)) for answer in answers
    ]
