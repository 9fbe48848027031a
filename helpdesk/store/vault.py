"""Files that come with messages, encrypted at rest.

Owns the key, the file's form on the disk and that nothing half-written is ever taken for a file. Refuses to know whose
they are (`helpdesk.conversations.conversations`).
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from helpdesk.errors import NotFound, SettingsError, Unavailable

# What a file is called until all of it is there.
_UNFINISHED = ".part"


def open_cipher(keys: str, key_file: Path) -> MultiFernet:
    """The cipher of the comma-separated `keys`, or of a key kept in `key_file` that is made on the first start.

    Raises SettingsError for a malformed key and Unavailable("store") when the key can't be kept.
    """
    try:
        text = keys or _own_key(key_file)
    except OSError as error:
        raise Unavailable("store", f"Không ghi được vào {key_file.parent}: {error.strerror}.") from error
    try:
        return MultiFernet([Fernet(key.strip()) for key in text.split(",")])
    except ValueError as error:
        source = "VSSID_SECRET_KEYS" if keys else str(key_file)
        raise SettingsError(f"{source} chưa đúng: cần khóa Fernet (32 byte, base64 dạng URL).") from error


def add_key(key_file: Path) -> None:
    """Put a new key before those in `key_file`: from now on it encrypts, the others still open what is there.

    Raises Unavailable("store"), also when there is no file: then the keys are somebody else's to keep.
    """
    try:
        keys = key_file.read_text("ascii").strip()
        _write_whole(key_file, lambda text: text, b",".join((Fernet.generate_key(), keys.encode("ascii"))))
    except OSError as error:
        raise Unavailable("store", f"Không thêm được khóa vào {key_file}: {error.strerror}.") from error


class FileVault:
    """Encrypted files in one folder, named by their attachment's id; the newest key encrypts, every key decrypts."""

    def __init__(self, folder: Path, cipher: MultiFernet) -> None:
        self._folder = folder
        self._cipher = cipher

    @classmethod
    def open(cls, folder: Path, cipher: MultiFernet) -> FileVault:
        """A vault in `folder`, which is made when missing; Unavailable("store") when it can't be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Unavailable("store", f"Không ghi được vào {folder.parent}: {error.strerror}.") from error
        return cls(folder, cipher)

    async def write(self, name: str, content: bytes) -> None:
        """Encrypt and keep; returns when the bytes are on the disk. Raises Unavailable("store")."""
        try:
            await asyncio.to_thread(_write_whole, self._folder / name, self._cipher.encrypt, content)
        except OSError as error:
            raise Unavailable("store", f"Không lưu được tệp: {error.strerror}.") from error

    async def read(self, name: str) -> bytes:
        """The bytes of a kept file; NotFound when it is gone or its key is."""
        try:
            return self._cipher.decrypt(await asyncio.to_thread((self._folder / name).read_bytes))
        except (OSError, InvalidToken) as error:
            raise NotFound("Ảnh này không còn được lưu.") from error

    async def remove(self, names: Sequence[str]) -> None:
        for name in names:
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    async def remove_older(self, days: int) -> int:
        """Remove every file older than `days`, those that no row knows (after a kill) included; how many."""
        return await asyncio.to_thread(self._remove_older, time.time() - days * 86400)

    async def remove_strangers(self, known: Collection[str], age: float) -> int:
        """Remove every file written more than `age` seconds ago that is not among the `known`; how many."""
        return await asyncio.to_thread(self._remove_older, time.time() - age, frozenset(known))

    async def names(self) -> list[str]:
        """The kept files, sorted; one that is still being written is none yet."""
        return await asyncio.to_thread(
            lambda: sorted(path.name for path in self._folder.iterdir() if path.suffix != _UNFINISHED)
        )

    async def rewrite(self, name: str) -> None:
        """Encrypt a kept file anew under the newest key; its time stays. NotFound when no key opens it."""
        path = self._folder / name
        content = await self.read(name)
        try:
            written = path.stat()
            await self.write(name, content)
            os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
        except OSError as error:
            raise Unavailable("store", f"Không lưu được tệp: {error.strerror}.") from error

    def _remove_older(self, moment: float, known: Collection[str] = ()) -> int:
        old = [path for path in self._folder.iterdir() if path.name not in known and _written(path) < moment]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _written(path: Path) -> float:
    """When; of a file that is gone by now (the other process renames and removes, too): not yet."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _write_whole(path: Path, encrypt: Callable[[bytes], bytes], content: bytes) -> None:
    """Write beside and rename: a reader sees all of it or nothing."""
    part = path.with_suffix(_UNFINISHED)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(encrypt(content))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _own_key(path: Path) -> str:
    # The bot and the actions start at the same moment: one makes the key, the other waits for it.
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # An empty file is what a kill or a full disk left of an earlier try; nothing was ever encrypted with it.
        if not path.exists() or not path.stat().st_size:
            _write_whole(path, lambda key: key, Fernet.generate_key())
        return path.read_text("ascii").strip()
