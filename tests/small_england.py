"""A small England for tests of pages: a few real local systems, money shared out, and somebody in every role.

Cut from the figures that the product carries, so that postcodes are found and the product's own formula shares the
pot. Built through the product's actions, in the order in which a nation would do it. Nobody in it is real.
"""

from __future__ import annotations

import csv
import gzip
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from budgets import formula as engine
from budgets import prices as price_documents
from budgets.actions import allocations, entitlements, formulas, payments, pots, prices
from budgets.models import (
    AllocationRun,
    FormulaVersion,
    Payee,
    Payment,
    Pot,
    PriceVersion,
    StandingPayment,
)
from governance.actions import matters
from governance.levels import Level
from governance.methods import Choice
from governance.models import Matter, Sphere, User
from neighbourhoods.actions import areas
from neighbourhoods.area_files import load, note_for, read_areas
from neighbourhoods.area_files.country import ENGLAND
from neighbourhoods.models import Dataset
from people.actions import asks, challenges, invitations, persons
from people.models import (
    AdvocacyRequest,
    Ask,
    Challenge,
    Conversation,
    Invitation,
    Person,
    PersonUserObjectPermission,
)
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests import planning, worlds
from tests.asking import worlds as asking
from tests.rights import worlds as advocates
from tests.worlds import Council

LOCAL_SYSTEM = "E08000016"  # Barnsley, so that its postcodes are found
NEIGHBOURHOOD = "E02001514"  # Grimethorpe & Brierley
POUND = 100  # pence
TOTAL = 90_000_007 * POUND  # odd on purpose: the last pence have to go somewhere

# Words of the citizen's spending, which nobody else is ever shown.
PAYEE_NAME = "Ivy Greenhough"
PAYEE_REFERENCE = "INV 4417"
PAID_FOR = "Swimming on Tuesdays"

# Everybody who visits, in the order of the access matrix's columns.
ANONYMOUS = "anonymous"
ROLES = (
    ANONYMOUS,
    "citizen",
    "worker",
    "councillor",
    "local",
    "national",
    "panel",
    "steward",
    "former",
)


@dataclass(frozen=True)
class SmallEngland:
    """What was built. `people` has a user for each of ROLES but the anonymous visitor."""

    nation: Sphere
    local: Sphere
    neighbourhood: Sphere
    council: Council
    people: dict[str, User]
    # What the citizen lets the social worker see.
    consent: PersonUserObjectPermission
    # What the citizen asked for: one that waits, one that the social worker took and has talked with them about.
    waiting_ask: Ask
    talked_ask: Ask
    # The citizen's, over which three strangers sit.
    challenge: Challenge
    # The citizen's, to which an advocate said yes.
    advocacy: AdvocacyRequest
    # The citizen's, for a neighbour.
    invitation: Invitation
    dataset: Dataset
    formula: FormulaVersion
    # A later version of the formula, raised and not yet voted on.
    proposed_formula: FormulaVersion
    # What a point is worth.
    price: PriceVersion
    # This year's pot is shared out; next year's waits to be; the one after is queued; two are before the council.
    shared_pot: Pot
    waiting_pot: Pot
    run: AllocationRun
    queued_run: AllocationRun
    # Whom the citizen pays from their own budget, once and every month.
    payee: Payee
    paid: Payment
    regular: StandingPayment
    # One matter in each state that a visitor can meet, and one that nobody is shown.
    raised: Matter
    open: Matter
    ripe: Matter
    hidden: Matter


def year(after: int = 0) -> date:
    """1 April of the financial year that today is in, or of one `after` it."""
    today = acting.today()
    first = today.year if (today.month, today.day) >= (4, 1) else today.year - 1
    return date(first + after, 4, 1)


