"""Accounts on a real database: first password, links, changing and recovering, limits and the same answer to all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from helpdesk.accounts.model import PasswordRefused
from helpdesk.accounts.password_rules import check_rules
from helpdesk.errors import Conflict, InvalidInput, NotFound
from tests.stage.accounts import CODE, EMAIL, NAME, AccountsStage, open_accounts

NEW = "CaPheSua79"


@pytest.fixture
async def stage(data_dir: Path) -> AsyncIterator[AccountsStage]:
    async with open_accounts(data_dir) as opened:
        yield opened


def _all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_first_password_is_mailed_and_only_its_hash_is_kept(stage: AccountsStage, tmp_path: Path) -> None:
    conversation = await stage.conversation()
    password = await stage.approve(conversation)
    check_rules(password, CODE, NAME)
    assert await stage.has_password(password)
    assert (await stage.password_hash()).startswith("$argon2id$")
    (mail,) = await stage.mails("first_password")
    assert mail["to"] == EMAIL
    assert CODE not in mail["text"]
    kept = _all_bytes(tmp_path)
    assert password.encode() not in kept
    assert CODE.encode() not in kept
    account = await stage.accounts.of_conversation(conversation)
    assert account is not None
    assert (account.bhxh_code, account.email, account.full_name) == (CODE, EMAIL, NAME)
    assert account.first_password
    assert await stage.accounts.exists(CODE)
    assert not await stage.accounts.exists("0412887357")
    assert await stage.accounts.of_conversation(await stage.conversation()) is None


async def test_nothing_is_made_when_the_approval_fails(stage: AccountsStage) -> None:
    password = await stage.accounts.first_password()
    person = {"bhxh_code": CODE, "email": EMAIL, "full_name": NAME, "registration_id": "r"}
    with pytest.raises(RuntimeError):
        async with stage.database.transaction() as transaction:
            await stage.accounts.create(transaction, password, **person, conversation_id=None)
            raise RuntimeError
    assert not await stage.accounts.exists(CODE)
    assert await stage.mails("first_password") == []


async def test_second_approval_of_a_number_makes_its_account_anew(stage: AccountsStage) -> None:
    first = await stage.approve(None)
    token = await stage.link("change")
    password = await stage.accounts.first_password()
    async with stage.database.transaction() as transaction:
        await stage.accounts.create(
            transaction,
            password,
            bhxh_code=CODE,
            email="moi@gmail.com",
            full_name=NAME,
            registration_id="r2",
            conversation_id=None,
        )
    assert not await stage.has_password(first)
    assert [mail["to"] for mail in await stage.mails("first_password")] == [EMAIL, "moi@gmail.com"]
    with pytest.raises(NotFound):
        await stage.accounts.open_link(token)


async def test_change(stage: AccountsStage) -> None:
    conversation = await stage.conversation()
    first = await stage.approve(conversation)
    token = await stage.link("change")
    link = await stage.accounts.propose(token, f" {first} ", NEW, NEW)
    assert link.proposal is not None
    assert await stage.has_password(first)
    account = await stage.accounts.confirm(token, link.proposal, await stage.last_code())
    assert account.conversation_id == conversation
    assert not account.first_password
    assert await stage.has_password(NEW)
    assert [mail["to"] for mail in await stage.mails("password_changed")] == [EMAIL]
    assert NEW not in str(await stage.mails("password_changed"))
    with pytest.raises(NotFound):
        await stage.accounts.open_link(token)
    assert await stage.accounts.is_done(token, link.proposal)
    assert not await stage.accounts.is_done(token, "0" * 32)


async def test_recover_needs_no_old_password(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    link = await stage.accounts.propose(token, "", NEW, NEW)
    await stage.accounts.confirm(token, link.proposal or "", await stage.last_code())
    assert await stage.has_password(NEW)


async def test_composed_and_decomposed_letters_are_one_password(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    composed, decomposed = "Ca\u0300 phe\u0302 79", "C\u00e0 ph\u00ea 79"
    link = await stage.accounts.propose(token, "", composed, decomposed)
    await stage.accounts.confirm(token, link.proposal or "", await stage.last_code())
    assert await stage.has_password(decomposed)


@pytest.mark.parametrize(
    ("new", "repeat", "code"),
    [
        ("ngan1", "ngan1", "password_short"),
        ("a1" * 33, "a1" * 33, "password_long"),
        ("matkhau123", "matkhau123", "password_common"),
        (f"xem{CODE}", f"xem{CODE}", "password_number"),
        ("HoThiSau79x", "HoThiSau79x", "password_name"),
        (NEW, NEW + "x", "password_repeat"),
    ],
)
async def test_rules(stage: AccountsStage, new: str, repeat: str, code: str) -> None:
    first = await stage.approve(None)
    token = await stage.link("change")
    with pytest.raises(InvalidInput) as caught:
        await stage.accounts.propose(token, first, new, repeat)
    assert caught.value.code == code
    assert await stage.mails("otp") == []


async def test_old_password_is_no_new_one(stage: AccountsStage) -> None:
    first = await stage.approve(None)
    token = await stage.link("change")
    with pytest.raises(InvalidInput) as caught:
        await stage.accounts.propose(token, first, first, first)
    assert caught.value.code == "password_same"


async def test_five_wrong_old_passwords_end_the_link_even_at_once(stage: AccountsStage) -> None:
    first = await stage.approve(None)
    token = await stage.link("change")
    results = await asyncio.gather(
        *(stage.accounts.propose(token, f"sai{n}sai{n}", NEW, NEW) for n in range(12)), return_exceptions=True
    )
    refused = [error.tries_left for error in results if isinstance(error, PasswordRefused)]
    assert sorted(refused) == [0, 1, 2, 3, 4]
    assert sum(isinstance(error, NotFound) for error in results) == 7
    with pytest.raises(NotFound):
        await stage.accounts.propose(token, first, NEW, NEW)
    assert await stage.has_password(first)


async def test_right_old_password_costs_no_try(stage: AccountsStage) -> None:
    first = await stage.approve(None)
    token = await stage.link("change")
    for _ in range(7):
        await stage.accounts.propose(token, first, NEW, NEW)
    assert (await stage.accounts.open_link(token)).tries_left == 5


async def test_looking_at_a_link_leaves_it_as_it_is(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    before = await stage.database.fetch_all("SELECT * FROM password_links")
    for _ in range(10):
        await stage.accounts.open_link(token)
    assert [tuple(row.values()) for row in await stage.database.fetch_all("SELECT * FROM password_links")] == [
        tuple(row.values()) for row in before
    ]


async def test_link_ends_after_half_an_hour_and_by_a_newer_one(stage: AccountsStage) -> None:
    await stage.approve(None)
    older = await stage.link("recover")
    newer = await stage.link("change")
    with pytest.raises(NotFound):
        await stage.accounts.open_link(older)
    stage.clock.move(minutes=29, seconds=59)
    assert (await stage.accounts.open_link(newer)).purpose == "change"
    stage.clock.move(seconds=1)
    with pytest.raises(NotFound):
        await stage.accounts.open_link(newer)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "é" * 43, "a" * 5000, "../../etc"])
async def test_unknown_token(stage: AccountsStage, token: str) -> None:
    with pytest.raises(NotFound):
        await stage.accounts.open_link(token)


async def test_token_is_not_in_the_database(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    tables = ("accounts", "password_links", "mails")
    kept = [tuple(row.values()) for table in tables for row in await stage.database.fetch_all(f"SELECT * FROM {table}")]
    assert token not in str(kept)
    assert len(token) == 43


async def test_asking_for_a_link_looks_the_same_to_everybody(stage: AccountsStage) -> None:
    await stage.approve(None)
    seconds, work = {}, {}
    for name, code, email in (
        ("known", CODE, EMAIL.lower()),
        ("other address", CODE, "ai.do@gmail.com"),
        ("unknown", "0499999999", EMAIL),
    ):
        started, worked = time.perf_counter(), time.process_time()
        assert await stage.accounts.request_link("recover", code, email, "c") is None
        seconds[name], work[name] = time.perf_counter() - started, time.process_time() - worked
    assert len(await stage.mails("link")) == 1
    assert (await stage.mails("link"))[0]["to"] == EMAIL
    # All wait for the same moment, whatever they had to do until then.
    assert min(seconds.values()) >= 0.25, seconds
    assert max(work.values()) < 0.25, work


async def test_five_links_an_hour_for_an_account_and_for_a_conversation(stage: AccountsStage) -> None:
    await stage.approve(None)
    await stage.approve(None, "0412887357", "khac@gmail.com")
    asks = [stage.accounts.request_link("recover", CODE, EMAIL, f"c{n}") for n in range(8)]
    await asyncio.gather(*asks)
    assert len(await stage.mails("link")) == 5
    asks = [stage.accounts.request_link("recover", "0412887357", "khac@gmail.com", "one") for _ in range(8)]
    await asyncio.gather(*asks)
    assert len(await stage.mails("link")) == 10
    stage.clock.move(hours=1, seconds=1)
    await stage.accounts.request_link("recover", CODE, EMAIL, "one")
    assert len(await stage.mails("link")) == 11


async def test_code_confirms_only_the_password_it_was_asked_for(stage: AccountsStage) -> None:
    first = await stage.approve(None)
    token = await stage.link("recover")
    own = await stage.accounts.propose(token, "", NEW, NEW)
    # Somebody else has seen the link, and puts his password on it while the owner reads the mail.
    other = await stage.accounts.propose(token, "", "KeGian1234x", "KeGian1234x")
    assert own.proposal != other.proposal
    with pytest.raises(Conflict):
        await stage.accounts.confirm(token, own.proposal or "", await stage.last_code())
    assert await stage.has_password(first)


async def test_wrong_old_and_foreign_codes(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    link = await stage.accounts.propose(token, "", NEW, NEW)
    code = await stage.last_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for attempt, expected in ((wrong, "otp_wrong"), ("12", "otp_shape")):
        with pytest.raises(InvalidInput) as caught:
            await stage.accounts.confirm(token, link.proposal or "", attempt)
        assert caught.value.code == expected
    stage.clock.move(minutes=5)
    with pytest.raises(InvalidInput) as caught:
        await stage.accounts.confirm(token, link.proposal or "", code)
    assert caught.value.code == "otp_expired"
    await stage.accounts.send_code(link)
    await stage.accounts.confirm(token, link.proposal or "", await stage.last_code())
    assert await stage.has_password(NEW)


async def test_two_taps_change_once(stage: AccountsStage) -> None:
    await stage.approve(None)
    token = await stage.link("recover")
    link = await stage.accounts.propose(token, "", NEW, NEW)
    code = await stage.last_code()
    results = await asyncio.gather(
        *(stage.accounts.confirm(token, link.proposal or "", code) for _ in range(4)), return_exceptions=True
    )
    assert sum(not isinstance(result, BaseException) for result in results) == 1
    assert all(isinstance(r, NotFound | Conflict) for r in results if isinstance(r, BaseException))
    assert len(await stage.mails("password_changed")) == 1
