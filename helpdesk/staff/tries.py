"""Tries of a log-in that did not succeed yet, and the lock they lead to.

Owns the counting: before a try is judged, for names that nobody has just as for others. A browser in which this person
logged in before is known by its device, and its tries are counted apart: a stranger who keeps a name locked locks out
strangers only. Refuses to judge (`helpdesk.staff.agents`).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from helpdesk.errors import Overloaded
from helpdesk.store import Database, Sealer, Transaction

TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
_DEVICE = re.compile(r"([A-Za-z0-9_-]{22})\.([0-9a-f]{64})")


class AgentTries:
    """The tries of one database, by login and device."""

    def __init__(self, database: Database, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def new_device(self, login: str) -> str:
        """What a browser keeps once this login has come from it."""
        mark = secrets.token_urlsafe(16)
        return f"{mark}.{self._seal_of(login, mark)}"

    async def count(self, login: str, device: str) -> None:
        """One more try; Overloaded while the name is locked (for this device, if it is one of this login's)."""
        now, index = self._clock(), self._index(login, device)
        async with self._database.transaction(key=f"login:{index}") as transaction:
            await transaction.execute("DELETE FROM agent_tries WHERE last_at <= ?", ((now - LOCKED_FOR).isoformat(),))
            row = await transaction.fetch_one(
                "SELECT tries, locked_until FROM agent_tries WHERE login_index = ?", (index,)
            )
            tries = 1 if row is None else row["tries"] + 1
            if tries > TRIES:
                assert row is not None
                rest = datetime.fromisoformat(row["locked_until"]) - now
                raise Overloaded(rest.total_seconds(), _locked_message(rest))
            locked_until = (now + LOCKED_FOR).isoformat() if tries == TRIES else None
            await transaction.execute(
                "INSERT INTO agent_tries (login_index, tries, last_at, locked_until) VALUES (?, ?, ?, ?) ON CONFLICT "
                "(login_index) DO UPDATE SET tries = excluded.tries, last_at = excluded.last_at, "
                "locked_until = excluded.locked_until",
                (index, tries, now.isoformat(), locked_until),
            )

    async def give_back(self, login: str, device: str) -> None:
        """A try that was counted and could not be judged: a flood of log-ins must not lock anybody out."""
        async with self._database.transaction() as transaction:
            await transaction.execute(
                "UPDATE agent_tries SET tries = tries - 1, locked_until = NULL WHERE login_index = ? AND tries > 0",
                (self._index(login, device),),
            )

    async def forget(self, transaction: Transaction, login: str, device: str) -> None:
        """The login has succeeded there."""
        await transaction.execute("DELETE FROM agent_tries WHERE login_index = ?", (self._index(login, device),))

    async def forget_all(self, transaction: Transaction, login: str) -> None:
        """End the login's locks everywhere."""
        index = self._index(login, "")
        await transaction.execute(
            "DELETE FROM agent_tries WHERE login_index = ? OR login_index LIKE ?", (index, f"{index}.%")
        )

    def _index(self, login: str, device: str) -> str:
        # Not the name itself: people type their password there by mistake.
        index = self._sealer.index("agent", login)
        known = _DEVICE.fullmatch(device)
        if known is None or not secrets.compare_digest(known[2], self._seal_of(login, known[1])):
            return index
        return f"{index}.{known[1]}"

    def _seal_of(self, login: str, mark: str) -> str:
        return self._sealer.index("agent_device", f"{login}\0{mark}")


def _locked_message(rest: timedelta) -> str:
    minutes = -(-int(rest.total_seconds()) // 60)
    return f"Đã nhập sai nhiều lần nên tạm khóa đăng nhập. Anh/chị thử lại sau {max(minutes, 1)} phút."
