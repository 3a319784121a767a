"""A person's record: one, for life, whether or not they have an account; and who may see which part of it.

Rows here are personal. PostgreSQL shows a row only to those whom `visible_person_ids` names (migrations 0002, 0004, 0006).
"""

from people.models.advocacy import AdvocacyOrganisation, AdvocacyRequest, Advocate
from people.models.asks import Ask, Invitation
from people.models.assessors import AssessedAnswer, Assessment, PeerReview, TrustedAssessor
from people.models.authority import AuthorityEntry, Law, LawAge, LegalAuthority
from people.models.challenges import Challenge, PanelSeat
from people.models.communication import CommunicationNeed
from people.models.consents import (
    Acquaintance,
    ConsentEntry,
    Look,
    PersonUserObjectPermission,
)
from people.models.conversations import Conversation, ConversationAnswer
from people.models.own_words import AdvanceStatement, SupportAgreement
from people.models.persons import AboutMe, Person, Residence
from people.models.plans import (
    Arrangement,
    CommentReply,
    Goal,
    PlanComment,
    PlanSection,
    SupportPlan,
)
from people.models.retention import RetentionRule
from people.models.sealed import PersonKey, ProtectedAddress, SafeContact

__all__ = [
    "AboutMe",
    "Acquaintance",
    "AdvanceStatement",
    "AdvocacyOrganisation",
    "AdvocacyRequest",
    "Advocate",
    "Arrangement",
    "Ask",
    "AssessedAnswer",
    "Assessment",
    "AuthorityEntry",
    "Challenge",
    "CommentReply",
    "CommunicationNeed",
    "ConsentEntry",
    "Conversation",
    "ConversationAnswer",
    "Goal",
    "Invitation",
    "Law",
    "LawAge",
    "LegalAuthority",
    "Look",
    "PanelSeat",
    "PeerReview",
    "Person",
    "PersonKey",
    "PersonUserObjectPermission",
    "PlanComment",
    "PlanSection",
    "ProtectedAddress",
    "Residence",
    "RetentionRule",
    "SafeContact",
    "SupportAgreement",
    "SupportPlan",
    "TrustedAssessor",
]
