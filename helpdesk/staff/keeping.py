"""What is kept of the staff's coming and going, and for how long.

Owns the ages: a session until it has ended, a try until its lock has. The audit log is kept: it is the office's record
of who saw what, and holds nothing of a citizen.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from helpdesk.staff.tries import LOCKED_FOR
from helpdesk.store import PORTION, Domain, Forgotten, Transaction


class StaffKeeping(Domain):
    """The staff of one database; no conversation is about them."""

    tables: ClassVar[tuple[str, ...]] = ("agents", "agent_sessions", "agent_tries", "audit_log")

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        sessions = await transaction.execute(
            "DELETE FROM agent_sessions WHERE token_hash IN "
            "(SELECT token_hash FROM agent_sessions WHERE expires_at <= ? LIMIT ?)",
            (now.isoformat(), PORTION),
        )
        tries = await transaction.execute(
            "DELETE FROM agent_tries WHERE login_index IN "
            "(SELECT login_index FROM agent_tries WHERE last_at <= ? LIMIT ?)",
            ((now - LOCKED_FOR).isoformat(), PORTION),
        )
        return Forgotten({"sessions": sessions, "tries": tries})
