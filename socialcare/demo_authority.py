"""The demonstration's legal authority: a girl of ten with her mother, and a man with a deputy for his money.

Built through the product's actions, as the registrar, the mother and the deputy would take them. It refuses nothing that
the product allows, and only adds what is missing. Nobody in it is real.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from governance.models import Sphere, User
from people.actions import authorities, own_words, persons, records
from people.models import AuthorityEntry, CommunicationNeed, LegalAuthority, Person, SafeContact
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

CHILD = "Mia"
_KIND = LegalAuthority.Kind
_EVIDENCE = AuthorityEntry.Evidence


@transaction.atomic
def build(*, parent: User, deputy: User, man: User, registrar: User, place: Sphere) -> str:
    """Builds what is missing, and says what there is. `place` is the local system of `registrar`."""
    with acting_as(parent):
        if not LegalAuthority.objects.filter(holder=parent).exists():
            _mother_and_child(parent, registrar, place)
    with acting_as(deputy):
        if not LegalAuthority.objects.filter(holder=deputy).exists():
            _man_with_a_deputy(deputy, man, registrar, place)
    return (
        f"{CHILD}, who is ten, has a mother who decides with her; a man has a deputy for his money."
    )


def _mother_and_child(parent: User, registrar: User, place: Sphere) -> None:
    claim = persons.begin_for(
        preferred_name=CHILD,
        kind=_KIND.PARENTAL,
        parts=[],
        put_to=place,
        evidence=_EVIDENCE.BIRTH,
        words="The register office has it under an invented number.",
        by=parent,
    )
    today = acting.today()
    with acting_as(registrar):
        born_on = date(today.year - 10, 1, 15)
        authorities.confirm(authority=claim, born_on=born_on, by=registrar)
    with acting_as(parent):
        child = Person.objects.get(pk=claim.person_id)
        records.record_need(
            person=child,
            kind=CommunicationNeed.Kind.MORE_TIME,
            words="I answer when I have finished thinking.",
            review_on=today + timedelta(days=180),
            by=parent,
        )
        records.say_how_to_reach(
            person=child,
            channel=SafeContact.Channel.THROUGH_SOMEBODY,
            reach="Through my mum",
            by=parent,
        )


def _man_with_a_deputy(deputy: User, man: User, registrar: User, place: Sphere) -> None:
    claim = authorities.claim(
        person_id=authorities.find(code=man.public_id, by=deputy),
        kind=_KIND.DEPUTY,
        parts=[Part.BUDGET, Part.SPENDING],
        put_to=place,
        evidence=_EVIDENCE.ORDER,
        words="An invented order, for money alone.",
        by=deputy,
    )
    with acting_as(registrar):
        authorities.confirm(authority=claim, by=registrar)
    with acting_as(man):
        person = Person.objects.get(user=man)
        own_words.agree_on_support(
            person=person,
            part=Part.PLAN,
            who="My neighbour Bea",
            what="What to do with my days.",
            how="She draws it, and I point.",
            by=man,
        )
        own_words.state_in_advance(
            person=person,
            signs="I stop talking and hold my head.",
            want="Let me sit in my own chair, with the radio on.",
            call="Bea, next door.",
            by=man,
        )
