"""A damaged `dialogues.db` costs the thread of the talks, never the start."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from pathlib import Path

import pytest
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.events import BotUttered
from rasa.utils.endpoints import EndpointConfig

from nlu.serving.application import CannotLoad, _tracker_store

PAGE = 4096
NOISE = random.Random(3).randbytes(PAGE * 4)
SENDERS = [f"web:{n}" for n in range(10)]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AvailableEndpoints:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    return AvailableEndpoints(
        tracker_store=EndpointConfig(type="nlu.memory.tracker_store.SqliteTrackerStore", retention_days=30)
    )


def filled(configured: AvailableEndpoints, folder: Path) -> Path:
    store = _tracker_store(configured)
    event = json.dumps(BotUttered("x" * 500).as_dict())
    for sender in SENDERS:
        store._database.execute("INSERT INTO conversations VALUES (?, 1, 0, 40, '[]', ?)", (sender, time.time()))
        store._database.executemany(
            "INSERT INTO events (sender_id, seq, data) VALUES (?, ?, ?)", [(sender, n, event) for n in range(40)]
        )
    store.close()
    return folder / "dialogues.db"


def moved(folder: Path, ends: str = "[0-9]") -> list[Path]:
    """The damaged files, as a rule without their side files."""
    return list(folder.glob(f"dialogues.db.damaged-*{ends}"))


@pytest.mark.parametrize("damage", ["noise", "cut"])
def test_it_is_moved_aside(
    configured: AvailableEndpoints, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = filled(configured, tmp_path)
    whole = file.read_bytes()
    file.write_bytes({"noise": NOISE, "cut": whole[: len(whole) // 2 + 100]}[damage])
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


async def test_one_that_is_damaged_deep_inside_starts_and_is_moved_aside_by_the_read_that_finds_it(
    configured: AvailableEndpoints, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = filled(configured, tmp_path)
    whole = file.read_bytes()
    middle = len(whole) // 2 // PAGE * PAGE
    file.write_bytes(whole[:middle] + NOISE + whole[middle + len(NOISE) :])
    store = _tracker_store(configured)
    assert moved(tmp_path) == []
    trackers = [await store.retrieve_full_tracker(sender) for sender in SENDERS]
    # Those before the damage were told whole; whoever came upon it, and all after, start afresh.
    told = [tracker for tracker in trackers if tracker is not None]
    assert 0 < len(told) < len(SENDERS) and all(len(tracker.events) == 40 for tracker in told)
    (aside,) = moved(tmp_path)
    assert aside.name in caplog.text and aside.stat().st_size == len(whole)
    assert await store.keys() == []
    told[0].update(BotUttered("chào lại"))
    await store.save(told[0])
    assert await store.keys() == [told[0].sender_id]
    store.close()
    _tracker_store(configured).close()
    assert moved(tmp_path) == [aside]


async def test_a_turn_that_comes_upon_the_damage_is_kept(configured: AvailableEndpoints, tmp_path: Path) -> None:
    file = filled(configured, tmp_path)
    store = _tracker_store(configured)
    running = await store.retrieve(SENDERS[0])
    assert running is not None
    store._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    whole = file.read_bytes()
    with file.open("r+b") as damaged:
        damaged.seek(PAGE)
        damaged.write(random.Random(4).randbytes(len(whole) - PAGE))
    store._database.execute("PRAGMA shrink_memory")
    running.update(BotUttered("chào lại"))
    await store.save(running)
    full = await store.retrieve_full_tracker(SENDERS[0])
    assert full is not None and [event.text for event in full.events if isinstance(event, BotUttered)] == ["chào lại"]
    store.close()


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


async def test_whoever_deletes_his_data_takes_the_files_put_aside_with_them(
    configured: AvailableEndpoints, tmp_path: Path
) -> None:
    filled(configured, tmp_path)
    store = _tracker_store(configured)
    for suffix in ("", "-wal", "-shm"):
        (tmp_path / f"dialogues.db.damaged-20990101-000000{suffix}").write_text("what somebody said")
    assert await store.delete(SENDERS[0])
    assert not moved(tmp_path, "")
    assert await store.exists(SENDERS[1])
    # Also where nothing else is left of theirs: it may be in the damaged file only.
    (tmp_path / "dialogues.db.damaged-20990101-000000").write_text("what somebody said")
    assert not await store.delete(SENDERS[0])
    assert not moved(tmp_path, "")
    store.close()


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
