from __future__ import annotations

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.phones import parse_phone


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0905123456", "0905123456"),
        ("+84 905 123 456", "0905123456"),
        ("84905123456", "0905123456"),
        ("0084905123456", "0905123456"),
        ("(+84) 0905123456", "0905123456"),
        ("905123456", "0905123456"),
        ("090.000.0001", "0900000001"),
        ("0905-123-456 nha em", "0905123456"),
        ("sđt của mẹ: 0389 123 456", "0389123456"),
        ("cccd 048090000001 sđt 0905123456", "0905123456"),
        ("０９０５１２３４５６", "0905123456"),
        ("không chín không năm một hai ba bốn năm sáu", "0905123456"),
    ],
)
def test_a_mobile_number_in_the_ways_it_is_written(typed: str, number: str) -> None:
    assert parse_phone(typed) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "phone_empty"),
        ("không có", "phone_empty"),
        ("090512345", "phone_length"),
        ("09051234567", "phone_length"),
        ("1", "phone_length"),
        ("0205123456", "phone_prefix"),
        ("09O5123456", "phone_letters"),
        ("0236 3822428", "phone_landline"),
        ("01205123456", "phone_old"),
        ("1900 9068", "phone_service"),
        ("+1 650 253 0000", "phone_foreign"),
        ("0016502530000", "phone_foreign"),
        ("0905123456 hoặc 0906123456", "phone_two"),
    ],
)
def test_another_number_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_phone(typed)
    assert refused.value.code == code
