from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk.identity.person import BirthDate
from helpdesk.registration.crosschecks import FLAG_TEXTS, crosscheck
from helpdesk.registry.member import Member

FIELDS = {
    "bhxh_code": "0000000001",
    "card": "DN4480000000001",
    "full_name": "Nguyễn Văn Thử",
    "birth_date": "1990-02-01",
    "sex": "nam",
    "national_id": "048090000001",
    "province": "Đà Nẵng",
}
MEMBER = Member("0000000001", "Nguyễn Văn Thử", BirthDate(1990, 2, 1), national_id="048090000001")


def test_what_fits_raises_no_flag() -> None:
    assert crosscheck(FIELDS, MEMBER) == ()


@pytest.mark.parametrize(
    ("change", "flags"),
    [
        ({"birth_date": "1991-02-01"}, ("birth_vs_registry", "birth_vs_national_id")),
        ({"birth_date": "1990"}, ()),
        ({"birth_date": "1990-02-02"}, ("birth_vs_registry",)),
        ({"birth_date": "hôm qua"}, ()),
        ({"sex": "nữ"}, ("sex_vs_national_id",)),
        ({"sex": "?"}, ()),
        ({"full_name": "nguyen van thu"}, ()),
        ({"full_name": "Nguyễn Văn Thí"}, ("name_vs_registry",)),
        ({"card": "DN4480000000002"}, ("card_vs_code",)),
        ({"national_id": "048090000002"}, ("national_id_vs_registry",)),
        ({"national_id": "200000001"}, ()),
        ({"province": "Quảng Nam"}, ()),
        ({"province": "Hà Nội"}, ("province_vs_national_id",)),
        ({"province": "", "address": "Số 1, Thanh Khê, Đà Nẵng"}, ()),
        ({"province": "", "address": "Số 1, Ba Đình, Hà Nội"}, ("province_vs_national_id",)),
    ],
)
def test_what_does_not_fit_is_flagged(change: dict[str, str], flags: tuple[str, ...]) -> None:
    assert crosscheck(FIELDS | change, MEMBER) == flags


def test_someone_the_registry_does_not_know() -> None:
    assert crosscheck(FIELDS, None) == ("not_in_registry",)
    assert crosscheck({}, None) == ("not_in_registry",)


def test_an_empty_application_and_a_thin_registry_raise_nothing() -> None:
    assert crosscheck({}, MEMBER) == ()
    assert crosscheck(FIELDS, replace(MEMBER, national_id=None, birth_date=BirthDate(1990))) == ()


def test_every_flag_has_words() -> None:
    worst = FIELDS | {
        "birth_date": "1980-01-01", "sex": "nữ", "full_name": "Lê Thị Khác", "card": "DN4480000000009",
        "national_id": "001095000009", "province": "Đà Nẵng",
    }  # fmt: skip
    flags = crosscheck(worst, MEMBER, has_account=True)
    assert {*flags, "not_in_registry"} == set(FLAG_TEXTS)
