"""The CCCD in the place of the BHXH number, through all of an application's life: one number, wherever it is looked at.

And what the dialogue notes by the way: sealed, forgotten with the draft, and no part of what the citizen gave.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.console.case_view import CaseView
from helpdesk.photos.report import Side
from helpdesk.registration.model import Registration
from helpdesk.registration.progress import Notes, Progress
from helpdesk.registration.view import placeholders
from helpdesk.services import Services
from tests.stage.applications import COMPLETE, conversation, everything_in, filled
from tests.stage.registrant import Citizen, begun

WRONG, RIGHT = "048190000019", "048190000091"


async def with_the_cccd(services: Services, name: str = "a", number: str = RIGHT) -> Registration:
    return await filled(services, name, national_id=number, bhxh_code=number)


async def sealed(services: Services, registration: Registration) -> dict[str, object]:
    row = await services.database.fetch_one("SELECT sealed FROM registrations WHERE id = ?", (registration.id,))
    assert row is not None
    return services.sealer.open(row["sealed"])


async def test_the_corrected_cccd_is_the_corrected_bhxh_number(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.taps("type_instead")
    await citizen.says(WRONG, national_id=WRONG)
    draft = await citizen.draft()
    assert (draft.bhxh_code, draft.fields["national_id"]) == (WRONG, WRONG)
    assert "bhxh_code" not in draft.fields and "sex" not in draft.fields
    assert await citizen.says("sửa lại số cccd", "correct_info") == ["reg_ask_national_id"]
    said = await citizen.says(RIGHT, national_id=RIGHT)
    assert "reg_ask_bhxh_code" not in said
    draft = await citizen.draft()
    assert (draft.bhxh_code, draft.fields["national_id"]) == (RIGHT, RIGHT)


async def test_a_bhxh_number_that_comes_later_is_its_own(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.taps("type_instead")
    await citizen.says(RIGHT, national_id=RIGHT)
    assert (await citizen.draft()).bhxh_code == RIGHT
    await citizen.says("mã số BHXH 0000010002", "correct_info", bhxh_code="0000010002")
    draft = await citizen.draft()
    assert draft.bhxh_code == draft.fields["bhxh_code"] == "0000010002" and "same_number" not in draft.fields


async def test_every_reader_sees_the_one_number(services: Services) -> None:
    draft = await with_the_cccd(services)
    assert draft.missing() == [] and "bhxh_code" not in await sealed(services, draft)
    values = placeholders(draft)
    assert (values["ma_so"], values["ma_cuoi"], values["cccd_cuoi"]) == (RIGHT, "…0091", "…0091")
    filed = await services.registrations.file(draft)
    assert "not_in_registry" in filed.flags and "sex_vs_national_id" not in filed.flags
    view = CaseView(await services.cases.case(filed.id))
    assert {("Mã số BHXH", RIGHT), ("Số CCCD/CMND", RIGHT), ("Giới tính", "nữ")} <= set(view.fields)
    assert ("Mã số BHXH", RIGHT) in view.person
    # Found by it: nobody files a second time under the same number.
    row = await services.database.fetch_one("SELECT bhxh_index FROM registrations WHERE id = ?", (filed.id,))
    assert row is not None and row["bhxh_index"] == services.sealer.index("bhxh", RIGHT)
    await services.cases.approve(filed.id, "1", "Hà")
    assert await services.accounts.exists(RIGHT)


@pytest.mark.parametrize("part", ["national_id", "bhxh_code"])
async def test_the_office_sends_the_one_number_back(services: Services, part: str) -> None:
    filed = await services.registrations.file(await with_the_cccd(services))
    reopened = await services.registrations.reopen(await services.cases.reject(filed.id, "1", "Hà", "Sai số", (part,)))
    both = ["bhxh_code", "national_id"] if part == "national_id" else ["bhxh_code"]
    assert reopened.missing() == both


async def test_notes_are_no_fields(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("0905123456", phone="0905123456")
    draft = await citizen.draft()
    assert draft.notes == Notes(number="0905123456") and placeholders(draft)["so_vua_go"] == "0905123456"
    await citizen.taps("number_phone")
    await citizen.says("lan@gmial.com", email="lan@gmial.com")
    draft = await citizen.draft()
    assert draft.notes.email_hint == "lan@gmail.com" and not draft.notes.number
    assert set(draft.fields) == {"agency", "for_whom", "phone", "email"}
    await citizen.taps("email_keep")
    code = await citizen.code()
    assert await citizen.says("000000" if code != "000000" else "111111") == ["reg_otp_wrong"]
    assert (await citizen.draft()).notes.tries_left
    await citizen.says(code)
    draft = await citizen.draft()
    assert draft.notes.tries_left == "" and set(draft.fields) == {
        "agency", "for_whom", "phone", "email", "email_confirmed"
    }  # fmt: skip


async def test_notes_are_sealed_and_go_with_the_draft(services: Services, tmp_path: Path) -> None:
    registrations = services.registrations
    draft = await registrations.start(await conversation(services), {"for_whom": "self"})
    notes = Notes(number="0905777888", email_hint="bi.mat@example.com", reason="Ảnh của bà Lanh")
    saved = await registrations.save(draft, draft.fields, Progress(asked="number_kind"), notes)
    assert (await registrations.get(draft.id)).notes == notes
    raw = everything_in(tmp_path)
    assert [told for told in ("0905777888", "bi.mat@", "bà Lanh") if told.encode() in raw] == []
    # What only changes the fields leaves them as they are.
    assert (await registrations.save(saved, saved.fields, saved.progress)).notes == notes
    await registrations.withdraw(saved)
    assert await services.database.fetch_one("SELECT 1 FROM registrations") is None


async def older_row(services: Services, status: str, progress: dict[str, object], **more: str) -> str:
    """A row as the version before wrote it: notes and copies among the fields."""
    cid = await conversation(services)
    fields = {**COMPLETE, "agency": "04802", "national_id": RIGHT, "bhxh_code": RIGHT, "sex": "nữ", **more}
    index = services.sealer.index
    async with services.database.transaction() as transaction:
        await transaction.execute(
            "INSERT INTO registrations (id, conversation_id, status, sealed, progress, bhxh_index, national_index, "
            "email_index, created_at, updated_at, submitted_at, case_code, repair) "
            "VALUES ('old', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'ACDE3479', '[\"national_id\"]')",
            (
                cid, status, services.sealer.seal(fields), json.dumps(progress), index("bhxh", RIGHT),
                index("national_id", RIGHT), index("email", fields["email"]), *["2026-11-01T00:00:00+00:00"] * 3,
            ),
        )  # fmt: skip
    return cid


async def test_a_draft_of_the_version_before_goes_on(citizen: Citizen) -> None:
    progress = {"asked": "number_kind", "unclear": True, "started": True, "filled": ["email"], "repairing": True}
    citizen.cid = await older_row(citizen.services, "draft", progress, phone="", _number="0905123456", _taken="email")
    draft = await citizen.draft()
    assert draft.notes == Notes(number="0905123456", taken="email") and draft.bhxh_code == RIGHT
    assert not [name for name in draft.fields if name.startswith("_")] and draft.fields["same_number"] == "1"
    assert (await citizen.taps("number_phone"))[0] == "reg_noted"
    draft = await citizen.draft()
    assert draft.fields["phone"] == "0905123456" and draft.notes.number == ""
    assert set(await sealed(citizen.services, draft)) == {*draft.fields, "notes"}


async def test_an_application_of_the_version_before_is_decided(services: Services) -> None:
    await older_row(services, "submitted", {"last_message": "m9", "last_outcome": {"says": [], "open": False}})
    view = CaseView(await services.cases.case("old"))
    assert {("Mã số BHXH", RIGHT), ("Giới tính", "nữ")} <= set(view.fields)
    await services.cases.approve("old", "1", "Hà")
    assert await services.accounts.exists(RIGHT)


async def test_a_refusal_of_the_version_before_is_repaired(services: Services) -> None:
    await older_row(services, "rejected", {}, _reason="Số chưa khớp")
    rejected = await services.registrations.get("old")
    assert rejected.reason == "Số chưa khớp" == placeholders(rejected)["ly_do"]
    reopened = await services.registrations.reopen(rejected)
    assert {"bhxh_code", "national_id"} <= set(reopened.missing())
    fields = {**reopened.fields, "national_id": RIGHT, "bhxh_code": RIGHT}
    saved = await services.registrations.save(reopened, fields, reopened.progress)
    assert saved.reason == "Số chưa khớp"
    for side in (Side.PORTRAIT, Side.FRONT, Side.BACK):
        saved = await services.registrations.put_photo(saved, side, b"jpeg", "accepted", ())
    assert (await services.registrations.file(saved)).reason is None
