"""`make check-data`: tells damage from soundness, and sets a count right that is off."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from helpdesk.store.database import open_database
from ops import check_data


@pytest.fixture
async def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    async with open_database(tmp_path / "helpdesk.db") as database:
        async with database.transaction() as transaction:
            await transaction.execute_many(
                "INSERT INTO members (id, bhxh_index, person_index, sealed, updated_at) VALUES (?, ?, 'x', ?, 'x')",
                [(f"p{n}", f"b{n}", "x" * 500) for n in range(600)],
            )
    return tmp_path


def test_a_sound_one(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_data.main() == 0
    told = capsys.readouterr().out
    assert "lành lặn" in told and "Chưa có dialogues.db" in told and "✗" not in told


def test_a_page_in_the_middle(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = data / "helpdesk.db"
    whole = file.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    file.write_bytes(whole[:middle] + Random(3).randbytes(4 * 4096) + whole[middle + 4 * 4096 :])
    assert check_data.main() == 1
    told = capsys.readouterr().out
    assert "✗ helpdesk.db: " in told and "runbook" in told


def test_a_count_that_is_off_and_a_row_without_its_own(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = sqlite3.connect(data / "helpdesk.db", isolation_level=None)
    database.execute("UPDATE counters SET value = 7 WHERE name = 'members'")
    database.execute("INSERT INTO feedback (conversation_id, answer, helped, created_at) VALUES ('gone', 'a', 1, 'x')")
    assert check_data.main() == 1
    told = capsys.readouterr().out
    assert "members: đang ghi 7, đếm được 600; đã sửa" in told
    assert "1 dòng của bảng feedback" in told
    database.execute("DELETE FROM feedback")
    database.close()
    assert check_data.main() == 0
