"""How a body decides: what each method needs, and the count. Pure functions over numbers; no database.

Ballots (participatory budgets) are counted elsewhere; here a vote is for, against or abstain.
"""

from dataclasses import dataclass
from fractions import Fraction

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    OWN = "own", _("The person's own decision")
    UNANIMOUS = "unanimous", _("Everybody agrees")
    CONSENT = "consent", _("Nobody has a reasoned objection")
    MAJORITY = "majority", _("More votes for than against")
    SUPERMAJORITY = "supermajority", _("At least two thirds of all members")
    BALLOT = "ballot", _("A ballot of residents")
    SORTITION = "sortition", _("A panel drawn by lot")


class Choice(models.TextChoices):
    FOR = "for", _("For")
    AGAINST = "against", _("Against")
    ABSTAIN = "abstain", _("Abstain")


@dataclass(frozen=True)
class Needs:
    """What a method asks of a vote: `quorum`, the part of the roll that must vote; `threshold`, the part that must be for."""

    quorum: Fraction
    threshold: Fraction


NEEDS = {
    Method.OWN: Needs(Fraction(1), Fraction(1)),
    Method.UNANIMOUS: Needs(Fraction(1), Fraction(1)),
    Method.CONSENT: Needs(Fraction(1, 2), Fraction(0)),
    Method.MAJORITY: Needs(Fraction(1, 2), Fraction(1, 2)),
    Method.SUPERMAJORITY: Needs(Fraction(1, 2), Fraction(2, 3)),
    # A panel that has been drawn decides as a majority of its members.
    Method.SORTITION: Needs(Fraction(1, 2), Fraction(1, 2)),
}


@dataclass(frozen=True)
class Count:
    roll: int
    votes_for: int
    votes_against: int
    abstentions: int
    quorate: bool
    carried: bool


def count(method: Method, *, roll: int, votes: dict[Choice, int]) -> Count:
    """Counts a vote of a roll of `roll` members. A tie, or a roll of nobody, is not carried.

    Quorum is reached when at least that part of the roll took part, abstentions included.
    """
    if method not in NEEDS:
        raise ValueError(f"{method} is not counted by for and against")
    needs = NEEDS[method]
    votes_for = votes.get(Choice.FOR, 0)
    votes_against = votes.get(Choice.AGAINST, 0)
    abstentions = votes.get(Choice.ABSTAIN, 0)
    cast = votes_for + votes_against + abstentions
    if cast > roll:
        raise ValueError("more votes than members on the roll")
    quorate = roll > 0 and cast >= needs.quorum * roll
    match method:
        case Method.OWN | Method.UNANIMOUS:
            carried = votes_for == roll
        case Method.CONSENT:
            # An objection is a vote against with a reason; the action insists on the reason.
            carried = votes_against == 0 and votes_for > 0
        case Method.SUPERMAJORITY:
            carried = votes_for >= needs.threshold * roll
        case _:
            carried = votes_for > votes_against
    return Count(roll, votes_for, votes_against, abstentions, quorate, quorate and carried)
