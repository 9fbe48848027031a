"""Words at rest: what citizens type is in none of our files, and those it is meant for still read it."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import struct
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from starlette.responses import JSONResponse, Response

from helpdesk.conversations.history import UNREADABLE
from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import (
    Author,
    ChannelIdentity,
    IncomingFile,
    IncomingMessage,
    MessageKind,
    Reply,
)
from helpdesk.conversations.plain_texts import seal_plain_texts
from helpdesk.registration.progress import Progress
from helpdesk.services import open_services
from helpdesk.settings import Settings
from helpdesk.store.database import Database, open_database
from tests.stage.stack import Chat, Stack, StandInRasa

NUMBER, NAME, EMAIL = "048156731946", "Huỳnh Thị Bạch Yến", "yen.bach.1956@example.org"
PHONE, LATITUDE = "+84905731946", 16.0713579
WORDS = f"em là {NAME}, căn cước {NUMBER}, thư {EMAIL}"
WHEN = "2026-11-20T08:00:00+00:00"
CITIZEN = ChannelIdentity("telegram", "5")


def traces(folder: Path) -> set[str]:
    """Which of the distinctive words stand in any file below the folder, in whatever form they are written."""
    found = set()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name == "helpdesk.db" for path in files)
    for content in (path.read_bytes() for path in files):
        for word in (NUMBER, NAME, EMAIL, PHONE, str(LATITUDE), "Bạch Yến", "731946"):
            forms = {word.encode(), json.dumps(word)[1:-1].encode(), word.encode("utf-16-le")}
            if any(form in content for form in forms):
                found.add(word)
        # As SQLite keeps a number.
        if struct.pack(">d", LATITUDE) in content:
            found.add("a place")
    return found


def contact(number: int, **content: Any) -> IncomingMessage:
    return IncomingMessage(CITIZEN, f"5:{number}", **content)


async def test_a_conversation_leaves_no_words_in_the_files(
    stack: Stack, chat: Chat, rasa: StandInRasa, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    held = asyncio.Event()

    async def hold(request: dict[str, Any]) -> Response:
        await held.wait()
        return await rasa.echo(request)

    rasa.behave = hold
    await chat.send(text=WORDS)
    await chat.send(location={"latitude": LATITUDE, "longitude": 108.2})
    await stack.gateway.receive(contact(1, kind=MessageKind.CONTACT, phone_number=PHONE))
    await stack.gateway.receive(contact(2, kind=MessageKind.LOCATION))
    picture = IncomingFile(NAME.encode(), "image/jpeg")
    await stack.gateway.receive(contact(3, kind=MessageKind.PHOTO, text=WORDS, file=picture))
    # Waiting for their answers, late ones.
    await chat.until(1, author="system")
    assert traces(settings.data_dir) == set()
    held.set()
    answers = await chat.until(2)
    await stack.gateway.tell(chat.id, Reply(f"Chào {NAME} ạ", author=Author.AGENT))
    for _ in range(200):
        if not await stack.store.unhandled_conversations():
            break
        await asyncio.sleep(0.02)
    assert traces(settings.data_dir) == set()
    # And everything can be read by those it was meant for.
    assert answers[0]["text"] == f"nghe: {WORDS}"
    assert (await chat.history())[0]["text"] == WORDS
    assert [said["text"] for said in await chat.until(1, author="agent")] == [f"Chào {NAME} ạ"]
    assert not any(word in caplog.text for word in (NUMBER, NAME, EMAIL, PHONE))


async def test_a_draft_leaves_no_fields_in_the_files(stack: Stack, chat: Chat, settings: Settings) -> None:
    registrations = stack.services.registrations
    fields = {"full_name": NAME, "national_id": NUMBER, "email": EMAIL, "phone": PHONE}
    draft = await registrations.start(chat.id, fields)
    await registrations.save(draft, {**fields, "email_confirmed": "1"}, Progress(asked="summary"))
    assert traces(settings.data_dir) == set()
    assert (await registrations.get(draft.id)).fields["full_name"] == NAME


def test_the_search_finds_what_is_there(untouched: Settings) -> None:
    leave_old(untouched, 1)
    assert traces(untouched.data_dir) == {NUMBER, NAME, EMAIL, "Bạch Yến", "731946", "a place"}


async def test_a_number_goes_once_it_is_answered(stack: Stack) -> None:
    database: Database = stack.services.database
    store = stack.store
    _, conversation = await store.accept(contact(1, kind=MessageKind.CONTACT, phone_number=PHONE))
    await store.accept(contact(2, kind=MessageKind.TEXT, text="xin chào"))
    for number in (PHONE, None):
        entry = await store.next_unhandled(conversation.id)
        assert entry.phone_number == number
        await store.finish(entry, [Reply("dạ")], push=False)
    assert await database.fetch_all("SELECT 1 FROM inbox WHERE sealed <> ''") == []


async def test_where_a_shared_place_lies_is_not_kept(stack: Stack, chat: Chat, rasa: StandInRasa) -> None:
    """Nobody reads it: the answer is the same, and nothing of it lies in the store, sealed or not."""
    held = asyncio.Event()

    async def hold(request: dict[str, Any]) -> Response:
        await held.wait()
        return await rasa.echo(request)

    rasa.behave = hold
    assert (await chat.send(location={"latitude": LATITUDE, "longitude": 108.2})).status_code == 202
    rows = await stack.services.database.fetch_all("SELECT sealed FROM inbox")
    assert [row["sealed"] for row in rows] == [""]
    held.set()
    assert (await chat.until(1))[0]["text"] == "nghe: /share_location"


@pytest.mark.parametrize(
    "words", ["gAAAAABk", "sealed:", "", " ", "{}", "'; DROP TABLE messages; --", "👵🏻 ạ\n\u200d"]
)
async def test_what_looks_like_a_sealed_text_is_read_as_it_was_typed(stack: Stack, words: str) -> None:
    # Whatever a citizen types, a sealed text of ours among it, is only ever words.
    for number, text in enumerate([words, words + stack.services.sealer.seal_text(NAME)]):
        _, conversation = await stack.store.accept(contact(number, kind=MessageKind.TEXT, text=text))
        assert (await stack.store.history(conversation.id))[-1].text == text


async def test_a_message_whose_key_is_lost_holds_nobody_up(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    _, conversation = await stack.store.accept(contact(1, kind=MessageKind.CONTACT, phone_number=PHONE, text="một"))
    await stack.store.accept(contact(2, kind=MessageKind.TEXT, text="hai"))
    foreign = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    for damaged in (foreign, "gAAAA", "ư"):
        async with stack.services.database.transaction() as transaction:
            await transaction.execute("UPDATE messages SET sealed = ? WHERE seq = 1", (damaged,))
            await transaction.execute("UPDATE inbox SET sealed = ? WHERE seq = 1", (damaged,))
        assert [message.text for message in await stack.store.history(conversation.id)] == [UNREADABLE, "hai"]
        entry = await stack.store.next_unhandled(conversation.id)
        assert (entry.message.text, entry.phone_number) == (UNREADABLE, None)
        assert entry.message.id in caplog.text
        caplog.clear()


# What was written before


def leave_old(settings: Settings, messages: int) -> None:
    """A database of the version before this, with plain words in it."""
    settings.data_dir.mkdir(parents=True)
    connection = sqlite3.connect(settings.database_path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at TEXT)")
    folder = resources.files("helpdesk.store") / "migrations"
    for version, name in enumerate(("0001_conversations.sql", "0002_registration.sql"), start=1):
        connection.executescript((folder / name).read_text("utf-8"))
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?, '')", (version, name))
    connection.execute(
        "INSERT INTO conversations (id, channel, external_id, next_seq, created_at, updated_at) "
        "VALUES ('c', 'telegram', '5', ?, ?, ?)",
        (messages + 1, WHEN, WHEN),
    )
    for seq in range(1, messages + 1):
        connection.execute(
            "INSERT INTO messages (id, conversation_id, seq, author, kind, text, created_at) "
            "VALUES (?, 'c', ?, ?, 'text', ?, ?)",
            (f"{seq * 7919 % 100_003:032}", seq, ("contact", "assistant")[seq % 2], words(seq), WHEN),
        )
    connection.execute(
        "INSERT INTO inbox (channel, platform_message_id, conversation_id, message_id, seq, latitude, longitude, "
        "received_at) VALUES ('telegram', '5:1', 'c', ?, 1, ?, 108.2, ?)",
        (f"{7919:032}", LATITUDE, WHEN),
    )
    connection.commit()
    connection.close()


def words(seq: int) -> str:
    # Different lengths, up to several pages: some rows have to move when they are rewritten.
    return "" if seq % 10 == 3 else f"{seq}: {WORDS} " * (1 + seq % 7 * (40 if seq % 50 == 0 else 1))


@pytest.fixture
def old(untouched: Settings) -> Settings:
    leave_old(untouched, 1203)
    return untouched


async def test_old_words_are_sealed_at_the_first_start(old: Settings) -> None:
    assert NUMBER in traces(old.data_dir)
    async with open_services(old) as services:
        # Not a trace while it runs, in the log neither.
        assert traces(old.data_dir) == set()
        history = await services.conversations.store.history("c", limit=2000)
        assert [message.text for message in history] == [words(seq) for seq in range(1, 1204)]
        entry = await services.conversations.store.next_unhandled("c")
        assert entry is not None and entry.message.text == words(1)
        assert await seal_plain_texts(services.database, services.sealer) == 0
    assert traces(old.data_dir) == set()


async def test_broken_off_and_gone_on_with(old: Settings) -> None:
    class Breaking:
        """Dies in the middle of the second portion."""

        def __init__(self, sealer: Any) -> None:
            self.sealer, self.left = sealer, 700

        def seal_text(self, text: str) -> str:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return self.sealer.seal_text(text)

    other = replace(old, data_dir=old.data_dir.parent / "other", secret_keys=Fernet.generate_key().decode())
    async with open_services(other) as elsewhere:
        sealer = elsewhere.sealer
        async with open_database(old.database_path) as database:
            with pytest.raises(KeyboardInterrupt):
                await seal_plain_texts(database, Breaking(sealer))  # type: ignore[arg-type]
            row = await database.fetch_one("SELECT COUNT(*) AS n FROM messages WHERE sealed <> ''")
            assert row is not None and row["n"] == 500
            # Half and half can be read, and asked for by both processes at once.
            store = MessageStore(database, sealer)
            assert [m.text for m in await store.history("c", limit=2000)] == [words(seq) for seq in range(1, 1204)]
            async with open_database(old.database_path) as second:
                done = await asyncio.gather(seal_plain_texts(database, sealer), seal_plain_texts(second, sealer))
            assert 500 + sum(done) == sum(1 for seq in range(1, 1204) if words(seq))
            assert [m.text for m in await store.history("c", limit=2000)] == [words(seq) for seq in range(1, 1204)]
    assert traces(old.data_dir) == set()


# The shared phone number


async def test_a_shared_phone_number_reaches_the_dialogue_also_after_a_failure(stack: Stack, rasa: StandInRasa) -> None:
    async def fail_once(request: dict[str, Any]) -> Response:
        return await rasa.echo(request) if len(rasa.asked) > 1 else JSONResponse({}, status_code=503)

    rasa.behave = fail_once
    await stack.gateway.receive(contact(1, kind=MessageKind.CONTACT, phone_number=PHONE))
    # A card of somebody else has no number for us.
    await stack.gateway.receive(contact(2, kind=MessageKind.CONTACT))
    for _ in range(300):
        if len(rasa.asked) == 3:
            break
        await asyncio.sleep(0.02)
    asked = [(request["payload"], request.get("metadata")) for request in rasa.asked]
    assert asked == [("/share_contact", {"phone": PHONE})] * 2 + [("/share_contact", None)]


async def test_a_photo_reaches_the_dialogue_by_its_id(stack: Stack, rasa: StandInRasa) -> None:
    picture = IncomingFile(b"jpg", "image/jpeg")
    await stack.gateway.receive(contact(1, kind=MessageKind.PHOTO, file=picture))
    for _ in range(200):
        if rasa.asked:
            break
        await asyncio.sleep(0.02)
    row = await stack.services.database.fetch_one("SELECT id FROM attachments")
    assert row is not None
    assert rasa.asked[0]["metadata"] == {"photo": row["id"]}
