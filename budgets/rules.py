"""May they? Rules about the nation's money. Seeing it needs no rule: every figure here is public."""

from django.utils.translation import gettext_lazy as _

from budgets.models import FormulaVersion, Pot
from governance import rules
from governance.models import Sphere, User
from socialcare.kernel.verdicts import YES, Verdict, no


def can_propose_formula(user: User, nation: Sphere) -> Verdict:
    """Members of the national council, and its stewards, propose formulas."""
    return rules.can_raise(user, "adopt-a-formula", nation)


def can_propose_pot(user: User, nation: Sphere) -> Verdict:
    """Members of the national council, and its stewards, propose the pot."""
    return rules.can_raise(user, "set-the-pot", nation)


def can_propose_price(user: User, nation: Sphere) -> Verdict:
    """Members of the national council, and its stewards, propose what a point is worth."""
    return rules.can_raise(user, "adopt-a-price", nation)


def can_share_out(user: User | None, formula: FormulaVersion, pot: Pot) -> Verdict:
    """Stewards carry out the council's two decisions: an adopted formula shares a pot that has been set.

    The operator's command (no user) carries out the same two decisions, and nothing else.
    """
    if formula.state != FormulaVersion.State.ADOPTED:
        return no("formula-not-adopted", _("The national council has not adopted this formula."))
    if pot.state != Pot.State.SET:
        return no("pot-not-set", _("The national council has not set this pot."))
    if formula.nation_id != pot.nation_id:
        return no("other-nation", _("That formula and that pot belong to different nations."))
    if user is None:
        return YES
    return rules.can_carry_out(user, "set-the-pot", pot.nation)
