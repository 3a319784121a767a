"""Read shapes for pages about decisions. Who decides, how they voted and why are public."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from governance import powers, roles, rules
from governance.levels import Level
from governance.methods import Choice
from governance.models import Body, Decision, LoanOfPower, Matter, Sphere, User, Vote
from governance.powers import Power
from socialcare.kernel import acting


def matters_to_read() -> QuerySet[Matter]:
    """Every matter above the person, newest first, with what a list shows."""
    return (
        Matter.objects.filter(body__isnull=False)
        .select_related("seat", "body", "decision")
        .order_by("-raised_at", "-pk")
    )


def matters_awaiting(user: User) -> QuerySet[Matter]:
    """Open matters on whose roll `user` is and has not voted."""
    return (
        Matter.objects.filter(state=Matter.State.OPEN, roll__user=user)
        .exclude(votes__user=user)
        .select_related("seat", "body")
        .order_by("closes_at")
    )


def matters_to_steer(user: User) -> QuerySet[Matter]:
    """Raised or open matters at the seats where `user` holds office."""
    seats = [
        mandate.sphere_id
        for mandate in rules.live_mandates(user)
        if roles.get(mandate.role).takes_part
    ]
    return (
        Matter.objects.filter(
            seat__in=seats, state__in=[Matter.State.RAISED, Matter.State.OPEN], body__isnull=False
        )
        .select_related("seat", "body")
        .order_by("raised_at")
    )


@dataclass(frozen=True)
class MatterPage:
    """A matter with all that its page tells, and what the reader may do to it."""

    matter: Matter
    power: Power
    decision: Decision | None
    votes: list[Vote]
    roll_size: int
    may_open: bool
    may_vote: bool
    may_close: bool

    @property
    def votes_by_choice(self) -> list[tuple[Choice, list[Vote]]]:
        return [(choice, [v for v in self.votes if v.choice == choice]) for choice in Choice]


def matter_page(matter: Matter, reader: User | None) -> MatterPage:
    """Everything the page of `matter` shows to `reader`."""
    votes = list(matter.votes.select_related("user").order_by("pk"))
    roll_size = matter.roll.count()
    steers = reader is not None and bool(rules.can_steer(reader, matter))
    is_open = matter.state == Matter.State.OPEN
    is_ripe = is_open and (
        len(votes) >= roll_size
        or (matter.closes_at is not None and matter.closes_at <= acting.now())
    )
    return MatterPage(
        matter=matter,
        power=powers.get(matter.power),
        decision=getattr(matter, "decision", None),
        votes=votes,
        roll_size=roll_size,
        may_open=steers and matter.state == Matter.State.RAISED,
        may_vote=reader is not None and is_open and bool(rules.can_vote(reader, matter)),
        may_close=steers and is_ripe,
    )


@dataclass(frozen=True)
class PowersAtLevel:
    level: Level
    powers: list[Power]


def powers_by_level() -> list[PowersAtLevel]:
    """The register, from the person up."""
    return [
        PowersAtLevel(level, [power for power in powers.POWERS.values() if power.home == level])
        for level in Level
    ]


@dataclass(frozen=True)
class PowerHere:
    """A power as it stands in one sphere today: at home here, lent away, or borrowed."""

    power: Power
    loan: LoanOfPower | None


def powers_at(sphere: Sphere) -> list[PowerHere]:
    """The powers whose home is `sphere`'s level, with the live loan of each if it has been moved. One query."""
    loans = {
        loan.power: loan
        for loan in LoanOfPower.objects.on(acting.today())
        .filter(home=sphere)
        .select_related("borrower")
    }
    return [
        PowerHere(power, loans.get(power.slug))
        for power in powers.POWERS.values()
        if power.home == sphere.level
    ]


@dataclass(frozen=True)
class WhoDecides:
    bodies: list[Body]
    powers: list[PowerHere]


def who_decides(sphere: Sphere) -> WhoDecides:
    """The bodies of a place, and the powers at home there with today's loans. Two queries."""
    bodies = Body.objects.filter(sphere=sphere).order_by("name")
    return WhoDecides(bodies=list(bodies), powers=powers_at(sphere))
