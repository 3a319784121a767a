"""Mia, whose record is full, and every kind of person who might look at it. Built through the product's actions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from unittest import mock

import time_machine
from django.test import Client
from django.utils import timezone

from budgets.actions import entitlements, holdings, payments
from budgets.models import Account
from governance.actions import mandates
from governance.models import Sphere, User
from governance.roles import ROLES
from people.actions import challenges, comments, consents, invitations, own_words, peer_reviews
from people.models import Person
from people.parts import NAME, Part
from socialcare.kernel.acting import acting_as
from tests import planning, worlds
from tests.asking import worlds as asking
from tests.rights import worlds as advocates
from tests.sight.matrix import (
    ASKED,
    CHALLENGED,
    DEPUTY_PARTS,
    HEALTH_BODY,
    HELPS,
    HOLDER,
    KNOWN_AS,
    MIA,
    PAID_FOR,
    PAYEE,
    PLACE,
    PLANNED_FOR,
    RECORDS,
    WANT,
)
from tests.spending import worlds as spending

# What a visitor can ask about Mia, and about themself.
PAGES = (
    "/home/money/",
    "/home/money/statement/",
    "/home/money/why/",
    "/home/money/pay/",
    "/home/",
    "/home/record/",
    "/home/who-can-see/",
    "/home/who-looked/",
    "/home/asks/",
    "/home/rights/",
    "/home/advocate/",
    "/advocacy/",
    "/home/challenges/",
    "/panel/",
    "/asks/",
    "/asks/how-soon/",
    "/home/conversation/",
    "/home/plan/",
    "/home/plan/print/",
    "/home/plan/one-page/",
    "/home/assessing/",
    "/people/",
)
# What stands below the address of a person's record.
BELOW = ("", "conversation/", "plan/")
# Everything at once: Mia gave more consents than an ordinary page of a list holds.
API = (
    "/api/v1/me/budget/",
    "/api/v1/me/budget/statement/?first=2000-01-01&until=2100-01-01",
    "/api/v1/me/payees/",
    "/api/v1/me/",
    "/api/v1/me/consents/?page_size=200",
    "/api/v1/me/looks/?page_size=200",
    "/api/v1/me/asks/?page_size=200",
    "/api/v1/me/rights/",
    "/api/v1/me/challenges/?page_size=200",
    "/api/v1/me/conversation/",
    "/api/v1/me/plan/",
)


@dataclass
class World:
    mia: User
    person: Person
    place: Sphere
    people: dict[str, User]
    _read: dict[tuple[str, str], str] = field(default_factory=dict)

    def viewer(self, kind: str, record: str) -> User | None:
        """Who stands in that column, for that row."""
        part = RECORDS[record].part
        part = Part.ABOUT_ME if part == NAME else part
        if kind == "anonymous":
            return None
        if kind in ("live", "other"):
            return self.people[f"{kind} {part}"]
        return self.people[kind]

    def client(self, user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    def read(self, user: User | None, way: str) -> str:
        """All that `user` gets to read, by pages or by the API, when they try every address. Asked for once."""
        name = (way, user.public_id if user is not None else "")
        if name not in self._read:
            mine, about = (PAGES, "/people/") if way == "page" else (API, "/api/v1/people/")
            client = self.client(user)
            hers = [f"{about}{self.person.public_id}/{below}" for below in BELOW]
            answers = [client.get(address) for address in (*mine, *hers)]
            self._read[name] = "\n".join(
                answer.content.decode() for answer in answers if answer.status_code == 200
            )
        return self._read[name]


@contextmanager
def days_ago(days: int) -> Iterator[None]:
    with time_machine.travel(timezone.now() - timedelta(days=days), tick=True):
        yield


def _spend(mia: User, person: Person) -> None:
    """Something in every table of a budget."""
    spending.award(spending.agreed(person, 42))
    entitlements.pay_due()
    with acting_as(mia):
        account = Account.objects.get(kind=Account.Kind.PERSON_BUDGET).public_id
    with acting_as(None):
        entitlements.add_contribution(
            account=account, body=HEALTH_BODY, amount_pence=5_000, key="mia"
        )
    payee = spending.payee(person, PAYEE)
    spending.pay(person, payee, 2_500, what_for=PAID_FOR)
    with acting_as(mia):
        holdings.choose(person=person, way="nominee", holder=HOLDER, by=mia)
        payments.plan(
            person=person,
            payee=payee,
            amount_pence=700,
            every="month",
            starts_on=worlds.in_days(0),
            what_for=PLANNED_FOR,
            by=mia,
        )


def _needs_and_plan(mia: User, local: Sphere) -> None:
    """A conversation that an assessor has said theirs about, and a plan that a cousin commented on."""
    conversation = planning.converse(mia, eating="always")
    noor = planning.assessor(local)
    done = planning.said(planning.ask(mia, conversation, noor), eating="some")
    plan, cousin = planning.plan_of(mia), worlds.user("cousin")
    worlds.let_see(mia, cousin, Part.PLAN, known_as="Cousin Fenn")
    with acting_as(cousin):
        comment = comments.say(plan=plan, kind="comment", words=planning.SAID, by=cousin)
    with acting_as(mia):
        comments.reply(comment=comment, words=planning.REPLY, by=mia)
        # Whatever was drawn: a row is a row.
        with mock.patch("people.peer_review.is_drawn", return_value=True):
            peer_reviews.refuse(assessment=done, by=mia)


def build() -> World:
    """The world, committed."""
    money = spending.nation()
    local, nation = money.country.local, money.country.nation
    place = worlds.neighbourhood(name=PLACE, under=local)
    mia = worlds.user("mia")
    person = worlds.person(mia, preferred_name=MIA)
    worlds.fill_record(mia, neighbourhood=place)
    _needs_and_plan(mia, local)
    with acting_as(mia):
        own_words.state_in_advance(person=person, want=WANT, by=mia)
        own_words.agree_on_support(person=person, part="plan", who="Jo", what=HELPS, by=mia)
    asking.asked(place, by=mia, words=ASKED)
    advocates.accepted(mia, local)
    elsewhere = worlds.local_system(under=nation)
    for _ in range(3):
        worlds.holder("independent-panel-member", elsewhere)
    with acting_as(mia):
        invitations.make(neighbourhood=place, by=mia)
        challenges.make(kind="elsewhere", words=CHALLENGED, by=mia)
    _spend(mia, person)
    people = {
        "self": mia,
        "none": worlds.user("sister"),
        "expired": worlds.user("expired"),
        "tomorrow": worlds.user("tomorrow"),
        "withdrawn": worlds.user("withdrawn"),
        "councillor": worlds.holder("councillor", place),
        "steward": worlds.holder("national-steward", nation),
        "worker": worlds.holder("social-worker", place),
        "everything": worlds.user("everything"),
    }
    for role in ROLES.values():
        sphere = {place.level: place, local.level: local, nation.level: nation}[role.level]
        mandates.give(user=people["everything"], role=role.slug, sphere=sphere, by=None)
    for name in ("is_superuser", "is_staff"):
        setattr(people["everything"], name, True)
    everything = [part.value for part in Part]
    for part in Part:
        live = people[f"live {part}"] = worlds.user(f"live-{part}")
        worlds.let_see(mia, live, part, known_as=KNOWN_AS)
        other = people[f"other {part}"] = worlds.user(f"other-{part}")
        rest = [each for each in everything if each != part]
        worlds.let_see(mia, other, *rest, known_as=KNOWN_AS)
        for somebody in (live, other):
            worlds.look(somebody, person)
    office = worlds.registry(under=nation)
    people["registrar"] = office.registrar
    people["deputy"], people["ex"] = worlds.user("deputy"), worlds.user("ex")
    worlds.authority(office, people["deputy"], "deputy", *DEPUTY_PARTS, over=person)
    worlds.look(people["deputy"], person)
    office.ended(worlds.authority(office, people["ex"], "attorney", *everything, over=person))
    with days_ago(60):
        worlds.let_see(mia, people["expired"], *everything, days=30)
    worlds.let_see(mia, people["tomorrow"], *everything, starts_in=1)
    worlds.let_see(mia, people["withdrawn"], *everything)
    with acting_as(mia):
        assert consents.withdraw_all(person=person, held_by=people["withdrawn"], by=mia) == len(
            everything
        )
    # Everybody has a record of their own, so that seeing nothing of Mia's is not seeing nothing at all.
    for kind, user in people.items():
        if kind != "self":
            worlds.person(user, preferred_name="Somebody Else")
    return World(mia, person, place, people)
