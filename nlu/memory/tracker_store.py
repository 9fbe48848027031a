"""Conversations on one SQLite file that stay cheap however long they grow.

Rasa is handed the last two dozen events, behind what stands for the older ones (nlu/memory/window.py); every event
stays on disk until the retention ends. A turn is one transaction, so a killed process leaves whole turns only. Several
Rasa processes may share the file: a conversation's version is checked at each read and write, and a turn that comes
second is appended to what the first has written. What is cached never reaches a caller's hands: each tracker is built
anew. What identifies a citizen is left out of what is kept (nlu/memory/masking.py); the running turn still sees it.
A file that turns out damaged is put aside, and the talks start afresh (nlu/memory/damage.py).
"""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import rasa.shared.utils.common
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.memory.damage import forget_set_aside, is_damage, set_aside, set_aside_if_damaged
from nlu.memory.masking import kept
from nlu.memory.snapshot import Snapshot
from nlu.memory.window import EMPTY, KEPT_EVENTS, Window, is_action, shorten

Given = ParamSpec("Given")
Result = TypeVar("Result")

CACHED_CONVERSATIONS = 2000
DAY = 24 * 60 * 60.0
HOUR = 60 * 60.0
# Rasa answers nobody while it deletes: a few conversations take some milliseconds.
_EXPIRED_AT_ONCE = 20
_PORTIONS_AT_START = 10

