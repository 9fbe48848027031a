"""What follows from the fields is known without being kept, and follows them when they change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from helpdesk.registration.model import Registration, Status, without_copies
from helpdesk.registration.progress import Progress

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HERS = "048160099001"
HIS = "048060099001"


def draft(**fields: str) -> Registration:
    return Registration("r", "c", Status.DRAFT, fields, Progress(), NOW, NOW)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"bhxh_code": HERS, "national_id": HERS}, {"national_id": HERS, "same_number": "1"}),
        ({"bhxh_code": "0000099001", "national_id": HERS}, {"bhxh_code": "0000099001", "national_id": HERS}),
        ({"bhxh_code": "0000099001", "same_number": "1"}, {"bhxh_code": "0000099001"}),
        ({"same_number": "1", "national_id": HERS}, {"same_number": "1", "national_id": HERS}),
        # Of another number nobody knows whose it is: staff see both.
        ({"bhxh_code": HIS, "national_id": HERS}, {"bhxh_code": HIS, "national_id": HERS}),
        (
            {"bhxh_code": "048160099", "national_id": "048160099"},
            {"bhxh_code": "048160099", "national_id": "048160099"},
        ),
    ],
)
def test_the_cccd_in_the_place_of_the_bhxh_number_is_a_flag(given: dict[str, str], kept: dict[str, str]) -> None:
    assert without_copies(given) == kept


def test_the_number_follows_the_cccd() -> None:
    assert draft(national_id=HERS, same_number="1").bhxh_code == HERS
    assert draft(national_id=HIS, same_number="1").bhxh_code == HIS
    assert draft(national_id=HIS, same_number="1").has("bhxh_code")


@pytest.mark.parametrize("number", ["", "048160099"])
def test_without_a_cccd_the_bhxh_number_is_asked_for_again(number: str) -> None:
    without = draft(national_id=number, same_number="1")
    assert without.bhxh_code == "" and "bhxh_code" in without.missing()


def test_sex_is_the_cccd_s_unless_a_card_told_it() -> None:
    assert draft(national_id=HERS).known["sex"] == "nữ"
    assert draft(national_id=HERS, sex="nam").known["sex"] == "nam"
    assert "sex" not in draft(national_id="048160099").known and "sex" not in draft().known
    assert draft(national_id=HIS).known["sex"] == "nam"
    assert "sex" not in draft(national_id=HERS).fields
