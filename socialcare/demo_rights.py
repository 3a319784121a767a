"""The demonstration's challenge, over which three invented people from elsewhere sit, and its advocate, whom the citizen
has asked."""

from __future__ import annotations

from datetime import timedelta

from governance.models import Sphere, User
from people import rules_advocacy, rules_challenges
from people.actions import advocacy, challenges
from people.challengeable import ELSEWHERE
from people.models import AdvocacyOrganisation, Advocate
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

WORDS = "My bus pass for the day centre was stopped, and nobody talked with me first."


ORGANISATION = "Invented Voices"


def register_advocate(*, user: User, local_system: Sphere) -> None:
    """Enters an invented organisation and its advocate, unless they are there."""
    if Advocate.objects.filter(mandate__user=user).exists():
        return
    today = acting.today()
    organisation = AdvocacyOrganisation.objects.filter(
        name=ORGANISATION
    ).first() or advocacy.register_organisation(
        name=ORGANISATION,
        gives_support=False,
        pays_for_support=False,
        declared_on=today - timedelta(days=60),
        checked_on=today - timedelta(days=30),
    )
    advocacy.register_advocate(
        user=user, organisation=organisation, local_system=local_system, by=None
    )


def ask_advocate(*, citizen: User, local_system: Sphere) -> str:
    """The citizen asks whoever is free, once."""
    with acting_as(citizen):
        if not rules_advocacy.own_requests(citizen).exists():
            advocacy.ask(
                local_system=local_system,
                name="Sam",
                words="I get quiet in meetings. Come with me to the next one.",
                ends_on=acting.today() + timedelta(days=90),
                by=citizen,
            )
    return "An advocate is on the register, and the citizen has asked for one."


def build(*, citizen: User) -> str:
    """Builds what is missing, and says what is there."""
    with acting_as(citizen):
        if not rules_challenges.own_challenges(citizen).filter(about_kind=ELSEWHERE).exists():
            challenges.make(kind=ELSEWHERE, words=WORDS, by=citizen)
    return "The citizen challenges a decision; three people from elsewhere look at it again."
