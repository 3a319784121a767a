"""What a person's home shows: gathered from several apps, which is why it lives here."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from django.urls import reverse
from django.utils.translation import gettext as _

from budgets import queries as money
from budgets.models import Account, Allocation, AllocationRun
from governance import powers, roles, rules
from governance import queries as decisions
from governance.levels import Level
from governance.models import Mandate, Matter, Sphere, User
from governance.powers import Power
from governance.roles import Role
from neighbourhoods.queries import currency_of
from people.models import Person
from people.queries import Supported, people_who_let
from people.rules import evidence_waiting_at, people_visible_to
from socialcare.kernel.money import Currency, in_use

MOST_WAITING = 3


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for the reader, and where to do it."""

    words: str
    button: str
    href: str


@dataclass(frozen=True)
class Desk:
    """One office the reader holds: what it is for, and the money of the place it is held in."""

    role: Role
    sphere: Sphere
    allocation: Allocation | None
    accounts: list[Account]
    powers: list[decisions.PowerHere]

    @property
    def currency(self) -> Currency:
        """The money of the nation this place belongs to."""
        return currency_of(self.accounts[0].nation) if self.accounts else in_use()


@dataclass(frozen=True)
class Home:
    person: Person | None
    waiting: list[Waiting]
    desks: list[Desk]
    run: AllocationRun | None
    own_powers: list[Power]
    # Those who let the reader see something of theirs.
    people: list[Supported]

    @property
    def is_citizen_only(self) -> bool:
        return not self.desks


def home(user: User) -> Home:
    """Everything on the home page of `user`. The number of queries depends on the offices they hold, on nothing else."""
    mandates = list(rules.live_mandates(user).order_by("pk"))
    nation = money.the_nation()
    run = money.current_run(nation) if nation else None
    return Home(
        person=people_visible_to(user).filter(user=user).first(),
        waiting=_waiting(user, mandates),
        desks=[_desk(mandate, run) for mandate in mandates],
        run=run,
        own_powers=[power for power in powers.POWERS.values() if power.home == Level.PERSON],
        people=people_who_let(user),
    )


def _waiting(user: User, mandates: list[Mandate]) -> list[Waiting]:
    votes = (
        Waiting(matter.question, _("Vote"), reverse("cast_vote", args=[matter.public_id]))
        for matter in decisions.matters_awaiting(user)[:MOST_WAITING]
    )
    steering = (
        Waiting(matter.question, words, reverse(address, args=[matter.public_id]))
        for matter in decisions.matters_to_steer(user)[:MOST_WAITING]
        for words, address in [_next_step(matter)]
    )
    nations = [
        mandate.sphere
        for mandate in mandates
        if "set-the-pot" in roles.get(mandate.role).carries_out
    ]
    sharing = (
        Waiting(
            _("A pot is set and waits to be shared out."),
            _("Share it out"),
            reverse("share_out", args=[pot.public_id]),
        )
        for nation in nations
        for pot in money.pots_to_share(nation)[:MOST_WAITING]
    )
    evidence = (
        Waiting(
            _("Somebody says that they may decide for another, and waits for you."),
            _("Look at the evidence"),
            reverse("weigh_evidence", args=[claim.public_id]),
        )
        for mandate in mandates
        if mandate.role == "registrar"
        for claim in evidence_waiting_at(mandate.sphere)[:MOST_WAITING]
    )
    return list(chain(sharing, votes, steering, evidence))[:MOST_WAITING]


def _next_step(matter: Matter) -> tuple[str, str]:
    if matter.state == Matter.State.RAISED:
        return _("Open the vote"), "open_vote"
    return _("See how the vote is going"), "matter"


def _desk(mandate: Mandate, run: AllocationRun | None) -> Desk:
    sphere = mandate.sphere
    return Desk(
        role=roles.get(mandate.role),
        sphere=sphere,
        allocation=money.allocation_of(run, sphere) if run else None,
        accounts=list(money.accounts_of(sphere)),
        powers=decisions.powers_at(sphere),
    )
