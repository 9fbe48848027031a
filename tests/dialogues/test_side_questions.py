"""A question in between is answered, and the form goes on where it was."""

from __future__ import annotations

import itertools

from tests.stage.citizen import Citizen

QUESTIONS = {
    "vssid dùng để làm gì vậy em": "ask_vssid_features",
    "quên mật khẩu thì làm sao": "forgot_password",
    "chụp ảnh chân dung như thế nào cho đúng": "ask_photo_guide",
    "bhxh thanh khê ở đâu vậy": "lookup_agency",
    "cơ quan làm việc mấy giờ": "ask_working_hours",
    "thông tin của tôi có bị lộ không": "ask_privacy",
    "tổng đài số mấy": "ask_contact",
    "em là người hay máy vậy": "bot_challenge",
    "có người gọi xin mã otp có phải lừa đảo không": "check_scam",
}


def test_at_every_step_the_form_goes_on_where_it_was(citizen: Citizen) -> None:
    questions = itertools.cycle(QUESTIONS.items())
    citizen.says("đăng ký vssid")
    steps = []
    while True:
        step = citizen.answer.question
        steps.append(step)
        for _ in range(2):
            asked, name = next(questions)
            answer = citizen.says(asked)
            assert name in answer, (step, asked, answer)
            assert answer.question == step, (step, asked, answer)
        if step == "confirm":
            break
        citizen.answers_once()
    assert steps == [
        "consent", "front", "bhxh_code", "full_name", "birth_date", "national_id", "address", "front", "back",
        "portrait", "phone", "email", "otp", "confirm",
    ]  # fmt: skip


def test_thanks_chatter_and_nonsense_do_not_lead_away(citizen: Citizen) -> None:
    citizen.registers("birth_date")
    for words in ("cảm ơn em nhé", "chào em", "trời hôm nay đẹp quá", "asdkjh qwoeiu", "👍"):
        assert citizen.says(words).question in ("birth_date", ""), words
    assert citizen.says(citizen.person.birth_date).question == "national_id"


def test_how_far_am_i(citizen: Citizen) -> None:
    citizen.registers("national_id")
    told = citizen.says("hồ sơ của tôi tới đâu rồi")
    assert "reg_status_draft" in told and told.question == "national_id"


def test_staff_are_asked_for_in_the_middle(citizen: Citizen) -> None:
    citizen.registers("birth_date")
    assert "talk_to_human" in citizen.says("cho tôi gặp nhân viên")
    resumed = citizen.says("tiếp tục đăng ký")
    assert "reg_resumed" in resumed and resumed.question == "birth_date"
