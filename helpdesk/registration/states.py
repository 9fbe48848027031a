"""The steps of an application from one state to the next: the statements.

Owns that a step is taken once: each names the state that it starts from, and tells by False that somebody was faster.
Refuses when a step is due and what comes with it (`helpdesk.registration.drafts`, `.desk`, `.deadlines`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from helpdesk.registration.model import Status
from helpdesk.store import Transaction


async def bring(transaction: Transaction, registration_id: str, conversation_id: str) -> None:
    """The draft goes on in another conversation."""
    await transaction.execute(
        "UPDATE registrations SET conversation_id = ? WHERE id = ? AND status = 'draft'",
        (conversation_id, registration_id),
    )


async def drop(transaction: Transaction, registration_id: str) -> None:
    """The draft goes, with the rows of its photos."""
    await transaction.execute("DELETE FROM registration_photos WHERE registration_id = ?", (registration_id,))
    await transaction.execute("DELETE FROM registrations WHERE id = ? AND status = 'draft'", (registration_id,))


async def submit(transaction: Transaction, registration_id: str, code: str, now: datetime) -> bool:
    """The draft waits for staff, and nothing of an earlier decision stands any more."""
    changed = await transaction.execute(
        "UPDATE registrations SET status = 'submitted', case_code = ?, submitted_at = ?, repair = '[]', "
        "decided_at = NULL, decided_by = NULL, office_reminded_at = NULL, citizen_told_at = NULL "
        "WHERE id = ? AND status = 'draft'",
        (code, now.isoformat(), registration_id),
    )
    return changed > 0


async def decide(transaction: Transaction, registration_id: str, status: Status, agent_name: str, now: str) -> bool:
    """What waits is approved or rejected."""
    changed = await transaction.execute(
        "UPDATE registrations SET status = ?, decided_at = ?, decided_by = ?, updated_at = ? "
        "WHERE id = ? AND status = 'submitted'",
        (status.value, now, agent_name, now, registration_id),
    )
    return changed > 0


async def decider(transaction: Transaction, registration_id: str) -> str | None:
    """Who decided."""
    row = await transaction.fetch_one("SELECT decided_by FROM registrations WHERE id = ?", (registration_id,))
    return None if row is None else row["decided_by"]


async def ask_for_repair(transaction: Transaction, registration_id: str, parts: Sequence[str]) -> None:
    await transaction.execute(
        "UPDATE registrations SET repair = ? WHERE id = ?", (json.dumps(list(parts)), registration_id)
    )


async def reopen(transaction: Transaction, registration_id: str) -> bool:
    """What was rejected is a draft again; when it was sent back stays in `decided_at`."""
    changed = await transaction.execute(
        "UPDATE registrations SET status = 'draft' WHERE id = ? AND status = 'rejected'",
        (registration_id,),
    )
    return changed > 0


async def put_back(transaction: Transaction, registration_id: str) -> None:
    """A case that was being repaired is where it was."""
    await transaction.execute(
        "UPDATE registrations SET status = 'rejected' WHERE id = ? AND status = 'draft'",
        (registration_id,),
    )


async def note_reminder(transaction: Transaction, registration_id: str, now: datetime) -> bool:
    """The office is reminded, once for each filing."""
    changed = await transaction.execute(
        "UPDATE registrations SET office_reminded_at = ? "
        "WHERE id = ? AND status = 'submitted' AND office_reminded_at IS NULL",
        (now.isoformat(), registration_id),
    )
    return changed > 0


async def note_apology(transaction: Transaction, registration_id: str, now: datetime) -> bool:
    """The citizen is told that it takes longer, once for each filing."""
    changed = await transaction.execute(
        "UPDATE registrations SET citizen_told_at = ? "
        "WHERE id = ? AND status = 'submitted' AND citizen_told_at IS NULL",
        (now.isoformat(), registration_id),
    )
    return changed > 0
