"""Mails to citizens and to the office: a durable queue. Any process puts, the bot's process sends (`mail_sender`).

Owns that a mail that was queued is kept until it is sent or its time is over, and that what is queued twice under one
key is one mail. Keys must not hold personal data: they outlive the text, which goes when the mail has gone. A mail that
failed keeps its text, sealed, until somebody of the staff has sent it again or seen it (`helpdesk.attention`), thirty
days at most.

Never lost, never twice: a mail is marked `sending`, durably, before the SMTP conversation, and `sent` right after the
server took it, before anything else is said. Between these two, and only there, a kill leaves it unknown whether the
server has it. Then it is sent again, with the very same bytes and Message-ID (made of the mail's id): a mail that came
twice is seen as one by most mailboxes (the demo's drops the repeat), one that never came is a citizen who waits for
ever. Only one process sends: the bot holds its data folder for itself (`services.sole_process`), so at its start
whatever is marked `sending` is what a killed run left.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.errors import SettingsError, Unavailable
from helpdesk.mail.message import Mail, check_recipient, masked, tidy_subject
from helpdesk.mail.store import MailStore
from helpdesk.store import Counter, Database, Row, Sealer, Transaction, read_counters

log = logging.getLogger(__name__)

GIVE_UP_AFTER = timedelta(days=3)


class MailState(StrEnum):
    """Where a mail is; the last three are its ends."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    EXPIRED = "expired"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MailFailure:
    """A mail that never went. reason: address_refused, message_refused, unreadable, gave_up, expired."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class UnsentMail:
    """A mail that never went and that nobody of the staff has seen yet.

    `to` is masked, and empty when it can't be read; `about` are the ids that its key names. One that had a time of its
    own (a code, a link) can't be sent again: it would be worth nothing.
    """

    id: str
    kind: str
    reason: str
    to: str
    about: tuple[str, ...]
    can_go_again: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail in the sender's hands; `attempts` were made before."""

    mail: Mail
    kind: str
    attempts: int


