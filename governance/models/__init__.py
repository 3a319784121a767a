"""Governance's records. It knows spheres, powers and decisions, and nothing of the lives they govern."""

from governance.models.audit import AuditEntry, AuditSeal
from governance.models.decisions import Decision, Matter, RollEntry, Vote
from governance.models.powers import DECIDING_KIND, Body, LoanOfPower, Mandate
from governance.models.sessions import KnownDevice, Session
from governance.models.spheres import Sphere
from governance.models.tokens import ApiToken
from governance.models.users import User

__all__ = [
    "DECIDING_KIND",
    "ApiToken",
    "AuditEntry",
    "AuditSeal",
    "Body",
    "Decision",
    "KnownDevice",
    "LoanOfPower",
    "Mandate",
    "Matter",
    "RollEntry",
    "Session",
    "Sphere",
    "User",
    "Vote",
]
