"""A damaged `dialogues.db` costs the thread of the talks, never the start."""

from __future__ import annotations

import os
import random
import sqlite3
from pathlib import Path

import pytest
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig

from nlu.serving.application import CannotLoad, _tracker_store

PAGE = 4096


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AvailableEndpoints:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return AvailableEndpoints(
        tracker_store=EndpointConfig(type="nlu.memory.tracker_store.SqliteTrackerStore", retention_days=30)
    )


def filled(configured: AvailableEndpoints, folder: Path) -> Path:
    store = _tracker_store(configured)
    store._database.executemany(
        "INSERT INTO events (sender_id, seq, data) VALUES (?, ?, ?)", [("a", n, "x" * 500) for n in range(400)]
    )
    store.close()
    return folder / "dialogues.db"


@pytest.mark.parametrize("damage", ["noise", "cut", "a page in the middle"])
def test_it_is_moved_aside(
    configured: AvailableEndpoints, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = filled(configured, tmp_path)
    whole = file.read_bytes()
    noise = random.Random(3).randbytes(PAGE * 4)
    middle = len(whole) // 2 // PAGE * PAGE
    file.write_bytes(
        {
            "noise": noise,
            "cut": whole[: middle + 100],
            "a page in the middle": whole[:middle] + noise + whole[middle + len(noise) :],
        }[damage]
    )
    damaged = file.read_bytes()
    store = _tracker_store(configured)
    assert store._database.execute("SELECT COUNT(*) FROM events").fetchone() == (0,)
    store.close()
    (aside,) = tmp_path.glob("dialogues.db.damaged-*")
    assert aside.read_bytes() == damaged
    assert aside.name in caplog.text
    # And the next start has nothing to complain of.
    _tracker_store(configured).close()
    assert len(list(tmp_path.glob("dialogues.db.damaged-*"))) == 1


def test_a_sound_one_stays_and_old_damaged_ones_go(configured: AvailableEndpoints, tmp_path: Path) -> None:
    filled(configured, tmp_path)
    old, recent = tmp_path / "dialogues.db.damaged-20200101-000000", tmp_path / "dialogues.db.damaged-20990101-000000"
    for path in (old, recent):
        path.write_text("")
    os.utime(old, (0, 0))
    store = _tracker_store(configured)
    assert store._database.execute("SELECT COUNT(*) FROM events").fetchone() == (400,)
    store.close()
    assert recent.exists() and not old.exists()


def test_one_that_is_only_locked_is_left_alone(
    configured: AvailableEndpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = filled(configured, tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **options: connect(*given, **{**options, "timeout": 0.1}))
    holder = connect(file, isolation_level=None)
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CannotLoad, match="locked"):
        _tracker_store(configured)
    holder.close()
    assert not list(tmp_path.glob("*.damaged-*"))
