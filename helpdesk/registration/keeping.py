"""What is kept of applications, and for how long.

Owns the ages: a draft that was never filed, `draft_days` after its last change; the photos of what was approved,
`photo_days` after the decision; those of what was sent back as long, but never less than a month after the return, and
not while it is being repaired. The row of an application that has a case code stays: it is the office's file, also
while its citizen repairs it. Owns that with a conversation go the applications of the same person under the same
confirmed e-mail elsewhere, and the accounts that came of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from helpdesk.accounts import AccountKeeping
from helpdesk.identity import FieldName
from helpdesk.mail import MailKeeping
from helpdesk.store import PORTION, Database, Domain, FileVault, Forgotten, Row, Sealer, Transaction

_REPAIR_TIME = timedelta(days=30)
# A file is written before its row: a young one without a row may be on its way.
_STRAY_AGE = timedelta(days=1)
_COLUMNS = "id, bhxh_index, email_index, sealed"


class RegistrationKeeping(Domain):
    """The applications of one database and their photos."""

    tables: ClassVar[tuple[str, ...]] = ("registrations", "registration_photos")

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        photos: FileVault,
        accounts: AccountKeeping,
        mails: MailKeeping,
        *,
        draft_days: int,
        photo_days: int,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._photos = photos
        self._accounts = accounts
        self._mails = mails
        self._draft_kept = timedelta(days=draft_days)
        self._photo_kept = timedelta(days=photo_days)

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        rows = await _of_person(transaction, conversation_id)
        ids = [row["id"] for row in rows]
        photos = await _photos_of(transaction, ids)
        await transaction.execute_many("DELETE FROM registrations WHERE id = ?", [(identifier,) for identifier in ids])
        await self._mails.forget_about(transaction, ids)
        addresses = {
            row["email_index"]: str(self._sealer.open_or_nothing(row["sealed"]).get(FieldName.EMAIL) or "")
            for row in rows
            if row["email_index"]
        }
        gone = Forgotten({"registrations": len(rows)}, ((self._photos, photos),), addresses)
        for row in rows:
            gone += await self._accounts.forget_applicant(transaction, row["id"], row["bhxh_index"], row["email_index"])
        return gone

    async def writes_to(self, transaction: Transaction, address_index: str) -> bool:
        row = await transaction.fetch_one("SELECT 1 FROM registrations WHERE email_index = ? LIMIT 1", (address_index,))
        return row is not None

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        drafts, theirs = await _drafts(transaction, now - self._draft_kept)
        returned = now - max(self._photo_kept, _REPAIR_TIME)
        decided = await _photos_of_decided(transaction, now - self._photo_kept, returned)
        photos = (*theirs, *decided)
        return Forgotten({"drafts": drafts, "photos": len(photos)}, ((self._photos, photos),))

    async def sweep(self) -> Forgotten:
        """What a kill between a file and its row left behind."""
        known = {row["id"] for row in await self._database.fetch_all("SELECT id FROM registration_photos")}
        return Forgotten({"stray_files": await self._photos.remove_strangers(known, _STRAY_AGE.total_seconds())})


async def _of_person(transaction: Transaction, conversation_id: str) -> list[Row]:
    """The conversation's registrations, and those of the same person under the same e-mail.

    An e-mail has its index only once it is confirmed: a number and a foreign address reach nobody's data.
    """
    own = await transaction.fetch_all(
        f"SELECT {_COLUMNS} FROM registrations WHERE conversation_id = ?",  # noqa: S608 - the names above
        (conversation_id,),
    )
    found = {row["id"]: row for row in own}
    for row in own:
        if row["bhxh_index"] and row["email_index"]:
            same = await transaction.fetch_all(
                f"SELECT {_COLUMNS} FROM registrations WHERE bhxh_index = ? AND email_index = ?",  # noqa: S608 - as above
                (row["bhxh_index"], row["email_index"]),
            )
            found.update((other["id"], other) for other in same)
    return list(found.values())


async def _photos_of(transaction: Transaction, registration_ids: list[str]) -> tuple[str, ...]:
    found: list[Row] = []
    for identifier in registration_ids:
        found += await transaction.fetch_all(
            "SELECT id FROM registration_photos WHERE registration_id = ?", (identifier,)
        )
    return tuple(row["id"] for row in found)


async def _drafts(transaction: Transaction, limit: datetime) -> tuple[int, tuple[str, ...]]:
    """Delete the drafts that nobody touched since; how many, and their photos.

    One with a case code is an application that was sent back, not a draft that never became one.
    """
    rows = await transaction.fetch_all(
        "SELECT id FROM registrations WHERE status = 'draft' AND case_code IS NULL AND updated_at < ? LIMIT ?",
        (limit.isoformat(), PORTION),
    )
    ids = [row["id"] for row in rows]
    photos = await _photos_of(transaction, ids)
    await transaction.execute_many("DELETE FROM registrations WHERE id = ?", [(identifier,) for identifier in ids])
    return len(ids), photos


async def _photos_of_decided(transaction: Transaction, decided: datetime, returned: datetime) -> tuple[str, ...]:
    """Delete the photos of what was approved before `decided` or sent back before `returned`.

    A photo that came later has its own time, and what is being repaired keeps all of its photos meanwhile.
    """
    approved, sent_back = decided.isoformat(), returned.isoformat()
    # Led by the photos: what was decided long ago is much, and little of it has any left.
    rows = await transaction.fetch_all(
        "SELECT p.id FROM registration_photos p WHERE p.created_at < ? AND EXISTS ("
        "SELECT 1 FROM registrations r WHERE r.id = p.registration_id "
        "AND ((r.status = 'approved' AND r.decided_at < ?) "
        "OR (p.created_at < ? AND r.decided_at < ? AND (r.status = 'rejected' "
        "OR (r.status = 'draft' AND r.case_code IS NOT NULL AND r.updated_at < ?))))) LIMIT ?",
        (approved, approved, *(sent_back,) * 3, PORTION),
    )
    ids = tuple(row["id"] for row in rows)
    await transaction.execute_many(
        "DELETE FROM registration_photos WHERE id = ?", [(identifier,) for identifier in ids]
    )
    return ids
