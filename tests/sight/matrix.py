"""Who sees which rows of Mia's record: one row for each record type, one column for each kind of person.

Read a row aloud: "contact, a sister with a consent for that part alone: yes; with one for every other part: no". A
later record type is a line in TABLE and an entry in RECORDS; a later kind of person is a column and an entry in
`world.people`.

    yes   the rows are there, and its words are on a page and in the API
    row   the rows (only those of this very person, where rows name one) are there; its words are on no page of theirs
    no    nothing is there: no row, no word, by no way
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from budgets.models import (
    Entitlement,
    EntitlementPayment,
    HealthContribution,
    Holding,
    Payee,
    Payment,
    StandingPayment,
)
from people.models import (
    AboutMe,
    Acquaintance,
    AdvanceStatement,
    AdvocacyRequest,
    Arrangement,
    Ask,
    AssessedAnswer,
    Assessment,
    AuthorityEntry,
    Challenge,
    CommentReply,
    CommunicationNeed,
    ConsentEntry,
    Conversation,
    ConversationAnswer,
    Goal,
    Invitation,
    LegalAuthority,
    Look,
    PanelSeat,
    PeerReview,
    Person,
    PersonKey,
    PersonUserObjectPermission,
    PlanComment,
    PlanSection,
    ProtectedAddress,
    Residence,
    SafeContact,
    SupportAgreement,
    SupportPlan,
)
from people.parts import NAME, Part
from tests import planning, worlds
from tests.rights.worlds import ABOUT as ADVOCATED

# live: a consent for this part alone · other: for every part but this one · none: a sister whom nobody asked ·
# deputy: of the court, for her money alone · ex: was her attorney for everything, until an order ended it ·
# registrar: checked the evidence of both · everything: somebody with every role there is, whom a careless program calls a superuser
TABLE = """
                 self live other none expired tomorrow withdrawn councillor steward worker everything anonymous  deputy ex  registrar
