"""`make staff NAME=...`: adds a person of the staff, resets a password (RESET=1) or shuts somebody out (DISABLE=1).

Owns the demo's own log-in, too: `demo`, whose password lies in DATA_DIR/demo-staff.txt (this user's only) so that every
start can print it again. With a real mail server the product is no demo any more, and that log-in is shut.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from helpdesk.errors import Conflict, HelpdeskError, NotFound
from helpdesk.settings import Settings, load_settings
from helpdesk.staff import Agents, Audit, Deed, tidy_name
from helpdesk.store import open_cipher, open_database, open_sealer

DEMO_NAME = "demo"
_OPERATOR = "make staff"


@dataclass(frozen=True, slots=True)
class _Desk:
    agents: Agents
    audit: Audit


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[_Desk]:
    # Whatever is made here is for this user only.
    before = os.umask(0o077)
    try:
        cipher = open_cipher(settings.secret_keys, settings.data_dir / "secret.key")
        async with open_database(settings.database_path) as database:
            sealer = await open_sealer(database, cipher)
            yield _Desk(Agents(database, sealer), Audit(database))
    finally:
        os.umask(before)


def _demo_file(settings: Settings) -> Path:
    return settings.data_dir / "demo-staff.txt"


async def demo_password(settings: Settings) -> str | None:
    """The password of the demo's log-in, which is made when missing; None where this is no demo."""
    file = _demo_file(settings)
    if not settings.demo:
        if file.exists():
            async with _open(settings) as office:
                if await office.agents.disable(DEMO_NAME):
                    await office.audit.record(Deed.AGENT_DISABLED, agent_name=_OPERATOR, detail=DEMO_NAME)
            file.unlink()
        return None
    async with _open(settings) as office:
        kept = file.read_text("utf-8").strip() if file.exists() else ""
        if kept and await office.agents.has_password(DEMO_NAME, kept):
            return kept
        try:
            password = await office.agents.create(DEMO_NAME)
        except Conflict:
            password = await office.agents.reset(DEMO_NAME)
        _keep(file, password)
        return password


def _keep(file: Path, password: str) -> None:
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(f"{password}\n")
    part.rename(file)


async def _change(settings: Settings, name: str, reset: bool, disable: bool) -> str:
    """Do what was asked; what to print."""
    name = tidy_name(name)
    again = f"make staff NAME='{name}' RESET=1"
    async with _open(settings) as office:
        if disable:
            if not await office.agents.disable(name):
                raise NotFound(f"Không có cán bộ nào tên “{name}” còn được đăng nhập.")
            await office.audit.record(Deed.AGENT_DISABLED, agent_name=_OPERATOR, detail=name)
            return f"“{name}” không đăng nhập được nữa. Mở lại với mật khẩu mới: {again}"
        try:
            password = await (office.agents.reset(name) if reset else office.agents.create(name))
        except Conflict as error:
            raise Conflict(f"{error} Đặt lại mật khẩu: {again}") from error
        except NotFound as error:
            raise NotFound(f"{error} Thêm mới: make staff NAME='{name}'") from error
        deed = Deed.AGENT_RESET if reset else Deed.AGENT_CREATED
        await office.audit.record(deed, agent_name=_OPERATOR, detail=name)
        if settings.demo and name.casefold() == DEMO_NAME:
            _keep(_demo_file(settings), password)
    return (
        f"{'Đã đặt lại mật khẩu của' if reset else 'Đã thêm cán bộ'} “{name}”.\n"
        f"  Trang cán bộ:  {settings.page_url}/console\n"
        f"  Tên:           {name}\n"
        f"  Mật khẩu:      {password}\n"
        f"  Mật khẩu chỉ hiện lần này; hãy trao tận tay. Quên thì đặt lại: {again}"
    )


def main() -> int:
    """Exit code 0 when it is done, 2 when it was refused (the reason is on stderr)."""
    parser = argparse.ArgumentParser(prog="make staff", add_help=False)
    parser.add_argument("--reset", action="store_true")
    parser.add_argument("--disable", action="store_true")
    parser.add_argument("name", nargs="?", default="")
    given = parser.parse_args()
    try:
        if not given.name.strip():
            raise NotFound("Thiếu tên. Ví dụ: make staff NAME=lan (đặt lại mật khẩu: RESET=1; khóa: DISABLE=1)")
        print(asyncio.run(_change(load_settings(), given.name, given.reset, given.disable)))
    except HelpdeskError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"✗ Không ghi được {error.filename or error}: {error.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
