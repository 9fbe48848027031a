"""Every field can be corrected: right after it was said, at the summary, by words and by taps."""

from __future__ import annotations

import pytest

from tests.stage import people
from tests.stage.citizen import Citizen

# By the button's title: the new value, and how the summary shows it.
NEW = {
    "Họ tên": ("full_name", "Phạm Thị Thử Nghiệm", "Phạm Thị Thử Nghiệm"),
    "Ngày sinh": ("birth_date", "17/08/1969", "17/08/1969"),
    "Mã số BHXH": ("bhxh_code", "4898765432", "…5432"),
    "Số CCCD/CMND": ("national_id", "048169004321", "…4321"),
    "Số điện thoại": ("phone", "0914222333", "…333"),
    "Địa chỉ": ("address", "15 Lê Duẩn, Tam Kỳ, Quảng Nam", "15 Lê Duẩn, Tam Kỳ, Quảng Nam (Quảng Nam)"),
    "Cơ quan tiếp nhận": ("agency", "Hải Châu", "Hải Châu"),
}
SAID = {
    "full_name": "sửa lại họ tên",
    "birth_date": "ngày sinh sai rồi, cho sửa lại",
    "bhxh_code": "mã số bhxh nhầm rồi",
    "national_id": "em ơi sửa giúp số cccd",
    "phone": "đổi số điện thoại",
    "address": "sửa địa chỉ thường trú",
    "agency": "đổi cơ quan tiếp nhận",
}
AT_ONCE = {
    "full_name": "sửa họ tên thành Phạm Thị Thử Nghiệm",
    "birth_date": "sửa ngày sinh thành 17/08/1969",
    "bhxh_code": "sửa mã số bhxh thành 4898765432",
    "national_id": "sửa số cccd lại là 048169004321",
    "phone": "đổi sđt thành 0914222333",
    "address": "sửa địa chỉ thành 15 Lê Duẩn, Tam Kỳ, Quảng Nam",
}


def settles(citizen: Citizen) -> None:
    """Back at the summary, whatever the change brought up on the way."""
    if citizen.answer.question != "confirm":
        citizen.answers("confirm")


def test_every_field_at_the_summary_by_taps(citizen: Citizen) -> None:
    citizen.registers()
    for title, (field, new, shown) in NEW.items():
        citizen.taps("Sửa thông tin")
        assert "reg_fix_which" in citizen.answer
        assert citizen.taps(title).question == field, (title, citizen.answer)
        citizen.says(new)
        settles(citizen)
        assert shown in citizen.answer.text, (title, citizen.answer)


def test_every_field_at_the_summary_by_words(citizen: Citizen) -> None:
    citizen.registers()
    for title, (field, new, shown) in NEW.items():
        assert citizen.says(SAID[field]).question == field, (title, citizen.answer)
        citizen.says(new)
        settles(citizen)
        assert shown in citizen.answer.text, (title, citizen.answer)


def test_every_field_at_the_summary_in_one_message(citizen: Citizen) -> None:
    citizen.registers()
    shown = {field: shown for field, _, shown in NEW.values()}
    for field, words in AT_ONCE.items():
        citizen.says(words)
        settles(citizen)
        assert shown[field] in citizen.answer.text, (field, citizen.answer)


def test_the_email_at_the_summary_needs_its_own_code(citizen: Citizen) -> None:
    citizen.registers()
    assert citizen.says("đổi email").question == "email"
    citizen.moves_to(f"moi.{citizen.person.email}")
    assert citizen.says(citizen.mailbox.address).question == "otp"
    assert citizen.says(citizen.mailbox.otp()).question == "confirm"
    assert citizen.mailbox.address in citizen.answer.text


@pytest.mark.parametrize("field", ["full_name", "birth_date", "national_id", "address", "bhxh_code", "phone"])
def test_right_after_it_was_said(citizen: Citizen, field: str) -> None:
    new = {name: (value, shown) for name, value, shown in NEW.values()}[field]
    following = {
        "bhxh_code": "full_name", "full_name": "birth_date", "birth_date": "national_id", "national_id": "address",
        "address": "front", "phone": "email",
    }[field]  # fmt: skip
    citizen.registers(following)
    assert citizen.says(SAID[field]).question == field
    assert citizen.says(new[0]).question == following, citizen.answer
    citizen.answers("confirm")
    assert new[1] in citizen.answer.text


def test_a_photo_at_the_summary(citizen: Citizen) -> None:
    citizen.registers()
    citizen.taps("Sửa thông tin")
    citizen.taps("Ảnh")
    assert citizen.taps("Ảnh chân dung").question == "portrait"
    assert citizen.sends(people.face()).question == "confirm"
    assert citizen.says("thay ảnh mặt sau").question == "back"
    assert citizen.sends(people.back()).question == "confirm"


def test_a_correction_that_is_no_better_says_what_is_wrong(citizen: Citizen) -> None:
    citizen.registers()
    citizen.says("sửa ngày sinh")
    wrong = citizen.says("31/02/1960")
    assert "reg_x_birth_no_such_day" in wrong and wrong.question == "birth_date"
    kept = citizen.says("thôi không sửa nữa")
    assert kept.question == "confirm" and citizen.person.birth_date in kept.text


def test_a_birthday_that_the_cccd_contradicts_is_told_and_flagged(citizen: Citizen) -> None:
    told = citizen.registers("address", birth_date="17/08/1969")
    assert "reg_birth_differs" in told or citizen.person.birth_date.endswith("1969")
    assert citizen.taps("Sửa ngày sinh").question == "birth_date"
    assert citizen.says(citizen.person.birth_date).question == "address"
