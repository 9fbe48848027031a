"""A registration as the case page shows it: labels, photos, what the cards' codes say, and the points to look at.

Owns which of the kept values are shown and in which words. Refuses to judge: the flags are
`helpdesk.registration.crosschecks`'.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from bot.console.clock import moment
from bot.console.words import FINDINGS, SIDES
from helpdesk.errors import InvalidInput
from helpdesk.identity import BirthDate, CitizenCard, FieldName, InsuranceCard, read_code
from helpdesk.places import find_agency
from helpdesk.registration import FIELDS, FLAG_TEXTS, PHOTO_FIELDS, Registration, Status

_OWNERS = {
    "helper": "của người làm giúp",
    "person": "của người đăng ký",
    "mixed": "một của người làm giúp, một của người đăng ký",
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A place for a photo; `url` is None where there is none (any more)."""

    label: str
    url: str | None
    doubt: str


@dataclass(frozen=True, slots=True)
class Code:
    """What a code on a card says, by label; values that differ from the application are marked."""

    title: str
    values: tuple[tuple[str, str, bool], ...]


class CaseView:
    """One registration for the templates."""

    def __init__(self, registration: Registration) -> None:
        self._registration = registration
        self.id = registration.id
        self.code = registration.case_code or ""
        self.name = registration.fields.get(FieldName.FULL_NAME, "")
        self.waits = registration.status is Status.SUBMITTED
        # Changes whenever the citizen files again.
        self.seen = registration.submitted_at.isoformat() if registration.submitted_at else ""
        self.submitted = moment(registration.submitted_at)
        self.reason = registration.reason
        self.flags = tuple(FLAG_TEXTS.get(flag, flag) for flag in registration.flags)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Labels and values: first those with a heading, in the order of the table, then what it doesn't know."""
        given = self._registration.known
        shown = [(f.heading, _value(f.name, given[f.name])) for f in FIELDS.values() if f.heading and given.get(f.name)]
        return shown + [(name, given[name]) for name in sorted(set(given) - set(FIELDS))]

    @property
    def person(self) -> list[tuple[str, str]]:
        """By which an officer sees once more whom he approves."""
        sure = {field.heading for field in FIELDS.values() if field.identifies}
        return [(label, value) for label, value in self.fields if label in sure]

    @property
    def email(self) -> str:
        return self._registration.fields.get(FieldName.EMAIL, "")

    @property
    def email_confirmed(self) -> bool:
        return self._registration.has(FieldName.OTP)

    @property
    def helper(self) -> str:
        """Who typed, in a sentence."""
        fields = self._registration.fields
        if not self._registration.is_helper:
            return "Người đăng ký tự làm."
        relation = fields.get(FieldName.HELPER_RELATION)
        owner = _OWNERS.get(fields.get(FieldName.CONTACT_OWNER, ""))
        return (
            f"Có người làm giúp{f' (đăng ký cho: {relation})' if relation else ''}."
            f"{f' Email và điện thoại: {owner}.' if owner else ''}"
        )

    @property
    def consent(self) -> str:
        """When the citizen agreed, and to which text."""
        registration = self._registration
        if registration.consent_at is None:
            return "Chưa có ghi nhận đồng ý."
        return f"Đồng ý xử lý dữ liệu lúc {moment(registration.consent_at)} (bản {registration.consent_version})."

    @property
    def photos(self) -> list[Photo]:
        """The three that every application has, and the card where it was photographed."""
        shown = []
        for side, label in SIDES.items():
            photo = self._registration.photos.get(side)
            if photo is not None:
                url = f"/console/cases/{self.id}/photos/{side.value}"
                # Findings that aren't words of ours are notes of the reader.
                words = [FINDINGS[finding] for finding in photo.findings if finding in FINDINGS]
                doubt = f"Máy chưa chắc: {', '.join(words) or 'xem kỹ ảnh'}" if photo.verdict != "accepted" else ""
                shown.append(Photo(label, url, doubt))
            elif side.value in PHOTO_FIELDS:
                shown.append(Photo(label, None, ""))
        return shown

    @property
    def codes(self) -> list[Code]:
        """What was read from the codes on the cards."""
        return [self._code(text) for text in _texts(self._registration.fields.get(FieldName.CARD_CODES, ""))]

    def _code(self, text: str) -> Code:
        try:
            card = read_code(text)
        except InvalidInput:
            return Code("Mã chưa đọc được nghĩa", (("Nội dung", text[:300], False),))
        fields = self._registration.known
        birth = card.birth_date.iso if card.birth_date else None
        common = [
            ("Họ và tên", card.full_name, fields.get(FieldName.FULL_NAME)),
            (
                "Ngày sinh",
                _value(FieldName.BIRTH_DATE, birth) if birth else None,
                _value(FieldName.BIRTH_DATE, fields.get(FieldName.BIRTH_DATE)),
            ),
            ("Giới tính", card.sex.value if card.sex else None, fields.get(FieldName.SEX)),
            ("Địa chỉ", card.address, None),
        ]
        match card:
            case CitizenCard():
                title = "Mã QR trên CCCD"
                own = [
                    ("Số CCCD", card.national_id, fields.get(FieldName.NATIONAL_ID)),
                    ("Số CMND cũ", card.old_id, None),
                    ("Ngày cấp", _shown(card.issued), None),
                ]
            case InsuranceCard():
                title = "Mã trên thẻ BHYT"
                own = [
                    ("Mã số BHXH", card.bhxh_code, fields.get(FieldName.BHXH_CODE)),
                    ("Số thẻ BHYT", card.card, fields.get(FieldName.CARD)),
                    ("Giá trị từ", _shown(card.valid_from), None),
                    ("Giá trị đến", _shown(card.valid_until), None),
                ]
        return Code(
            title,
            tuple(
                (label, value, bool(given) and value.casefold() != str(given).casefold())
                for label, value, given in own[:1] + common + own[1:]
                if value
            ),
        )


def _texts(kept: str) -> list[str]:
    """The raw texts of the codes, kept as JSON by the side of the card; the same text on two sides is one."""
    by_side: dict[str, list[str]] = json.loads(kept) if kept else {}
    return list(dict.fromkeys(text for texts in by_side.values() for text in texts))


def _value(name: str, value: str | None) -> str:
    if not value:
        return ""
    if name == FieldName.BIRTH_DATE:
        try:
            return BirthDate.of_iso(value).shown
        except (ValueError, TypeError):
            return value
    if name == FieldName.AGENCY:
        agency = find_agency(value)
        return agency.label if agency else value
    return value


def _shown(day: date | None) -> str | None:
    return None if day is None else f"{day:%d/%m/%Y}"
