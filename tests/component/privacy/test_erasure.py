"""Erasing on a citizen's word: everything of that person and that chat, nothing of anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.conversations.conversations import Conversations
from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import ChannelIdentity, IncomingFile, IncomingMessage, MessageKind, Reply
from helpdesk.mail.store import MailStore
from helpdesk.privacy.erasure import Erasure
from helpdesk.store.database import Database, open_database
from helpdesk.store.sealing import Sealer, open_sealer
from helpdesk.store.vault import FileVault, open_cipher
from tests.stage.keeping import domains_of

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(hours=2)).isoformat()
JUST_NOW = (NOW - timedelta(minutes=3)).isoformat()


class House:
    """A database, both vaults, chats with messages, and rows put in by hand."""

    def __init__(self, database: Database, sealer: Sealer, folder: Path) -> None:
        cipher = open_cipher("", folder / "secret.key")
        self.database = database
        self.sealer = sealer
        self.attachments = FileVault.open(folder / "attachments", cipher)
        self.photos = FileVault.open(folder / "photos", cipher)
        self.conversations = Conversations(MessageStore(database, sealer), self.attachments)
        domains = domains_of(database, sealer, self.attachments, self.photos, NOW)
        self.erasure = Erasure(database, domains, lambda: NOW)

    async def run(self, statement: str, *values: object) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(statement, values)

    async def count(self, table: str, where: str = "1 = 1", *values: object) -> int:
        row = await self.database.fetch_one(f"SELECT COUNT(*) AS n FROM {table} WHERE {where}", values)
        assert row is not None
        return int(row["n"])

    async def chat(self, who: str) -> str:
        """A conversation with a photo that was answered, a place, and a word that waits for its answer."""
        identity = ChannelIdentity("telegram", who)
        kinds = [
            IncomingMessage(identity, f"{who}:1", MessageKind.PHOTO, file=IncomingFile(b"jpg", "image/jpeg")),
            IncomingMessage(identity, f"{who}:2", MessageKind.LOCATION),
            IncomingMessage(identity, f"{who}:3", MessageKind.TEXT, text="xóa hết giúp tôi"),
        ]
        for message in kinds:
            _, conversation = await self.conversations.accept(message)
        for _ in range(2):
            entry = await self.conversations.store.next_unhandled(conversation.id)
            assert entry is not None
            await self.conversations.store.finish(entry, [Reply("Dạ vâng", answer="hello")], push=True)
        return conversation.id

    async def registration(
        self, name: str, conversation: str | None, code: str, email: str, status: str = "draft", confirmed: bool = True
    ) -> None:
        await self.run(
            "INSERT INTO registrations (id, conversation_id, status, sealed, bhxh_index, email_index, created_at, "
            "updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(name, conversation, status, self.sealer.seal({"email": email}), self.sealer.index("bhxh", code)),
            *(self.sealer.index("email", email) if confirmed else None, LONG_AGO, LONG_AGO),
        )
        await self.run(
            "INSERT INTO registration_photos (id, registration_id, side, verdict, size, created_at) "
            "VALUES (?, ?, 'front', 'accepted', 3, ?)",
            *(f"photo-of-{name}", name, LONG_AGO),
        )
        await self.photos.write(f"photo-of-{name}", b"jpg")

    async def account(self, name: str, code: str, email: str, registration: str | None = None) -> None:
        await self.run(
            "INSERT INTO accounts (id, bhxh_index, email_index, sealed, password_hash, registration_id, created_at, "
            "updated_at) VALUES (?, ?, ?, ?, 'h', ?, ?, ?)",
            *(name, self.sealer.index("bhxh", code), self.sealer.index("email", email)),
            *(self.sealer.seal({"email": email}), registration, LONG_AGO, LONG_AGO),
        )
        await self.run(
            "INSERT INTO password_links (token_hash, account_id, conversation_id, purpose, created_at, expires_at) "
            "VALUES (?, ?, 'c', 'change', ?, ?)",
            *(f"link-of-{name}", name, LONG_AGO, LONG_AGO),
        )

    async def code(self, name: str, purpose: str, subject: str, made: str = LONG_AGO) -> None:
        await self.run(
            "INSERT INTO otp_challenges (id, purpose, subject, address_index, code_hash, created_at, expires_at) "
            "VALUES (?, ?, ?, 'a', 'h', ?, ?)",
            *(name, purpose, subject, made, NOW.isoformat()),
        )

    async def mail(self, key: str, to: str) -> None:
        async with self.database.transaction() as transaction:
            await MailStore(self.database).add(
                transaction,
                identifier=key,
                kind="otp",
                dedup_key=key,
                address_index=self.sealer.index("email", to),
                sealed=self.sealer.seal({"to": to}),
                now=datetime.fromisoformat(LONG_AGO),
                expires_at=None,
            )

    async def ids(self, table: str, column: str = "id") -> set[str]:
        return {row["id"] for row in await self.database.fetch_all(f"SELECT {column} AS id FROM {table}")}


@pytest.fixture
async def house(data_dir: Path) -> AsyncIterator[House]:
    async with open_database(data_dir / "helpdesk.db") as database:
        sealer = await open_sealer(database, open_cipher("", data_dir / "secret.key"))
        yield House(database, sealer, data_dir)


async def test_everything_of_the_chat_goes_and_the_neighbour_keeps_everything(house: House) -> None:
    mine, theirs = await house.chat("5"), await house.chat("6")
    await house.registration("draft", mine, "0000000101", "toi@example.com")
    await house.registration("filed", mine, "0000000101", "toi@example.com", "approved")
    await house.registration("elsewhere", None, "0000000101", "toi@example.com", "rejected")
    await house.registration("neighbour", theirs, "0000000102", "ho@example.com")
    await house.account("me", "0000000101", "toi@example.com", "filed")
    await house.account("them", "0000000102", "ho@example.com", "neighbour")
    await house.mail("first_password:me", "toi@example.com")
    await house.mail("first_password:them", "ho@example.com")
    await house.run("INSERT INTO caught_mails VALUES ('c', 'Toi@example.com', 's', 'b', ?)", LONG_AGO)
    for conversation in (mine, theirs):
        await house.run("INSERT INTO errands VALUES (?, 'resume', 'x', '{}', ?)", conversation, LONG_AGO)
        await house.run(
            "INSERT INTO feedback (conversation_id, answer, helped, created_at) VALUES (?, 'hello', 1, ?)",
            conversation,
            LONG_AGO,
        )

    assert await house.erasure.of_conversation(mine) == 3 + 1 + 4

    assert await house.ids("registrations") == {"neighbour"}
    assert await house.ids("registration_photos") == {"photo-of-neighbour"}
    assert await house.photos.names() == ["photo-of-neighbour"]
    assert await house.ids("accounts") == {"them"}
    assert await house.ids("password_links", "token_hash") == {"link-of-them"}
    assert await house.ids("mails") == {"first_password:them"}
    assert await house.ids("caught_mails") == set()
    for table in ("errands", "feedback", "attachments"):
        assert await house.ids(table, "conversation_id") == {theirs}
    assert len(await house.attachments.names()) == 1
    # Where somebody stood had gone with the answer.
    assert await house.count("inbox", "sealed <> ''") == 0
    assert await house.count("messages", "conversation_id = ?", theirs) == 5
    # Again: nothing is left, nothing breaks.
    assert await house.erasure.of_conversation(mine) == 0


async def test_the_answer_still_finds_its_way_and_repeats_stay_known(house: House) -> None:
    conversation = await house.chat("5")
    await house.erasure.of_conversation(conversation)
    store = house.conversations.store
    entry = await store.next_unhandled(conversation)
    assert entry is not None and entry.message.text == "xóa hết giúp tôi"
    said = await store.finish(entry, [Reply("Dạ em đã xóa xong ạ.")], push=True)
    assert [message.text for message in await store.history(conversation)] == ["xóa hết giúp tôi", said[0].text]
    assert said[0].seq > entry.message.seq
    receipt, again = await house.conversations.accept(
        IncomingMessage(ChannelIdentity("telegram", "5"), "5:1", MessageKind.TEXT, text="tin cũ")
    )
    assert receipt.duplicate and again.id == conversation


async def test_only_that_it_happened_is_noted(house: House) -> None:
    conversation = await house.chat("5")
    await house.registration("draft", conversation, "0000000101", "toi@example.com")
    await house.run("INSERT INTO audit_log VALUES ('old', ?, 'a', 'Hà', 'case_viewed', 'draft', NULL)", LONG_AGO)
    await house.erasure.of_conversation(conversation)
    rows = await house.database.fetch_all("SELECT action, agent_id, subject, detail FROM audit_log ORDER BY at")
    assert [tuple(row.values()) for row in rows] == [
        ("case_viewed", "a", "draft", None),
        ("data_erased", None, None, None),
    ]


async def test_an_unconfirmed_address_and_a_foreign_number_reach_nobody(house: House) -> None:
    conversation = await house.chat("5")
    # Somebody else's number and address, typed but never confirmed; and the number alone under an own address.
    await house.registration("typed", conversation, "0000000102", "ho@example.com", confirmed=False)
    await house.registration("own", conversation, "0000000102", "ke@example.com", "rejected")
    await house.registration("victim", None, "0000000102", "ho@example.com", "approved")
    await house.account("victim", "0000000102", "ho@example.com", "victim")
    await house.mail("first_password:victim", "ho@example.com")
    await house.erasure.of_conversation(conversation)
    assert await house.ids("registrations") == {"victim"}
    assert await house.ids("accounts") == {"victim"}
    assert await house.ids("mails") == {"first_password:victim"}
    assert await house.photos.names() == ["photo-of-victim"]


async def test_a_shared_address_keeps_the_mails_of_the_others(house: House) -> None:
    conversation = await house.chat("5")
    await house.registration("grandmother", conversation, "0000000101", "chau@example.com", "submitted")
    await house.registration("mother", None, "0000000102", "chau@example.com", "approved")
    await house.account("mother", "0000000102", "chau@example.com", "mother")
    await house.mail("received:grandmother", "chau@example.com")
    await house.mail("first_password:mother", "chau@example.com")
    await house.run("INSERT INTO caught_mails VALUES ('c', 'chau@example.com', 's', 'b', ?)", LONG_AGO)
    await house.erasure.of_conversation(conversation)
    assert await house.ids("mails") == {"first_password:mother"}
    assert await house.ids("caught_mails") == {"c"}
    assert await house.ids("registrations") == await house.ids("accounts") == {"mother"}


async def test_codes_end_but_the_young_still_count_against_the_limit(house: House) -> None:
    conversation = await house.chat("5")
    await house.registration("draft", conversation, "0000000101", "toi@example.com")
    await house.account("me", "0000000101", "toi@example.com")
    await house.code("old", "email", conversation)
    await house.code("young", "email", conversation, JUST_NOW)
    await house.code("of the link", "password", "link-of-me")
    await house.code("foreign", "email", "another")
    # A mail that is still on its way to an address that was never confirmed.
    await house.mail("otp:young", "sai@example.com")
    await house.mail("otp:foreign", "sai@example.com")
    await house.code("this", "delete", conversation, JUST_NOW)
    await house.run("UPDATE otp_challenges SET used_at = ? WHERE id = 'this'", NOW.isoformat())
    await house.run("INSERT INTO errands VALUES (?, 'delete', 'x', '{}', ?)", conversation, JUST_NOW)
    await house.erasure.of_conversation(conversation)
    open_codes = await house.database.fetch_all("SELECT id FROM otp_challenges WHERE superseded_at IS NULL")
    assert {row["id"] for row in open_codes} == {"foreign", "this"}
    assert await house.ids("otp_challenges") == {"young", "foreign", "this"}
    assert await house.ids("mails") == {"otp:foreign"}
    # The turn that erases may have to be repeated: it finds its errand.
    assert await house.ids("errands", "conversation_id") == {conversation}


async def test_a_member_of_the_registry_stays(house: House) -> None:
    conversation = await house.chat("5")
    await house.registration("draft", conversation, "0000000101", "toi@example.com")
    code = house.sealer.index("bhxh", "0000000101")
    await house.run("INSERT INTO members VALUES ('m', ?, NULL, 'p', 'x', 0, ?)", code, LONG_AGO)
    await house.erasure.of_conversation(conversation)
    assert await house.ids("members") == {"m"}
