"""The demonstration: England's real places, an invented council, and invented people who can sign in.

Built through the same actions as everything else, so that nothing in it is a state the product could not reach. It
can be run again at any time and only adds what is missing. It refuses to run outside the demonstration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from budgets import formula as engine
from budgets.actions import allocations, formulas, pots
from budgets.models import AllocationRun, FormulaVersion, Pot
from governance import audit
from governance.actions import bodies, mandates, matters, users
from governance.levels import Level
from governance.methods import Choice
from governance.models import Body, Decision, Mandate, Matter, Sphere, User
from neighbourhoods.actions import areas
from neighbourhoods.area_files import load, note_for, read_areas
from neighbourhoods.area_files.country import ENGLAND
from neighbourhoods.models import Dataset
from people import law, queries, retention, rules
from people.actions import consents, laws, looks, persons, records
from people.actions import retention as keeping
from people.models import CommunicationNeed, Person, SafeContact
from people.parts import Part, Purpose
from people.rules_challenges import ROLE as PANEL_ROLE
from socialcare import demo_asking, demo_authority, demo_money, demo_plan, demo_rights
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

NATION = "E92000001"
LOCAL_SYSTEM = "E08000016"  # Barnsley
NEIGHBOURHOOD = "E02001514"  # Grimethorpe & Brierley
# Everybody in the demonstration signs in with it; nothing outside the demonstration accepts it.
PASSWORD = "look-around-and-try"  # noqa: S105

BILLION = 100_000_000_000  # pence


@dataclass(frozen=True)
class SignIn:
    """One of the demonstration's people: who they are, and what they hold where."""

    email: str
    what: str
    name: str
    role: str = ""
    sphere: str = ""


SIGN_INS = (
    SignIn("citizen@demo.example", "a citizen", "Sam"),
    SignIn(
        "social.worker@demo.example",
        "a social worker",
        "Asha Rahman",
        "social-worker",
        NEIGHBOURHOOD,
    ),
    SignIn("councillor@demo.example", "a councillor", "Des Hartley", "councillor", NEIGHBOURHOOD),
    SignIn("steward@demo.example", "a national steward", "Miriam Cole", "national-steward", NATION),
)
COUNCIL = (
    SignIn(
        "council.1@demo.example", "national council", "Ruth Adeyemi", "national-councillor", NATION
    ),
    SignIn(
        "council.2@demo.example", "national council", "Tomos Pryce", "national-councillor", NATION
    ),
    SignIn(
        "council.3@demo.example",
        "national council",
        "Grace Whitfield",
        "national-councillor",
        NATION,
    ),
)


# Whom the citizen knows. They sign in with the same password, and hold no office.
SISTER = SignIn("robin@demo.example", "the citizen’s sister", "Robin")
ASSESSOR = SignIn("assessor@demo.example", "a trusted assessor", "Noor Ellis")
OLD_FRIEND = SignIn("pat@demo.example", "an old friend of the citizen", "Pat")
# Who decides for whom, and the registrar who saw the evidence.
AUTHORITY = (
    SignIn("parent@demo.example", "the mother of a girl of ten", "Nia"),
    SignIn("deputy@demo.example", "a deputy for somebody’s money", "Omar"),
    SignIn("edwin@demo.example", "the man whose money it is", "Edwin"),
    SignIn(
        "registrar@demo.example",
        "a registrar of authority",
        "Jean Booth",
        "registrar",
        LOCAL_SYSTEM,
    ),
)


# They look again at decisions about people elsewhere: in the first local system that is not the citizen's.
PANEL = tuple(
    SignIn(f"panel.{number}@demo.example", "a member of independent panels", name, PANEL_ROLE)
    for number, name in enumerate(("Lena Okafor", "Gwil Parry", "Maureen Stott"), start=1)
)

# Holds the office of an advocate where the citizen lives; the register gives it, not this line.
ADVOCATE = SignIn("advocate@demo.example", "an advocate", "Bea Lindqvist")


