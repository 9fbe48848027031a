"""A registration as the case page shows it: labels, photos, what the cards' codes say, and the points to look at.

Owns which of the kept values are shown and in which words. Refuses to judge: the flags are
`helpdesk.registration.crosschecks`'.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from bot.console.clock import moment
from bot.console.words import FIELDS, FINDINGS, SIDES
from helpdesk.errors import InvalidInput
from helpdesk.identity import BirthDate, CitizenCard, InsuranceCard, read_code
from helpdesk.places import find_agency
from helpdesk.registration import FLAG_TEXTS, PHOTO_FIELDS, Registration, Status

# Shown elsewhere on the page, or of no use to the staff.
_ELSEWHERE = {"for_whom", "helper_relation", "contact_owner", "email_confirmed", "card_codes"}
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
        self.name = registration.fields.get("full_name", "")
        self.waits = registration.status is Status.SUBMITTED
        # Changes whenever the citizen files again.
        self.seen = registration.submitted_at.isoformat() if registration.submitted_at else ""
        self.submitted = moment(registration.submitted_at)
        self.reason = registration.reason
        self.flags = tuple(FLAG_TEXTS.get(flag, flag) for flag in registration.flags)

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Labels and values: first those with a label, in their order, then whatever else was kept."""
        given = self._registration.fields
        shown = [(label, _value(name, given[name])) for name, label in FIELDS.items() if given.get(name)]
        others = (name for name in given if name not in FIELDS and name not in _ELSEWHERE and not name.startswith("_"))
        return shown + [(name, given[name]) for name in sorted(others)]

    @property
    def email(self) -> str:
        return self._registration.fields.get("email", "")

    @property
    def email_confirmed(self) -> bool:
        return self._registration.fields.get("email_confirmed") == "1"

    @property
    def helper(self) -> str:
        """Who typed, in a sentence."""
        fields = self._registration.fields
        if not self._registration.is_helper:
            return "Người đăng ký tự làm."
        relation = fields.get("helper_relation")
        owner = _OWNERS.get(fields.get("contact_owner", ""))
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
        return [self._code(text) for text in _texts(self._registration.fields.get("card_codes", ""))]

    def _code(self, text: str) -> Code:
        try:
            card = read_code(text)
        except InvalidInput:
            return Code("Mã chưa đọc được nghĩa", (("Nội dung", text[:300], False),))
        fields = self._registration.fields
        birth = card.birth_date.iso if card.birth_date else None
        common = [
            ("Họ và tên", card.full_name, fields.get("full_name")),
            (
                "Ngày sinh",
                _value("birth_date", birth) if birth else None,
                _value("birth_date", fields.get("birth_date")),
            ),
            ("Giới tính", card.sex.value if card.sex else None, fields.get("sex")),
            ("Địa chỉ", card.address, None),
        ]
        match card:
            case CitizenCard():
                title = "Mã QR trên CCCD"
                own = [
                    ("Số CCCD", card.national_id, fields.get("national_id")),
                    ("Số CMND cũ", card.old_id, None),
                    ("Ngày cấp", _shown(card.issued), None),
                ]
            case InsuranceCard():
                title = "Mã trên thẻ BHYT"
                own = [
                    ("Mã số BHXH", card.bhxh_code, fields.get("bhxh_code")),
                    ("Số thẻ BHYT", card.card, fields.get("card")),
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
    if name == "birth_date":
        try:
            return BirthDate.of_iso(value).shown
        except (ValueError, TypeError):
            return value
    if name == "agency":
        agency = find_agency(value)
        return agency.label if agency else value
    return value


def _shown(day: date | None) -> str | None:
    return None if day is None else f"{day:%d/%m/%Y}"
