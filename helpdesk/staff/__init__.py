"""People of the staff: who may come in, and what they did."""

from helpdesk.staff.agents import Agent, Agents, AgentSession, same_secret, tidy_name
from helpdesk.staff.audit import Audit, AuditEntry, Deed
from helpdesk.staff.keeping import StaffKeeping

__all__ = [
    "Agent",
    "AgentSession",
    "Agents",
    "Audit",
    "AuditEntry",
    "Deed",
    "StaffKeeping",
    "same_secret",
    "tidy_name",
]
