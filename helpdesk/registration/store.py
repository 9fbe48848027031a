"""Registrations in the database: the statements, and what of them is sealed.

Owns rows, indexes and how each caller finds its own; the steps between states are `helpdesk.registration.states`, what
is deleted by itself `helpdesk.registration.keeping`. Refuses rules (`helpdesk.registration.drafts`). Every method of a
transaction leaves its commit to the caller.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from helpdesk.conversations import ChannelIdentity
from helpdesk.identity import FieldName
from helpdesk.photos import Side
from helpdesk.registration.model import CaseReference, Registration, RegistrationPhoto, Status
from helpdesk.registration.older import of_older
from helpdesk.registration.progress import Notes, Progress
from helpdesk.store import PORTION, Database, Row, Sealer, Transaction

log = logging.getLogger(__name__)

# SQLite takes 32,766 parameters in a statement.
_AT_ONCE = 500

# Where the notes lie in the sealed record; a record without them is an older one.
_NOTES = "notes"


class RegistrationStore:
    """Reads and writes registrations of one database."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database = database
        self._sealer = sealer

    # Finding

    async def get(self, registration_id: str) -> Registration | None:
        return await self._one("id = ?", registration_id)

    async def of_case(self, case_code: str) -> Registration | None:
        return await self._one("case_code = ?", case_code)

    async def draft_of(self, conversation_id: str) -> Registration | None:
        return await self._one("conversation_id = ? AND status = 'draft'", conversation_id)

    async def latest_of(self, conversation_id: str) -> Registration | None:
        """The newest of a conversation."""
        return await self._one("conversation_id = ? ORDER BY created_at DESC LIMIT 1", conversation_id)

    async def all_of(self, conversation_id: str) -> list[Registration]:
        """Newest first."""
        return await self._list("conversation_id = ? ORDER BY created_at DESC", conversation_id)

    async def newest_draft_under(self, email: str) -> Registration | None:
        """The draft that was changed last of those whose e-mail this is, confirmed."""
        return await self._one(
            "email_index = ? AND status = 'draft' ORDER BY updated_at DESC LIMIT 1", self.index("email", email)
        )

    async def filed(self, registration_id: str) -> Registration | None:
        """One that has been handed to the staff, whatever became of it."""
        return await self._one("id = ? AND case_code IS NOT NULL", registration_id)

    async def waiting(self, limit: int, start: int) -> list[Registration]:
        """Those that wait for a decision, oldest first: so many, from the `start`th on."""
        return await self._list("status = 'submitted' ORDER BY submitted_at, id LIMIT ? OFFSET ?", limit, start)

    async def waiting_ids(self, limit: int, start: int) -> list[str]:
        """As `waiting`, but nothing is opened."""
        rows = await self.database.fetch_all(
            "SELECT id FROM registrations WHERE status = 'submitted' ORDER BY submitted_at, id LIMIT ? OFFSET ?",
            (limit, start),
        )
        return [row["id"] for row in rows]

    async def decided(self, limit: int) -> list[Registration]:
        """The last decisions, newest first."""
        return await self._list(
            "decided_at IS NOT NULL AND status IN ('approved', 'rejected') ORDER BY decided_at DESC LIMIT ?", limit
        )

    async def due_for_reminder(self, submitted_before: datetime) -> list[Registration]:
        """Those that wait since then and of which the office was not reminded: the oldest, so many as go at once."""
        return await self._list(
            "status = 'submitted' AND office_reminded_at IS NULL AND submitted_at <= ? ORDER BY submitted_at LIMIT ?",
            submitted_before.isoformat(),
            PORTION,
        )

    async def due_for_apology(self, submitted_before: datetime) -> list[Registration]:
        """Those that wait since then and whose citizens were not told: the oldest, so many as go at once."""
        return await self._list(
            "status = 'submitted' AND citizen_told_at IS NULL AND submitted_at <= ? ORDER BY submitted_at LIMIT ?",
            submitted_before.isoformat(),
            PORTION,
        )

    async def case_codes(self, registration_ids: Collection[str]) -> dict[str, str]:
        """The codes by the ids of those that were filed and are still there."""
        if not registration_ids:
            return {}
        marks = ", ".join("?" * len(registration_ids))
        rows = await self.database.fetch_all(
            f"SELECT id, case_code FROM registrations WHERE id IN ({marks}) AND case_code IS NOT NULL",  # noqa: S608 - marks only
            tuple(registration_ids),
        )
        return {row["id"]: row["case_code"] for row in rows}

    async def progress_of(self, identity: ChannelIdentity) -> list[str]:
        """Where this citizen's errand and draft are, as far as there are any. One read: every message asks."""
        row = await self.database.fetch_one(
            "SELECT r.progress AS registration, e.progress AS errand FROM conversations c "
            "LEFT JOIN registrations r ON r.conversation_id = c.id AND r.status = 'draft' "
            "LEFT JOIN errands e ON e.conversation_id = c.id WHERE c.channel = ? AND c.external_id = ?",
            (identity.channel, identity.external_id),
        )
        return [] if row is None else [kept for kept in (row["errand"], row["registration"]) if kept]

    async def _one(self, where: str, *parameters: Any) -> Registration | None:
        return next(iter(await self._find(where, *parameters)), None)

    async def _list(self, where: str, *parameters: Any) -> list[Registration]:
        """As `_find`, but one that no key opens holds up no other: it is there without what was sealed."""
        return await self._find(where, *parameters, strict=False)

    async def _find(self, where: str, *parameters: Any, strict: bool = True) -> list[Registration]:
        """Those that fit; `where` is one of the constants above, values go into `parameters`."""
        rows = await self.database.fetch_all(f"SELECT * FROM registrations WHERE {where}", parameters)  # noqa: S608 - see above
        if not rows:
            return []
        photos: dict[str, dict[Side, RegistrationPhoto]] = {}
        for start in range(0, len(rows), _AT_ONCE):
            ids = [row["id"] for row in rows[start : start + _AT_ONCE]]
            marks = ", ".join("?" * len(ids))
            for row in await self.database.fetch_all(
                f"SELECT * FROM registration_photos WHERE registration_id IN ({marks})",  # noqa: S608 - marks only
                ids,
            ):
                photos.setdefault(row["registration_id"], {})[Side(row["side"])] = _photo(row)
        return [self._registration(row, photos.get(row["id"], {}), strict) for row in rows]

    # Writing

    async def insert(self, transaction: Transaction, registration: Registration) -> None:
        """Put a new registration there."""
        await transaction.execute(
            "INSERT INTO registrations (id, conversation_id, status, sealed, progress, consent_version, consent_at, "
            "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                registration.id,
                registration.conversation_id,
                registration.status.value,
                self._seal(registration),
                json.dumps(registration.progress.dump()),
                registration.consent_version,
                _text(registration.consent_at),
                registration.created_at.isoformat(),
                registration.updated_at.isoformat(),
            ),
        )

    async def write_back(self, transaction: Transaction, registration: Registration) -> None:
        """Replace what is kept of this registration's fields, notes, progress and flags."""
        fields = registration.fields
        await transaction.execute(
            "UPDATE registrations SET sealed = ?, progress = ?, flags = ?, bhxh_index = ?, national_index = ?, "
            "email_index = ?, updated_at = ? WHERE id = ?",
            (
                self._seal(registration),
                json.dumps(registration.progress.dump()),
                json.dumps(list(registration.flags)),
                self.index("bhxh", registration.bhxh_code),
                self.index("national_id", fields.get(FieldName.NATIONAL_ID)),
                self.index("email", registration.confirmed_email),
                registration.updated_at.isoformat(),
                registration.id,
            ),
        )

    def _seal(self, registration: Registration) -> str:
        """Fields and notes in one record, so that whatever forgets the one forgets the other; an entry apart."""
        return self._sealer.seal({**registration.fields, _NOTES: registration.notes.dump()})

    def index(self, kind: str, value: str | None) -> str | None:
        """What a value is found by; None for none."""
        return self._sealer.index(kind, value.casefold()) if value else None

    async def put_photo(
        self, transaction: Transaction, registration_id: str, photo: RegistrationPhoto, now: datetime
    ) -> str | None:
        """Keep a photo's row; the id of the one that it replaces."""
        old = await transaction.fetch_one(
            "SELECT id FROM registration_photos WHERE registration_id = ? AND side = ?",
            (registration_id, photo.side.value),
        )
        await transaction.execute(
            "INSERT INTO registration_photos (id, registration_id, side, verdict, findings, size, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (registration_id, side) DO UPDATE SET id = excluded.id, "
            "verdict = excluded.verdict, findings = excluded.findings, size = excluded.size, "
            "created_at = excluded.created_at",
            (
                photo.id,
                registration_id,
                photo.side.value,
                photo.verdict,
                json.dumps(list(photo.findings)),
                photo.size,
                now.isoformat(),
            ),
        )
        return None if old is None or old["id"] == photo.id else str(old["id"])

    async def remove_photo(self, transaction: Transaction, photo_id: str) -> None:
        await transaction.execute("DELETE FROM registration_photos WHERE id = ?", (photo_id,))

    async def references(self, conversations: Collection[str], registrations: Collection[str]) -> list[CaseReference]:
        """What was filed from these conversations or bears these ids, oldest first."""
        columns = "SELECT id, case_code, conversation_id, created_at FROM registrations WHERE case_code IS NOT NULL AND"
        marks = [", ".join("?" * len(keys)) or "NULL" for keys in (conversations, registrations)]
        rows = await self.database.fetch_all(
            f"{columns} conversation_id IN ({marks[0]}) UNION {columns} id IN ({marks[1]}) ORDER BY created_at",
            [*conversations, *registrations],
        )
        return [CaseReference(row["id"], row["case_code"], row["conversation_id"]) for row in rows]

    def _registration(self, row: Row, photos: Mapping[Side, RegistrationPhoto], strict: bool) -> Registration:
        progress = json.loads(row["progress"])
        record = self._sealer.open(row["sealed"]) if strict else self._sealer.open_or_nothing(row["sealed"])
        # Whatever was sealed has at least its notes, or is older and has fields.
        readable = strict or bool(record)
        if not readable:
            log.error("registration %s can't be opened", row["id"])
            notes = Notes()
        elif _NOTES in record:
            notes = Notes.load(record.pop(_NOTES))
        else:
            record, notes = of_older(record, progress)
        return Registration(
            id=row["id"],
            conversation_id=row["conversation_id"],
            status=Status(row["status"]),
            fields=record,
            progress=Progress.load(progress),
            created_at=datetime.fromisoformat(row["created_at"]),
            updated_at=datetime.fromisoformat(row["updated_at"]),
            case_code=row["case_code"],
            photos=photos,
            flags=tuple(json.loads(row["flags"])),
            consent_version=row["consent_version"],
            consent_at=_moment(row["consent_at"]),
            submitted_at=_moment(row["submitted_at"]),
            decided_at=_moment(row["decided_at"]),
            decided_by=row["decided_by"],
            repair=tuple(json.loads(row["repair"])),
            notes=notes,
            readable=readable,
        )


def _photo(row: Row) -> RegistrationPhoto:
    return RegistrationPhoto(
        id=row["id"],
        side=Side(row["side"]),
        verdict=row["verdict"],
        findings=tuple(json.loads(row["findings"])),
        size=int(row["size"]),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
