from __future__ import annotations

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.national_ids import PROVINCE_CODES, NationalId, parse_national_id
from helpdesk.identity.person import Sex
from helpdesk.places.provinces import provinces


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("048090000001", NationalId("048090000001", "cccd", Sex.MALE, 1990, "048")),
        ("048 322 000 002", NationalId("048322000002", "cccd", Sex.FEMALE, 2022, "048")),
        ("cccd 049155000003 nha", NationalId("049155000003", "cccd", Sex.FEMALE, 1955, "049")),
        ("căn cước 048201000004, sđt 0905123456", NationalId("048201000004", "cccd", Sex.MALE, 2001, "048")),
        ("120090000001", NationalId("120090000001", "cccd", Sex.MALE, 1990, None)),
        ("200000001", NationalId("200000001", "cmnd")),
        ("CMND 200.000.003", NationalId("200000003", "cmnd")),
    ],
)
def test_what_a_number_says(typed: str, expected: NationalId) -> None:
    assert parse_national_id(typed) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "national_id_empty"),
        ("chưa có", "national_id_empty"),
        ("0480900000", "national_id_length"),
        ("0480900000011", "national_id_length"),
        ("048 0900000O1", "national_id_letters"),
        ("000000000000", "national_id_zero"),
        ("003090000001", "national_id_province"),
        ("999090000001", "national_id_province"),
        ("048490000001", "national_id_century"),
        ("048990000001", "national_id_century"),
        ("C1234567", "national_id_passport"),
        ("048090000001 hoặc 048090000002", "national_id_two"),
    ],
)
def test_an_impossible_number_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_national_id(typed)
    assert refused.value.code == code


def test_the_provinces_of_numbers_are_those_of_the_table() -> None:
    assert frozenset(province.code for province in provinces()) == PROVINCE_CODES
