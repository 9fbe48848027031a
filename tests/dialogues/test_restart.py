"""kill -9 of all three processes in the middle of everything: nothing that was said has to be said again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Comes
from tests.stage.product import CHILDREN, Product


@pytest.mark.timeout(180)
def test_values_photos_codes_and_mails_survive(product: Product, comes: Comes, back_room: BackRoom) -> None:
    typing, waiting, consenting, leaving, asking, filing = (comes() for _ in range(6))
    typing.registers("portrait")
    waiting.registers("otp")
    consenting.says("đăng ký cho mẹ tôi")
    leaving.registers("birth_date")
    leaving.says("để sau")
    asking.registers("email")
    filing.registers("confirm")
    code = waiting.mailbox.otp()
    # Two are answered at the very moment: one asks for a code, one files.
    asking.post(text=asking.mailbox.address)
    filing.post(payload=dict(filing.answer.buttons)["Đúng, gửi hồ sơ"])
    for name in CHILDREN:
        assert product.kill(name)
    product.wait_ready()

    # Killed between the code's commit and the draft's, the turn that is done again is told that a code has just gone.
    assert asking.hears().question == "otp" or "reg_otp_wait" in asking.answer.names, asking.answer
    assert asking.says(asking.mailbox.otp()).question == "confirm"
    assert len([mail for mail in asking.mailbox.all() if "Mã xác nhận" in mail.subject]) == 1
    assert {"reg_filed", "reg_status_submitted"} & set(filing.hears().names), filing.answer
    assert back_room.registration(filing.id)["status"] == "submitted"

    assert set(back_room.photos(typing.id)) == {"front", "back"}
    assert typing.sends(people.face()).question == "phone"
    assert waiting.says(code).question == "confirm"
    assert all(part in waiting.answer.text for part in (waiting.person.name, waiting.person.birth_date, "3/3"))
    assert consenting.says("đồng ý").question == "front"
    assert "mẹ anh/chị" in consenting.answer.text
    assert leaving.says("tiếp tục").question == "birth_date"

    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda citizen: citizen.answers("confirm"), (typing, leaving)))
    for citizen in (asking, typing, waiting, leaving):
        assert citizen.person.name in citizen.answer.text
        assert "reg_filed" in citizen.taps("Đúng, gửi hồ sơ")
    for citizen in (asking, typing, waiting, leaving, filing):
        citizen.mailbox.new("Đã nhận hồ sơ")
        assert sum("Đã nhận hồ sơ" in mail.subject for mail in citizen.mailbox.all()) == 1
