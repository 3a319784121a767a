"""The register of powers: every kind of decision, where it belongs, and whether it may ever move.

A power is a record in code, so that changing one is a reviewed change with a reason. `docs/powers.md` is made from
this register.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.methods import Method
from socialcare.kernel.errors import Missing


@dataclass(frozen=True, kw_only=True)
class Power:
    slug: str
    name: str | Promise
    home: Level
    method: Method
    # A core power never leaves its home: not with consent, not for a breach of rights.
    core: bool = False
    # Articles of rights that the decision touches and must consider.
    rights: tuple[str, ...] = ()


_POWERS = (
    # The person
    Power(
        slug="agree-my-plan",
        name=_("Write and agree my support plan"),
        home=Level.PERSON,
        method=Method.OWN,
        core=True,
        rights=("UNCRPD 19", "UNCRPD 12", "UNCRC 12"),
    ),
    Power(
        slug="spend-my-budget",
        name=_("Spend my budget"),
        home=Level.PERSON,
        method=Method.OWN,
        core=True,
        rights=("UNCRPD 12", "UNCRPD 19"),
    ),
    Power(
        slug="choose-how-my-budget-is-held",
        name=_("Choose how my budget is held"),
        home=Level.PERSON,
        method=Method.OWN,
        core=True,
        rights=("UNCRPD 12",),
    ),
    Power(
        slug="choose-who-sees-my-record",
        name=_("Choose who sees my record"),
        home=Level.PERSON,
        method=Method.OWN,
        core=True,
        rights=("UDHR 12", "UNCRPD 22", "UNCRC 16"),
    ),
    Power(
        slug="plan-my-breaks",
        name=_("Plan my own breaks from caring"),
        home=Level.PERSON,
        method=Method.OWN,
        rights=("UDHR 24",),
    ),
    Power(
        slug="ask-for-an-advocate",
        name=_("Ask for an advocate or a peer supporter"),
        home=Level.PERSON,
        method=Method.OWN,
        rights=("UNCRPD 12", "UNCRC 12"),
    ),
    # The family
    Power(
        slug="agree-a-family-plan",
        name=_("Agree a family plan"),
        home=Level.FAMILY,
        method=Method.UNANIMOUS,
        rights=("UNCRPD 23", "UNCRC 5"),
    ),
    Power(
        slug="pool-our-budgets",
        name=_("Pool our budgets, and stop pooling"),
        home=Level.FAMILY,
        method=Method.UNANIMOUS,
        rights=("UNCRPD 12",),
    ),
    # The neighbourhood
    Power(
        slug="split-the-neighbourhood-fund",
        name=_("Split the neighbourhood fund"),
        home=Level.NEIGHBOURHOOD,
        method=Method.MAJORITY,
        rights=("UDHR 21", "UNCRPD 29"),
    ),
    Power(
        slug="fund-a-project",
        name=_("Fund a project"),
        home=Level.NEIGHBOURHOOD,
        method=Method.MAJORITY,
        rights=("UDHR 27",),
    ),
    Power(
        slug="hold-a-ballot",
        name=_("Hold a ballot"),
        home=Level.NEIGHBOURHOOD,
        method=Method.MAJORITY,
        rights=("UDHR 21",),
    ),
    Power(
        slug="choose-the-coordinator",
        name=_("Choose and review the local area coordinator, with the employer"),
        home=Level.NEIGHBOURHOOD,
        method=Method.CONSENT,
    ),
    Power(
        slug="shape-the-social-work-team",
        name=_("Shape and review the neighbourhood social work team"),
        home=Level.NEIGHBOURHOOD,
        method=Method.CONSENT,
    ),
    Power(
        slug="keep-the-directory",
        name=_("Keep the directory of what is here"),
        home=Level.NEIGHBOURHOOD,
        method=Method.MAJORITY,
    ),
    Power(
        slug="answer-a-neighbourhood-finding",
        name=_("Answer a finding about the neighbourhood"),
        home=Level.NEIGHBOURHOOD,
        method=Method.MAJORITY,
    ),
    # The local system
    Power(
        slug="register-providers",
        name=_("Register and inspect providers"),
        home=Level.LOCAL,
        method=Method.MAJORITY,
        rights=("UNCRPD 16",),
    ),
    Power(
        slug="register-assessors",
        name=_("Keep the register of trusted assessors"),
        home=Level.LOCAL,
        method=Method.MAJORITY,
        rights=("UNCRPD 12", "UNCRC 12"),
    ),
    Power(
        slug="split-the-local-budget",
        name=_("Split the local budget"),
        home=Level.LOCAL,
        method=Method.MAJORITY,
    ),
    Power(
        slug="draw-neighbourhood-boundaries",
        name=_("Draw neighbourhood boundaries, with the neighbourhoods' consent"),
        home=Level.LOCAL,
        method=Method.CONSENT,
        rights=("UDHR 21",),
    ),
    Power(
        slug="answer-a-local-finding",
        name=_("Answer findings together with housing, education and health"),
        home=Level.LOCAL,
        method=Method.MAJORITY,
    ),
    Power(
        slug="publish-the-market-position",
        name=_("Say what support the area needs more of"),
        home=Level.LOCAL,
        method=Method.MAJORITY,
    ),
    # The nation
    Power(
        slug="set-the-pot",
        name=_("Set the national pot"),
        home=Level.NATIONAL,
        method=Method.MAJORITY,
        rights=("UDHR 22", "UDHR 25"),
    ),
    Power(
        slug="adopt-a-formula",
        name=_("Adopt the formula that shares the pot"),
        home=Level.NATIONAL,
        method=Method.MAJORITY,
        rights=("UDHR 22", "UNCRPD 28"),
    ),
    Power(
        slug="adopt-a-price",
        name=_("Adopt the price of a point of need"),
        home=Level.NATIONAL,
        method=Method.MAJORITY,
        rights=("UDHR 22", "UNCRPD 28"),
    ),
    Power(
        slug="amend-the-constitution",
        name=_("Change an entrenched rule"),
        home=Level.NATIONAL,
        method=Method.SUPERMAJORITY,
        rights=("UDHR 21",),
    ),
    Power(
        slug="hear-a-challenge",
        name=_("Hear a challenge against a local body"),
        home=Level.NATIONAL,
        method=Method.SORTITION,
        rights=("UDHR 8",),
    ),
    Power(
        slug="publish-national-figures",
        name=_("Publish the national figures"),
        home=Level.NATIONAL,
        method=Method.MAJORITY,
        rights=("UDHR 19",),
    ),
)

POWERS = {power.slug: power for power in _POWERS}
CORE_POWERS = tuple(slug for slug, power in POWERS.items() if power.core)


def get(slug: str) -> Power:
    """The power with this slug. Raises Missing(no-such-power)."""
    try:
        return POWERS[slug]
    except KeyError:
        raise Missing("no-such-power", "There is no such power.") from None
