from __future__ import annotations

import pytest

from helpdesk.places.provinces import agencies, find_agency, find_province, provinces


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "048") for text in ("ĐN", "đn", "da nang", "Đà Nẵng", "tp dn", "TP. Đà Nẵng", "048")),
        *((text, "049") for text in ("quang nam", "Quảng Nam", "q.nam", "tỉnh Quảng Nam", "Quảng Nam (cũ)")),
        *((text, "079") for text in ("sài gòn", "TP.HCM", "tphcm", "Thành phố Hồ Chí Minh")),
        ("thành phố đà nẵng", "048"),
        ("Huế", "046"),
        ("Bà Rịa - Vũng Tàu", "077"),
        ("hoà bình", "017"),
        ("Số 1 đường Giả Định, Thanh Khê Đông, Thanh Khê, Đà Nẵng", "048"),
        ("Thôn Mẫu, Điện Bàn, tỉnh Quảng Nam, Việt Nam", "049"),
        ("123 Điện Biên Phủ Đà Nẵng", "048"),
        ("12 Hà Nội, Đà Nẵng", "048"),
        ("Đà Nẵng, quận Thanh Khê", "048"),
        ("tỉnh Quảng Nam huyện Đại Lộc", "049"),
        ("mình ở Đà Nẵng nha chị ơi", "048"),
        ("thanh khê - đà nẵng", "048"),
    ],
)  # fmt: skip
def test_the_province_of_a_text(text: str, code: str) -> None:
    found = find_province(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    "text",
    ["", "123 Điện Biên Phủ", "đường Thái Bình", "phường Hòa Bình", "45/2 Hà Nội", "Việt Nam", "Thanh Khê", "x" * 5000,
     "xin chào", "999", "099"],
)  # fmt: skip
def test_no_province_is_guessed(text: str) -> None:
    assert find_province(text) is None


def test_the_table_of_provinces() -> None:
    assert len(provinces()) == 63
    assert len({province.name_2025 for province in provinces()}) == 34
    names = {province.name for province in provinces()} | {"Huế"}
    assert {province.name_2025 for province in provinces()} <= names
    assert [(p.code, p.name_2025) for p in provinces() if p.name == "Quảng Nam"] == [("049", "Đà Nẵng")]
    for province in provinces():
        assert find_province(province.name) == province


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("04802", "BHXH quận Thanh Khê"),
        ("mã 04802 nha", "BHXH quận Thanh Khê"),
        ("thanh khê", "BHXH quận Thanh Khê"),
        ("hải châu", "BHXH quận Hải Châu"),
        ("BHXH huyện Hòa Vang", "BHXH huyện Hòa Vang"),
        ("Hải Châu, Đà Nẵng", "BHXH quận Hải Châu"),
        ("đà nẵng", "BHXH thành phố Đà Nẵng"),
        ("BHXH tỉnh Quảng Nam", "BHXH tỉnh Quảng Nam"),
        ("07906", "Bảo hiểm xã hội cơ sở Bình Thạnh"),
    ],
)
def test_the_office_of_a_text(text: str, name: str) -> None:
    found = find_agency(text)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("text", ["", "04899", "đâu cũng được", "thanh khê hay hải châu", "x" * 5000])
def test_no_office_is_guessed(text: str) -> None:
    assert find_agency(text) is None


def test_this_office_comes_first_and_each_is_found_by_its_label() -> None:
    first = agencies()[0]
    assert first.label == "04802 - BHXH quận Thanh Khê"
    assert first.address == "574A Trần Cao Vân, Đà Nẵng"
    for agency in agencies():
        assert find_agency(agency.label) == agency


def test_an_address_that_nobody_confirmed_is_not_given() -> None:
    assert [agency.code for agency in agencies() if agency.address] == ["04802"]
