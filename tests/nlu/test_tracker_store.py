"""The tracker store alone: windows, snapshots, restarts of the process, two processes, deletion, retention."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from nlu.memory.snapshot import Snapshot
from nlu.memory.tracker_store import DuplicateTurn, SqliteTrackerStore, StoredTracker
from nlu.memory.window import CUT_AT, LONGEST_LOOP
from tests.nlu.conftest import ROOT, TOY

WHO = "web:ông Tư"
FIRST_TURN = 8  # the session's start is visible to every policy, so the first turn is kept beside two snapshots


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(TOY / "domain.yml")


@pytest.fixture
def store(domain: Domain, tmp_path: Path) -> Iterator[SqliteTrackerStore]:
    opened = SqliteTrackerStore(domain, path=str(tmp_path / "a" / "dialogues.db"))
    yield opened
    opened.close()


@pytest.fixture
def other(domain: Domain, store: SqliteTrackerStore, tmp_path: Path) -> Iterator[SqliteTrackerStore]:
    """A second process on the same file."""
    opened = SqliteTrackerStore(domain, path=str(tmp_path / "a" / "dialogues.db"))
    yield opened
    opened.close()


def turn(number: int, *more: Event) -> list[Event]:
    return [
        UserUttered(f"tin {number}", {"name": "greet", "confidence": 1.0}, message_id=f"m{number}"),
        ActionExecuted("utter_greet", hide_rule_turn=True),
        BotUttered(f"trả lời {number}", metadata={"utter_action": "utter_greet"}),
        *more,
        ActionExecuted(ACTION_LISTEN_NAME, hide_rule_turn=True),
    ]


async def say(store: SqliteTrackerStore, number: int, *more: Event, who: str = WHO) -> DialogueStateTracker:
    tracker = await store.get_or_create_tracker(who, append_action_listen=False)
    if not tracker.events:
        tracker.update_with_events(
            [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)], None
        )
    tracker.update_with_events(turn(number, *more), None)
    await store.save(tracker)
    return tracker


async def test_an_unknown_conversation_is_none_and_an_empty_one_is_not_kept(store: SqliteTrackerStore) -> None:
    assert await store.retrieve(WHO) is None
    assert await store.retrieve_full_tracker(WHO) is None
    assert not (await store.get_or_create_tracker(WHO)).is_paused()
    await store.get_or_create_tracker("web:2", append_action_listen=False)
    assert await store.keys() == [WHO]


async def test_the_window_stays_short_and_the_state_stays_whole(store: SqliteTrackerStore) -> None:
    await say(store, 0, SlotSet("name", "An"), SlotSet("counted", {"a": [1, 2]}))
    for number in range(1, 200):
        await say(store, number)
    tracker = await store.retrieve(WHO)
    assert tracker is not None
    assert len(tracker.events) <= CUT_AT + FIRST_TURN
    assert 1 <= sum(isinstance(event, Snapshot) for event in tracker.events) <= 2
    assert tracker.get_slot("name") == "An" and tracker.get_slot("counted") == {"a": [1, 2]}
    assert not tracker.slots["email"].has_been_set
    assert tracker.latest_message.text == "tin 199" and tracker.latest_action_name == ACTION_LISTEN_NAME
    full = await store.retrieve_full_tracker(WHO)
    assert sum(isinstance(event, UserUttered) for event in full.events) == 200
    assert not any(isinstance(event, Snapshot) for event in full.events)


async def test_a_copy_of_a_tracker_has_the_same_state(store: SqliteTrackerStore) -> None:
    await say(store, 0, SlotSet("name", "An"))
    for number in range(1, 30):
        await say(store, number)
    tracker = await store.retrieve(WHO)
    copy = tracker.copy()
    assert copy.current_slot_values() == tracker.current_slot_values()
    assert copy.latest_action == tracker.latest_action


async def test_an_open_form_keeps_its_start(store: SqliteTrackerStore) -> None:
    await say(store, 0, ActiveLoop("registration_form"), SlotSet("requested_slot", "email"))
    for number in range(1, 40):
        await say(store, number)
    tracker = await store.retrieve(WHO)
    assert tracker.active_loop_name == "registration_form" and tracker.get_slot("requested_slot") == "email"
    assert any(isinstance(event, ActiveLoop) for event in tracker.events)


async def test_a_form_beyond_every_limit_is_folded_but_stays_open(store: SqliteTrackerStore) -> None:
    await say(store, 0, ActiveLoop("registration_form"))
    for number in range(1, 150):
        await say(store, number)
    tracker = await store.retrieve(WHO)
    assert tracker.active_loop_name == "registration_form"
    assert len(tracker.events) < LONGEST_LOOP


async def test_a_paused_conversation_is_cut_too(store: SqliteTrackerStore) -> None:
    tracker = await say(store, 0, SlotSet("name", "An"))
    tracker = await store.retrieve(WHO)
    tracker.update(ConversationPaused())
    await store.save(tracker)
    for number in range(200):
        tracker = await store.retrieve(WHO)
        tracker.update(UserUttered(f"gửi nhân viên {number}"))
        await store.save(tracker)
    tracker = await store.retrieve(WHO)
    assert tracker.is_paused() and len(tracker.events) <= CUT_AT + FIRST_TURN and tracker.get_slot("name") == "An"


async def test_a_new_session_begins_a_new_window(store: SqliteTrackerStore) -> None:
    for number in range(20):
        await say(store, number, SlotSet("name", "An"))
    tracker = await store.retrieve(WHO)
    tracker.update_with_events(
        [Restarted(), ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted(ACTION_LISTEN_NAME)],
        None,
    )
    await store.save(tracker)
    tracker = await store.retrieve(WHO)
    assert [type(event) for event in tracker.events] == [ActionExecuted, SessionStarted, ActionExecuted]
    assert tracker.get_slot("name") is None


async def test_what_a_caller_does_to_a_tracker_stays_with_the_caller(store: SqliteTrackerStore) -> None:
    await say(store, 0, SlotSet("name", "An"))
    failed = await store.retrieve(WHO)
    failed.update_with_events(turn(1, SlotSet("name", "Bình"), ConversationPaused()), None)
    tracker = await store.retrieve(WHO)
    assert tracker.get_slot("name") == "An" and not tracker.is_paused()
    assert tracker.latest_message.text == "tin 0"


def write_until_killed(file: Path, enough: int) -> int:
    """The last turn that the process reported as saved."""
    code = f"""
