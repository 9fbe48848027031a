"""Registrations in the database: the statements, and what of them is sealed.

Owns rows and indexes. Refuses rules (`helpdesk.registration.drafts`). Every method of a transaction leaves its commit
to the caller.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from helpdesk.photos import Side
from helpdesk.registration.model import Registration, RegistrationPhoto, Status
from helpdesk.store import Database, Row, Sealer, Transaction

# SQLite takes 32,766 parameters in a statement.
_AT_ONCE = 500


class RegistrationStore:
    """Reads and writes registrations of one database."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database = database
        self._sealer = sealer

    async def find(self, where: str, parameters: Sequence[Any]) -> list[Registration]:
        """Those that fit; `where` is a constant of the caller's code, values go into `parameters`."""
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
        return [self._registration(row, photos.get(row["id"], {})) for row in rows]

    async def waiting_ids(self, start: int, limit: int) -> list[str]:
        """The ids of what waits for a decision, oldest first; nothing is opened."""
        rows = await self.database.fetch_all(
            "SELECT id FROM registrations WHERE status = 'submitted' ORDER BY submitted_at, id LIMIT ? OFFSET ?",
            (limit, start),
        )
        return [row["id"] for row in rows]

    async def insert(self, transaction: Transaction, registration: Registration) -> None:
        await transaction.execute(
            "INSERT INTO registrations (id, conversation_id, status, sealed, progress, consent_version, consent_at, "
            "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                registration.id,
                registration.conversation_id,
                registration.status.value,
                self._sealer.seal(registration.fields),
                json.dumps(registration.progress),
                registration.consent_version,
                _text(registration.consent_at),
                registration.created_at.isoformat(),
                registration.updated_at.isoformat(),
            ),
        )

    async def write(
        self,
        transaction: Transaction,
        registration_id: str,
        now: datetime,
        *,
        fields: Mapping[str, str],
        progress: Mapping[str, Any],
        flags: Sequence[str],
    ) -> None:
        """Replace what a draft holds."""
        await transaction.execute(
            "UPDATE registrations SET sealed = ?, progress = ?, flags = ?, bhxh_index = ?, national_index = ?, "
            "email_index = ?, updated_at = ? WHERE id = ?",
            (
                self._sealer.seal(fields),
                json.dumps(progress),
                json.dumps(list(flags)),
                self.index("bhxh", fields.get("bhxh_code")),
                self.index("national_id", fields.get("national_id")),
                self.index("email", fields.get("email") if fields.get("email_confirmed") == "1" else None),
                now.isoformat(),
                registration_id,
            ),
        )

    async def write_back(self, transaction: Transaction, registration: Registration) -> None:
        """Replace what is kept of this registration's fields, progress and flags."""
        await self.write(
            transaction,
            registration.id,
            registration.updated_at,
            fields=registration.fields,
            progress=registration.progress,
            flags=registration.flags,
        )

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

    def _registration(self, row: Row, photos: Mapping[Side, RegistrationPhoto]) -> Registration:
        return Registration(
            id=row["id"],
            conversation_id=row["conversation_id"],
            status=Status(row["status"]),
            fields=self._sealer.open(row["sealed"]),
            progress=json.loads(row["progress"]),
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
