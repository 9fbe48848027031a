"""What is forgotten by itself, and when.

Owns the ages: drafts after `draft_days` without a change, photos `photo_days` after the decision, codes and links once
they count for nothing, mails and the demo's caught mails after 30 days, files that no row knows. Refuses what a citizen
asks for at once (`helpdesk.privacy.erasure`), and messages and their attachments
(`helpdesk.conversations.conversations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.store import Database, FileVault, Transaction

# The limits on new codes look back one hour; an older code counts for nothing.
_CODE_KEPT = timedelta(hours=2)
# A day in which the page can still say that a link is used up or too old; errands end after a day.
_LINK_KEPT = timedelta(days=1)
_ERRAND_KEPT = timedelta(days=1)
_MAIL_KEPT = timedelta(days=30)
# A file is written before its row: a young one without a row may be on its way.
_STRAY_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Expired:
    """How much was forgotten."""

    drafts: int = 0
    photos: int = 0
    codes: int = 0
    links: int = 0
    mails: int = 0
    errands: int = 0
    stray_files: int = 0

    def __bool__(self) -> bool:
        return any((self.drafts, self.photos, self.codes, self.links, self.mails, self.errands, self.stray_files))


class Retention:
    """Forgets what is past its time; the bot asks for it every hour."""

    def __init__(self, database: Database, photos: FileVault, draft_days: int, photo_days: int) -> None:
        self._database = database
        self._photos = photos
        self._draft_kept = timedelta(days=draft_days)
        self._photo_kept = timedelta(days=photo_days)

    async def expire(self, now: datetime) -> Expired:
        """Forget everything that is past its time at `now`: the rows first, then their files."""

        def before(age: timedelta) -> str:
            return (now - age).isoformat()

        async with self._database.transaction() as transaction:
            drafts, files = await _drafts(transaction, before(self._draft_kept))
            decided = await _photos_of_decided(transaction, before(self._photo_kept))
            codes = await transaction.execute(
                "DELETE FROM otp_challenges WHERE created_at < ? AND expires_at < ?",
                (before(_CODE_KEPT), now.isoformat()),
            )
            links = await transaction.execute("DELETE FROM password_links WHERE expires_at < ?", (before(_LINK_KEPT),))
            # What is still to be sent is never lost, however long the mail server was away.
            mails = await transaction.execute(
                "DELETE FROM mails WHERE created_at < ? AND state IN ('sent', 'expired', 'failed')",
                (before(_MAIL_KEPT),),
            )
            mails += await transaction.execute("DELETE FROM caught_mails WHERE received_at < ?", (before(_MAIL_KEPT),))
            errands = await transaction.execute("DELETE FROM errands WHERE created_at < ?", (before(_ERRAND_KEPT),))
        await self._photos.remove([*files, *decided])
        return Expired(
            drafts=drafts,
            photos=len(files) + len(decided),
            codes=codes,
            links=links,
            mails=mails,
            errands=errands,
            stray_files=await self._remove_strays(),
        )

    async def _remove_strays(self) -> int:
        """What a kill between a file and its row left behind."""
        known = {row["id"] for row in await self._database.fetch_all("SELECT id FROM registration_photos")}
        return await self._photos.remove_strangers(known, _STRAY_AGE.total_seconds())


async def _drafts(transaction: Transaction, limit: str) -> tuple[int, list[str]]:
    """Delete the drafts (and what was withdrawn) that nobody touched since; how many, and their photos."""
    rows = await transaction.fetch_all(
        "SELECT p.id FROM registration_photos p JOIN registrations r ON r.id = p.registration_id "
        "WHERE r.status IN ('draft', 'withdrawn') AND r.updated_at < ?",
        (limit,),
    )
    gone = await transaction.execute(
        "DELETE FROM registrations WHERE status IN ('draft', 'withdrawn') AND updated_at < ?", (limit,)
    )
    return gone, [row["id"] for row in rows]


async def _photos_of_decided(transaction: Transaction, limit: str) -> list[str]:
    """Delete the photos of applications that were decided before `limit`; a photo that came later has its own time."""
    rows = await transaction.fetch_all(
        "SELECT p.id FROM registration_photos p JOIN registrations r ON r.id = p.registration_id "
        "WHERE r.status IN ('approved', 'rejected') AND r.decided_at < ? AND p.created_at < ?",
        (limit, limit),
    )
    await transaction.execute_many("DELETE FROM registration_photos WHERE id = ?", [(row["id"],) for row in rows])
    return [row["id"] for row in rows]
