"""Values that a person gives, found where they stand and brought to one form."""

from __future__ import annotations

import pytest

from nlu.entities.extractor import find_entities
from nlu.entities.places import Gazetteer


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("thẻ DN 4 48 0000000001 còn hạn không", "bhyt_card", "DN4480000000001"),
        ("gd-4-48-0000000004", "bhyt_card", "GD4480000000004"),
        ("mã số bhxh là 4820000001", "bhxh_code", "4820000001"),
        ("mã số bhxh của em là 0935123456", "bhxh_code", "0935123456"),
        ("sđt 0935 123 456 nha", "phone", "0935123456"),
        ("0935123456", "phone", "0935123456"),
        ("+84 905.123.456", "phone", "0905123456"),
        ("0236 3822 123", "phone", "02363822123"),
        ("zalo 905123456", "phone", "0905123456"),
        ("cccd 048 090 000 001", "national_id", "048090000001"),
        ("cmnd 201234567", "national_id", "201234567"),
        ("mail lan.90@gmail.com nhé", "email", "lan.90@gmail.com"),
        ("lan nguyen 90 a còng gmail chấm com", "email", "lannguyen90@gmail.com"),
        ("dạ mã số là không không không không không một không không không hai", "bhxh_code", "0000010002"),
        ("số của bác là không chín không năm hai bốn bảy sáu sáu một nha cháu", "phone", "0905247661"),
        ("căn cước là không bốn tám không chín hai không không năm tám ba một ạ", "national_id", "048092005831"),
        ("không chín không năm, một hai ba, bốn năm sáu", "phone", "0905123456"),
        ("0905 một hai ba bốn năm sáu", "phone", "0905123456"),
        ("mã số năm số không một ba số không hai", "bhxh_code", "0000010002"),
        ("sinh 12/3/1990", "date", "1990-03-12"),
        ("5-5-85", "date", "1985-05-05"),
        ("01021990", "date", "1990-02-01"),
        ("ngày 1 tháng 2 năm 1990", "date", "1990-02-01"),
        ("mùng ba tháng tư năm tám lăm", "date", "1985-04-03"),
        ("hai mốt tháng sáu sáu tám", "date", "1968-06-21"),
        ("mùng chín tháng hai năm 1961.", "date", "1961-02-09"),
        ("sinh năm 1968", "date", "1968"),
        ("hai mươi mốt tháng mười hai năm một chín sáu tám", "date", "1968-12-21"),
        ("bhxh quận Thanh Khê ở đâu", "agency", "BHXH Thanh Khê"),
        ("chọn 04802 phải không", "agency", "04802"),
        ("em ở cam le", "location", "Cẩm Lệ"),
        ("hoà vang", "location", "Hòa Vang"),
        ("phường Thanh Bình", "location", "Thanh Bình"),
        ("tiền thai sản của em", "benefit", "thai sản"),
        ("bảo hiểm thất nghiệp", "insurance", "BHTN"),
    ],
)
def test_found(places: Gazetteer, text: str, entity: str, value: str) -> None:
    found = {f.entity: f for f in find_entities(text, places)}
    assert entity in found, found
    assert found[entity].value == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "2 cộng 2 bằng mấy",
        "một hai ba bốn năm sáu bảy",
        "ba năm tám tháng",
        "+1 415 555 2671",
        "29/02/2001",
        "1900 9068",
        "em ăn khế",
        "tui tên Lê Thanh Bình",
        "đóng 5 năm",
        "9h30 sáng",
        "\x00\u202e",
        "9" * 5000,
    ],
)
def test_nothing_is_guessed(places: Gazetteer, text: str) -> None:
    assert find_entities(text, places) == []


def test_places_in_the_original_text(places: Gazetteer) -> None:
    text = "E\u0302m\u200b so\u0302\u0301 0905123456, ở Thanh Khê\u202e nhé 👍"
    found = {f.entity: text[f.start : f.end] for f in find_entities(text, places)}
    assert found == {"phone": "0905123456", "location": "Thanh Khê"}


def test_two_numbers_side_by_side(places: Gazetteer) -> None:
    found = [(f.entity, f.value) for f in find_entities("0905123456 048090000001", places)]
    assert found == [("phone", "0905123456"), ("national_id", "048090000001")]
