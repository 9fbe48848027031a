"""The code from the mailbox: wrong, late, old, somebody else's, and asked for five hundred times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes


def other_than(*codes: str) -> str:
    return next(code for number in range(10) if (code := f"{number}" * 6) not in codes)


def test_three_wrong_ones_then_the_right_one(citizen: Citizen) -> None:
    citizen.registers("otp")
    code = citizen.mailbox.otp()
    for left in (4, 3, 2):
        told = citizen.says(other_than(code))
        assert "reg_otp_wrong" in told and f"còn {left} lần" in told.text
    assert citizen.says(f"mã là {code[:3]} {code[3:]}").question == "confirm"


def test_five_wrong_ones_lock_it_and_a_new_one_opens(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("otp")
    code = citizen.mailbox.otp()
    for _ in range(4):
        assert "reg_otp_wrong" in citizen.says(other_than(code))
    assert "reg_otp_locked" in citizen.says(other_than(code))
    assert "reg_otp_locked" in citizen.says(code)
    assert "reg_otp_wait" in citizen.taps("Gửi lại mã")
    back_room.time_passes(citizen.id, seconds=61)
    assert "reg_otp_sent" in citizen.says("gửi lại mã giúp tôi")
    assert "reg_otp_old" in citizen.says(code)
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"


def test_too_late(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("otp")
    code = citizen.mailbox.otp()
    back_room.time_passes(citizen.id, minutes=5, seconds=1)
    assert "reg_otp_expired" in citizen.says(code)
    assert "reg_otp_sent" in citizen.taps("Gửi lại mã")
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"


def test_a_code_of_another_conversation(comes: Comes) -> None:
    one, other = comes(), comes()
    one.registers("otp")
    other.registers("otp")
    assert "reg_otp_foreign" in one.says(other.mailbox.otp())
    assert one.says(one.mailbox.otp()).question == "confirm"
    # And whoever saw it in the first conversation can't use it in the second, either.
    assert other.says("chưa nhận được mã").question in ("", "otp")


def test_something_else_than_a_code(citizen: Citizen) -> None:
    citizen.registers("otp")
    assert "reg_otp_shape" in citizen.says("48291")
    assert citizen.says("mã ở đâu vậy em").question in ("", "otp")
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"


def test_another_mailbox_instead(citizen: Citizen) -> None:
    citizen.registers("otp")
    first = citizen.mailbox.otp()
    assert citizen.taps("Đổi email").question == "email"
    citizen.moves_to(f"khac.{citizen.person.email}")
    assert citizen.says(citizen.mailbox.address).question == "otp"
    assert "reg_otp_old" in citizen.says(first)
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"
    assert citizen.mailbox.address in citizen.answer.text


def test_a_likely_slip_is_asked_about_before_anything_is_sent(citizen: Citizen) -> None:
    citizen.registers("email")
    address = f"ha{citizen.person.code[-5:]}@gmail.com"
    assert citizen.says(address.replace("gmail", "gmial")).question == "email_hint"
    citizen.moves_to(address)
    assert citizen.taps("Dùng email gợi ý").question == "otp"
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"


def test_five_hundred_requests(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("otp")
    code = citizen.mailbox.otp()
    resend = dict(citizen.answer.buttons)["Gửi lại mã"]
    with ThreadPoolExecutor(8) as crowd:
        statuses = list(crowd.map(lambda _: citizen.post(payload=resend).status_code, range(500)))
    assert set(statuses) <= {202, 429} and 429 in statuses
    # Five an hour, however long one goes on.
    for _ in range(6):
        back_room.time_passes(citizen.id, seconds=61)
        citizen.post(payload=resend)
        citizen.settles()
    assert "reg_otp_hourly" in citizen.answer
    codes = [code, *(citizen.mailbox.otp() for _ in range(4))]
    assert "reg_otp_old" in citizen.says(codes[0])
    assert len(citizen.mailbox.all()) == 5
    # Another mailbox doesn't help, an hour does.
    citizen.taps("Đổi email")
    citizen.moves_to(f"moi.{citizen.person.email}")
    assert "reg_otp_hourly" in citizen.says(citizen.mailbox.address)
    back_room.time_passes(citizen.id, hours=1)
    citizen.taps("Gửi lại mã")
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"
