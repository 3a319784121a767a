"""The demonstration's personal budget: the citizen's award and half a year of invented payments.

Built through the same actions as the product's, on the days on which they would have happened. It only adds what is
missing.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from budgets import prices as documents
from budgets.actions import entitlements, holdings, payments, prices
from budgets.models import Entitlement, Payee, PriceVersion
from governance.actions import matters
from governance.methods import Choice
from governance.models import Decision, Matter, Sphere, User
from people.models import Conversation, Person
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

POINTS = 42
WEEKS_AGO = 26


def adopt_price(nation: Sphere, steward: User) -> PriceVersion:
    """The invented council adopts what a point is worth."""
    text = documents.built_in("england").text
    version = PriceVersion.objects.filter(nation=nation, text=text).first()
    if version is None:
        version = prices.propose(nation=nation, text=text, by=steward)
    if version.state == PriceVersion.State.PROPOSED:
        version = prices.settle(decision=_decide(version.matter, steward))
    return version


def _decide(matter: Matter, by: User) -> Decision:
    if matter.state == Matter.State.RAISED:
        matters.open_vote(matter=matter, closes_at=timezone.now() + timedelta(days=7), by=by)
    for member in matter.roll.select_related("user").order_by("pk"):
        if not matter.votes.filter(user=member.user).exists():
            matters.cast(matter=matter, choice=Choice.FOR, by=member.user)
    decision = Decision.objects.filter(matter=matter).first()
    return decision or matters.close(matter=matter, by=by)


def spend(sam: User) -> str:
    """Half a year in the citizen's budget."""
    with acting_as(sam):
        person = Person.objects.get(user=sam)
        if Entitlement.objects.filter(person=person).exists():
            return "The citizen has a budget."
    begins = timezone.now() - timedelta(weeks=WEEKS_AGO)
    with acting_as(sam, at=begins):
        entitlements.award(conversation=_agreed(person), by=sam)
        holdings.choose(person=person, way="direct", by=sam)
    for weeks in range(0, WEEKS_AGO + 1, 4):
        entitlements.pay_due(at=begins + timedelta(weeks=weeks))
    _payments(sam, person, begins.date())
    return "The citizen has a budget, and half a year of payments."


def _agreed(person: Person) -> Conversation:
    """The points that Sam and an assessor agreed."""
    now = Conversation.objects.filter(person=person, state=Conversation.State.AGREED).first()
    return now or Conversation.objects.create(
        person=person,
        instrument_code="conversation",
        instrument_version="1",
        instrument_sha256="0" * 64,
        state=Conversation.State.AGREED,
        points=POINTS,
        undisputed_points=POINTS,
        settled_by=Conversation.SettledBy.AGREEMENT,
        agreed_at=acting.now(),
    )


def _payments(sam: User, person: Person, begins: date) -> None:
    whom: dict[str, Payee] = {}
    with acting_as(sam):
        for name, reference in (
            ("Ivy Greenhough, personal assistant", "IVY"),
            ("Grimethorpe swimming club", "SWIM"),
            ("Valley taxis", "TAXI 12"),
        ):
            whom[reference] = payments.add_payee(
                person=person, name=name, reference=reference, by=sam
            )
    for week in range(WEEKS_AGO):
        day = begins + timedelta(weeks=week)
        _pay(sam, person, whom["IVY"], 24_000 + 900 * (week % 4), "Mornings and evenings", day)
        if week % 2:
            _pay(sam, person, whom["SWIM"], 1_650, "Swimming on Tuesdays", day)
        if week % 5 == 2:
            _pay(sam, person, whom["TAXI 12"], 2_240, "To my sister and back", day)
    with acting_as(sam):
        payments.plan(
            person=person,
            payee=whom["SWIM"],
            amount_pence=1_650,
            every="week",
            starts_on=acting.today() + timedelta(days=2),
            what_for="Swimming on Tuesdays",
            by=sam,
        )
        payments.plan(
            person=person,
            payee=whom["IVY"],
            amount_pence=96_000,
            every="four-weeks",
            starts_on=acting.today() + timedelta(days=5),
            what_for="Mornings and evenings",
            by=sam,
        )


def _pay(sam: User, person: Person, payee: Payee, pence: int, what_for: str, day: date) -> None:
    moment = timezone.now() - (acting.today() - day)
    with acting_as(sam, at=moment):
        payments.pay(person=person, payee=payee, amount_pence=pence, what_for=what_for, by=sam)
