"""What no citizen sees: the product's own files, read by a test, and its rows, made older by one.

Time passes in a running product by moving its rows into the past: every deadline is a moment that is kept there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

# The columns with moments, by table.
_MOMENTS = {
    "otp_challenges": ("created_at", "expires_at"),
    "mails": ("created_at", "next_try_at", "expires_at"),
    "password_links": ("created_at", "expires_at"),
    "registrations": ("created_at", "updated_at", "submitted_at"),
    "errands": ("created_at",),
}


class BackRoom:
    """The folder of a running product."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self._models: dict[str, dict[str, Any]] = {}

    @contextmanager
    def _open(self, name: str = "helpdesk.db") -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.data_dir / name, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            with database:
                yield database

    def rows(self, statement: str, *values: Any, file: str = "helpdesk.db") -> list[dict[str, Any]]:
        with self._open(file) as database:
            return [dict(row) for row in database.execute(statement, values)]

    def ages(self, table: str, where: str, *values: Any, **span: float) -> None:
        """Move rows into the past: as far as they know, `span` has gone by."""
        columns = _MOMENTS[table]
        with self._open() as database:
            found = database.execute(f"SELECT rowid, * FROM {table} WHERE {where}", values).fetchall()
            assert found, f"nothing to age in {table}"
            for row in found:
                moved = [_earlier(row[column], timedelta(**span)) for column in columns]
                marks = ", ".join(f"{column} = ?" for column in columns)
                database.execute(f"UPDATE {table} SET {marks} WHERE rowid = ?", (*moved, row["rowid"]))

    def time_passes(self, conversation_id: str, **span: float) -> None:
        """For the codes and errands of a conversation."""
        for table, column in (("otp_challenges", "subject"), ("errands", "conversation_id")):
            if self.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", conversation_id):
                self.ages(table, f"{column} = ?", conversation_id, **span)

    def registration(self, conversation_id: str) -> dict[str, Any]:
        (row,) = self.rows("SELECT * FROM registrations WHERE conversation_id = ?", conversation_id)
        row["progress"] = json.loads(row["progress"])
        return row

    def photos(self, conversation_id: str) -> dict[str, str]:
        """The kept photos' verdicts by side."""
        rows = self.rows(
            "SELECT p.side, p.verdict FROM registration_photos p JOIN registrations r ON r.id = p.registration_id "
            "WHERE r.conversation_id = ?",
            conversation_id,
        )
        return {row["side"]: row["verdict"] for row in rows}

    # Photos that went through the gate once serve everybody who is not here for the sake of his photos.

    def takes_as_model(self, conversation_id: str) -> None:
        """Remember the photos of this draft, as the product keeps them."""
        registration = self.registration(conversation_id)["id"]
        rows = self.rows("SELECT * FROM registration_photos WHERE registration_id = ?", registration)
        self._models = {row["side"]: row for row in rows}
        for row in rows:
            row["content"] = (self.data_dir / "photos" / row["id"]).read_bytes()

    def shares_models_of(self, other: BackRoom) -> None:
        """Another product's model photos; that they are sealed with its key matters to nobody who doesn't open them."""
        self._models = other._models

    def puts_photo(self, conversation_id: str, side: str) -> None:
        """Give a draft its own copy of the model's photo."""
        model, identifier = self._models[side], uuid4().hex
        registration = self.registration(conversation_id)["id"]
        (self.data_dir / "photos" / identifier).write_bytes(model["content"])
        with self._open() as database:
            database.execute(
                "INSERT INTO registration_photos (id, registration_id, side, verdict, findings, size, created_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (identifier, registration, side, *(model[n] for n in ("verdict", "findings", "size", "created_at"))),
            )

    def files_of(self, conversation_id: str) -> list[str]:
        """The names of the encrypted files that belong to a conversation."""
        rows = self.rows(
            "SELECT a.id FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.conversation_id = ? "
            "UNION SELECT p.id FROM registration_photos p JOIN registrations r ON r.id = p.registration_id "
            "WHERE r.conversation_id = ?",
            conversation_id,
            conversation_id,
        )
        return [row["id"] for row in rows]

    def files(self) -> list[str]:
        """The encrypted files that are there."""
        return [path.name for folder in ("attachments", "photos") for path in (self.data_dir / folder).iterdir()]

    def tables_about(self, conversation_id: str) -> list[str]:
        """Every table in which a row names the conversation."""
        found = []
        for table in (row["name"] for row in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")):
            columns = [row["name"] for row in self.rows(f"PRAGMA table_info({table})")]
            marks = " OR ".join(f"CAST({column} AS TEXT) LIKE '%' || ? || '%'" for column in columns)
            if self.rows(f"SELECT 1 FROM {table} WHERE {marks}", *[conversation_id] * len(columns)):
                found.append(table)
        return found

    def checkpoint(self) -> None:
        """Let the database write its log into its file, as it does by itself every so often."""
        with closing(sqlite3.connect(self.data_dir / "helpdesk.db", timeout=30)) as database:
            assert database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    def holds(self, text: str) -> list[str]:
        """Which files of the product hold these words in clear: databases, their logs, the logs of the processes."""
        needle = text.encode()
        files = [path for path in self.data_dir.glob("*.db*") if path.is_file()]
        files += [path for path in (self.data_dir / "logs").glob("*") if path.is_file()]
        return [path.name for path in files if needle in path.read_bytes()]


def _earlier(moment: str | None, span: timedelta) -> str | None:
    return None if moment is None else (datetime.fromisoformat(moment) - span).isoformat()
