"""A person's record: one, for life, whether or not they have an account; and who may see which part of it.

Rows here are personal. PostgreSQL shows a row only to those whom `visible_person_ids` names (migrations 0002, 0004).
"""

from people.models.assessors import AssessedAnswer, Assessment, PeerReview, TrustedAssessor
from people.models.communication import CommunicationNeed
from people.models.consents import (
    Acquaintance,
    ConsentEntry,
    Look,
    PersonUserObjectPermission,
)
from people.models.conversations import Conversation, ConversationAnswer
from people.models.persons import AboutMe, Person, Residence
from people.models.plans import (
    Arrangement,
    CommentReply,
    Goal,
    PlanComment,
    PlanSection,
    SupportPlan,
)
from people.models.sealed import PersonKey, ProtectedAddress, SafeContact

__all__ = [
    "AboutMe",
    "Acquaintance",
    "Arrangement",
    "AssessedAnswer",
    "Assessment",
    "CommentReply",
    "CommunicationNeed",
    "ConsentEntry",
    "Conversation",
    "ConversationAnswer",
    "Goal",
    "Look",
    "PeerReview",
    "Person",
    "PersonKey",
    "PersonUserObjectPermission",
    "PlanComment",
    "PlanSection",
    "ProtectedAddress",
    "Residence",
    "SafeContact",
    "SupportPlan",
    "TrustedAssessor",
]
