"""May they? Rules about money. The nation's figures are public; a person's own are theirs to see and to spend."""

from django.utils.translation import gettext_lazy as _

from budgets import holding
from budgets.models import FormulaVersion, Pot
from governance import rules
from governance.models import Sphere, User
from people import rules as people
from people.models import AboutMe, Person
from people.parts import Part
from socialcare.kernel import acting
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


def ways_to_hold(user: User, person: Person) -> tuple[str, ...]:
    """How the law lets the budget of `person` be held when `user` chooses for them or for themself."""
    about = people.visible_to(user, AboutMe.objects.all(), part=Part.ABOUT_ME)
    born = about.filter(person=person).values_list("date_of_birth", flat=True).first()
    return holding.ways(
        born=born, is_decided_by_another=person.user_id != user.pk, day=acting.today()
    )


def can_be_held(user: User, person: Person, way: str) -> Verdict:
    """Whoever decides about the budget chooses how it is held, among the ways that the law leaves open."""
    agrees = people.can_agree(user, person, Part.BUDGET)
    if not agrees:
        return agrees
    if way not in ways_to_hold(user, person):
        return no("not-by-law", _("The law does not let it be held that way."))
    return YES
