"""Words that stand for a tap, and words that don't."""

from __future__ import annotations

import pytest

from bot.answering.typed_choices import chosen_button
from helpdesk.conversations.model import Button

BUTTONS = (
    Button("Quên mật khẩu", "/forgot_password"),
    Button("Trang của BHXH", url="https://baohiemxahoi.gov.vn"),
    Button("Đổi mật khẩu", "/change_password"),
    Button("Gặp nhân viên", "/talk_to_human"),
    Button("👍 Có ích", "helped:x:yes"),
)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("1", "/forgot_password"),
        ("số 2", "/change_password"),
        ("so 2 nha", "/change_password"),
        ("cái thứ hai ạ", "/change_password"),
        ("Dạ cái đầu tiên", "/forgot_password"),
        ("ý thứ ba", "/talk_to_human"),
        ("đầu tiên", "/forgot_password"),
        ("cuối cùng", "/talk_to_human"),
        ("chọn số 3 giúp em", "/talk_to_human"),
        ("gap nhan vien", "/talk_to_human"),
        ("ĐỔI MẬT KHẨU!", "/change_password"),
    ],
)
def test_a_choice(text: str, payload: str) -> None:
    button = chosen_button(text, BUTTONS)
    assert button is not None and button.payload == payload


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "ba",
        "năm",
        "thứ hai",
        "thứ ba ạ",
        "em ba",
        "0905123456",
        "12",
        "tôi chọn gì đây",
        "Trang của BHXH",
        "1 2",
        "mật khẩu",
    ],
)
def test_no_choice(text: str) -> None:
    assert chosen_button(text, BUTTONS) is None


NINE = tuple(Button(f"Mục {name}", f"/{number}") for number, name in enumerate("abcdefghi", 1))


@pytest.mark.parametrize(
    ("text", "payload"),
    [("9", "/9"), ("số 6", "/6"), ("số sáu ạ", "/6"), ("mục số 7", "/7"), ("cái thứ tám", "/8"), ("ý số chín", "/9"),
     ("cuối", "/9"), ("cái cuối cùng", "/9"), ("cái sau", None), ("thứ sáu", None), ("bảy", None), ("tạm", None),
     ("10", None), ("số 10", None)],
)  # fmt: skip
def test_nine_choices(text: str, payload: str | None) -> None:
    button = chosen_button(text, NINE)
    assert (button.payload if button else None) == payload


def test_without_buttons_a_number_is_a_number() -> None:
    assert chosen_button("2", ()) is None
