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

from people.models import (
    AboutMe,
    Acquaintance,
    AdvanceStatement,
    Arrangement,
    AssessedAnswer,
    Assessment,
    AuthorityEntry,
    CommentReply,
    CommunicationNeed,
    ConsentEntry,
    Conversation,
    ConversationAnswer,
    Goal,
    LegalAuthority,
    Look,
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
look             yes  row  row   no   no      no       no        no         no      no     no         no           row    no  no
statement        yes  yes  no    no   no      no       no        no         no      no     no         no        no     no  no
agreement        yes  yes  no    no   no      no       no        no         no      no     no         no        no     no  no
authority        row  no   no    no   no      no       no        no         no      no     no         no        row    row row
evidence         row  no   no    no   no      no       no        no         no      no     no         no        row    row row
"""
MIA = "Mia Quillfeather"
PLACE = "Marigold Fold"
KNOWN_AS = "Wren from number nine"
WANT = "Let me sit by the pond"
HELPS = "Choosing a wheelchair with me"


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
}
HEADING, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (record, viewer, sight)
    for record, *sights in LINES
    for viewer, sight in zip(HEADING, sights, strict=True)
]
