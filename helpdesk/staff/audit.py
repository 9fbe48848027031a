"""Who of the staff saw and did what.

Owns the names of what is noted and the log's reading. A line holds ids only, never a citizen's data; nothing changes or
removes a line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.store import Database, Transaction


class Deed(StrEnum):
    """What is noted."""

    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOGGED_OUT = "logged_out"
    CASE_VIEWED = "case_viewed"
    PHOTO_VIEWED = "photo_viewed"
    APPROVED = "approved"
    REJECTED = "rejected"
    DECISION_REFUSED = "decision_refused"
    DATA_ERASED = "data_erased"
    REPLY_RESENT = "reply_resent"
    REPLY_SEEN = "reply_seen"
    MAIL_RESENT = "mail_resent"
    MAIL_SEEN = "mail_seen"
    QUESTIONS_VIEWED = "questions_viewed"
    FEEDBACK_SEEN = "feedback_seen"
    AGENT_CREATED = "agent_created"
    AGENT_RESET = "agent_reset"
    AGENT_DISABLED = "agent_disabled"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line; `subject` is the id of a case, which may be gone by now."""

    id: str
    at: datetime
    agent_id: str | None
    agent_name: str | None
    deed: str
    subject: str | None
    detail: str | None


class Audit:
    """The log of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def record(
        self,
        deed: Deed,
        agent_id: str | None = None,
        agent_name: str | None = None,
        subject: str | None = None,
        detail: str | None = None,
        transaction: Transaction | None = None,
    ) -> None:
        """Note a deed, inside `transaction` if given. Unavailable("store") when it can't be: then don't do it."""
        if transaction is None:
            async with self._database.transaction() as own:
                await self.record(deed, agent_id, agent_name, subject, detail, own)
            return
        await transaction.execute(
            "INSERT INTO audit_log (id, at, agent_id, agent_name, action, subject, detail) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (uuid4().hex, self._clock().isoformat(), agent_id, agent_name, deed.value, subject, detail),
        )

    async def read(
        self, limit: int = 100, before: datetime | None = None, subject: str | None = None
    ) -> list[AuditEntry]:
        """The newest lines first; of one `subject`, and older than `before`, where given."""
        # Without a subject another statement: one for both would look through the whole log for a case's few lines.
        of_subject = "AND subject = ? " if subject else ""
        rows = await self._database.fetch_all(
            "SELECT id, at, agent_id, agent_name, action, subject, detail FROM audit_log "  # noqa: S608 - the words above
            f"WHERE at < ? {of_subject}ORDER BY at DESC, id DESC LIMIT ?",
            ("9999" if before is None else before.isoformat(), *([subject] if subject else []), limit),
        )
        return [
            AuditEntry(
                *(row["id"], datetime.fromisoformat(row["at"]), row["agent_id"], row["agent_name"], row["action"]),
                *(row["subject"], row["detail"]),
            )
            for row in rows
        ]

    async def newest(self) -> str:
        """The id of the newest line: as long as it is the same, nothing was noted."""
        row = await self._database.fetch_one("SELECT id FROM audit_log WHERE at > '' ORDER BY at DESC LIMIT 1")
        return "" if row is None else str(row["id"])

    async def viewers(self, since: datetime) -> dict[str, list[AuditEntry]]:
        """Who opened which case since then: a case's last viewing by each agent, newest first."""
        rows = await self._database.fetch_all(
            "SELECT subject, agent_id, agent_name, MAX(at) AS last_at FROM audit_log "
            "WHERE at > ? AND action = ? GROUP BY subject, agent_id, agent_name ORDER BY last_at DESC",
            (since.isoformat(), Deed.CASE_VIEWED.value),
        )
        found: dict[str, list[AuditEntry]] = {}
        for row in rows:
            at = datetime.fromisoformat(row["last_at"])
            entry = AuditEntry("", at, row["agent_id"], row["agent_name"], Deed.CASE_VIEWED.value, row["subject"], None)
            found.setdefault(row["subject"], []).append(entry)
        return found
