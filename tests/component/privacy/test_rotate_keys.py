"""Rotating the keys: everything ends under the newest one, nothing is lost, at any moment one may stop and go on."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import ChannelIdentity, IncomingMessage, MessageKind
from helpdesk.errors import NotFound, SettingsError
from helpdesk.identity.person import BirthDate
from helpdesk.registry.member import Member
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.services import sole_process
from helpdesk.settings import Settings
from helpdesk.store.database import open_database
from helpdesk.store.sealing import open_sealer
from helpdesk.store.vault import FileVault, open_cipher
from ops.rotate_keys import SEALED, VAULTS, main, rotate

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
PERSON = Member("0000000101", "Nguyễn Thị Lành", BirthDate(1956, 3, 12), national_id="048156000001")
WHEN = "2026-11-20T08:00:00+00:00"
CITIZEN = ChannelIdentity("telegram", "5")


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def old(settings: Settings) -> Settings:
    return replace(settings, secret_keys=OLD)


async def fill(settings: Settings, people: int = 3) -> None:
    """A row in every table with something sealed, and a file in every vault."""
    cipher = open_cipher(settings.secret_keys, settings.data_dir / "secret.key")
    async with open_database(settings.database_path) as database:
        sealer = await open_sealer(database, cipher)
        registry = EmbeddedRegistry(database, sealer)
        await registry.put(
            [replace(PERSON, bhxh_code=f"{number:010}") for number in range(1001, 1000 + people)] + [PERSON]
        )
        store = MessageStore(database, sealer)
        await store.accept(IncomingMessage(CITIZEN, "1", MessageKind.CONTACT, phone_number="0905000001"))
        await store.accept(IncomingMessage(CITIZEN, "2", MessageKind.TEXT, text="em là Lành"))
        sealed = sealer.seal({"email": "toi@example.com"})
        async with database.transaction() as transaction:
            for statement, values in {
                "INSERT INTO conversations (id, channel, external_id, created_at, updated_at) "
                "VALUES ('c', 'web', 'c', ?, ?)": (WHEN, WHEN),
                "INSERT INTO registrations (id, status, sealed, created_at, updated_at) "
                "VALUES ('r', 'draft', ?, ?, ?)": (sealed, WHEN, WHEN),
                "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, next_try_at, created_at) "
                "VALUES ('m', 'otp', 'k', 'a', ?, ?, ?)": (sealed, WHEN, WHEN),
                "INSERT INTO mails (id, kind, dedup_key, address_index, sealed, state, next_try_at, created_at) "
                "VALUES ('gone', 'otp', 'k2', 'a', '', 'sent', ?, ?)": (WHEN, WHEN),
                "INSERT INTO accounts (id, bhxh_index, email_index, sealed, password_hash, created_at, updated_at) "
                "VALUES ('a', 'b', 'e', ?, 'h', ?, ?)": (sealed, WHEN, WHEN),
                "INSERT INTO errands (conversation_id, purpose, sealed, created_at) VALUES ('c', 'resume', ?, ?)": (
                    sealed,
                    WHEN,
                ),
            }.items():
                await transaction.execute(statement, values)
    for name in VAULTS:
        vault = FileVault.open(settings.data_dir / name, cipher)
        for number in range(3):
            await vault.write(f"{number:032}", b"jpg %d" % number)
            os.utime(settings.data_dir / name / f"{number:032}", (1_700_000_000,) * 2)


async def read_all(settings: Settings) -> None:
    """Everything opens with the keys of these settings."""
    cipher = open_cipher(settings.secret_keys, settings.data_dir / "secret.key")
    async with open_database(settings.database_path) as database:
        sealer = await open_sealer(database, cipher)
        for table in SEALED:
            rows = await database.fetch_all(f"SELECT sealed FROM {table} WHERE sealed <> ''")
            assert rows, table
            for row in rows:
                sealer.open_text(row["sealed"])
        store = MessageStore(database, sealer)
        conversation = await store.open_conversation(CITIZEN)
        assert [message.text for message in await store.history(conversation.id)] == ["", "em là Lành"]
        waiting = await store.next_unhandled(conversation.id)
        assert waiting is not None and waiting.phone_number == "0905000001"
        # The indexes find as before: their key was rewrapped, not replaced.
        assert await EmbeddedRegistry(database, sealer).find_by_national_id("048156000001") is None
        assert await EmbeddedRegistry(database, sealer).find_by_code("0000000101") == PERSON
    for name in VAULTS:
        vault = FileVault(settings.data_dir / name, cipher)
        for number in range(3):
            assert await vault.read(f"{number:032}") == b"jpg %d" % number
            assert (settings.data_dir / name / f"{number:032}").stat().st_mtime == 1_700_000_000


async def test_the_list_is_the_schema_s(settings: Settings) -> None:
    async with open_database(settings.database_path) as database:
        tables = await database.fetch_all("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        sealed = {row["name"]: row["sql"] for row in tables if re.search(r"\bsealed\b", row["sql"])}
        assert set(SEALED) == set(sealed)
        for table, key in SEALED.items():
            columns = await database.fetch_all(f"PRAGMA table_info({table})")
            unique = [[row["name"] for row in columns if row["pk"]]]
            for index in await database.fetch_all(f"PRAGMA index_list({table})"):
                if index["unique"] and not index["partial"]:
                    unique.append(
                        [row["name"] for row in await database.fetch_all(f"PRAGMA index_info({index['name']})")]
                    )
            assert [key] in unique, table


async def test_everything_is_under_the_new_key_and_the_old_one_may_go(old: Settings) -> None:
    await fill(old)
    with pytest.raises(SettingsError):
        await read_all(replace(old, secret_keys=NEW))
    both = replace(old, secret_keys=f"{NEW},{OLD}")
    await read_all(both)
    done = await rotate(both)
    # A mail that has gone, a message without words and one that nothing came with are empty.
    assert (done.rewritten, done.passed, done.unopened) == (1 + 1 + 1 + 1 + 1 + 1 + 1 + 3 + 6, 3, [])
    await read_all(replace(old, secret_keys=NEW))
    again = await rotate(both)
    assert (again.rewritten, again.passed) == (0, done.rewritten + 3)


async def test_broken_off_and_started_again(old: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(old)
    both = replace(old, secret_keys=f"{NEW},{OLD}")
    rewrite = FileVault.rewrite
    rewritten: list[str] = []

    async def breaking(vault: FileVault, name: str) -> None:
        if len(rewritten) == 2:
            raise KeyboardInterrupt
        rewritten.append(name)
        await rewrite(vault, name)

    with monkeypatch.context() as patch:
        patch.setattr(FileVault, "rewrite", breaking)
        with pytest.raises(KeyboardInterrupt):
            await rotate(both)
    await read_all(both)
    assert (await rotate(both)).rewritten == 4
    await read_all(replace(old, secret_keys=NEW))


async def test_more_rows_than_a_portion(old: Settings) -> None:
    await fill(old, people=1100)
    done = await rotate(replace(old, secret_keys=f"{NEW},{OLD}"))
    assert done.rewritten == 1100 + 7 + 6
    await read_all(replace(old, secret_keys=NEW))


async def test_what_no_key_opens_is_named_and_left_as_it_is(old: Settings) -> None:
    await fill(old)
    stray = old.data_dir / "photos" / "stray"
    stray.write_bytes(Fernet(Fernet.generate_key()).encrypt(b"x"))
    (old.data_dir / "photos" / "half.part").write_bytes(b"half")
    before = stray.read_bytes()
    async with open_database(old.database_path) as database:
        async with database.transaction() as transaction:
            await transaction.execute("UPDATE accounts SET sealed = 'gAAAA'")
    done = await rotate(replace(old, secret_keys=f"{NEW},{OLD}"))
    assert sorted(done.unopened) == ["accounts: a", "photos/stray"]
    assert stray.read_bytes() == before
    with pytest.raises(NotFound):
        await FileVault(old.data_dir / "photos", open_cipher(NEW, old.data_dir)).read("stray")


def in_folder(settings: Settings, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in {"DATA_DIR": str(settings.data_dir), **variables}.items():
        monkeypatch.setenv(name, value)


def test_the_command_with_the_key_in_its_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder(settings, monkeypatch)
    asyncio.run(fill(settings))
    key_file = settings.data_dir / "secret.key"
    before = key_file.read_text()
    assert main(["--new"]) == 0
    new, _, rest = key_file.read_text().partition(",")
    assert rest == before and new != before
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "Mã hóa lại 16" in capsys.readouterr().out
    key_file.write_text(new)
    asyncio.run(read_all(settings))
    assert main([]) == 0
    assert "Mã hóa lại 0" in capsys.readouterr().out


def test_the_command_refuses_while_the_assistant_runs_and_without_data(
    untouched: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = untouched
    in_folder(settings, monkeypatch)
    assert main(["--new"]) == 2
    assert "chưa có dữ liệu" in capsys.readouterr().err
    assert not (settings.data_dir / "secret.key").exists()
    asyncio.run(fill(settings))
    key = (settings.data_dir / "secret.key").read_text()
    with sole_process(settings, "bot"):
        assert main(["--new"]) == 2
    assert "tắt nó trước" in capsys.readouterr().err
    assert (settings.data_dir / "secret.key").read_text() == key


def test_keys_of_the_environment_are_the_operator_s(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(fill(replace(settings, secret_keys=OLD)))
    in_folder(settings, monkeypatch, VSSID_SECRET_KEYS=OLD)
    assert main(["--new"]) == 2
    assert "VSSID_SECRET_KEYS" in capsys.readouterr().err
    in_folder(settings, monkeypatch, VSSID_SECRET_KEYS=f"{NEW},{OLD}")
    assert main([]) == 0
    # What no key opens ends with 1.
    in_folder(settings, monkeypatch, VSSID_SECRET_KEYS=Fernet.generate_key().decode())
    assert main([]) == 1
    assert "đừng bỏ khóa cũ" in capsys.readouterr().err