name             yes  yes  yes   no   no      no       no        no         no      no     no         no           yes    no  no
about-me         yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
communication    yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
contact          yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
residence        yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
address          yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
conversation     row  row  no    no   no      no       no        no         no      no     no         no           no     no  no
answer           yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
assessment       row  row  no    no   no      no       no        no         no      no     no         no           no     no  no
assessed         yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
review           row  row  no    no   no      no       no        no         no      no     no         no           no     no  no
plan             row  row  no    no   no      no       no        no         no      no     no         no           no     no  no
section          yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
goal             yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
arrangement      yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
comment          yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
reply            yes  yes  no    no   no      no       no        no         no      no     no         no           no     no  no
key              row  row  row   no   no      no       no        no         no      no     no         no           row    no  row
consent          yes  row  row   no   no      no       no        no         no      no     no         no           row    no  no
consent-history  row  no   no    no   no      no       no        no         no      no     no         no           row    no  no
acquaintance     yes  no   no    no   no      no       no        no         no      no     no         no           row    no  no
ask              yes  no   no    no   no      no       no        no         no      row    row        no         no     no  no
challenge        yes  no   no    no   no      no       no        no         no      no     no         no         no     no  no
panel-seat       row  no   no    no   no      no       no        no         no      no     no         no         no     no  no
advocacy         yes  no   no    no   no      no       no        no         no      no     no         no         no     no  no
invitation       yes  no   no    no   no      no       no        no         no      no     no         no         no     no  no
look             yes  row  row   no   no      no       no        no         no      no     no         no           row    no  no
statement        yes  yes  no    no   no      no       no        no         no      no     no         no        no     no  no
agreement        yes  yes  no    no   no      no       no        no         no      no     no         no        no     no  no
authority        row  no   no    no   no      no       no        no         no      no     no         no        row    row row
evidence         row  no   no    no   no      no       no        no         no      no     no         no        row    row row
entitlement      yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
paid-entitlement row  row  no    no   no      no       no        no         no      no     no         no         row    no  no
contribution     yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
holding          yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
payee            yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
payment          yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
regular-payment  yes  row  no    no   no      no       no        no         no      no     no         no         row    no  no
"""
MIA = "Mia Quillfeather"
PLACE = "Marigold Fold"
ASKED = "A hand with the stairs, please"
CHALLENGED = "Fewer hours do not do"
KNOWN_AS = "Wren from number nine"
WANT = "Let me sit by the pond"
HELPS = "Choosing a wheelchair with me"
HEALTH_BODY = "Larkspur Health Board"
HOLDER = "Cousin Peregrine"
PAYEE = "Thimble and Daughters"
PAID_FOR = "A ramp for the shed"
PLANNED_FOR = "The choir on Mondays"


# What the deputy holds: of those parts they may agree who sees them, and read who looked.
DEPUTY_PARTS = frozenset({"budget", "spending"})


def anybody(row: Any, user_id: int, held: frozenset[str]) -> bool:
    """The rows of this table name nobody but the person."""
    return True


@dataclass(frozen=True)
class RecordType:
    """A table of personal records: its part, the column that names the person, and words that only it holds."""

    model: type[Model]
    part: str
    person: str = "person_id"
    on_pages: tuple[str, ...] = ()
    in_api: tuple[str, ...] = ()
    # Whether a row is about this very viewer, or a part that they hold, where each may see those only.
    is_of: Callable[[Any, int, frozenset[str]], bool] = anybody

    @property
    def table(self) -> str:
        return self.model._meta.db_table


def _names_the_viewer(row: Any, user_id: int, held: frozenset[str]) -> bool:
    return bool(row.user_id == user_id or (held and row.part in held))


def _is_known_to(row: Any, user_id: int, held: frozenset[str]) -> bool:
    return bool(held)


def _is_a_look_by_them(row: Any, user_id: int, held: frozenset[str]) -> bool:
    return bool(row.user_id == user_id or (held and held.issuperset(row.parts)))


_CONTACT = (worlds.REACH, worlds.SAY, worlds.NEVER)
# Parts without a table yet (plan, budget, spending) get their line with their first table.
# Parts without a table yet (budget, spending) get their line with their first table.
RECORDS: dict[str, RecordType] = {
    "name": RecordType(Person, NAME, "id", (MIA,), (MIA,)),
    "about-me": RecordType(
        AboutMe, Part.ABOUT_ME, on_pages=("27 March 1985",), in_api=(worlds.BORN.isoformat(),)
    ),
    "communication": RecordType(
        CommunicationNeed, Part.ABOUT_ME, on_pages=(worlds.WORDS,), in_api=(worlds.WORDS,)
    ),
    "contact": RecordType(SafeContact, Part.CONTACT, on_pages=_CONTACT, in_api=_CONTACT),
    # The place itself is public, and office holders read its name on their own pages.
    "residence": RecordType(
        Residence,
        Part.ADDRESS,
        on_pages=(f'summary-list__value">{PLACE}<',),
        in_api=('"neighbourhood":{"code"',),
    ),
    "address": RecordType(
        ProtectedAddress, Part.ADDRESS, on_pages=(worlds.ADDRESS,), in_api=(worlds.ADDRESS,)
    ),
    "conversation": RecordType(Conversation, Part.NEEDS),
    "answer": RecordType(
        ConversationAnswer,
        Part.NEEDS,
        on_pages=(planning.HELPS, planning.GOOD),
        in_api=(planning.HELPS, planning.GOOD),
    ),
    "assessment": RecordType(Assessment, Part.NEEDS),
    "assessed": RecordType(
        AssessedAnswer, Part.NEEDS, on_pages=(planning.REASON,), in_api=(planning.REASON,)
    ),
    "review": RecordType(PeerReview, Part.NEEDS),
    "plan": RecordType(SupportPlan, Part.PLAN),
    "section": RecordType(
        PlanSection, Part.PLAN, on_pages=(planning.MATTERS,), in_api=(planning.MATTERS,)
    ),
    "goal": RecordType(Goal, Part.PLAN, on_pages=(planning.GOAL,), in_api=(planning.GOAL,)),
    "arrangement": RecordType(
        Arrangement,
        Part.PLAN,
        on_pages=(planning.WHAT_FOR, planning.WHO),
        in_api=(planning.WHAT_FOR, planning.WHO),
    ),
    "comment": RecordType(
        PlanComment, Part.PLAN, on_pages=(planning.SAID,), in_api=(planning.SAID,)
    ),
    "reply": RecordType(
        CommentReply, Part.PLAN, on_pages=(planning.REPLY,), in_api=(planning.REPLY,)
    ),
    "key": RecordType(PersonKey, NAME),
    # Its words are its own public id: the test asks for one.
    "consent": RecordType(
        PersonUserObjectPermission, NAME, "content_object_id", is_of=_names_the_viewer
    ),
    "consent-history": RecordType(ConsentEntry, NAME, is_of=_names_the_viewer),
    "acquaintance": RecordType(
        Acquaintance,
        NAME,
        is_of=_is_known_to,
        on_pages=(KNOWN_AS,),
        in_api=(KNOWN_AS,),
    ),
    # Until somebody takes it, those who answer asks there read it, on its own page.
    "ask": RecordType(Ask, NAME, on_pages=(ASKED,), in_api=(ASKED,)),
    # The three who look at it again: tests/rights.
    "challenge": RecordType(Challenge, NAME, on_pages=(CHALLENGED,), in_api=(CHALLENGED,)),
    "panel-seat": RecordType(PanelSeat, NAME),
    "advocacy": RecordType(AdvocacyRequest, NAME, on_pages=(ADVOCATED,)),
    "invitation": RecordType(Invitation, NAME, on_pages=("My invitations to neighbours",)),
    "look": RecordType(
        Look,
        NAME,
        on_pages=("Others looked at your record",),
        in_api=('"purposes"',),
        is_of=_is_a_look_by_them,
    ),
    "statement": RecordType(AdvanceStatement, Part.ABOUT_ME, on_pages=(WANT,), in_api=(WANT,)),
    # Of the part that it names: here the plan.
    "agreement": RecordType(SupportAgreement, Part.PLAN, on_pages=(HELPS,), in_api=(HELPS,)),
    "authority": RecordType(LegalAuthority, NAME),
    "evidence": RecordType(AuthorityEntry, NAME),
    # The budget. What a health body added has the body's name in it.
    "entitlement": RecordType(
        Entitlement,
        Part.BUDGET,
        on_pages=("You are entitled to",),
        in_api=('"weekly_pence":47460',),
    ),
    "paid-entitlement": RecordType(EntitlementPayment, Part.BUDGET),
    "contribution": RecordType(
        HealthContribution, Part.BUDGET, on_pages=(HEALTH_BODY,), in_api=(HEALTH_BODY,)
    ),
    "holding": RecordType(Holding, Part.BUDGET, on_pages=(HOLDER,), in_api=('"held":"nominee"',)),
    "payee": RecordType(Payee, Part.SPENDING, on_pages=(PAYEE,), in_api=(PAYEE,)),
    "payment": RecordType(Payment, Part.SPENDING, on_pages=(PAID_FOR,), in_api=(PAID_FOR,)),
    "regular-payment": RecordType(
        StandingPayment, Part.SPENDING, on_pages=(PLANNED_FOR,), in_api=('"planned_pence":700',)
    ),
}
HEADING, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (record, viewer, sight)
    for record, *sights in LINES
    for viewer, sight in zip(HEADING, sights, strict=True)
]