def cut(path: Path, *, systems: int, neighbourhoods: int) -> None:
    """Writes a file of that many local systems with up to that many neighbourhoods each, Barnsley among them."""
    with gzip.open(ENGLAND / "neighbourhoods.csv.gz", "rt", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    by_system: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        by_system[row[header.index("parent")]].append(row)
    # The neighbourhood that people hold office in comes first in its own system.
    by_system[LOCAL_SYSTEM].sort(key=lambda row: row[0] != NEIGHBOURHOOD)
    chosen = [LOCAL_SYSTEM, *(code for code in by_system if code != LOCAL_SYSTEM)][:systems]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        for code in chosen:
            writer.writerows(by_system[code][:neighbourhoods])


def bring_in(*, systems: int, neighbourhoods: int) -> Dataset:
    """Imports a small file of England, as the command does."""
    country = load(ENGLAND / "country.yaml")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "small.csv")
        cut(path, systems=systems, neighbourhoods=neighbourhoods)
        file = read_areas(path, country=country)
    note = note_for(file.nation, country=country, file_name="small.csv", on=worlds.LONG_AGO)
    with acting_as(None):
        return areas.import_areas(
            file=file, note=note, country=country, on=worlds.LONG_AGO, by=None
        ).dataset


def propose_pot(nation: Sphere, *, after: int, by: User) -> Pot:
    """Proposes the pot of the year that many years `after` this one."""
    return pots.propose(
        nation=nation,
        starts_on=year(after),
        ends_on=year(after + 1),
        total_pence=TOTAL,
        risk_reserve_pence=TOTAL // 50,
        national_functions_pence=TOTAL // 200,
        background="An invented sum.",
        by=by,
    )


def open_vote(matter: Matter, *, by: User) -> Matter:
    return matters.open_vote(
        matter=matter, closes_at=timezone.now() + timedelta(days=7, hours=1), by=by
    )


def set_pot(council: Council, *, after: int, by: User) -> Pot:
    """A pot that every member of the council voted for."""
    pot = propose_pot(council.sphere, after=after, by=by)
    matter = open_vote(pot.matter, by=by)
    worlds.vote(matter, council.members, Choice.FOR, "It is what we can raise.")
    return pots.settle(decision=matters.close(matter=matter, by=by))


def _adopt(council: Council, by: User) -> FormulaVersion:
    version = formulas.propose(
        nation=council.sphere, text=engine.built_in("england").text, background="Why.", by=by
    )
    matter = open_vote(version.matter, by=by)
    worlds.vote(matter, council.members, Choice.FOR)
    return formulas.settle(decision=matters.close(matter=matter, by=by))


def _adopt_price(council: Council, by: User) -> PriceVersion:
    version = prices.propose(
        nation=council.sphere,
        text=price_documents.built_in("england").text,
        background="Why.",
        by=by,
    )
    matter = open_vote(version.matter, by=by)
    worlds.vote(matter, council.members, Choice.FOR)
    return prices.settle(decision=matters.close(matter=matter, by=by))


def _people(nation: Sphere, local: Sphere, place: Sphere, council: Council) -> dict[str, User]:
    people = {
        "citizen": worlds.user("citizen"),
        "worker": worlds.holder("social-worker", place),
        "councillor": worlds.holder("councillor", place),
        "local": worlds.holder("local-councillor", local),
        "national": council.members[-1],
        "panel": worlds.holder("panel-member", nation),
        "steward": worlds.holder("national-steward", nation),
        "former": worlds.holder("national-steward", nation, ends_on=acting.today()),
    }
    for role, user in people.items():
        persons.begin(preferred_name=f"{role.title()} Byname", by=user)
    return people


def _asks(citizen: User, worker: User, place: Sphere) -> tuple[Ask, Ask]:
    waiting, other = (asking.asked(place, by=citizen).ask for _ in range(2))
    with acting_as(worker):
        asks.take(ask=other, by=worker)
        return waiting, asks.mark_talked(ask=other, by=worker)


def _spend(citizen: User) -> tuple[Payee, Payment, StandingPayment]:
    """The citizen's points are agreed; four weeks are paid; they pay somebody."""
    with acting_as(citizen):
        person = Person.objects.get(user=citizen)
        conversation = Conversation.objects.create(
            person=person,
            instrument_code="conversation",
            instrument_version="1",
            instrument_sha256="0" * 64,
            state=Conversation.State.AGREED,
            points=40,
            undisputed_points=40,
            settled_by=Conversation.SettledBy.AGREEMENT,
            agreed_at=acting.now(),
        )
        entitlements.award(conversation=conversation, by=citizen)
    entitlements.pay_due()
    with acting_as(citizen):
        payee = payments.add_payee(
            person=person, name=PAYEE_NAME, reference=PAYEE_REFERENCE, by=citizen
        )
        paid = payments.pay(
            person=person, payee=payee, amount_pence=2_400, what_for=PAID_FOR, by=citizen
        )
        regular = payments.plan(
            person=person,
            payee=payee,
            amount_pence=1_000,
            every="month",
            starts_on=worlds.in_days(9),
            what_for=PAID_FOR,
            by=citizen,
        )
    return payee, paid, regular