def build() -> Iterator[str]:
    """Builds what is missing, and says what it did, a line a step."""
    yield _import_england()
    with acting_as(None):
        keeping.bring_in(file=retention.parse(retention.ENGLAND.read_text(encoding="utf-8")))
    nation = Sphere.objects.get(code=NATION)
    _bodies(nation)
    yield _people()
    yield _record()
    yield _needs_and_plan()
    yield _authority()
    yield _asks()
    yield _challenge()
    yield _advocate()
    steward = User.objects.get(email="steward@demo.example")
    formula = _formula(nation, steward)
    demo_money.adopt_price(nation, steward)
    year = _this_year()
    this_pot = _pot(nation, steward, starts_on=year, total=40 * BILLION)
    yield f"The national council adopted the formula “{formula.title}” and set the pot."
    yield _share(formula, this_pot, steward)
    yield demo_money.spend(User.objects.get(email=SIGN_INS[0].email))
    # The next year's pot is set and waits for the steward to share it.
    _pot(nation, steward, starts_on=_next_year(year), total=41 * BILLION + BILLION // 5)
    # So that the first check of the audit trail has a head outside the database to hold it against.
    audit.publish_heads(Path(settings.AUDIT_HEAD_FILE))


def _import_england() -> str:
    country = load(ENGLAND / "country.yaml")
    file = read_areas(ENGLAND / "neighbourhoods.csv.gz", country=country)
    if not Dataset.objects.filter(sha256=file.sha256).exists():
        on = _this_year()
        note = note_for(file.nation, country=country, file_name="neighbourhoods.csv.gz", on=on)
        with acting_as(None):
            areas.import_areas(file=file, note=note, country=country, on=on, by=None)
    return f"{file.nation_name}'s places are there."


def _bodies(nation: Sphere) -> None:
    kind = Body.Kind
    bodies.set_up(sphere=nation, kind=kind.NATIONAL_COUNCIL, name="National Council", by=None)
    bodies.set_up(
        sphere=nation,
        kind=kind.PANEL,
        name="National Panel of Disabled People and Families",
        by=None,
    )
    local = Sphere.objects.get(code=LOCAL_SYSTEM)
    bodies.set_up(sphere=local, kind=kind.COUNCIL, name=f"{local.name} Council", by=None)
    place = Sphere.objects.get(code=NEIGHBOURHOOD)
    bodies.set_up(sphere=place, kind=kind.ASSEMBLY, name=f"{place.name} Assembly", by=None)


def _people() -> str:
    for sign_in in (*SIGN_INS, *COUNCIL):
        _person(sign_in)
    return f"{len(SIGN_INS) + len(COUNCIL)} invented people can sign in."


@transaction.atomic
def _person(sign_in: SignIn) -> User:
    user = User.objects.filter(email=sign_in.email).first()
    if user is None:
        user = users.register(
            email=sign_in.email,
            password=PASSWORD,
            public_name=sign_in.name if sign_in.role or sign_in is ADVOCATE else "",
            by=None,
        )
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    with acting_as(user):
        if not Person.objects.filter(user=user).exists():
            persons.begin(preferred_name=sign_in.name.split()[0], by=user)
    if sign_in.role and not Mandate.objects.filter(user=user, role=sign_in.role).exists():
        sphere = Sphere.objects.get(code=sign_in.sphere)
        mandates.give(user=user, role=sign_in.role, sphere=sphere, by=None)
    return user


@transaction.atomic
def _record() -> str:
    """The citizen's record, whom they let see what, and who has looked. All of it is invented."""
    sam = User.objects.get(email=SIGN_INS[0].email)
    sister, friend = (_person(somebody) for somebody in (SISTER, OLD_FRIEND))
    with acting_as(sam):
        person = Person.objects.get(user=sam)
        if not rules.consents_given_by(sam).exists():
            _fill_record(person, sam)
            consents.give(
                person=person,
                to=sister,
                known_as="my sister Robin",
                parts=[Part.ABOUT_ME, Part.CONTACT, Part.PLAN],
                purpose=Purpose.EVERYDAY,
                ends_on=acting.today() + timedelta(days=180),
                by=sam,
            )
            _lapsed_consent(person, sam, friend)
    with acting_as(sister):
        if not rules.consents_given_by(sister).exists():
            consents.give(
                person=Person.objects.get(user=sister),
                to=sam,
                known_as="Sam",
                parts=[Part.ABOUT_ME],
                purpose=Purpose.KNOW_ME,
                ends_on=acting.today() + timedelta(days=90),
                by=sister,
            )
            found = next(each.person for each in queries.people_who_let(sister))
            under = list(rules.consents_held_by(sister, of=found))
            looks.note(person=found, under=under, by=sister)
    return "The citizen has a record, a sister who may see parts of it, and a friend who no longer may."


@transaction.atomic
def _needs_and_plan() -> str:
    return demo_plan.build(
        sam=User.objects.get(email=SIGN_INS[0].email),
        sister=User.objects.get(email=SISTER.email),
        worker=User.objects.get(email=SIGN_INS[1].email),
        assessor=_person(ASSESSOR),
        local=Sphere.objects.get(code=LOCAL_SYSTEM),
    )


def _authority() -> str:
    """A child with a parent, and a man with a deputy."""
    with acting_as(None):
        laws.bring_in(file=law.parse(law.ENGLAND.read_text(encoding="utf-8")))
    parent, deputy, man, registrar = (_person(somebody) for somebody in AUTHORITY)
    place = Sphere.objects.get(code=LOCAL_SYSTEM)
    return demo_authority.build(
        parent=parent, deputy=deputy, man=man, registrar=registrar, place=place
    )


@transaction.atomic
def _asks() -> str:
    citizen, worker = (User.objects.get(email=sign_in.email) for sign_in in SIGN_INS[:2])
    place = Sphere.objects.get(code=NEIGHBOURHOOD)
    return demo_asking.build(citizen=citizen, worker=worker, place=place)


@transaction.atomic
def _challenge() -> str:
    local_systems = Sphere.objects.filter(level=Level.LOCAL).exclude(code=LOCAL_SYSTEM)
    elsewhere = local_systems.order_by("code")[0]
    for sign_in in PANEL:
        _person(replace(sign_in, sphere=elsewhere.code))
    return demo_rights.build(citizen=User.objects.get(email=SIGN_INS[0].email))


@transaction.atomic
def _advocate() -> str:
    local_system = Sphere.objects.get(code=LOCAL_SYSTEM)
    advocate = _person(ADVOCATE)
    demo_rights.register_advocate(user=advocate, local_system=local_system)
    citizen = User.objects.get(email=SIGN_INS[0].email)
    return demo_rights.ask_advocate(citizen=citizen, local_system=local_system)


def _fill_record(person: Person, sam: User) -> None:
    records.introduce(
        person=person,
        preferred_name="Sam",
        pronouns="they and them",
        date_of_birth=date(1985, 3, 27),
        by=sam,
    )
    records.say_how_to_reach(
        person=person,
        channel=SafeContact.Channel.TEXT,
        # A number that Ofcom keeps free for stories.
        reach="07700 900123",
        say="That it is about the gardening club.",
        never="No letters. Somebody else opens them.",
        by=sam,
    )
    records.keep_address(
        person=person,
        address="1 Invented Row\nGrimethorpe",
        neighbourhood=Sphere.objects.get(code=NEIGHBOURHOOD),
        by=sam,
    )
    for kind, words, met in (
        (CommunicationNeed.Kind.LARGE_PRINT, "Yellow paper is best.", CommunicationNeed.Met.YES),
        (CommunicationNeed.Kind.MORE_TIME, "Let me finish.", CommunicationNeed.Met.SOMETIMES),
    ):
        records.record_need(
            person=person,
            kind=kind,
            words=words,
            met=met,
            review_on=acting.today() + timedelta(days=180),
            by=sam,
        )


def _lapsed_consent(person: Person, sam: User, friend: User) -> None:
    """Given two months ago, for a month."""
    with acting_as(sam, at=timezone.now() - timedelta(days=60)):
        consents.give(
            person=person,
            to=friend,
            known_as="Pat from next door",
            parts=[Part.CONTACT],
            purpose=Purpose.EVERYDAY,
            ends_on=acting.today() + timedelta(days=30),
            by=sam,
        )


def _decide(matter: Matter, by: User) -> Decision:
    """The invented council meets: opens the vote, votes, and closes it."""
    if matter.state == Matter.State.RAISED:
        matters.open_vote(matter=matter, closes_at=timezone.now() + timedelta(days=7), by=by)
    for member in matter.roll.select_related("user").order_by("pk"):
        if not matter.votes.filter(user=member.user).exists():
            matters.cast(matter=matter, choice=Choice.FOR, by=member.user)
    decision = Decision.objects.filter(matter=matter).first()
    return decision or matters.close(matter=matter, by=by)


@transaction.atomic
def _formula(nation: Sphere, steward: User) -> FormulaVersion:
    text = engine.built_in("england").text
    version = FormulaVersion.objects.filter(nation=nation, text=text).first()
    if version is None:
        version = formulas.propose(nation=nation, text=text, by=steward)
    if version.state == FormulaVersion.State.PROPOSED:
        version = formulas.settle(decision=_decide(version.matter, steward))
    return version


@transaction.atomic
def _pot(nation: Sphere, steward: User, *, starts_on: date, total: int) -> Pot:
    pot = Pot.objects.filter(nation=nation, starts_on=starts_on).first()
    if pot is None:
        pot = pots.propose(
            nation=nation,
            starts_on=starts_on,
            ends_on=_next_year(starts_on),
            total_pence=total,
            risk_reserve_pence=total // 50,
            national_functions_pence=total // 200,
            background="An invented sum, so that the demonstration has something to share.",
            by=steward,
        )
    if pot.state == Pot.State.PROPOSED:
        pot = pots.settle(decision=_decide(pot.matter, steward))
    return pot


def _share(formula: FormulaVersion, pot: Pot, steward: User) -> str:
    run = AllocationRun.objects.filter(pot=pot).first()
    if run is None or run.state != AllocationRun.State.POSTED:
        dataset = Dataset.objects.filter(nation=pot.nation).newest_first()[0]
        run = allocations.request(formula=formula, pot=pot, dataset=dataset, by=steward)
        run = allocations.carry_out(run_id=run.pk, by=steward.pk)
    if run.state != AllocationRun.State.POSTED:
        raise RuntimeError(f"the demonstration's allocation stopped: {run.error_code}")
    places = run.allocations.filter(sphere__level=Level.NEIGHBOURHOOD).count()
    return (
        f"The pot is shared among {run.systems_total} local systems and {places:,} neighbourhoods."
    )


def _this_year() -> date:
    """1 April of the financial year that today is in."""
    today = acting.today()
    return date(today.year if (today.month, today.day) >= (4, 1) else today.year - 1, 4, 1)


def _next_year(day: date) -> date:
    return day.replace(year=day.year + 1)
