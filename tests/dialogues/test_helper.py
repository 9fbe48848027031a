"""A daughter registers her mother: whose data it is and whose mailbox are kept apart."""

from __future__ import annotations

from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen
from tests.stage.officer import Officer


def test_for_the_mother(citizen: Citizen, officer: Officer, back_room: BackRoom) -> None:
    mother = citizen.person
    assert "reg_consent" in citizen.says("đăng ký cho mẹ tôi")
    citizen.says("đồng ý")
    asked = []
    while citizen.answer.question != "confirm":
        asked.append((citizen.answer.question, "mẹ anh/chị" in citizen.answer.text))
        citizen.answers_once(owner="email va sdt la cua toi")
    questions = dict(asked)
    of_the_mother = {"bhxh_code", "full_name", "birth_date", "national_id", "address", "back", "portrait"}
    assert all(questions[name] for name in of_the_mother), questions
    assert "contact_owner" in questions and not questions["email"]
    citizen.taps("Đúng, gửi hồ sơ")
    page = officer.opens(citizen.mailbox.new("Đã nhận hồ sơ").code)
    assert mother.name in page.text and "đăng ký cho: mẹ" in page.text
    assert officer.approves(page).status_code == 200
    assert "reg_approved_notice" in citizen.hears()
    # When the daughter registers herself, she is not asked for her mother's things again.
    assert "reg_consent" in citizen.says("giờ đăng ký cho tôi luôn")


def test_helping_is_said_by_a_tap(citizen: Citizen) -> None:
    citizen.says("đăng ký vssid")
    assert citizen.taps("Đăng ký cho người thân").question == "front"
    citizen.taps("Tôi gõ thay")
    assert "người thân" in citizen.answer.text
    citizen.answers("contact_owner")
    assert citizen.taps("Mỗi người một thứ").question == "otp"


def test_helping_is_said_after_consent_was_asked(citizen: Citizen) -> None:
    citizen.says("đăng ký vssid")
    citizen.says("tôi đăng ký giùm bà nội")
    if citizen.answer.question == "consent":
        citizen.says("đồng ý")
    citizen.taps("Tôi gõ thay")
    assert "bà nội" in citizen.answer.text
