"""A country that pays: a shared pot, an adopted price, and people whose points are agreed. Built through actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from budgets import prices as documents
from budgets.actions import entitlements, payments, prices
from budgets.models import Account, Entitlement, Payee, Payment, PriceVersion
from governance.models import Sphere, User
from people.models import Conversation, Person
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.ledger.worlds import Country, Purpose, country, own_transaction

POINT = 1_130  # pence a week, by the price that the product carries
TEXT = documents.built_in("england").text
NAME = "Marguerite Pebblestone"
REFERENCE = "INV 77 Pebblestone"
WHAT_FOR = "Swimming with Marguerite"


@dataclass
class Nation:
    """A country with money in its entitlements accounts and in its reserve, and a price."""

    country: Country
    price: PriceVersion

    @property
    def place(self) -> Sphere:
        return self.country.neighbourhoods[0]


def adopt_price(made: Country, text: str = TEXT) -> PriceVersion:
    """The country's council, of one member, adopts a price."""
    proposed = prices.propose(nation=made.nation, text=text, by=made.steward)
    from datetime import timedelta

    from django.utils import timezone

    from governance.actions import matters

    opened = matters.open_vote(
        matter=proposed.matter,
        closes_at=timezone.now() + timedelta(days=7),
        by=made.council.chair,
    )
    worlds.vote(opened, made.council.members)
    return prices.settle(decision=matters.close(matter=opened, by=made.council.chair))


def nation(*, entitlements_pence: int = 10_000_000, reserve_pence: int = 1_000_000) -> Nation:
    made = country(neighbourhoods=2)
    whole = entitlements_pence + reserve_pence
    if whole:
        made.fill_pot(whole)
    if reserve_pence:
        made.post(made.spec("pot", "reserve", reserve_pence, Purpose.SET_ASIDE))
    if entitlements_pence:
        made.post(made.spec("pot", "entitlements0", entitlements_pence))
    return Nation(made, adopt_price(made))


def somebody(place: Sphere | None = None, name: str = "Ann") -> Person:
    """A person with a full record, who lives in `place` if one is given."""
    user = worlds.user(name.lower())
    person = worlds.person(user, preferred_name=name)
    worlds.fill_record(user, neighbourhood=place)
    return person


def owner(person: Person) -> User:
    assert person.user is not None
    return person.user


def agreed(person: Person, points: int) -> Conversation:
    """A conversation whose points were settled; the one before it no longer counts."""
    with acting_as(owner(person)):
        Conversation.objects.filter(person=person, state="points-agreed").update(state="superseded")
        return Conversation.objects.create(
            person=person,
            instrument_code="conversation",
            instrument_version="1",
            instrument_sha256="0" * 64,
            state="points-agreed",
            points=points,
            undisputed_points=points,
            settled_by="agreement",
            agreed_at=acting.now(),
        )


def award(conversation: Conversation, **asked: object) -> Entitlement:
    """The award that follows, made by the person themself."""
    user = owner(conversation.person)
    with acting_as(user):
        made = entitlements.award(conversation=conversation, by=user, **asked)  # type: ignore[arg-type]
        return Entitlement.objects.select_related("person__user").get(pk=made.id)


@contextmanager
def as_if_committed(monkeypatch: object) -> Iterator[None]:
    """Inside a test's one transaction, each batch of a job ends its own, as it does in the service."""

    @contextmanager
    def acting_alone(user: object, **options: object) -> Iterator[None]:
        with own_transaction(), acting_as(user, **options):  # type: ignore[arg-type]
            yield

    for module in (entitlements, payments):
        monkeypatch.setattr(module, "acting_as", acting_alone)  # type: ignore[attr-defined]
    yield


def balance(person: Person) -> int:
    """Pence in their budget, as they see it."""
    with acting_as(owner(person)):
        found = Account.objects.filter(
            sphere_id=person.sphere_id, kind=Account.Kind.PERSON_BUDGET
        ).first()
        return found.balance_pence if found else 0


def payee(person: Person, name: str = NAME) -> Payee:
    user = owner(person)
    with acting_as(user):
        return payments.add_payee(person=person, name=name, reference=REFERENCE, by=user)


def pay(person: Person, to: Payee, pence: int, **asked: object) -> Payment:
    user = owner(person)
    with own_transaction(), acting_as(user), transaction.atomic():
        return payments.pay(
            person=person,
            payee=to,
            amount_pence=pence,
            by=user,
            **{"what_for": WHAT_FOR, **asked},  # type: ignore[arg-type]
        )
