"""Registrations on a real database: drafts, photos, filing once, one decision a case, repairs."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from helpdesk.accounts.password_rules import Hashing
from helpdesk.conversations.model import ChannelIdentity
from helpdesk.errors import Conflict, InvalidInput, NotFound
from helpdesk.photos.report import Side
from helpdesk.registration.model import Status
from helpdesk.registration.progress import Progress
from helpdesk.registration.view import fill, placeholders
from helpdesk.services import Services
from tests.stage.applications import COMPLETE, conversation, everything_in, filled


async def test_a_conversation_has_one_draft_with_its_consent(services: Services) -> None:
    cid = await conversation(services)
    first = await services.registrations.start(cid, {"for_whom": "self"})
    again = await services.registrations.start(cid, {"for_whom": "helper"})
    assert first.id == again.id and again.fields["for_whom"] == "self"
    assert again.fields["agency"] == "04802" and again.consent_version and again.consent_at


async def test_what_is_given_is_unreadable_in_the_file(services: Services, tmp_path: Path) -> None:
    await filled(services)
    await services.registrations.file(await filled(services))
    raw = everything_in(tmp_path)
    for told in ("0000099001", "048160099001", "0905000111", "mau@example.com", "Nguyễn Thị Mẫu", "jpeg of"):
        assert told.encode() not in raw


async def test_an_incomplete_draft_is_not_filed(services: Services) -> None:
    draft = await filled(services)
    draft = await services.registrations.save(draft, {**draft.fields, "phone": ""}, Progress())
    assert draft.missing() == ["phone"]
    with pytest.raises(InvalidInput):
        await services.registrations.file(draft)


async def test_filing_gives_a_case_code_of_eight_clear_characters_once(services: Services) -> None:
    draft = await filled(services)
    filed = await services.registrations.file(draft)
    assert filed.case_code is not None and len(filed.case_code) == 8
    assert not set(filed.case_code) & set("01256BGILOSUVZ8")
    assert (await services.registrations.file(filed)).case_code == filed.case_code
    with pytest.raises(Conflict):
        await services.registrations.file(draft)
    assert [case.case_code for case in await services.cases.waiting()] == [filed.case_code]


@pytest.mark.parametrize("same", ["bhxh_code", "national_id"])
async def test_one_person_has_one_application_that_waits(services: Services, same: str) -> None:
    await services.registrations.file(await filled(services))
    other = {"bhxh_code": "0000099002", "national_id": "048160099002"}
    other[same] = COMPLETE[same]
    with pytest.raises(Conflict):
        await services.registrations.file(await filled(services, "b", **other))
    assert len(await services.cases.waiting()) == 1


class SlowHasher(PasswordHasher):
    """Hashes once it is let."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.begun, self.let = threading.Event(), threading.Event()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.begun.set()
        assert self.let.wait(60)
        return super().hash(password, salt=salt)


