"""One-time codes by mail: six digits that are good for one errand, in one conversation, from one mailbox.

Owns their life: five minutes, five tries, one use; the next after a minute, five an hour. Every step is one write
transaction, so two processes (or two taps) can't both use a code or share a try.

Of a code only a keyed hash is kept (HMAC-SHA-256 with the sealer's key, over the challenge, its binding and the code).
A slow hash would protect nothing here: a million codes are tried in minutes whatever it costs. The key does: it is
sealed by the settings' key, so the database alone does not tell a code, and five tries are all that anybody gets.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from helpdesk.accounts.otp_code import OtpRefused, six_digits
from helpdesk.calendar import utc_now
from helpdesk.errors import Overloaded
from helpdesk.mail import MailFailure, MailQueue, otp_mail
from helpdesk.store import Database, Row, Sealer, Transaction

log = logging.getLogger(__name__)

PURPOSES = frozenset({"email", "resume", "delete", "password"})
VALID_FOR = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
TRIES = 5
PER_HOUR = 5
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Who tries what, where, and the attempt's own hash."""

    purpose: str
    subject: str
    address_index: str
    digits: str
    attempt_hash: str
    now: datetime


class Otp:
    """Requests and checks codes. `subject` is the conversation (or the link) that a code is for."""

    def __init__(
        self, database: Database, sealer: Sealer, queue: MailQueue, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._queue = queue
        self._clock = clock

    # Requesting

    async def request(self, purpose: str, subject: str, address: str, about: Collection[str] = ()) -> None:
        """Make a new code, end the older ones of this errand, and queue its mail, all at once.

        The mail is forgotten with the subject and with what it is `about`: ids of what outlives the code.

        Raises Overloaded(retry_after) within a minute of the last code to this address for this errand, and
        InvalidInput("otp_hourly", with `retry_after`) after five in an hour for the subject or for the address. Another
        address than before, as after a slip, needs no minute's wait.
        """
        assert purpose in PURPOSES
        now = self._clock()
        identifier, code = uuid4().hex, f"{secrets.randbelow(10**6):06}"
        address_index = self._address_index(address)
        expires_at = now + VALID_FOR
        # By what the limits count.
        keys = (f"otp:{subject}", f"otp:{address_index}")
        async with self._database.transaction(key=keys) as transaction:
            await self._check_pace(transaction, purpose, subject, address_index, now)
            await transaction.execute(
                "UPDATE otp_challenges SET superseded_at = ? "
                "WHERE subject = ? AND purpose = ? AND superseded_at IS NULL",
                (now.isoformat(), subject, purpose),
            )
            await transaction.execute(
                "INSERT INTO otp_challenges (id, purpose, subject, address_index, code_hash, created_at, expires_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    identifier,
                    purpose,
                    subject,
                    address_index,
                    self._code_hash(identifier, code),
                    now.isoformat(),
                    expires_at.isoformat(),
                ),
            )
            await self._queue.put(
                "otp", address, *otp_mail(code, purpose),
                # Not by the code's id alone: the code goes after hours, a mail that failed stays for the staff.
                dedup_key=_mail_key(identifier), about={subject, *about}, expires_at=expires_at,
                transaction=transaction,
            )  # fmt: skip

    async def _check_pace(
        self, transaction: Transaction, purpose: str, subject: str, address_index: str, now: datetime
    ) -> None:
        since = (now - _HOUR).isoformat()
        for column, value in (("subject", subject), ("address_index", address_index)):
            rows = await transaction.fetch_all(
                f"SELECT created_at FROM otp_challenges WHERE {column} = ? AND created_at > ? "  # noqa: S608 - our own column names
                "ORDER BY created_at",
                (value, since),
            )
            if len(rows) >= PER_HOUR:
                free_at = datetime.fromisoformat(rows[-PER_HOUR]["created_at"]) + _HOUR
                raise OtpRefused("otp_hourly", retry_after=_seconds(free_at - now))
        last = await transaction.fetch_one(
            "SELECT created_at FROM otp_challenges WHERE subject = ? AND purpose = ? AND address_index = ? "
            "ORDER BY created_at DESC LIMIT 1",
            (subject, purpose, address_index),
        )
        if last is not None:
            free_at = datetime.fromisoformat(last["created_at"]) + RESEND_AFTER
            if free_at > now:
                raise Overloaded(_seconds(free_at - now), "Mã vừa được gửi, anh/chị chờ một phút rồi xin mã mới ạ.")

    # Checking

    async def check(self, purpose: str, subject: str, address: str, code: str, attempt_id: str) -> None:
        """Use the code up. The same attempt with the same code succeeds again, and a wrong one counts once.

        Raises InvalidInput: "otp_shape" (not six digits; not counted), "otp_none" (no code is awaited here),
        "otp_wrong" (`tries_left` says how many are left), "otp_locked", "otp_expired", "otp_used", "otp_old" (a newer
        one was sent), "otp_foreign" (made for another conversation, errand or address; counted like a wrong one).
        """
        digits = six_digits(code)
        attempt = _Attempt(
            purpose,
            subject,
            self._address_index(address),
            digits,
            self._sealer.index("otp_attempt", f"{attempt_id}\0{digits}"),
            self._clock(),
        )
        async with self._database.transaction(key=f"otp:{subject}") as transaction:
            refused = await self._judge(transaction, attempt)
        # Only now: raised inside, it would take the counted try back.
        if refused is not None:
            raise refused

    async def _judge(self, transaction: Transaction, attempt: _Attempt) -> OtpRefused | None:
        rows = await transaction.fetch_all(
            "SELECT * FROM otp_challenges WHERE subject = ? AND purpose = ? ORDER BY created_at DESC, id",
            (attempt.subject, attempt.purpose),
        )
        if not rows:
            return OtpRefused("otp_none")
        # All are compared, whichever fits: the time taken tells nothing.
        fitting = [row for row in rows if self._fits(row, attempt.digits)]
        current = next((row for row in rows if row["superseded_at"] is None), rows[0])
        if any(row["used_by"] == attempt.attempt_hash for row in fitting):
            return None
        if current["used_at"] is not None:
            return OtpRefused("otp_used" if fitting else "otp_none")
        if attempt.now >= datetime.fromisoformat(current["expires_at"]):
            return OtpRefused("otp_expired")
        if current["tries"] >= TRIES:
            return OtpRefused("otp_locked", tries_left=0)
        if current in fitting and current["address_index"] == attempt.address_index:
            await transaction.execute(
                "UPDATE otp_challenges SET used_at = ?, used_by = ? WHERE id = ?",
                (attempt.now.isoformat(), attempt.attempt_hash, current["id"]),
            )
            return None
        if fitting and current not in fitting:
            code = "otp_old" if fitting[0]["used_at"] is None else "otp_used"
            return OtpRefused(code, tries_left=TRIES - current["tries"])
        return await self._count_wrong(transaction, attempt, current, foreign=current in fitting)

    async def _count_wrong(
        self, transaction: Transaction, attempt: _Attempt, current: Row, foreign: bool
    ) -> OtpRefused:
        """Count the try. That a guess is somebody else's code helps nobody: it is good in his conversation only."""
        tries = current["tries"] + (0 if current["tried_by"] == attempt.attempt_hash else 1)
        await transaction.execute(
            "UPDATE otp_challenges SET tries = ?, tried_by = ? WHERE id = ?",
            (tries, attempt.attempt_hash, current["id"]),
        )
        if tries >= TRIES:
            return OtpRefused("otp_locked", tries_left=0)
        others = await transaction.fetch_all(
            "SELECT id, code_hash FROM otp_challenges "
            "WHERE expires_at > ? AND used_at IS NULL AND (subject <> ? OR purpose <> ?)",
            (attempt.now.isoformat(), attempt.subject, attempt.purpose),
        )
        fitting = [row for row in others if self._fits(row, attempt.digits)]
        return OtpRefused("otp_foreign" if foreign or fitting else "otp_wrong", tries_left=TRIES - tries)

    async def pending(self, purpose: str, subject: str) -> bool:
        """Whether a code is awaited now: sent, and neither used, expired nor locked."""
        current = await self._current(purpose, subject)
        return (
            current is not None
            and current["used_at"] is None
            and current["tries"] < TRIES
            and self._clock() < datetime.fromisoformat(current["expires_at"])
        )

    async def mail_failure(self, purpose: str, subject: str) -> MailFailure | None:
        """Why the last code's mail never went (its address was refused, say); None when it went or still may."""
        current = await self._current(purpose, subject)
        return None if current is None else await self._queue.last_failure(_mail_key(current["id"]))

    async def _current(self, purpose: str, subject: str) -> Row | None:
        return await self._database.fetch_one(
            "SELECT * FROM otp_challenges WHERE subject = ? AND purpose = ? AND superseded_at IS NULL",
            (subject, purpose),
        )

    def _fits(self, row: Row, digits: str) -> bool:
        return hmac.compare_digest(row["code_hash"], self._code_hash(row["id"], digits))

    def _code_hash(self, identifier: str, digits: str) -> str:
        # The challenge's id stands for its purpose, subject and address, which its row binds.
        return self._sealer.index("otp", f"{identifier}\0{digits}")

    def _address_index(self, address: str) -> str:
        return self._sealer.index("email", address.casefold())


def _mail_key(identifier: str) -> str:
    return f"otp:{identifier}"


def _seconds(span: timedelta) -> float:
    return max(1.0, span.total_seconds())