SCHEMA_VERSION = 3  # 2 had the same tables, with texts as they were typed
_SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS conversations (
    sender_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    window_start INTEGER NOT NULL,
    next_seq INTEGER NOT NULL,
    kept TEXT NOT NULL,
    updated_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    sender_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    message_id TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (sender_id, seq)
);
CREATE INDEX IF NOT EXISTS conversations_by_age ON conversations (updated_at);
CREATE INDEX IF NOT EXISTS events_by_message ON events (sender_id, message_id) WHERE message_id IS NOT NULL;
COMMIT;
"""

# `Event.resolve_by_type` walks the class tree for each event; the tree is the same for all.
_EVENT_TYPES: dict[str, Any] = {
    event_type.type_name: event_type for event_type in reversed(rasa.shared.utils.common.all_subclasses(Event))
}

# Events that `applied_events` passes on as they are.
_PLAIN_EVENTS = frozenset(
    {
        ActionExecuted,
        BotUttered,
        ConversationPaused,
        ConversationResumed,
        DefinePrevUserUtteredFeaturization,
        SlotSet,
        Snapshot,
        UserUttered,
    }
)


def _despite_damage(
    method: Callable[Concatenate[SqliteTrackerStore, Given], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[SqliteTrackerStore, Given], Coroutine[Any, Any, Result]]:
    """Once more, on an empty file, when a read comes upon damage."""

    @wraps(method)
    async def again(self: SqliteTrackerStore, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        try:
            return await method(self, *args, **kwargs)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._start_afresh()
            return await method(self, *args, **kwargs)

    return again


class DuplicateTurn(Exception):
    """Another process has handled this very message in the meantime."""


class StoredTracker(DialogueStateTracker):
    """A tracker that knows which of its events were stored already, in which version, and within which form."""

    stored_events = 0
    stored_version = 0
    stored_form: str | None = None

    def applied_events(self) -> list[Event]:
        """As stock, which is slow because it asks for abstract types; what needs its care is left to it."""
        start = 0
        for index, event in enumerate(self.events):
            kind = type(event)
            if kind is SessionStarted or kind is Restarted:
                start = index + 1
            elif kind not in _PLAIN_EVENTS:
                return super().applied_events()
        return list(itertools.islice(self.events, start, None))


class SqliteTrackerStore(TrackerStore):
    """See the module's docstring. The file is `path`, or `dialogues.db` in the folder that DATA_DIR names."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        path: str | None = None,
        retention_days: float = 30,
        **kwargs: Any,
    ) -> None:
        """Open the file, make the tables, drop what is past its retention."""
        super().__init__(domain, event_broker)
        self._path = Path(path) if path else Path(os.environ.get("DATA_DIR") or "var") / "dialogues.db"
        self._retention = float(retention_days) * DAY
        self._next_clean_up = 0.0
        self._cache: OrderedDict[str, Window] = OrderedDict()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        set_aside_if_damaged(self._path, float(retention_days))
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self._start_afresh()

    def _open(self) -> None:
        # Made here, so that nobody but the owner can ever read it (SQLite's side files take its mode).
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(
            self._path, timeout=5, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        self._database.execute("PRAGMA journal_mode = WAL")
        # Survives a killed process; a power cut may cost the last turns, never the file.
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
        if self._database.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            # What is asked and answered is kept elsewhere; here is only the thread of each talk, which starts afresh.
            self._database.executescript("DROP TABLE IF EXISTS events; DROP TABLE IF EXISTS conversations; VACUUM;")
        self._database.executescript(f"{_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION};")
        for _ in range(_PORTIONS_AT_START):
            if not self._delete_expired():
                break
        # Also when nothing was deleted: an earlier run may have been killed right before this.
        self._empty_log()

    def _start_afresh(self) -> None:
        """Go on with an empty file in the place of a damaged one."""
        with suppress(AttributeError, sqlite3.Error):
            self._database.close()
        set_aside(self._path)
        self._cache.clear()
        self._open()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """A tracker without events."""
        return StoredTracker(sender_id, self.domain.slots, max_event_history=self.max_event_history)

    @_despite_damage
    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The last events of the conversation's last session; None if there is no conversation."""
        window = self._window(sender_id)
        return self._tracker(sender_id, window, window.all_events()) if window.version else None

    @_despite_damage
    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All events that are stored, of all sessions."""
        window = self._window(conversation_id)
        if not window.version:
            return None
        return self._tracker(conversation_id, window, self._load_events(conversation_id, 0))

    @_despite_damage
    async def exists(self, conversation_id: str) -> bool:
        """Whether anything is stored."""
        return bool(self._version(conversation_id))

    @_despite_damage
    async def keys(self) -> Iterable[str]:
        """All conversations' ids."""
        return [row[0] for row in self._database.execute("SELECT sender_id FROM conversations ORDER BY 1")]

    @_despite_damage
    async def delete(self, sender_id: str) -> bool:
        """Delete a conversation for good, with every damaged file that was put aside; False if there was none."""
        self._cache.pop(sender_id, None)
        with self._transaction():
            self._database.execute("DELETE FROM events WHERE sender_id = ?", (sender_id,))
            deleted = self._database.execute("DELETE FROM conversations WHERE sender_id = ?", (sender_id,))
        self._empty_log()
        forget_set_aside(self._path)
        return deleted.rowcount > 0

    @_despite_damage
    async def handled_turn(self, sender_id: str, message_id: str) -> list[Event] | None:
        """The events of the turn that this message began; None if it was never handled.

        A session start right before the message belongs to the turn.
        """
        row = self._database.execute(
            "SELECT MAX(seq) FROM events WHERE sender_id = ? AND message_id = ?", (sender_id, message_id)
        ).fetchone()
        if row[0] is None:
            return None
        seq = int(row[0])
        turn = self._load_events(sender_id, seq)
        end = next((i for i, event in enumerate(turn) if i and isinstance(event, UserUttered)), len(turn))
        before: list[Event] = []
        for event in reversed(self._load_events(sender_id, max(0, seq - KEPT_EVENTS), seq)):
            if isinstance(event, UserUttered):
                break
            before.insert(0, event)
            if is_action(event, ACTION_SESSION_START_NAME):
                return before + turn[:end]
        return turn[:end]

    @_despite_damage
    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new in `tracker`; DuplicateTurn if another process has handled the same message."""
        await self.stream_events(tracker)
        known = isinstance(tracker, StoredTracker)
        stored = tracker.stored_events if known else self._window(tracker.sender_id).next_seq
        new = list(tracker.events)[stored:]
        if not new:
            return
        with self._transaction():
            base = self._window(tracker.sender_id)
            if known and base.version != tracker.stored_version:
                self._refuse_duplicates(tracker.sender_id, new)
            window = self._append(tracker.sender_id, base, new, self._touches_a_form(tracker, base, new))
        self._remember(tracker.sender_id, window)
        if isinstance(tracker, StoredTracker):
            tracker.stored_events = len(tracker.events)
            tracker.stored_version = window.version
            tracker.stored_form = tracker.active_loop_name
        if time.time() > self._next_clean_up:
            self._delete_expired()

    def _touches_a_form(self, tracker: DialogueStateTracker, base: Window, new: Sequence[Event]) -> bool:
        """Whether a form was open before these events, or opens in them."""
        if any(isinstance(event, ActiveLoop) and event.name for event in new):
            return True
        if isinstance(tracker, StoredTracker) and base.version == tracker.stored_version:
            return tracker.stored_form is not None
        before = self._tracker(tracker.sender_id, base, base.all_events())
        return bool(before.active_loop_name or tracker.active_loop_name)

    def _append(self, sender_id: str, base: Window, new: Sequence[Event], in_form: bool) -> Window:
        rows = [kept(event, in_form) for event in new]
        self._database.executemany(
            "INSERT INTO events (sender_id, seq, message_id, data) VALUES (?, ?, ?, ?)",
            [
                (sender_id, seq, getattr(event, "message_id", None), json.dumps(fields))
                for seq, (event, fields) in enumerate(rows, base.next_seq)
            ],
        )
        events = (*base.events, *(event for event, _ in rows))
        longer = Window(base.version + 1, base.start, base.next_seq + len(new), base.kept, events)
        window = shorten(longer, lambda events: self._tracker(sender_id, longer, events))
        self._database.execute(
            "INSERT INTO conversations (sender_id, version, window_start, next_seq, kept, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sender_id) DO UPDATE SET version = excluded.version,"
            " window_start = excluded.window_start, next_seq = excluded.next_seq,"
            " kept = excluded.kept, updated_at = excluded.updated_at",
            (
                sender_id,
                window.version,
                window.start,
                window.next_seq,
                json.dumps([event.as_dict() for event in window.kept]),
                time.time(),
            ),
        )
        return window

    def _tracker(self, sender_id: str, window: Window, events: Sequence[Event]) -> StoredTracker:
        tracker = self.init_tracker(sender_id)
        tracker.events.extend(events)
        tracker.replay_events()
        tracker.stored_events = len(events)
        tracker.stored_version = window.version
        tracker.stored_form = tracker.active_loop_name
        return tracker

    def _version(self, sender_id: str) -> int:
        row = self._database.execute("SELECT version FROM conversations WHERE sender_id = ?", (sender_id,)).fetchone()
        return int(row[0]) if row else 0

    def _window(self, sender_id: str) -> Window:
        cached = self._cache.get(sender_id)
        version = self._version(sender_id)
        if cached is not None and cached.version == version:
            self._cache.move_to_end(sender_id)
            return cached
        if not version:
            self._cache.pop(sender_id, None)
            return EMPTY
        window = self._load_window(sender_id)
        self._remember(sender_id, window)
        return window

    def _load_window(self, sender_id: str) -> Window:
        row = self._database.execute(
            "SELECT version, window_start, next_seq, kept FROM conversations WHERE sender_id = ?",
            (sender_id,),
        ).fetchone()
        if row is None:  # deleted by another process since its version was read
            return EMPTY
        version, start, next_seq, kept = row
        return Window(
            int(version),
            int(start),
            int(next_seq),
            tuple(_event(fields) for fields in json.loads(kept)),
            tuple(self._load_events(sender_id, int(start), int(next_seq))),
        )

    def _load_events(self, sender_id: str, start: int, end: int = 2**62) -> list[Event]:
        rows = self._database.execute(
            "SELECT data FROM events WHERE sender_id = ? AND seq >= ? AND seq < ? ORDER BY seq",
            (sender_id, start, end),
        )
        return [_event(json.loads(row[0])) for row in rows]

    def _remember(self, sender_id: str, window: Window) -> None:
        self._cache[sender_id] = window
        self._cache.move_to_end(sender_id)
        if len(self._cache) > CACHED_CONVERSATIONS:
            self._cache.popitem(last=False)

    def _refuse_duplicates(self, sender_id: str, new: Sequence[Event]) -> None:
        for message_id in {e.message_id for e in new if isinstance(e, UserUttered) and e.message_id}:
            row = self._database.execute(
                "SELECT 1 FROM events WHERE sender_id = ? AND message_id = ?", (sender_id, message_id)
            ).fetchone()
            if row:
                raise DuplicateTurn(message_id)

    def _delete_expired(self) -> bool:
        """Delete a few of what is past its retention; whether more is left for the next time."""
        now = time.time()
        expired = self._database.execute(
            "SELECT sender_id FROM conversations WHERE updated_at < ? ORDER BY updated_at LIMIT ?",
            (now - self._retention, _EXPIRED_AT_ONCE),
        ).fetchall()
        if expired:
            with self._transaction():
                # Not if it has gone on in the meantime, in another process.
                old = "sender_id = ? AND updated_at < ?"
                for (sender_id,) in expired:
                    gone = self._database.execute(
                        f"DELETE FROM conversations WHERE {old}",  # noqa: S608 - the words above
                        (sender_id, now - self._retention),
                    )
                    if gone.rowcount:
                        self._database.execute("DELETE FROM events WHERE sender_id = ?", (sender_id,))
            self._empty_log()
        more = len(expired) == _EXPIRED_AT_ONCE
        self._next_clean_up = now if more else now + HOUR
        return more

    def _empty_log(self) -> None:
        """The write-ahead log still holds what was deleted; it is emptied at once if nobody else reads it."""
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            # A damaged file may refuse that, too; what was wrong first is what counts.
            with suppress(sqlite3.Error):
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
            raise


def _event(fields: dict[str, Any]) -> Event:
    return _EVENT_TYPES[fields["event"]]._from_parameters(fields)