def spend_more(world: SmallEngland) -> None:
    """The citizen pays somebody else, once and every week."""
    citizen = world.people["citizen"]
    with acting_as(citizen):
        person = Person.objects.get(user=citizen)
        payee = payments.add_payee(person=person, name=PAYEE_NAME, by=citizen)
        payments.pay(person=person, payee=payee, amount_pence=100, what_for=PAID_FOR, by=citizen)
        payments.plan(
            person=person,
            payee=payee,
            amount_pence=100,
            every="week",
            starts_on=worlds.in_days(1),
            by=citizen,
        )


def build(*, systems: int = 3, neighbourhoods: int = 3) -> SmallEngland:
    """Builds it in the present transaction."""
    dataset = bring_in(systems=systems, neighbourhoods=neighbourhoods)
    nation = dataset.nation
    local = Sphere.objects.get(code=LOCAL_SYSTEM)
    place = Sphere.objects.get(code=NEIGHBOURHOOD)
    council = worlds.council(nation, members=3)
    worlds.panel(nation)
    worlds.council(local, members=3)
    people = _people(nation, local, place, council)
    # The citizen lets the social worker see one part, who has read it.
    citizen = people["citizen"]
    worlds.fill_record(citizen, neighbourhood=place)
    [consent] = worlds.let_see(citizen, people["worker"], "about-me", known_as="Asha from the team")
    worlds.look(people["worker"], consent.content_object)
    waiting_ask, talked_ask = _asks(citizen, people["worker"], place)
    advocacy = advocates.accepted(citizen, local)
    elsewhere = Sphere.objects.filter(level=Level.LOCAL).exclude(pk=local.pk).order_by("pk")[0]
    for _ in range(3):
        worlds.holder("independent-panel-member", elsewhere)
    with acting_as(citizen):
        challenge = challenges.make(kind="elsewhere", words="It is not right.", by=citizen)
        invitation = invitations.make(neighbourhood=place, by=citizen).invitation
    planning.fill_needs_and_plans(
        owner=citizen, other=people["councillor"], asked=citizen, scope=local
    )
    steward = people["steward"]
    formula = _adopt(council, steward)
    price = _adopt_price(council, steward)
    shared, waiting, queued = (set_pot(council, after=n, by=steward) for n in range(3))
    run = allocations.request(formula=formula, pot=shared, dataset=dataset, by=steward)
    run = allocations.carry_out(run_id=run.pk, by=steward.pk)
    assert run.state == AllocationRun.State.POSTED, run.error_code
    payee, paid, regular = _spend(citizen)
    voting, counting = (propose_pot(nation, after=n, by=steward) for n in (3, 4))
    worlds.vote(open_vote(counting.matter, by=steward), council.members, Choice.AGAINST, "Too low.")
    draft = formula.text.replace("title: Need for", "title: A draft of need for", 1)
    proposed = formulas.propose(nation=nation, text=draft, background="Clearer.", by=steward)
    # Nobody has set up an assembly there, so no body has the question and no page shows it.
    hidden = matters.raise_matter(
        power="fund-a-project",
        sphere=place,
        subject="project:1",
        question="A question that no body has",
        by=people["councillor"],
    )
    return SmallEngland(
        nation=nation,
        local=local,
        neighbourhood=place,
        council=council,
        people=people,
        consent=consent,
        waiting_ask=waiting_ask,
        talked_ask=talked_ask,
        challenge=challenge,
        advocacy=advocacy,
        invitation=invitation,
        dataset=dataset,
        formula=formula,
        proposed_formula=proposed,
        price=price,
        payee=payee,
        paid=paid,
        regular=regular,
        shared_pot=shared,
        waiting_pot=waiting,
        run=run,
        queued_run=allocations.request(formula=formula, pot=queued, dataset=dataset, by=steward),
        raised=proposed.matter,
        open=open_vote(voting.matter, by=steward),
        ripe=Matter.objects.get(pk=counting.matter_id),
        hidden=hidden,
    )