async def test_others_write_while_the_first_password_is_hashed(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    hasher = SlowHasher()
    services.accounts._hashing = Hashing(hasher)
    approving = asyncio.create_task(services.cases.approve(filed.id, "1", "Hà"))
    try:
        assert await asyncio.to_thread(hasher.begun.wait, 60)
        # A writer that is held until the hash is there would let neither in.
        await asyncio.wait_for(services.database.check_writable(), 30)
        with pytest.raises(Conflict):
            await services.registrations.file(await filled(services, "b"))
    finally:
        hasher.let.set()
    assert (await approving).status is Status.APPROVED
    assert await services.accounts.exists(COMPLETE["bhxh_code"])


async def test_of_two_decisions_at_once_one_counts(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    outcomes = await asyncio.gather(
        services.cases.approve(filed.id, "1", "Hà"),
        services.cases.reject(filed.id, "2", "Thu", "Ảnh mờ", ("front",)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(refused) == 1 and ("Hà" in str(refused[0]) or "Thu" in str(refused[0]))


async def test_approval_makes_the_account_and_queues_its_password(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    approved = await services.cases.approve(filed.id, "1", "Hà")
    assert approved.status is Status.APPROVED and approved.decided_by == "Hà"
    assert await services.accounts.exists(COMPLETE["bhxh_code"])
    kinds = [row["kind"] for row in await services.database.fetch_all("SELECT kind FROM mails ORDER BY created_at")]
    assert kinds == ["received", "first_password"]


async def test_a_repair_asks_for_what_was_sent_back_only_and_keeps_the_code(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    await services.cases.reject(filed.id, "1", "Hà", "Ảnh mặt trước bị mờ", ("front",))
    reopened = await services.registrations.reopen(await services.registrations.get(filed.id))
    assert reopened.status is Status.DRAFT and reopened.missing() == ["front"]
    repaired = await services.registrations.put_photo(reopened, Side.FRONT, b"better", "accepted", ())
    again = await services.registrations.file(repaired)
    assert again.case_code == filed.case_code and again.id == filed.id
    assert await services.cases.photo(filed.id, Side.FRONT) == b"better"


async def test_the_office_s_reason_is_sealed_and_goes_when_the_application_is_filed_again(
    services: Services, tmp_path: Path
) -> None:
    filed = await services.registrations.file(await filled(services))
    rejected = await services.cases.reject(filed.id, "1", "Hà", "Ảnh của bà Lanh bị mờ", ("front",))
    assert rejected.reason == "Ảnh của bà Lanh bị mờ"
    assert "bà Lanh".encode() not in everything_in(tmp_path)
    reopened = await services.registrations.reopen(rejected)
    saved = await services.registrations.save(reopened, reopened.fields, Progress(asked="front"))
    assert saved.reason and (await services.registrations.get(filed.id)).reason == rejected.reason
    await services.registrations.withdraw(saved)
    assert (await services.registrations.get(filed.id)).reason == rejected.reason
    reopened = await services.registrations.reopen(await services.registrations.get(filed.id))
    repaired = await services.registrations.put_photo(reopened, Side.FRONT, b"better", "accepted", ())
    assert (await services.registrations.file(repaired)).reason is None
    assert (await services.registrations.get(filed.id)).reason is None


async def test_an_officer_sees_that_the_number_has_an_account_already(services: Services) -> None:
    first = await services.registrations.file(await filled(services))
    assert "account_exists" not in first.flags
    await services.cases.approve(first.id, "1", "Hà")
    second = await services.registrations.file(await filled(services, "b", email="nguoi.khac@example.com"))
    assert second.flags[0] == "account_exists"


async def test_a_rejected_email_has_to_be_confirmed_anew(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    await services.cases.reject(filed.id, "1", "Hà", "Email sai", ("email",))
    reopened = await services.registrations.reopen(await services.registrations.get(filed.id))
    assert reopened.missing() == ["email", "otp"]


async def test_leaving_a_repair_keeps_the_case(services: Services) -> None:
    filed = await services.registrations.file(await filled(services))
    await services.cases.reject(filed.id, "1", "Hà", "Ảnh mờ", ("back",))
    reopened = await services.registrations.reopen(await services.registrations.get(filed.id))
    await services.registrations.withdraw(reopened)
    assert (await services.registrations.get(filed.id)).status is Status.REJECTED


async def test_a_discarded_draft_leaves_nothing(services: Services, tmp_path: Path) -> None:
    draft = await filled(services)
    await services.registrations.withdraw(draft)
    with pytest.raises(NotFound):
        await services.registrations.get(draft.id)
    assert not any((tmp_path / "photos").iterdir())


async def test_a_photo_takes_the_place_of_the_earlier_one(services: Services, tmp_path: Path) -> None:
    draft = await filled(services)
    await services.registrations.put_photo(draft, Side.BACK, b"second", "accepted", ())
    assert len(list((tmp_path / "photos").iterdir())) == 3


async def test_staff_see_no_drafts(services: Services) -> None:
    draft = await filled(services)
    with pytest.raises(NotFound):
        await services.cases.case(draft.id)
    with pytest.raises(NotFound):
        await services.cases.photo(draft.id, Side.FRONT)


async def test_a_draft_moves_to_another_device_by_its_confirmed_email_only(services: Services) -> None:
    draft = await filled(services)
    there = await conversation(services, "b")
    assert await services.registrations.move("nobody@example.com", there) is None
    moved = await services.registrations.move("MAU@example.com", there)
    assert moved is not None and moved.id == draft.id
    assert await services.registrations.draft(await conversation(services, "a")) is None
    unconfirmed = await filled(services, "c", email="c@example.com", email_confirmed="")
    assert unconfirmed.missing() == ["otp"]
    assert await services.registrations.move("c@example.com", await conversation(services, "d")) is None


async def test_what_is_expected_next(services: Services) -> None:
    registrations, identity = services.registrations, ChannelIdentity("web", "a")
    assert await registrations.expecting(identity) is None
    draft = await registrations.start(await conversation(services), {})
    await registrations.save(draft, draft.fields, Progress(asked="birth_date", filled=("phone",)))
    assert await registrations.expecting(identity) == "birth_date"
    await registrations.save(draft, draft.fields, Progress(asked="phone", code_sent=True))
    assert await registrations.expecting(identity) == "otp"
    await registrations.save(draft, draft.fields, Progress(asked="phone", paused=True))
    assert await registrations.expecting(identity) is None


async def test_the_chat_repeats_last_digits_only(services: Services) -> None:
    values = placeholders(await filled(services))
    shown = fill("{goi} {ma_cuoi} {cccd_cuoi} {sdt_cuoi} {unknown}", values)
    assert shown == "Mẫu …9001 …9001 …111 "
