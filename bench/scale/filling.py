"""A data folder as it is after years: members, conversations, registrations, mails and what Rasa remembers.

Owns the made-up rows. They go straight into the tables, in portions, through the product's own schema; what is sealed
is one real ciphertext again and again, so that everything opens. Kept by size in DATA_DIR/bench: filling takes minutes.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from bench.ours import told_by_rasa
from helpdesk.identity import BirthDate
from helpdesk.registry import EmbeddedRegistry, Member
from helpdesk.store import Sealer, open_cipher, open_database, open_sealer
from ops.check_data import settle_counts

_PORTION = 20_000
_SEED = 14
# Messages of one conversation, half of them the assistant's.
_LENGTH = 20
# Conversations go after 180 days, attachments and mails after 30: nothing of this is due on the day when it is made.
_YOUNGEST, _OLDEST = timedelta(days=1), timedelta(days=170)
_ATTACHMENTS_SINCE = timedelta(days=28)
_MAILS_SINCE = timedelta(days=28)
# What is made is as old as it says for so long; then it is made anew.
_KEPT_HOURS = 20.0
_CONVERSATION = "id, channel, external_id, token_hash, next_seq, created_at, updated_at"
_MESSAGE = "id, conversation_id, seq, author, kind, text, buttons, answer, in_reply_to, created_at, sealed"
_INBOX = "channel, platform_message_id, conversation_id, message_id, seq, received_at, handled_at"
_OUTBOX = "message_id, channel, conversation_id, seq, created_at, sent_at, failed_at"
_ATTACHMENT = "id, conversation_id, message_id, kind, content_type, size, created_at"
_OFFER = "conversation_id, payload, title"
_FEEDBACK = "conversation_id, answer, helped, created_at"
_MEMBER = "id, bhxh_index, national_index, person_index, sealed, updated_at"
_REGISTRATION = (
    "id, case_code, conversation_id, status, sealed, bhxh_index, national_index, email_index, created_at, updated_at, "
    "submitted_at, decided_at, decided_by"
)
_ACCOUNT = (
    "id, bhxh_index, email_index, sealed, password_hash, first_password, registration_id, conversation_id, "
    "created_at, updated_at"
)
_DEED = "id, at, agent_id, agent_name, action, subject"
_MAIL = "id, kind, dedup_key, address_index, sealed, state, last_error, next_try_at, created_at, sent_at"
PERSON = Member("9900000001", "Nguyễn Thị Thử", BirthDate(1980, 2, 3), national_id="048180000001", province="Đà Nẵng")


@dataclass(frozen=True)
class Size:
    """How much there is."""

    messages: int
    members: int

    @property
    def conversations(self) -> int:
        return self.messages // _LENGTH

    @property
    def name(self) -> str:
        return f"scale-{self.messages}-{self.members}"


def filled(data_dir: Path, size: Size) -> Path:
    """The folder with `helpdesk.db`, `dialogues.db` and `secret.key`; made if there is none that is young enough."""
    folder = data_dir / "bench" / size.name
    done = folder / "done"
    if done.exists() and time.time() - done.stat().st_mtime < _KEPT_HOURS * 3600:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    sealer = asyncio.run(_prepare(folder))
    _Filling(folder / "helpdesk.db", sealer, size).everything()
    _fill_dialogues(data_dir, folder / "dialogues.db", size)
    done.touch()
    return folder


def copied(folder: Path, home: Path) -> None:
    """Put a filled folder's files into `home`, to be measured and spoilt."""
    home.mkdir(parents=True, exist_ok=True)
    for name in ("helpdesk.db", "dialogues.db", "secret.key"):
        shutil.copyfile(folder / name, home / name)
        # Or the first flush of what is measured would wait for the whole copy.
        with (home / name).open("rb+") as copy:
            os.fsync(copy.fileno())


async def _prepare(folder: Path) -> Sealer:
    """The schema, and one real person in the registry, whom a look-up can find."""
    cipher = open_cipher("", folder / "secret.key")
    async with open_database(folder / "helpdesk.db") as database:
        sealer = await open_sealer(database, cipher)
        await EmbeddedRegistry(database, sealer).put([PERSON])
    return sealer


