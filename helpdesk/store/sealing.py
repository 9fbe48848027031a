"""Personal data at rest: sealing what is kept in the database and finding it again without opening it.

Owns the form of the columns named `sealed` and `*_index`. The newest key seals, every known key opens. The key of the
indexes is itself kept sealed in the database, so that rotating the keys never changes an index.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken, MultiFernet

from helpdesk.errors import SettingsError
from helpdesk.store.database import Database

_INDEX_KEY = "index_key"


class Sealer:
    """Encrypts small records; made by `open_sealer`."""

    def __init__(self, cipher: MultiFernet, index_key: bytes) -> None:
        self._cipher = cipher
        self._index_key = index_key

    def seal(self, record: Mapping[str, Any]) -> str:
        """A record of JSON values as an encrypted text."""
        return self._cipher.encrypt(json.dumps(record, ensure_ascii=False).encode()).decode("ascii")

    def open(self, sealed: str) -> dict[str, Any]:
        """The record again; SettingsError when none of the keys opens it."""
        record = json.loads(self._decrypt(sealed))
        assert isinstance(record, dict)
        return record

    def open_or_nothing(self, sealed: str) -> dict[str, Any]:
        """As `open`, but nothing is in it when none of the keys opens it: for whoever has to go on all the same."""
        try:
            return self.open(sealed)
        except SettingsError:
            return {}

    def _decrypt(self, sealed: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed)
        # A damaged text may not even be base64.
        except (InvalidToken, ValueError) as error:
            raise SettingsError(
                "Dữ liệu đã lưu không mở được bằng các khóa hiện có. Thêm lại khóa cũ vào cuối VSSID_SECRET_KEYS."
            ) from error

    def seal_text(self, text: str) -> str:
        """A single text encrypted, without the detour of a record."""
        return self._cipher.encrypt(text.encode()).decode("ascii")

    def open_text(self, sealed: str) -> str:
        """The text of `seal_text` again; SettingsError when none of the keys opens it."""
        return self._decrypt(sealed).decode()

    def index(self, kind: str, value: str) -> str:
        """A keyed hash of a normalised `value`: equal values of one kind are found by it, nothing is read from it."""
        return hmac.new(self._index_key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


async def open_sealer(database: Database, cipher: MultiFernet) -> Sealer:
    """The sealer of this database; the first call on a new one makes the index key."""
    bare = Sealer(cipher, b"")
    async with database.transaction(key=_INDEX_KEY) as transaction:
        row = await transaction.fetch_one("SELECT sealed FROM secrets WHERE name = ?", (_INDEX_KEY,))
        if row is None:
            key = secrets.token_hex(32)
            await transaction.execute(
                "INSERT INTO secrets (name, sealed) VALUES (?, ?)", (_INDEX_KEY, bare.seal({"key": key}))
            )
        else:
            key = bare.open(row["sealed"])["key"]
    return Sealer(cipher, bytes.fromhex(key))