import asyncio, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, {str(ROOT)!r})
from nlu import lean_imports
lean_imports.install()
from rasa.shared.core.domain import Domain
from tests.nlu.test_tracker_store import TOY, SqliteTrackerStore, say
async def main():
    store = SqliteTrackerStore(Domain.load(TOY / "domain.yml"), path={str(file)!r})
    for number in range(100000):
        await say(store, number)
        print(number, flush=True)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = -1
        for line in child.stdout:
            last = int(line)
            if last == enough:
                child.kill()
    return last


async def test_a_killed_process_leaves_whole_turns(domain: Domain, tmp_path: Path) -> None:
    file = tmp_path / "dialogues.db"
    last = write_until_killed(file, 300)
    assert last >= 300
    store = SqliteTrackerStore(domain, path=str(file))
    full = await store.retrieve_full_tracker(WHO)
    said = [event for event in full.events if isinstance(event, UserUttered)]
    assert last + 1 <= len(said) <= last + 2
    assert isinstance(full.events[-1], ActionExecuted)
    store.close()


async def test_two_processes_see_each_others_turns(store: SqliteTrackerStore, other: SqliteTrackerStore) -> None:
    await say(store, 0, SlotSet("name", "An"))
    await say(other, 1, SlotSet("name", "Bình"))
    tracker = await store.retrieve(WHO)
    assert tracker.get_slot("name") == "Bình"
    assert await other.delete(WHO)
    assert await store.retrieve(WHO) is None and not await store.exists(WHO)


async def test_two_turns_at_the_same_time_are_both_kept(store: SqliteTrackerStore, other: SqliteTrackerStore) -> None:
    await say(store, 0)
    first, second = await store.retrieve(WHO), await other.retrieve(WHO)
    first.update_with_events(turn(1, SlotSet("name", "An")), None)
    second.update_with_events(turn(2, SlotSet("counted", 7)), None)
    await store.save(first)
    await other.save(second)
    tracker = await store.retrieve(WHO)
    assert tracker.get_slot("name") == "An" and tracker.get_slot("counted") == 7
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == ["tin 0", "tin 1", "tin 2"]


async def test_the_same_message_in_two_processes_is_kept_once(
    store: SqliteTrackerStore, other: SqliteTrackerStore
) -> None:
    await say(store, 0)
    first, second = await store.retrieve(WHO), await other.retrieve(WHO)
    first.update_with_events(turn(1), None)
    second.update_with_events(turn(1), None)
    await store.save(first)
    with pytest.raises(DuplicateTurn):
        await other.save(second)
    assert len((await store.retrieve_full_tracker(WHO)).events) == 3 + 2 * len(turn(0))


async def test_a_turn_that_ends_after_a_deletion_brings_nothing_back(
    store: SqliteTrackerStore, other: SqliteTrackerStore
) -> None:
    await say(store, 0, SlotSet("name", "An"))
    running = await store.retrieve(WHO)
    await other.delete(WHO)
    running.update_with_events(turn(1), None)
    await store.save(running)
    full = await store.retrieve_full_tracker(WHO)
    assert [e.text for e in full.events if isinstance(e, UserUttered)] == ["tin 1"] and full.get_slot("name") is None