class _Filling:
    """The office's database. Indexes and triggers are put aside meanwhile: faster, and the same in the end."""

    def __init__(self, path: Path, sealer: Sealer, size: Size) -> None:
        self._path = path
        self._size = size
        self._random = Random(_SEED)
        self._now = datetime.now(UTC)
        self._database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -800000", "temp_store = MEMORY"):
            self._database.execute(f"PRAGMA {pragma}").fetchall()
        self._question = sealer.seal_text("cho mình hỏi thẻ bảo hiểm y tế của mẹ mình bao giờ thì hết hạn vậy ạ")
        self._answer = sealer.seal_text("Dạ, anh/chị mở mục Thẻ BHYT trên ứng dụng VssID để xem hạn dùng ạ. " * 6)
        self._record = sealer.seal({"full_name": "Nguyễn Thị Thử", "email": "thu@example.vn", "address": "Số 1 " * 20})

    def everything(self) -> None:
        aside = self._database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL "
            "AND tbl_name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for kind, name, _ in aside:
            self._database.execute(f'DROP {kind} "{name}"')
        conversations = range(self._size.conversations)
        cases = range(self._size.members // 10)
        self._put("conversations", _CONVERSATION, map(self._conversation, conversations))
        self._put("messages", _MESSAGE, (row for n in conversations for row in self._messages(n)))
        self._put("inbox", _INBOX, (row for n in conversations for row in self._inbox(n)))
        self._put("outbox", _OUTBOX, (row for n in conversations for row in self._outbox(n)))
        self._put("attachments", _ATTACHMENT, map(self._attachment, conversations[::7]))
        payloads = ('/ask_install_app{"n":1}', '/inform{"choice":"yes"}', '/inform{"choice":"no"}')
        self._put("offered_payloads", _OFFER, ((_id("c", n), p, "Có") for n in conversations for p in payloads))
        self._put("feedback", _FEEDBACK, ((_id("c", n), "ask_help", 1, self._at(n)) for n in conversations[::5]))
        self._put("members", _MEMBER, map(self._member, range(1, self._size.members)))
        self._put("registrations", _REGISTRATION, map(self._registration, cases))
        self._put("accounts", _ACCOUNT, map(self._account, cases[::2]))
        self._put("audit_log", _DEED, (row for n in cases for row in self._deeds(n)))
        self._put("mails", _MAIL, map(self._mail, range(self._size.messages // 20)))
        mails = range(self._size.messages // 20)
        self._put("mail_subjects", "subject, mail_id", ((_id("r", n), _id("e", n)) for n in mails))
        # Indexes first: what a trigger asks for while it is made should find them.
        for _, _, statement in sorted(aside):
            self._database.execute(statement)
        settle_counts(self._path)
        self._database.execute("PRAGMA journal_mode = WAL").fetchall()
        self._database.close()

    def _put(self, table: str, columns: str, rows: Iterator[Sequence[Any]]) -> None:
        marks = ", ".join("?" * len(columns.split(", ")))
        self._database.execute("BEGIN")
        while portion := list(islice(rows, _PORTION)):
            self._database.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", portion)
        self._database.execute("COMMIT")

    def _at(self, number: int, since: timedelta = _OLDEST) -> str:
        """A moment of its own for each number, spread over the time since."""
        share = (number * 2_654_435_761 % 2**32) / 2**32
        return (self._now - _YOUNGEST - share * (since - _YOUNGEST)).isoformat()

    def _conversation(self, n: int) -> tuple[Any, ...]:
        at = self._at(n)
        channel, external = ("telegram", str(n)) if n % 3 == 0 else ("web", _id("c", n))
        return _id("c", n), channel, external, _id("t", n) * 2, _LENGTH + 1, at, at

    def _messages(self, n: int) -> Iterator[tuple[Any, ...]]:
        at, buttons = self._at(n), '[{"title": "Có", "payload": "/inform{\\"choice\\":\\"yes\\"}"}]'
        for seq in range(1, _LENGTH + 1, 2):
            asked, answered = _id(f"m{seq}", n), _id(f"m{seq + 1}", n)
            yield asked, _id("c", n), seq, "contact", "text", "", "[]", None, None, at, self._question
            yield answered, _id("c", n), seq + 1, "assistant", "text", "", buttons, "ask_help", asked, at, self._answer

    def _inbox(self, n: int) -> Iterator[tuple[Any, ...]]:
        channel, at, conversation = "telegram" if n % 3 == 0 else "web", self._at(n), _id("c", n)
        for seq in range(1, _LENGTH, 2):
            yield channel, f"{conversation}:{seq}", conversation, _id(f"m{seq}", n), seq, at, at

    def _outbox(self, n: int) -> Iterator[tuple[Any, ...]]:
        if n % 3:
            return
        at = self._at(n)
        for seq in range(2, _LENGTH + 1, 2):
            # Some could not be delivered: the citizen has blocked the bot.
            failed = at if n % 600 == 0 and seq == _LENGTH else None
            yield _id(f"m{seq}", n), "telegram", _id("c", n), seq, at, None if failed else at, failed

    def _attachment(self, n: int) -> tuple[Any, ...]:
        at = self._at(n, _ATTACHMENTS_SINCE)
        return _id("a", n), _id("c", n), _id("m1", n), "photo", "image/jpeg", 123_456, at

    def _member(self, n: int) -> tuple[Any, ...]:
        return _id("p", n), self._hash(), self._hash(), self._hash(), self._record * 2, self._at(n)

    def _registration(self, n: int) -> tuple[Any, ...]:
        at = self._at(n)
        status = "rejected" if n % 10 == 9 else "approved"
        decided = (datetime.fromisoformat(at) + timedelta(hours=5)).isoformat()
        conversation = _id("c", n) if n < self._size.conversations else None
        indexes = (self._hash(), self._hash(), self._hash())
        return _id("r", n), f"X{n:09}", conversation, status, self._record, *indexes, at, at, at, decided, "Lan"

    def _account(self, n: int) -> tuple[Any, ...]:
        conversation = _id("c", n) if n < self._size.conversations else None
        at, indexes = self._at(n), (self._hash(), self._hash())
        return _id("k", n), *indexes, self._record, "$argon2id$", 0, _id("r", n), conversation, at, at

    def _deeds(self, n: int) -> Iterator[tuple[Any, ...]]:
        for number, deed in enumerate(("case_viewed", "photo_viewed", "photo_viewed", "photo_viewed", "approved")):
            yield _id(f"d{number}", n), self._at(n), "agent", "Lan", deed, _id("r", n)

    def _mail(self, n: int) -> tuple[Any, ...]:
        at = self._at(n, _MAILS_SINCE)
        state, error = ("failed", "address_refused") if n % 500 == 0 else ("sent", None)
        return _id("e", n), "received", f"received:{_id('r', n)}:{at}", self._hash(), "", state, error, at, at, at

    def _hash(self) -> str:
        return f"{self._random.getrandbits(256):064x}"


def _id(kind: str, number: int) -> str:
    """Looks as random as the product's ids, so that rows lie as scattered as theirs."""
    return blake2b(f"{kind}:{number}".encode(), digest_size=16).hexdigest()


_EMPTY_DIALOGUES = (
    "import sys; from nlu.memory.tracker_store import SqliteTrackerStore; SqliteTrackerStore(path=sys.argv[1]).close()"
)


def _fill_dialogues(data_dir: Path, path: Path, size: Size) -> None:
    """Rasa's own file: made by its store, then filled."""
    told_by_rasa(data_dir, _EMPTY_DIALOGUES, str(path))
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -400000"):
        database.execute(f"PRAGMA {pragma}").fetchall()
    now, event = time.time(), json.dumps({"event": "slot", "timestamp": 0.0, "name": "x", "value": "y" * 300})
    database.execute("BEGIN")
    for n in range(size.conversations):
        sender = f"web:{_id('c', n)}"
        database.execute(
            "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?)", (sender, 10, _LENGTH, _LENGTH, "[]", now - n % 86400)
        )
        rows = [(sender, seq, f"{sender}:{seq}" if seq % 4 == 0 else None, event) for seq in range(_LENGTH)]
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    database.execute("COMMIT")
    database.execute("PRAGMA journal_mode = WAL").fetchall()
    database.close()
