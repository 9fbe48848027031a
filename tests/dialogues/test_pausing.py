"""Back, later, again: a draft waits, comes along to another device, and goes when it is told to."""

from __future__ import annotations

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes


def test_back_step_by_step(citizen: Citizen) -> None:
    citizen.registers("national_id")
    assert citizen.says("quay lại").question == "birth_date"
    assert citizen.says("quay lại bước trước").question == "full_name"
    assert citizen.says("Lê Thị Quay Lại").question == "national_id"
    citizen.answers("confirm")
    assert "Lê Thị Quay Lại" in citizen.answer.text and citizen.person.birth_date in citizen.answer.text


def test_nothing_to_go_back_to(citizen: Citizen) -> None:
    citizen.registers("front")
    assert "reg_back_nothing" in citizen.says("quay lại")


def test_later_and_again_after_a_silent_day(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("birth_date")
    assert "reg_paused" in citizen.says("để mai làm tiếp")
    # Meanwhile the chat is for everything else, and what is said there is no answer to the form.
    assert citizen.says("vssid là gì").question == ""
    assert citizen.says("quên mật khẩu").question == ""
    back_room.ages("registrations", "conversation_id = ?", citizen.id, days=1)
    resumed = citizen.says("tiếp tục")
    assert "reg_resumed" in resumed and resumed.question == "birth_date"
    citizen.answers("confirm")
    assert citizen.person.name in citizen.answer.text and citizen.person.birth_date in citizen.answer.text


def test_a_paused_draft_is_taken_up_by_registering_again(citizen: Citizen) -> None:
    citizen.registers("national_id")
    citizen.says("để sau đi em")
    resumed = citizen.says("tôi muốn đăng ký vssid")
    assert "reg_resumed" in resumed and resumed.question == "national_id"


def test_a_value_takes_a_paused_draft_up_again(citizen: Citizen) -> None:
    citizen.registers("birth_date")
    citizen.says("để lúc khác nha")
    assert citizen.says(citizen.person.birth_date).question == "national_id"


def test_a_photo_takes_a_paused_draft_up_again(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("back")
    citizen.says("để lúc khác")
    assert citizen.sends(people.back()).question == "portrait"
    assert set(back_room.photos(citizen.id)) == {"front", "back"}


def test_thrown_away(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("portrait")
    assert "reg_discard" in citizen.says("xóa hồ sơ này đi")
    assert citizen.taps("Làm tiếp").question == "portrait"
    citizen.says("xóa hồ sơ này đi")
    assert "reg_discarded" in citizen.taps("Xóa bản nháp")
    assert not back_room.rows("SELECT 1 FROM registrations WHERE conversation_id = ?", citizen.id)
    citizen.says("đăng ký")
    assert citizen.answer.question == "consent"


def test_on_another_device_by_the_confirmed_email(comes: Comes, back_room: BackRoom) -> None:
    phone = comes()
    phone.registers("confirm")
    phone.says("để sau")
    computer = comes(phone.person)
    computer.mailbox = phone.mailbox
    assert "errand_resume_ask_email" in computer.says("tiếp tục đăng ký")
    assert "errand_resume_otp_sent" in computer.says(phone.person.email)
    resumed = computer.says(phone.mailbox.otp())
    assert "reg_resumed" in resumed and resumed.question == "confirm"
    assert phone.person.name in resumed.text
    assert set(back_room.photos(computer.id)) == {"front", "back", "portrait"}
    computer.taps("Đúng, gửi hồ sơ")
    assert "reg_filed" in computer.answer
    # It has moved: on the first device there is nothing left to go on with.
    assert "errand_resume_ask_email" in phone.says("tiếp tục")


def test_an_email_that_was_not_confirmed_brings_nothing(comes: Comes) -> None:
    victim = comes()
    victim.registers("otp")
    other = comes(victim.person)
    nobody = comes()
    for citizen in (other, nobody):
        citizen.says("tiếp tục hồ sơ đăng ký")
        assert "errand_resume_otp_sent" in citizen.says(citizen.person.email)
    # What is said before the code tells nothing; the code of the first conversation is not good in the second.
    assert other.answer.text == nobody.answer.text
    assert "errand_otp_foreign" in other.says(victim.mailbox.otp())
    other.mailbox._read = 1
    assert "errand_resume_nothing" in other.says(other.mailbox.otp())
