"""Where a power sits today: at home, unless a live loan has moved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from governance import powers
from governance.levels import Level
from governance.models import LoanOfPower, Sphere
from governance.powers import Power
from socialcare.kernel import acting
from socialcare.kernel.errors import DomainError


@dataclass(frozen=True)
class Seat:
    """The sphere that decides now; `home` is where the power belongs, `loan` what moved it, if anything."""

    power: Power
    sphere: Sphere
    home: Sphere
    loan: LoanOfPower | None

    @property
    def is_at_home(self) -> bool:
        return self.loan is None


def home_of(power: Power, sphere: Sphere) -> Sphere:
    """The sphere at the power's home level on the line from `sphere` up.

    Raises DomainError(below-home) when `sphere` lies above the power's home level: a nation has many
    neighbourhoods, so "the" neighbourhood that decides must be named.
    """
    for ancestor in sphere.ancestors():
        if ancestor.level == power.home:
            return ancestor
    raise DomainError(
        "below-home",
        f"This is decided by a {Level(power.home).label.lower()}. Say which one.",
    )


def seat(power: str, sphere: Sphere, on: date | None = None) -> Seat:
    """Where `power` sits for a matter about `sphere` on the date `on` (today unless given).

    Two queries, however deep the tree and however many loans there are. Raises Missing(no-such-power) and
    DomainError(below-home).
    """
    record = powers.get(power)
    # Read again with everything above it: the caller's copy may have only its own row.
    line = Sphere.objects.with_ancestors().get(pk=sphere.pk)
    home = home_of(record, line)
    loan = (
        LoanOfPower.objects.on(on or acting.today())
        .filter(power=record.slug, home=home)
        .select_related("borrower")
        .first()
    )
    return Seat(record, loan.borrower if loan else home, home, loan)