class MailQueue:
    """What the dialogues and the office put mails into; the lower half is the sender's."""

    def __init__(self, database: Database, sealer: Sealer, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = MailStore(database)
        self._sealer = sealer
        self._clock = clock

    async def put(
        self,
        kind: str,
        to: str,
        subject: str,
        text: str,
        *,
        dedup_key: str,
        about: Collection[str] = (),
        expires_at: datetime | None = None,
        transaction: Transaction | None = None,
    ) -> None:
        """Queue a mail, in the given transaction if there is one; what is known under `dedup_key` is left as it is.

        It is forgotten with whatever its key names, and with what it is `about` (ids). With `expires_at` it is tried
        until then; without, for three days. Raises InvalidInput("email_shape") for what is not exactly one address.
        """
        record = {"to": check_recipient(to), "subject": tidy_subject(subject), "text": text}
        if transaction is None:
            async with self._store.database.transaction() as own:
                await self._add(own, kind, record, dedup_key, about, expires_at)
        else:
            await self._add(transaction, kind, record, dedup_key, about, expires_at)

    async def _add(
        self,
        transaction: Transaction,
        kind: str,
        record: dict[str, str],
        dedup_key: str,
        about: Collection[str],
        expires_at: datetime | None,
    ) -> None:
        await self._store.add(
            transaction,
            identifier=uuid4().hex,
            kind=kind,
            dedup_key=dedup_key,
            about=about,
            address_index=self._address_index(record["to"]),
            sealed=self._sealer.seal(record),
            now=self._clock(),
            expires_at=expires_at,
        )

    async def take_back(self, kind: str, about: str, transaction: Transaction) -> None:
        """Forget the mails of this kind about this id, gone or not: what they were for is no more."""
        await self._store.remove(transaction, kind, about)

    def _address_index(self, address: str) -> str:
        return self._sealer.index("email", address.casefold())

    # What became of them

    async def state(self, dedup_key: str) -> MailState | None:
        """Where the mail of this key is; None when there is none (any more)."""
        row = await self._store.of_key(dedup_key)
        return None if row is None else MailState(row["state"])

    async def last_failure(self, dedup_key: str) -> MailFailure | None:
        """Why the mail of this key never went; None when it went or still may."""
        return _failure(await self._store.of_key(dedup_key))

    async def waiting(self) -> int:
        """How many mails have not gone yet."""
        return (await read_counters(self._store.database))[Counter.MAILS]

    # The sender's half

    async def take_up(self) -> None:
        """At the sender's start: queue again what a killed run was sending (see the module's docstring)."""
        left = await self._store.take_up(self._clock())
        if left:
            log.warning("%s mails were being sent when the bot was stopped; they are sent again", left)

    async def claim(self, limit: int) -> list[ClaimedMail]:
        """At most `limit` mails that are due, marked as being sent."""
        claimed = []
        for row in await self._store.claim(self._clock(), limit):
            try:
                record = self._sealer.open(row["sealed"])
            except SettingsError:
                # If this can't be noted now, it is found again at the next start; the others must not wait for it.
                with suppress(Unavailable):
                    await self.fail(row["id"], row["kind"], "unreadable")
                continue
            mail = Mail(row["id"], **record, created_at=datetime.fromisoformat(row["created_at"]))
            claimed.append(ClaimedMail(mail, row["kind"], row["attempts"]))
        return claimed

    async def end_overdue(self) -> list[str]:
        """End the mails whose time is over; their kinds."""
        now = self._clock()
        rows = await self._store.overdue(now, now - GIVE_UP_AFTER)
        for row in rows:
            if row["expires_at"] is None:
                await self.fail(row["id"], row["kind"], "gave_up")
            else:
                log.warning("mail %s (%s) expired unsent", row["id"], row["kind"])
                await self._give_up(row["id"], MailState.EXPIRED, "expired")
        return [row["kind"] for row in rows]

    async def mark_sent(self, identifier: str) -> None:
        await self._store.mark_sent(identifier, self._clock())

    async def put_off(self, identifier: str, error: str, pause: float) -> None:
        """Try again in `pause` seconds; `error` holds nothing that a server said in words."""
        await self._store.put_off(identifier, error, self._clock() + timedelta(seconds=pause))

    async def fail(self, identifier: str, kind: str, reason: str) -> None:
        """Give it up, visibly."""
        log.error("mail %s (%s) failed: %s", identifier, kind, reason)
        await self._give_up(identifier, MailState.FAILED, reason)

    async def _give_up(self, identifier: str, state: MailState, reason: str) -> None:
        """End it unsent, for the staff to see: whole if it may be sent again, else no more than whom it was for."""
        row = await self._store.sealed(identifier)
        kept = ""
        if row is not None:
            with suppress(SettingsError):
                record = self._sealer.open(row["sealed"])
                whole = row["expires_at"] is None
                kept = row["sealed"] if whole else self._sealer.seal({"to": masked(record["to"])})
        await self._store.give_up(identifier, state, self._clock(), reason, kept)

    # The staff's half

    async def unseen(self, before: tuple[str, ...], limit: int) -> list[UnsentMail]:
        """The mails that never went and were not seen yet, newest first; behind `before`, a moment and an id."""
        return [self._unsent(row) for row in await self._store.unseen(before, limit)]

    async def count_unseen(self, most: int) -> int:
        """How many there are, counted no further than `most`."""
        return await self._store.count_unseen(most)

    async def put_back(self, identifier: str, transaction: Transaction) -> UnsentMail | None:
        """Queue such a mail again; None when it is not there (any more) or can't go again."""
        mail = await self._unseen_one(identifier, transaction)
        if mail is None or not mail.can_go_again:
            return None
        await self._store.put_back(transaction, identifier, self._clock())
        return mail

    async def see(self, identifier: str, transaction: Transaction) -> UnsentMail | None:
        """Take such a mail off the list, its text with it; None when it is not there (any more)."""
        mail = await self._unseen_one(identifier, transaction)
        if mail is not None:
            await self._store.see(transaction, identifier, self._clock())
        return mail

    async def _unseen_one(self, identifier: str, transaction: Transaction) -> UnsentMail | None:
        row = await self._store.unseen_one(transaction, identifier)
        return None if row is None else self._unsent(row)

    def _unsent(self, row: Row) -> UnsentMail:
        record: dict[str, str] = {}
        if row["sealed"]:
            with suppress(SettingsError):
                record = self._sealer.open(row["sealed"])
        whole = "text" in record
        return UnsentMail(
            id=row["id"],
            kind=row["kind"],
            reason=row["last_error"] or "",
            to=masked(record["to"]) if whole else record.get("to", ""),
            about=tuple(row["dedup_key"].split(":")[1:]),
            can_go_again=whole,
            at=datetime.fromisoformat(row["failed_at"]),
        )


def _failure(row: Row | None) -> MailFailure | None:
    if row is None or row["state"] not in (MailState.EXPIRED, MailState.FAILED):
        return None
    return MailFailure(row["kind"], row["last_error"] or "")
