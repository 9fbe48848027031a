"""What a draft remembers: there and back, drafts of earlier versions, and which question is due."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.registration.model import Registration, Status
from helpdesk.registration.older import of_older
from helpdesk.registration.progress import Doubt, Notes, Progress

NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVERYTHING = Progress(
    asked="phone", filled=("full_name", "phone"), editing="email", paused=True, started=True, front_later=True,
    code_unknown=True, code_sent=True, name_plain=True, found_code=True, unconfirmed="cccd", told_birth=True, lost=2,
    refusals={"front": 2}, last_message="m7", last_outcome={"says": [["reg_noted", [], False]], "open": True},
)  # fmt: skip
# As the version before wrote it; "strange" is a key that nobody knows any more.
OLDER = (
    '{"asked": "email_hint", "filled": ["full_name", "email"], "started": true, "front_later": true, '
    '"repairing": true, "unclear": false, "email_hint": true, "refusals": {"front": 1}, "told_birth": true, '
    '"strange": [1], "last_message": "m1", "last_outcome": {"says": [], "open": true, "follow": null}}'
)


def draft(progress: Progress, notes: Notes | None = None, **fields: str) -> Registration:
    return Registration("r", "c", Status.DRAFT, fields, progress, NOW, NOW, notes=notes or Notes())


@pytest.mark.parametrize("progress", [Progress(), EVERYTHING, Progress(lost=1)])
def test_what_is_kept_comes_back(progress: Progress) -> None:
    assert Progress.load(json.loads(json.dumps(progress.dump()))) == progress


def test_everything_is_tried() -> None:
    assert [name for name, value in EVERYTHING.dump().items() if value == getattr(Progress(), name)] == []
    assert set(EVERYTHING.dump()) == set(Progress.__dataclass_fields__)
    assert Progress().dump() == {} and Notes().dump() == {}


def test_notes_come_back() -> None:
    notes = Notes("0905123456", "lan@gmail.com", "59", "2", "họ tên", "Ảnh mờ")
    assert Notes.load(json.loads(json.dumps(notes.dump()))) == notes


def test_an_older_draft_is_read() -> None:
    progress = Progress.load(json.loads(OLDER))
    assert progress == Progress(
        asked="email_hint", filled=("full_name", "email"), started=True, front_later=True, told_birth=True,
        refusals={"front": 1}, last_message="m1", last_outcome={"says": [], "open": True, "follow": None},
    )  # fmt: skip


def test_an_older_record_is_taken_apart() -> None:
    record = {
        "full_name": "Lê Thị Lan", "national_id": "048160099001", "bhxh_code": "048160099001", "sex": "nam",
        "_email_hint": "lan@gmail.com", "_number": "0905123456", "_taken": "email", "_strange": "x",
    }  # fmt: skip
    fields, notes = of_older(record, json.loads(OLDER))
    # The number counted only while it was asked about.
    assert notes == Notes(email_hint="lan@gmail.com", taken="email")
    assert fields == {"full_name": "Lê Thị Lan", "national_id": "048160099001", "same_number": "1"} | {"sex": "nam"}
    assert draft(Progress.load(json.loads(OLDER)), notes, **fields).waits_for is Doubt.EMAIL_HINT


@pytest.mark.parametrize(
    ("told", "kept"),
    [({"sex": "nữ"}, False), ({"sex": "nam"}, True), ({"sex": "nữ", "card_codes": '{"front": ["…"]}'}, True)],
)
def test_an_older_record_s_sex_stays_where_a_card_told_it(told: dict[str, str], kept: bool) -> None:
    fields, _ = of_older({"national_id": "048160099001", **told}, {})
    assert ("sex" in fields) is kept


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress(), None),
        (Progress(asked="birth_date"), "birth_date"),
        (Progress(asked="birth_date", code_sent=True), "otp"),
        (Progress(asked="birth_date", code_sent=True, paused=True), None),
    ],
)
def test_what_is_expected(progress: Progress, expected: str | None) -> None:
    assert progress.expects == expected


def test_of_several_doubts_the_first_is_asked_about() -> None:
    all_of_them = Progress(name_plain=True, found_code=True, unconfirmed="bhyt")
    notes = Notes(number="0905123456", email_hint="lan@gmail.com")
    known: dict[str, Any] = {"birth_date": "1960", "national_id": "048160099001"}
    assert draft(all_of_them, notes, **known).waits_for is Doubt.NUMBER_KIND
    assert draft(all_of_them, Notes(email_hint="lan@gmail.com"), **known).waits_for is Doubt.EMAIL_HINT
    assert draft(all_of_them, **known).waits_for is Doubt.NAME_PLAIN
    # The registry may spell the name by itself once these are known.
    assert draft(all_of_them, birth_date="1960").waits_for is Doubt.FOUND_CODE
    assert draft(Progress(unconfirmed="bhyt")).waits_for is Doubt.READ
    assert draft(Progress()).waits_for is None
