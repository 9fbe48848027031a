"""`make rotate-keys`: puts everything that is encrypted under the newest key, so that older keys can be let go.

Owns the list of what is encrypted: the columns named `sealed` (a test holds it against the schema) and the folders of
files. Works only while the assistant is stopped: a running bot knows the old keys only. May be broken off at any moment
and started again: both keys open everything until the end, and what is done already is passed over.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from helpdesk.errors import HelpdeskError, NotFound, Unavailable
from helpdesk.services import sole_process
from helpdesk.settings import Settings, load_settings
from helpdesk.store import Database, FileVault, add_key, open_cipher, open_database

# Every table with a column `sealed`, and the column that names its rows.
SEALED = {
    "messages": "id",
    "inbox": "message_id",
    "secrets": "name",
    "registrations": "id",
    "mails": "id",
    "accounts": "id",
    "members": "id",
    "errands": "conversation_id",
}
VAULTS = ("attachments", "photos")
_PORTION = 500


@dataclass(slots=True)
class Rotation:
    """What was done; `unopened` names what no key opens."""

    rewritten: int = 0
    passed: int = 0
    unopened: list[str] = field(default_factory=list)


async def rotate(settings: Settings) -> Rotation:
    """Put everything under the newest key. Raises HelpdeskError when it can't work at all."""
    key_file = settings.data_dir / "secret.key"
    cipher = open_cipher(settings.secret_keys, key_file)
    keys = settings.secret_keys or key_file.read_text("ascii")
    newest = Fernet(keys.split(",")[0].strip())
    done = Rotation()
    async with open_database(settings.database_path) as database:
        for table, key in SEALED.items():
            await _reseal(database, table, key, cipher, newest, done)
    for name in VAULTS:
        if (settings.data_dir / name).is_dir():
            await _rewrite(settings.data_dir / name, cipher, newest, done)
    return done


async def _reseal(
    database: Database, table: str, key: str, cipher: MultiFernet, newest: Fernet, done: Rotation
) -> None:
    last, seen = "", 0
    while True:
        rows = await database.fetch_all(
            f"SELECT {key} AS id, sealed FROM {table} WHERE {key} > ? ORDER BY {key} LIMIT ?", (last, _PORTION)
        )
        if not rows:
            break
        last, seen = rows[-1]["id"], seen + len(rows)
        changed = []
        for row in rows:
            # A mail that has gone has no text any more, a photo alone never had one.
            sealed = row["sealed"].encode("ascii")
            if not sealed or _opens(newest, sealed):
                done.passed += 1
            elif _opens(cipher, sealed):
                changed.append((cipher.rotate(sealed).decode("ascii"), row["id"]))
            else:
                done.unopened.append(f"{table}: {row['id']}")
        async with database.transaction() as transaction:
            await transaction.execute_many(f"UPDATE {table} SET sealed = ? WHERE {key} = ?", changed)
        done.rewritten += len(changed)
    print(f"• {table}: {seen} dòng", flush=True)


async def _rewrite(folder: Path, cipher: MultiFernet, newest: Fernet, done: Rotation) -> None:
    vault, under_newest = FileVault(folder, cipher), FileVault(folder, MultiFernet([newest]))
    names = await vault.names()
    for count, name in enumerate(names, start=1):
        try:
            await under_newest.read(name)
            done.passed += 1
        except NotFound:
            try:
                await vault.rewrite(name)
                done.rewritten += 1
            except NotFound:
                done.unopened.append(f"{folder.name}/{name}")
        if count % _PORTION == 0:
            print(f"• {folder.name}: {count}/{len(names)} tệp", flush=True)
    print(f"• {folder.name}: {len(names)} tệp", flush=True)


def _opens(cipher: Fernet | MultiFernet, sealed: bytes) -> bool:
    try:
        cipher.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _where(settings: Settings) -> str:
    return "VSSID_SECRET_KEYS" if settings.secret_keys else str(settings.data_dir / "secret.key")


def _add_key(settings: Settings) -> None:
    if settings.secret_keys:
        raise Unavailable(
            "keys",
            "khóa nằm trong VSSID_SECRET_KEYS, hãy tự thêm khóa mới vào đầu biến đó (cách tạo: docs/runbook.md) "
            "rồi chạy lại không có NEW=1.",
        )
    add_key(settings.data_dir / "secret.key")
    print(f"• Đã thêm một khóa mới vào đầu {_where(settings)}", flush=True)


def main(arguments: list[str]) -> int:
    """Exit code 0 when everything is under the newest key, 1 when something opens with none, 2 when it was refused."""
    parser = argparse.ArgumentParser(prog="make rotate-keys")
    parser.add_argument("--new", action="store_true", help="thêm một khóa mới vào secret.key trước đã")
    options = parser.parse_args(arguments)
    # What is written is for this user alone.
    os.umask(0o077)
    try:
        settings = load_settings()
        if not settings.database_path.exists():
            raise Unavailable("store", f"chưa có dữ liệu nào trong {settings.data_dir}.")
        with sole_process(settings, "bot"):
            if options.new:
                _add_key(settings)
            done = asyncio.run(rotate(settings))
    except HelpdeskError as error:
        print(f"Chưa đổi được khóa: {error}", file=sys.stderr)
        return 2
    print(f"• Mã hóa lại {done.rewritten}, đã ở khóa mới từ trước {done.passed}.")
    if done.unopened:
        print(f"✗ Không khóa nào mở được {len(done.unopened)} mục; đừng bỏ khóa cũ nào:", file=sys.stderr)
        for name in done.unopened[:50]:
            print(f"  {name}", file=sys.stderr)
        return 1
    print(f"• Mọi thứ đã ở khóa đầu tiên của {_where(settings)}; các khóa sau nó có thể bỏ (sao lưu cũ vẫn cần chúng).")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nĐã dừng; giữ nguyên mọi khóa và chạy lại để làm tiếp.", file=sys.stderr)
        sys.exit(130)
