"""Cutting replies to Telegram's sizes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.text import (
    LONGEST_PAYLOAD,
    LONGEST_TEXT,
    PicturePart,
    TextPart,
    button_rows,
    callback_data,
    reply_parts,
    split_text,
    utf16_length,
)
from helpdesk.calendar import utc_now
from helpdesk.conversations.model import Attachment, Author, Button, Message
from helpdesk.conversations.offers import offer_key


def _without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_a_short_text_is_one_part() -> None:
    assert split_text(" Dạ, em chào anh/chị. \n") == ["Dạ, em chào anh/chị."]
    assert split_text(" \n ") == []


def test_the_length_is_counted_as_telegram_does() -> None:
    assert split_text("a" * LONGEST_TEXT) == ["a" * LONGEST_TEXT]
    assert [utf16_length(part) for part in split_text("😀" * 2049)] == [4096, 2]
    assert [utf16_length(part) for part in split_text("a" + "😀" * 2048)] == [4095, 2]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Một hai ba. Bốn năm sáu. Bảy tám", ["Một hai ba. Bốn năm sáu.", "Bảy tám"]),
        ("Một hai ba.\nBốn năm sáu. Bảy tám", ["Một hai ba.", "Bốn năm sáu. Bảy tám"]),
        ("Một hai\n\nba bốn\nnăm sáu bảy tám", ["Một hai", "ba bốn\nnăm sáu bảy tám"]),
        ("một hai ba bốn năm sáu bảy tám", ["một hai ba bốn năm sáu bảy", "tám"]),
        ("Các bước\nđăng ký 1. Mở ứng dụng", ["Các bước", "đăng ký 1. Mở ứng dụng"]),
    ],
)
def test_the_cut_is_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert split_text(text, 26) == parts


def test_a_text_without_pauses_is_cut_between_letters() -> None:
    decomposed = "e\u0323\u0302" * 10
    assert split_text(decomposed, 8) == ["e\u0323\u0302" * 2] * 5
    family = "👨\u200d👩\u200d👧"
    assert split_text(family * 3, 10) == [family] * 3


@given(st.text(alphabet=st.characters(), max_size=300), st.integers(8, 60))
def test_parts_are_short_enough_and_nothing_is_lost(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(part.strip() and utf16_length(part) <= limit for part in parts)
    expected = text.encode("utf-8", "replace").decode()
    assert _without_blanks("".join(parts)) == _without_blanks(expected)


def test_long_titles_have_a_row_of_their_own() -> None:
    long, short = Button("Tra cứu mã số BHXH của tôi", "/a"), Button("Quên mật khẩu", "/b")
    assert button_rows([short, long, short, short, short]) == [[short], [long], [short, short], [short]]


@pytest.mark.parametrize("button", [Button("Không gì"), Button(" ", "/a"), Button("Trống", "")])
def test_a_button_that_telegram_cannot_hold_is_left_out(button: Button, caplog: pytest.LogCaptureFixture) -> None:
    assert button_rows([button]) == []
    assert button_rows([button, Button("Được", "/b")]) == [[Button("Được", "/b")]]
    assert "left out" in caplog.text


@pytest.mark.parametrize(
    "payload", ["/" + "x" * 64, "/" + "ạ" * 22, "/inform" + '{"choice":"sửa_địa_chỉ_nhận_thẻ"}' * 9]
)
def test_a_long_payload_is_carried_by_a_key(payload: str) -> None:
    carried = callback_data(payload)
    assert len(carried.encode()) <= LONGEST_PAYLOAD and carried == offer_key(payload)
    assert callback_data(payload + "x") != carried


@pytest.mark.parametrize("payload", ["/greet", "/" + "x" * 63, "/" + "ạ" * 21])
def test_a_payload_that_fits_is_carried_as_it_is(payload: str) -> None:
    assert callback_data(payload) == payload


def test_pictures_come_first_and_buttons_last() -> None:
    def message(text: str) -> Message:
        return Message(
            "m", "c", 1, Author.ASSISTANT, text, utc_now(),
            buttons=(Button("Có", "/affirm"),),
            attachments=(Attachment("b.png", "picture", "image/png", 0), Attachment("x", "photo", "image/png", 0)),
        )  # fmt: skip

    parts = reply_parts(message("chữ " * 1500))
    assert parts[0] == PicturePart("b.png")
    assert [part.buttons for part in parts if isinstance(part, TextPart)] == [(), (Button("Có", "/affirm"),)]
    assert reply_parts(message(" "))[1] == TextPart("Anh/chị chọn giúp em ạ:", (Button("Có", "/affirm"),))
