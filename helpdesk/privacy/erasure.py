"""Erasing what belongs to a citizen, because the citizen asks for it.

Owns that it happens at once and whole, that mails to an address go unless somebody else (of a family) still gets theirs
there, and what stays of it: one line in the audit log that says only that it happened. What goes and what stays of each
kind of rows, its domain says (`keeping.py` in each room).

Refuses the registry: a member was put there by the office and is the office's own record, not the citizen's chat.
Refuses Rasa's tracker, which the bot deletes, and the question whether the asker may (`helpdesk.accounts.otp`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from helpdesk.calendar import utc_now
from helpdesk.staff import Audit, Deed
from helpdesk.store import Database, Domain, Forgotten, Transaction


class Erasure:
    """Erases for good, through all domains."""

    def __init__(self, database: Database, domains: Sequence[Domain], clock: Callable[[], datetime] = utc_now) -> None:
        self._database = database
        self._domains = domains
        self._audit = Audit(database, clock)

    async def of_conversation(self, conversation_id: str) -> int:
        """Erase all that belongs to the conversation; how many registrations, accounts and messages went.

        Again on the same conversation: erases what has come since, which may be nothing.
        """
        gone = Forgotten()
        async with self._database.transaction(key=f"conversation:{conversation_id}") as transaction:
            for domain in self._domains:
                gone += await domain.forget(transaction, conversation_id)
            for index, address in gone.addresses.items():
                await self._forget_address(transaction, index, address)
            await self._audit.record(Deed.DATA_ERASED, transaction=transaction)
        await gone.remove_files()
        await self._database.empty_log()
        return gone.total

    async def _forget_address(self, transaction: Transaction, index: str, address: str) -> None:
        for domain in self._domains:
            if await domain.writes_to(transaction, index):
                return
        for domain in self._domains:
            await domain.forget_address(transaction, index, address)
