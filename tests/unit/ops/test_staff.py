"""`make staff` and the demo's own log-in."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.settings import Settings
from ops.staff import DEMO_NAME, _open, demo_password
from ops.train import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(untouched: Settings) -> Settings:
    """The command itself makes the folder, for this user only."""
    return untouched


def staff(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.staff", *arguments],
        cwd=ROOT,
        env=dict(os.environ) | {"DATA_DIR": str(settings.data_dir)},
        capture_output=True,
        text=True,
    )


def password_in(text: str) -> str:
    found = re.search(r"Mật khẩu:\s+(\S+)", text)
    assert found, text
    return found[1]


def opens(settings: Settings, name: str, password: str) -> bool:
    async def ask() -> bool:
        async with _open(settings) as office:
            return await office.agents.has_password(name, password)

    return asyncio.run(ask())


def test_adds_resets_and_shuts_out(settings: Settings) -> None:
    added = staff(settings, "--", "Nguyễn Thị Lan")
    assert added.returncode == 0 and "/console" in added.stdout
    first = password_in(added.stdout)
    assert opens(settings, "nguyễn thị lan", first)
    again = staff(settings, "--", "nguyễn thị lan")
    assert again.returncode == 2 and "Đã có cán bộ" in again.stderr and "RESET=1" in again.stderr
    second = password_in(staff(settings, "--reset", "--", "Nguyễn Thị Lan").stdout)
    assert opens(settings, "Nguyễn Thị Lan", second) and not opens(settings, "Nguyễn Thị Lan", first)
    assert staff(settings, "--disable", "--", "Nguyễn Thị Lan").returncode == 0
    assert not opens(settings, "Nguyễn Thị Lan", second)
    mode = stat.S_IMODE(settings.database_path.stat().st_mode)
    assert mode == 0o600, oct(mode)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--"], "Thiếu tên"),
        (["--", "  "], "Thiếu tên"),
        (["--", "--help"], "2-40 ký tự"),
        (["--reset", "--", "minh"], "Chưa có cán bộ"),
        (["--disable", "--", "minh"], "Không có cán bộ"),
    ],
)
def test_says_what_is_wrong(settings: Settings, arguments: list[str], said: str) -> None:
    refused = staff(settings, *arguments)
    assert refused.returncode == 2 and said in refused.stderr and "Traceback" not in refused.stderr


def test_a_folder_that_can_t_be_written_is_named(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "file").write_text("")
    refused = staff(replace(settings, data_dir=tmp_path / "file"), "--", "lan")
    assert refused.returncode == 2 and "file" in refused.stderr and "Traceback" not in refused.stderr


async def test_the_demo_s_password_stays_the_same_and_is_nobody_else_s_to_read(settings: Settings) -> None:
    password = await demo_password(settings)
    assert password and await demo_password(settings) == password
    file = settings.data_dir / "demo-staff.txt"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_lost_file_or_database_is_mended(settings: Settings) -> None:
    password = await demo_password(settings)
    file = settings.data_dir / "demo-staff.txt"
    file.unlink()
    second = await demo_password(settings)
    assert second and second != password
    settings.database_path.unlink()
    third = await demo_password(settings)
    assert third and third != second
    async with _open(settings) as office:
        assert await office.agents.has_password(DEMO_NAME, third)


async def test_a_real_mail_server_shuts_the_demo_s_log_in(settings: Settings) -> None:
    password = await demo_password(settings)
    assert password
    real = replace(settings, smtp_host="mail.example.vn")
    assert await demo_password(real) is None
    async with _open(real) as office:
        assert not await office.agents.has_password(DEMO_NAME, password)
    assert not (settings.data_dir / "demo-staff.txt").exists()
    assert await demo_password(real) is None
    back = await demo_password(settings)
    assert back and back != password


def test_resetting_the_demo_s_password_by_hand_keeps(settings: Settings) -> None:
    asyncio.run(demo_password(settings))
    password = password_in(staff(settings, "--reset", "--", "Demo").stdout)
    assert asyncio.run(demo_password(settings)) == password
