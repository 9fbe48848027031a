"""Registering by typing, from the first word to the password, and back to the chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes
from tests.stage.officer import Officer
from tests.stage.people import Person


def test_from_the_first_word_to_the_password(
    comes: Comes, crowd: Iterator[Person], officer: Officer, back_room: BackRoom
) -> None:
    # Whoever comes first, the name is typed without capitals: a surname that is no word of the language besides.
    citizen = comes(next(person for person in crowd if person.name.startswith("Nguyễn")))
    person = citizen.person
    assert "reg_consent" in citizen.says("tôi muốn đăng ký vssid")
    assert not back_room.rows("SELECT 1 FROM registrations WHERE conversation_id = ?", citizen.id)
    assert citizen.says("đồng ý").question == "front"
    row = back_room.registration(citizen.id)
    assert row["consent_version"] and row["consent_at"]
    assert citizen.taps("Tôi gõ thay").question == "bhxh_code"
    assert citizen.says(person.code).question == "full_name"
    assert citizen.says(person.name.lower()).question == "birth_date"
    assert citizen.says(person.birth_date).question == "national_id"
    assert citizen.says(person.national_id).question == "address"
    assert citizen.says(person.address).question == "front"
    assert citizen.sends(people.plain_front()).question == "back"
    assert citizen.sends(people.back()).question == "portrait"
    assert citizen.sends(people.face()).question == "phone"
    assert citizen.says(person.phone).question == "email"
    assert citizen.says(person.email).question == "otp"
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"
    summary = citizen.answer.text
    assert all(part in summary for part in (person.name, person.birth_date, person.code[-4:], person.email, "3/3"))
    # The whole numbers are not said again.
    assert person.national_id not in summary and person.code not in summary and person.phone not in summary
    assert "reg_filed" in citizen.taps("Đúng, gửi hồ sơ")
    (case_code,) = re.findall(r"MÃ HỒ SƠ: ([A-Z0-9]{8})\b", citizen.answer.text)
    assert citizen.mailbox.new("Đã nhận hồ sơ").code == case_code
    assert "reg_status_submitted" in citizen.says("hồ sơ của tôi tới đâu rồi")
    page = officer.opens(case_code)
    assert person.name in page.text and person.national_id in page.text
    assert "Cần xem kỹ" not in page.text
    assert officer.looks_at(page, "portrait").content.startswith(b"\xff\xd8")
    assert officer.approves(page).status_code == 200
    notice = citizen.hears()
    assert "reg_approved_notice" in notice and case_code in notice.text
    password = citizen.mailbox.new("mật khẩu lần đầu").code
    assert password and password not in "".join(message["text"] for message in citizen.history())
    assert "reg_status_approved" in citizen.says(f"hồ sơ {case_code} sao rồi em")
    assert back_room.registration(citizen.id)["status"] == "approved"


@pytest.mark.parametrize("name", ["Nguyễn Đình Huy", "Trần Thị Dung", "Lê Văn Thôi", "Phạm Thị Mai", "Trần Thị Nhâm"])
def test_names_that_are_words_of_the_dialogue(citizen: Citizen, name: str) -> None:
    citizen.registers("full_name")
    assert citizen.says(name).question == "birth_date"
    citizen.answers("front")
    told = citizen.says("hồ sơ tới đâu rồi")
    assert "họ tên" not in told.text


def test_who_knows_a_case_code_alone_learns_the_state_and_nothing_else(comes: Comes, citizen: Citizen) -> None:
    case_code = citizen.files()
    stranger = comes()
    told = stranger.says(f"cho hỏi hồ sơ {case_code} tới đâu rồi")
    assert "reg_status_by_code" in told
    assert citizen.person.name.split()[-1] not in told.text.replace(case_code, "")
    assert "reg_status_unknown_code" in stranger.says("hồ sơ AAAA7777 tới đâu rồi")


def test_everything_in_one_message(citizen: Citizen) -> None:
    person = citizen.person
    citizen.says("đăng ký giúp tôi tài khoản vssid")
    citizen.taps("Đồng ý")
    told = citizen.says(
        f"Họ tên: {person.name}, sinh ngày {person.birth_date}, cccd {person.national_id}, "
        f"mã số bhxh {person.code}, sđt {person.phone}, địa chỉ: {person.address}"
    )
    assert "reg_taken" in told
    assert told.question == "front"
    for photo, following in ((people.plain_front(), "back"), (people.back(), "portrait"), (people.face(), "email")):
        assert citizen.sends(photo).question == following
    citizen.answers("confirm")
    assert all(part in citizen.answer.text for part in (person.name, person.birth_date, person.national_id[-4:]))


def test_filing_twice_is_impossible(comes: Comes, citizen: Citizen, back_room: BackRoom) -> None:
    person = citizen.person
    citizen.registers()
    submit = dict(citizen.answer.buttons)["Đúng, gửi hồ sơ"]
    assert "reg_filed" in citizen.taps_payload(submit)
    assert "reg_status_submitted" in citizen.taps_payload(submit)
    assert "reg_status_submitted" in citizen.says("đăng ký vssid")
    # The same person from another device, with another mailbox.
    other = comes(person, email=f"khac.{person.email}")
    other.registers()
    assert "reg_waiting_already" in other.taps("Đúng, gửi hồ sơ")
    waiting = back_room.rows("SELECT status FROM registrations WHERE conversation_id IN (?, ?)", citizen.id, other.id)
    assert sorted(row["status"] for row in waiting) == ["draft", "submitted"]
    assert len([mail for mail in citizen.mailbox.all() if "Đã nhận" in mail.subject]) == 1