async def test_a_handled_turn_is_found_by_its_message(store: SqliteTrackerStore) -> None:
    for number in range(60):
        await say(store, number)
    for number in (1, 30, 59):
        events = await store.handled_turn(WHO, f"m{number}")
        assert events is not None
        assert [e.text for e in events if isinstance(e, BotUttered)] == [f"trả lời {number}"]
    first = await store.handled_turn(WHO, "m0")
    assert first is not None and isinstance(first[1], SessionStarted)
    assert await store.handled_turn(WHO, "m60") is None
    assert await store.handled_turn("web:2", "m1") is None


async def test_deleted_texts_are_gone_from_the_file(store: SqliteTrackerStore, tmp_path: Path) -> None:
    for number in range(50):
        await say(store, number, SlotSet("name", "Bí-mật-cần-xóa"))
    assert await store.delete(WHO) and not await store.delete(WHO)
    files = list((tmp_path / "a").iterdir())
    assert len(files) == 3, "the file is still open, its log with it"
    for file in files:
        assert b"m\\u1eadt-c" not in file.read_bytes(), file.name


async def test_old_conversations_are_deleted(domain: Domain, store: SqliteTrackerStore, tmp_path: Path) -> None:
    await say(store, 0, who="web:old")
    await say(store, 0, who="web:new")
    with sqlite3.connect(tmp_path / "a" / "dialogues.db") as file:
        file.execute("UPDATE conversations SET updated_at = ? WHERE sender_id = 'web:old'", (time.time() - 31 * 86400,))
    file.close()
    again = SqliteTrackerStore(domain, path=str(tmp_path / "a" / "dialogues.db"), retention_days=30)
    assert await again.keys() == ["web:new"]
    assert again._load_events("web:old", 0) == []
    again.close()


async def test_many_old_conversations_go_a_few_at_a_time(domain: Domain, tmp_path: Path) -> None:
    path = tmp_path / "a" / "dialogues.db"
    first = SqliteTrackerStore(domain, path=str(path))
    rows = [(f"web:{n:04}", time.time() - 31 * 86400 - n) for n in range(450)]
    first._database.executemany("INSERT INTO conversations VALUES (?, 1, 0, 1, '[]', ?)", rows)
    first._database.executemany("INSERT INTO events VALUES (?, 0, NULL, '{}')", [row[:1] for row in rows])
    first.close()
    again = SqliteTrackerStore(domain, path=str(path), retention_days=30)
    left = [450 - 200]
    assert len(list(await again.keys())) == left[0]
    # The oldest first, some with each turn, until none is left; then there is peace for an hour.
    assert "web:0000" in await again.keys() and "web:0449" not in await again.keys()
    for number in range(15):
        await say(again, number, who="web:new")
        left.append(len(list(await again.keys())) - 1)
    assert all(0 < a - b <= 20 or a == b == 0 for a, b in pairwise(left)) and left[-1] == 0
    assert again._database.execute("SELECT COUNT(*) FROM events WHERE seq = 0").fetchone() == (1,)
    assert again._next_clean_up > time.time() + 3000
    plan = again._database.execute(
        "EXPLAIN QUERY PLAN SELECT sender_id FROM conversations WHERE updated_at < 1 ORDER BY updated_at LIMIT 20"
    ).fetchall()
    assert [step[3].split(" USING")[0] for step in plan] == ["SEARCH conversations"]
    again.close()


async def test_a_slot_that_the_domain_dropped_is_dropped(store: SqliteTrackerStore) -> None:
    await say(store, 0, SlotSet("email", "an@example.vn"), SlotSet("name", "An"))
    for number in range(1, 30):
        await say(store, number)
    fields = store.domain.as_dict()
    fields["slots"] = {name: slot for name, slot in fields["slots"].items() if name != "email"}
    fields["forms"] = {}
    store.domain = Domain.from_dict(fields)
    tracker = await store.retrieve(WHO)
    assert tracker.get_slot("name") == "An" and "email" not in tracker.slots


def test_a_snapshot_survives_json(store: SqliteTrackerStore) -> None:
    tracker = store.init_tracker(WHO)
    tracker.update_with_events([UserUttered("x"), ActiveLoop("registration_form"), SlotSet("name", "An")], None)
    taken = Snapshot.of(tracker, 12.5)
    read = Snapshot._from_parameters(json.loads(json.dumps(taken.as_dict())))
    assert read == taken and read.timestamp == 12.5
    fresh = store.init_tracker(WHO)
    fresh.update(read)
    assert fresh.active_loop == tracker.active_loop
    assert fresh.current_slot_values() == tracker.current_slot_values()


def test_rasa_finds_it_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `rasa test` and `rasa run` do, with the endpoints file of the product."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "var"))
    store = TrackerStore.create(EndpointConfig(type="nlu.memory.tracker_store.SqliteTrackerStore", retention_days=30))
    assert isinstance(store, SqliteTrackerStore)
    assert isinstance(store.init_tracker(WHO), StoredTracker)
    file = tmp_path / "var" / "dialogues.db"
    assert file.stat().st_mode & 0o077 == 0
    store.close()
