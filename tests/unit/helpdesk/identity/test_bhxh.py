from __future__ import annotations

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity import bhxh as identifiers
from helpdesk.identity.bhxh import Card, parse_bhxh_code, parse_card


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0123456789", "0123456789"),
        ("0123456789 nha em", "0123456789"),
        ("mã số là 4815123456", "4815123456"),
        ("ma 0123456789", "0123456789"),
        ("dạ 4815.123.456 ạ", "4815123456"),
        ("4815-123-456", "4815123456"),
        ("48 15 12 34 56", "4815123456"),
        ("４８１５１２３４５６", "4815123456"),
        ("4815\u200b123456", "4815123456"),
        ("không một hai ba bốn năm sáu bảy tám chín", "0123456789"),
        ("4815123456 sđt 0905123456", "4815123456"),
        ("0123456789 0123456789", "0123456789"),
        ("DN4480000000001", "0000000001"),
        ("DN 4 48 0000000001", "0000000001"),
        ("thẻ dn-4-48-0000000001 ạ", "0000000001"),
        ("thẻ DN4480000000001, số 0000000001", "0000000001"),
        ("DN448AB12345678", "AB12345678"),
    ],
)
def test_a_bhxh_code_in_the_ways_it_is_written(typed: str, code: str) -> None:
    assert parse_bhxh_code(typed) == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "bhxh_empty"),
        ("em không nhớ", "bhxh_empty"),
        ("123456789", "bhxh_length"),
        ("12345678901", "bhxh_length"),
        ("0123456789 2", "bhxh_length"),
        ("4480000000001", "bhxh_length"),
        ("ma so 4480000000001", "bhxh_length"),
        ("1" * 2000, "bhxh_length"),
        ("048090000001", "bhxh_looks_like_national_id"),
        ("0480900000 01", "bhxh_looks_like_national_id"),
        ("0000000000", "bhxh_zero"),
        ("DN4480000000000", "bhxh_zero"),
        ("O123456789", "bhxh_letters"),
        ("01234S6789", "bhxh_letters"),
        ("0123456789 hay 0123456788", "bhxh_two"),
        ("DN44800000O0001", "card_letters"),
        ("DN6480000000001", "card_level"),
        ("D4480000000001", "card_length"),
        ("DN0123456789", "card_length"),
    ],
)
def test_a_doubtful_bhxh_code_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_bhxh_code(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("typed", ["HT3480000000014", "ht3 48 0000000014", "số thẻ: HT.3.48.0000000014 nhé"])
def test_a_card_and_its_code(typed: str) -> None:
    assert parse_card(typed) == Card("HT3480000000014", "0000000014")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "card_empty"),
        ("0000000001", "card_length"),
        ("DN448000000001", "card_length"),
        ("DN44800000000012", "card_length"),
        ("DN6480000000001", "card_level"),
        ("DN0480000000001", "card_level"),
        ("DN4990000000001", "card_province"),
        ("DN44800000O0001", "card_letters"),
        ("DN4I80000000001", "card_letters"),
        ("DN448O012345678", "card_letters"),
        ("DN448OI12345678", "card_letters"),
        ("DN4480000000001 hoặc HT3480000000014", "card_two"),
    ],
)
def test_a_doubtful_card_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_card(typed)
    assert refused.value.code == code


def test_everything_is_under_one_roof() -> None:
    for name in identifiers.__all__:
        assert hasattr(identifiers, name)
