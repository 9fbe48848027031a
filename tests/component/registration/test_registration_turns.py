"""The registration's turns on a real database: what is kept, what is asked next, and that nothing counts twice."""

from __future__ import annotations

from helpdesk.conversations.model import ChannelIdentity
from helpdesk.photos.report import Side
from helpdesk.registration.progress import Progress
from helpdesk.registry.demo import settle_demo
from tests.stage.registrant import Citizen, answers, begun


async def test_nothing_becomes_a_draft_before_consent(citizen: Citizen) -> None:
    assert await citizen.opens("đăng ký, mã số 0000010002", bhxh_code="0000010002") == ["reg_consent"]
    assert await citizen.services.registrations.draft(citizen.cid) is None
    assert await citizen.says("không", "deny") == ["reg_consent_no"]
    assert await citizen.services.errands.get(citizen.cid) is None


async def test_what_was_said_before_consent_counts_after_it(citizen: Citizen) -> None:
    await citizen.opens("đăng ký, mã số 0000010002", bhxh_code="0000010002")
    assert (await citizen.says("đồng ý", "affirm"))[-1] == "reg_ask_front"
    assert (await citizen.draft()).fields["bhxh_code"] == "0000010002"


async def test_the_same_message_again_is_answered_alike_and_changes_nothing(citizen: Citizen) -> None:
    await begun(citizen)
    said = citizen.said("0000010002", bhxh_code="0000010002")
    first = await citizen.hears(said)
    before = await citizen.draft()
    assert await citizen.hears(said) == first
    assert (await citizen.draft()).fields == before.fields


