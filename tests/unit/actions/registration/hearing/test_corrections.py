"""What a wish to correct is about, in all its wordings, and the new value that the same words tell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from actions.registration.hearing.corrections import corrected, named_field, wishes_correction
from actions.said.said import Said
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import Progress

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DRAFT = Registration(
    "r", "c", Status.DRAFT,
    {"full_name": "Trần Văn Bình", "birth_date": "1990-02-01", "national_id": "048090000001", "phone": "0905123456",
     "address": "12 Trần Cao Vân", "province": "Đà Nẵng", "email": "a@gmail.com", "bhxh_code": "0000010002"},
    Progress(filled=("bhxh_code", "full_name", "birth_date", "national_id", "address", "phone")), NOW, NOW,
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("sửa lại ngày sinh", "birth_date"),
        ("sai ngày sinh rồi", "birth_date"),
        ("chưa, sai ngày sinh rồi", "birth_date"),
        ("viết lộn tháng sinh, tháng 8 mới đúng", "birth_date"),
        ("sửa hộ cái số đt", "phone"),
        ("sua lai so dien thoai", "phone"),
        ("nham so nha", "phone"),
        ("lộn số rồi", "phone"),
        ("số cuối là 7, ghi sai rồi", "phone"),
        ("ủa tên sai kìa", "full_name"),
        ("họ tôi là Đoàn chứ không phải Doãn", "full_name"),
        ("lộn chữ lót", "full_name"),
        ("đổi mail khác", "email"),
        ("doi lai email", "email"),
        ("sua cmnd, hoi nay dua cai cu", "national_id"),
        ("ghi nham ma bhxh roi", "bhxh_code"),
        ("nhầm phường rồi", "address"),
        ("lon roi, so nha la 47 khong phai 74", "address"),
        ("đổi ảnh mặt sau", "back"),
        ("chụp lại mặt trước", "front"),
        ("thay ảnh chân dung khác", "portrait"),
        ("sửa lại cái ảnh", "photos"),
        ("đổi cơ quan tiếp nhận", "agency"),
        # What is said to be right is not what is wrong.
        ("ngày sinh đúng rồi, sai địa chỉ thôi", "address"),
        ("tên đúng rồi nhưng sai số cccd", "national_id"),
        # "Anh" is who is talked to, "quý cơ quan" too.
        ("anh sửa lại ngày sinh giúp em", "birth_date"),
        ("xin lỗi quý cơ quan, tôi ghi sai tên", "full_name"),
    ],
)
def test_the_field_that_is_meant(text: str, field: str) -> None:
    said = Said("m", text, "nlu_fallback")
    assert wishes_correction(said)
    assert named_field(said, DRAFT) == field


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("sai rồi 1955 mới đúng", "birth_date", "1955"),
        ("nhầm, tui sinh năm 1973 chớ không phải 1937", "birth_date", "1973"),
        ("đọc nhầm từ giấy của bà nhà tôi, ngày sinh tôi là 20/8/1952", "birth_date", "1952-08-20"),
        ("sửa lịa ngày sinh: 08/03/1991", "birth_date", "1991-03-08"),
        ("chết cha lộn số, 0383214667 mới trúng", "phone", "0383214667"),
        ("úi em đưa nhầm số của chồng, số của em là 0935 660 011", "phone", "0935660011"),
        ("không phải 0906123456, 0909123456 mới đúng", "phone", "0909123456"),
        ("cái mã tui đưa hồi nãy là của thằng con, sai rồi, của tui là 0412776398", "bhxh_code", "0412776398"),
        ("nhầm số, lấy số CCCD mới này thay vào nha 048198012265", "national_id", "048198012265"),
        ("email ghi lon roi, dung la tiemtochung@gmail.com", "email", "tiemtochung@gmail.com"),
        ("lua73@gmail.com chớ không phải luâ73@gmail.com", "email", "lua73@gmail.com"),
        ("sửa lại tên: Nguyễn Thị Thúy, có dấu sắc", "full_name", "Nguyễn Thị Thúy"),
        ("sai tên rồi, nhờ sửa lại thành Phạm Văn Trường", "full_name", "Phạm Văn Trường"),
        ("tên tui là Võ Văn Tòng chứ đâu phải Tùng", "full_name", "Võ Văn Tòng"),
        ("nay em nhap nham cua chong, ten e la nguyen thi hoai thuong", "full_name", "Nguyen Thi Hoai Thuong"),
        ("địa chỉ sai rồi, 12 Lê Lợi, Hải Châu, Đà Nẵng mới đúng", "address", "12 Lê Lợi, Hải Châu, Đà Nẵng"),
        ("sửa địa chỉ thành 37 Lê Duẩn, Hải Châu", "address", "37 Lê Duẩn, Hải Châu"),
    ],
)
def test_the_new_value(said: Callable[..., Said], text: str, field: str, value: str) -> None:
    message = said(text, "correct_info")
    assert wishes_correction(message)
    found, heard = corrected(message, DRAFT, "email", TODAY)
    assert (found, heard.values.get(field)) == (field, value), heard


@pytest.mark.parametrize(
    ("text", "field"),
    [
        # A piece of an address would replace the whole.
        ("sai địa chỉ rồi, tổ 14 mới đúng", "address"),
        ("sai tỉnh rồi, Quảng Ngãi mới đúng", "address"),
        ("nhầm ngày sinh, ngày 15 chứ không phải 14", "birth_date"),
        ("sửa tên lại, Hạnh chứ không phải Hành", "full_name"),
        ("lộn rồi", None),
        ("ghi lộn rồi", None),
    ],
)
def test_half_a_value_is_asked_for_again(said: Callable[..., Said], text: str, field: str | None) -> None:
    found, heard = corrected(said(text, "correct_info"), DRAFT, "email", TODAY)
    assert (found, heard.values) == (field, {})


@pytest.mark.parametrize(
    "text",
    ["không sai đâu", "dạ không có gì sai hết", "khỏi sửa", "đúng rồi", "không cần đổi gì nữa", "0905123456", "anh ơi"],
)
def test_no_wish(text: str) -> None:
    assert not wishes_correction(Said("m", text, "nlu_fallback"))
