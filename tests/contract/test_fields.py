"""The table of fields and whoever is keyed by it: who adds a field learns here what it still needs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from actions.registration.hearing import corrections, labels
from actions.registration.hearing.hear import hear
from actions.registration.questions import FIXABLE, PHOTO_FIXES, fix
from actions.said.said import Said
from actions.said.wishes import lacks
from bot.console.case_view import CaseView
from bot.console.words import REASONS
from helpdesk.guide.guide import Guide, load_guide
from helpdesk.identity.field_names import FieldName
from helpdesk.registration.fields import ASKED, FIELDS, PHOTO_FIELDS, Field
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import CONFIRM, Doubt, Progress
from helpdesk.registration.view import placeholders
from helpdesk.registry.cells import CARD_VALID_UNTIL
from helpdesk.registry.columns import HEADINGS
from helpdesk.registry.member import Member
from helpdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
# A value of each field that is typed, as it is kept.
TYPED = {
    FieldName.FULL_NAME: ("Nguyễn Thị Mẫu", "Nguyễn Thị Mẫu"),
    FieldName.BIRTH_DATE: ("01/02/1960", "1960-02-01"),
    FieldName.BHXH_CODE: ("0000099001", "0000099001"),
    FieldName.NATIONAL_ID: ("048160099001", "048160099001"),
    FieldName.PHONE: ("0905000111", "0905000111"),
    FieldName.EMAIL: ("mau@example.com", "mau@example.com"),
    FieldName.ADDRESS: ("12 Trần Cao Vân, Đà Nẵng", "12 Trần Cao Vân, Đà Nẵng"),
}
ALL = list(FIELDS.values())
CORRECTABLE = [field for field in ALL if field.button]
TEXTS = [field for field in ALL if field.name in ASKED and field.heading and not field.photo]
# Where fields are known; what the extractor calls its findings has names of its own.
KNOWING = ("actions", "bot/console", "helpdesk/registration", "helpdesk/registry/columns.py")
NOT_FIELDS = "actions/said/said.py"


def draft(**fields: str) -> Registration:
    return Registration("r", "c", Status.DRAFT, fields, Progress(), NOW, NOW)


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(Settings().content_dir)


def test_every_name_has_its_row_and_every_row_a_name() -> None:
    assert list(FIELDS) == [field.name for field in ALL]
    assert set(FIELDS) == set(FieldName)


@pytest.mark.parametrize("name", [*ASKED, FieldName.AGENCY, FieldName.PROVINCE, CONFIRM, *Doubt])
def test_everything_that_is_asked_has_its_question(guide: Guide, name: str) -> None:
    questions: dict[str, list[str]] = {Doubt.READ: ["reg_read_cccd", "reg_read_bhyt", "reg_read_bhyt_code"]}
    assert set(questions.get(name, [f"reg_ask_{name}"])) <= set(guide.ids)


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_a_value_that_is_none_has_its_answer(guide: Guide, field: Field) -> None:
    assert f"reg_x_{field.name}" in guide.ids


@pytest.mark.parametrize("field", [field for field in ALL if field.lacking], ids=lambda field: field.name)
def test_who_lacks_it_is_heard_and_answered(guide: Guide, field: Field) -> None:
    assert field.lacking in guide.ids
    if field.name != FieldName.BIRTH_DATE:  # Not to know it is all that people say of a birth date.
        word = "hình" if field.photo else field.word.split("/")[0].removeprefix("số ")
        assert lacks(Said("m", f"tôi không có {word}"), field.name)


@pytest.mark.parametrize("field", CORRECTABLE, ids=lambda field: field.name)
def test_what_can_be_corrected_is_heard_by_its_own_word_and_has_a_tap(field: Field) -> None:
    assert corrections.named_field(Said("m", f"sửa lại {field.word}")) == field.name
    assert fix(field.name) in (*FIXABLE, *PHOTO_FIXES)
    assert field.word and field.heading


@pytest.mark.parametrize("field", TEXTS, ids=lambda field: field.name)
def test_what_is_typed_has_a_label_and_a_listener(field: Field) -> None:
    typed, kept = TYPED[field.name]
    text = f"{field.word}: {typed}"
    assert field.name in [label.field for label in labels.read_message(Said("m", text)).labels]
    found = ({"entity": "email", "value": typed, "start": text.index(typed), "end": len(text)},)
    said = Said("m", text, "inform", found if field.name == FieldName.EMAIL else ())
    assert hear(said, draft(), field.name, TODAY).values[field.name] == kept
    if field.read:
        assert field.read(typed, TODAY) == kept


def test_what_people_call_a_field_is_a_field_s() -> None:
    assert {name for name, _ in labels._LABELS} - {labels.OTHER} <= set(FIELDS)
    assert {name for name, _ in corrections._FIELDS} - {"photos"} == {field.name for field in CORRECTABLE}


@pytest.mark.parametrize("field", [field for field in ALL if field.heading], ids=lambda field: field.name)
def test_the_staff_see_it_and_can_send_it_back(field: Field) -> None:
    if field.photo:
        assert len(CaseView(draft()).photos) == len(PHOTO_FIELDS)
    else:
        assert CaseView(draft(**{field.name: "Có"})).fields == [(field.heading, "Có")]
    assert field.repairable == (field.name in REASONS)
    if field.repairable:
        assert REASONS[field.name][0] == field.heading and REASONS[field.name][1]


def test_what_the_staff_are_not_shown_is_told_elsewhere_on_the_page() -> None:
    silent = {field.name: "1" for field in ALL if not field.heading}
    assert CaseView(draft(**silent)).fields == []


def test_the_chat_has_a_word_for_all_that_is_asked() -> None:
    assert placeholders(draft(for_whom="helper"))["con_thieu"].split(", ") == [FIELDS[name].word for name in ASKED]


def test_the_registry_s_columns_are_a_member_s_and_go_by_the_same_names() -> None:
    assert set(HEADINGS) - {CARD_VALID_UNTIL} <= set(FIELDS)
    assert set(HEADINGS) <= set(Member.__dataclass_fields__)


def test_names_are_written_out_in_the_table_only() -> None:
    """Elsewhere code says `FieldName`: who renames or looks for a field finds every place."""
    names = "|".join(sorted({*TYPED, FieldName.CONTACT_OWNER, FieldName.EMAIL_CONFIRMED, FieldName.SAME_NUMBER}))
    key = re.compile(rf"""(?:\.get\(|\[|\bin \(|[!=]= |\.has\(|pop\(|\bcase )["'](?:{names})["']""")
    rooms = [ROOT / place for place in KNOWING]
    files = [file for room in rooms for file in ([room] if room.is_file() else sorted(room.rglob("*.py")))]
    assert len(files) > 40
    assert [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files
        if file != ROOT / NOT_FIELDS
        for match in key.finditer(file.read_text("utf-8"))
    ] == []