async def test_a_code_that_is_right_stays_right_when_its_turn_is_repeated(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("lan@example.com", email="lan@example.com")
    said = citizen.said(await citizen.code())
    assert "reg_otp_right" in await citizen.hears(said)
    assert "reg_otp_right" in await citizen.hears(said)
    assert (await citizen.draft()).fields["email_confirmed"] == "1"


async def test_a_new_address_has_to_be_confirmed_anew(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("lan@example.com", email="lan@example.com")
    await citizen.says(await citizen.code())
    assert "reg_otp_sent" in await citizen.says(
        "đổi email thành ha@example.com", "correct_info", email="ha@example.com"
    )
    fields = (await citizen.draft()).fields
    assert fields["email"] == "ha@example.com" and "email_confirmed" not in fields


async def test_a_slip_in_the_address_is_asked_about_before_a_code_goes_out(citizen: Citizen) -> None:
    await begun(citizen)
    assert "reg_ask_email_hint" in await citizen.says("lan@gmial.com", email="lan@gmial.com")
    assert await citizen.services.database.fetch_one("SELECT 1 FROM mails") is None
    assert "reg_otp_sent" in await citizen.taps("email_use_hint")
    assert (await citizen.draft()).fields["email"] == "lan@gmail.com"


async def test_a_number_that_looks_like_a_phone_is_asked_about(citizen: Citizen) -> None:
    await begun(citizen)
    assert await citizen.says("0905123456", phone="0905123456") == ["reg_ask_number_kind"]
    await citizen.taps("number_phone")
    fields = (await citizen.draft()).fields
    assert fields["phone"] == "0905123456" and "bhxh_code" not in fields


async def test_a_side_question_is_answered_and_the_question_stands(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.taps("type_instead")
    assert await citizen.says("cơ quan ở đâu vậy em", "lookup_agency") == ["lookup_agency", "reg_ask_bhxh_code"]


async def test_an_unknown_code_is_found_only_when_everything_agrees(citizen: Citizen) -> None:
    await settle_demo(citizen.services.registry, True)
    await begun(citizen)
    await citizen.taps("code_unknown")
    await citizen.says("Trần Văn Bình, 01/02/1990", date="1990-02-01")
    await citizen.says("048090000001", national_id="048090000001")
    assert await citizen.says("274 đường Giả Định 20, Thanh Khê, Đà Nẵng") == ["reg_noted", "reg_ask_found_code"]
    assert (await citizen.draft()).fields["bhxh_code"] == "0000010002"
    assert (await citizen.says("đúng rồi", "affirm"))[-1] == "reg_ask_front"


async def test_with_another_national_id_nothing_is_found(citizen: Citizen) -> None:
    await settle_demo(citizen.services.registry, True)
    await begun(citizen)
    await citizen.taps("code_unknown")
    await citizen.says("Trần Văn Bình, 01/02/1990", date="1990-02-01")
    await citizen.says("048090000099", national_id="048090000099")
    said = await citizen.says("274 đường Giả Định 20, Thanh Khê, Đà Nẵng")
    assert "reg_code_not_found_use_id" in said
    assert (await citizen.draft()).bhxh_code == "048090000099"


async def test_the_registry_spells_a_name_typed_without_accents(citizen: Citizen) -> None:
    await settle_demo(citizen.services.registry, True)
    await begun(citizen)
    await citizen.says("0000010002", bhxh_code="0000010002")
    assert (await citizen.says("tran van binh"))[-1] == "reg_ask_birth_date"
    assert (await citizen.draft()).fields["full_name"] == "Tran Van Binh", "number and name alone confirm nobody"
    await citizen.says("sinh 01/02/1990", date="1990-02-01")
    assert (await citizen.draft()).fields["full_name"] == "Trần Văn Bình"


async def test_a_name_without_accents_is_asked_about_once(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("0000099002", bhxh_code="0000099002")
    await citizen.says("tran van binh")
    await citizen.says("sinh 01/02/1990", date="1990-02-01")
    assert (await citizen.says("048090000001", national_id="048090000001"))[-1] == "reg_ask_name_plain"
    assert (await citizen.says("0905123456", phone="0905123456"))[-1] == "reg_ask_address"


async def test_a_field_is_corrected_at_any_time(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("0000010002", bhxh_code="0000010002")
    await citizen.says("Trần Văn Bình")
    assert await citizen.says("sửa lại mã số", "correct_info") == ["reg_ask_bhxh_code"]
    assert (await citizen.draft()).fields["bhxh_code"] == "0000010002", "kept until there is a new one"
    assert (await citizen.says("0000010004", bhxh_code="0000010004"))[-1] == "reg_ask_birth_date"
    assert (await citizen.draft()).fields["bhxh_code"] == "0000010004"


async def test_a_pause_keeps_the_draft_and_discarding_forgets_it(citizen: Citizen) -> None:
    await begun(citizen)
    await citizen.says("0000010002", bhxh_code="0000010002")
    assert await citizen.says("để sau đi em", "cancel") == ["reg_paused"]
    resumed = await citizen.dialogue.resume(citizen.cid, citizen.said("tiếp tục", "resume_registration"))
    assert resumed is not None and answers(resumed) == ["reg_resumed", "reg_ask_full_name"]
    await citizen.says("xóa bản nháp", "cancel")
    assert await citizen.taps("discard") == ["reg_discarded"]
    assert await citizen.services.registrations.draft(citizen.cid) is None


async def complete(citizen: Citizen) -> None:
    draft = await citizen.draft()
    draft = await citizen.services.registrations.save(
        draft,
        {
            **draft.fields,
            "bhxh_code": "0000010002",
            "full_name": "Trần Văn Bình",
            "birth_date": "1990-02-01",
            "national_id": "048090000001",
            "phone": "0905123456",
            "address": "Đà Nẵng",
            "province": "Đà Nẵng",
            "email": "binh@example.com",
            "email_confirmed": "1",
        },
        Progress(asked="portrait"),
    )
    for side in (Side.FRONT, Side.BACK, Side.PORTRAIT):
        draft = await citizen.services.registrations.put_photo(draft, side, b"jpeg", "accepted", ())


async def test_a_tap_on_an_old_button_files_nothing_twice(citizen: Citizen) -> None:
    await begun(citizen)
    await complete(citizen)
    assert await citizen.taps("submit") == ["reg_filed"]
    assert await citizen.taps("submit") == ["reg_status_submitted"]
    assert len(await citizen.services.cases.waiting()) == 1


async def test_an_incomplete_draft_can_t_be_filed_by_an_old_button(citizen: Citizen) -> None:
    await begun(citizen)
    await complete(citizen)
    draft = await citizen.draft()
    await citizen.services.registrations.save(draft, {**draft.fields, "phone": ""}, Progress())
    assert await citizen.taps("submit") == ["reg_ask_phone"]


async def test_the_state_by_code_tells_strangers_nothing_of_the_person(citizen: Citizen) -> None:
    await begun(citizen)
    await complete(citizen)
    await citizen.taps("submit")
    filed = await citizen.services.registrations.latest(citizen.cid)
    assert filed is not None and filed.case_code
    other = (await citizen.services.conversations.store.open_conversation(ChannelIdentity("web", "b"))).id
    outcome = await citizen.dialogue.state(other, citizen.said(f"hồ sơ {filed.case_code.lower()} sao rồi"))
    assert answers(outcome) == ["reg_status_by_code"]


async def test_a_rejected_case_is_repaired_by_a_tap(citizen: Citizen) -> None:
    await begun(citizen)
    await complete(citizen)
    await citizen.taps("submit")
    filed = await citizen.services.registrations.latest(citizen.cid)
    assert filed is not None
    await citizen.services.cases.reject(filed.id, "1", "Hà", "Ảnh mờ", ("back",))
    assert await citizen.taps("repair") == ["reg_repair", "reg_ask_back"]
    await citizen.says("để sau", "cancel")
    assert (await citizen.draft()).case_code == filed.case_code
