"""The register of roles: what each office holder may do, in words a social worker could read aloud.

A role is held by a dated mandate in one sphere. No role opens a person's record. `docs/roles.md` is made from this
register.
"""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from socialcare.kernel.errors import Missing


@dataclass(frozen=True, kw_only=True)
class Role:
    slug: str
    name: str | Promise
    level: Level
    # What the role is for, as one sentence about the person who holds it.
    purpose: str | Promise
    # Powers in which the holder may put a question to the body of their sphere.
    raises: frozenset[str] = field(default_factory=frozenset)
    # Kind of body in which the holder has a vote; None for an office without a vote.
    votes_in: str | None = None
    # May the holder start what a decision has settled (run an allocation)?
    carries_out: frozenset[str] = field(default_factory=frozenset)

    # Does the holder read what people of their neighbourhood ask for, until somebody has taken it?
    answers_asks: bool = False

    @property
    def takes_part(self) -> bool:
        """Does the holder take part in deciding in their sphere, by preparing or by voting?"""
        return bool(self.raises or self.votes_in)


_ROLES = (
    Role(
        slug="social-worker",
        name=_("Social worker"),
        level=Level.NEIGHBOURHOOD,
        purpose=_("Walks alongside people who asked, and records community work."),
        answers_asks=True,
    ),
    Role(
        slug="coordinator",
        name=_("Local area coordinator"),
        level=Level.NEIGHBOURHOOD,
        purpose=_("Knows the neighbourhood and connects people."),
        answers_asks=True,
    ),
    Role(
        slug="councillor",
        name=_("Councillor"),
        level=Level.NEIGHBOURHOOD,
        purpose=_("Proposes how to split the neighbourhood fund and answers for it."),
        raises=frozenset({"split-the-neighbourhood-fund", "fund-a-project", "hold-a-ballot"}),
        votes_in="assembly",
    ),
    Role(
        slug="local-councillor",
        name=_("Member of the local council"),
        level=Level.LOCAL,
        purpose=_("Decides with the council what the local system does."),
        raises=frozenset({"split-the-local-budget", "draw-neighbourhood-boundaries"}),
        votes_in="council",
    ),
    Role(
        slug="registrar",
        name=_("Registrar of authority"),
        level=Level.LOCAL,
        purpose=_(
            "Checks the evidence that somebody may decide for another, and sees nothing of the record itself."
        ),
    ),
    Role(
        slug="advocate",
        name=_("Advocate"),
        level=Level.LOCAL,
        purpose=_(
            "Speaks up with people who ask for it, and works for nobody who gives paid support or pays for it."
        ),
    ),
    Role(
        slug="independent-panel-member",
        name=_("Member of independent panels"),
        level=Level.LOCAL,
        purpose=_(
            "Looks again at decisions about people who live in other local systems, and sees only what they release."
        ),
    ),
    Role(
        slug="assessors-registrar",
        name=_("Registrar of assessors"),
        level=Level.LOCAL,
        purpose=_("Writes who is a trusted assessor into the public register, and until when."),
        carries_out=frozenset({"register-assessors"}),
    ),
    Role(
        slug="national-councillor",
        name=_("Member of the national council"),
        level=Level.NATIONAL,
        purpose=_("Sets the pot and adopts the formula, with the other members."),
        raises=frozenset(
            {"set-the-pot", "adopt-a-formula", "adopt-a-price", "amend-the-constitution"}
        ),
        votes_in="national-council",
    ),
    Role(
        slug="panel-member",
        name=_("Member of the national panel"),
        level=Level.NATIONAL,
        purpose=_("Speaks for disabled people and families when the rules themselves change."),
        votes_in="panel",
    ),
    Role(
        slug="national-steward",
        name=_("National steward"),
        level=Level.NATIONAL,
        purpose=_("Proposes, shows who gains and loses, and carries out what the council decided."),
        raises=frozenset({"set-the-pot", "adopt-a-formula", "adopt-a-price"}),
        carries_out=frozenset({"set-the-pot", "adopt-a-formula"}),
    ),
)

ROLES = {role.slug: role for role in _ROLES}


def get(slug: str) -> Role:
    """The role with this slug. Raises Missing(no-such-role)."""
    try:
        return ROLES[slug]
    except KeyError:
        raise Missing("no-such-role", "There is no such role.") from None
