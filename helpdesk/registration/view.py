"""What the chat shows of a registration: the values that the guide's texts name in braces.

Owns how much is repeated and to whom: first names and last digits where that is enough, whole values only where the
citizen has to check them, and nothing of the person in any other conversation than the application's own. The texts
themselves are in `data/guide/registration.yml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from helpdesk.calendar import VIETNAM
from helpdesk.identity import BirthDate, FieldName
from helpdesk.places import find_agency
from helpdesk.registration.fields import FIELD_WORDS, PHOTO_FIELDS
from helpdesk.registration.model import Registration, Status

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_STATUS_WORDS = {
    Status.DRAFT: "đang làm dở, chưa gửi",
    Status.SUBMITTED: "đang chờ cán bộ duyệt",
    Status.APPROVED: "đã được duyệt",
    Status.REJECTED: "cần bổ sung",
}
_TOLD_TO_ANYBODY = ("ma_ho_so", "trang_thai")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its `{names}` replaced; an unknown name becomes nothing."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text)


def placeholders(registration: Registration) -> dict[str, str]:
    """Every value that a text about this registration may show."""
    fields, notes = registration.known, registration.notes
    whom = _person(registration)
    name = fields.get(FieldName.FULL_NAME, "")
    submitted = registration.submitted_at
    agency = find_agency(fields.get(FieldName.AGENCY, ""))
    return {
        "ai": whom or "anh/chị",
        "cua": f" của {whom}" if whom else "",
        "cua_ai": f" của {whom}" if whom else " của anh/chị",
        "ten": name,
        "goi": name.split()[-1] if name else "",
        "ngay_sinh": _birth(fields.get(FieldName.BIRTH_DATE)),
        "cccd_cuoi": _tail(fields.get(FieldName.NATIONAL_ID)),
        "ma_cuoi": _tail(fields.get(FieldName.BHXH_CODE)),
        "ma_so": fields.get(FieldName.BHXH_CODE, ""),
        "so_vua_go": notes.number,
        "sdt_cuoi": _tail(fields.get(FieldName.PHONE), 3),
        "dia_chi": fields.get(FieldName.ADDRESS, ""),
        "tinh": fields.get(FieldName.PROVINCE, ""),
        "email": fields.get(FieldName.EMAIL, ""),
        "goi_y_email": notes.email_hint,
        "con_lan": notes.tries_left,
        "cho_giay": notes.wait,
        "vua_ghi": notes.taken,
        "co_quan": agency.label if agency else fields.get(FieldName.AGENCY, ""),
        "so_anh": f"{sum(registration.has(side) for side in PHOTO_FIELDS)}/3",
        "ma_ho_so": registration.case_code or "",
        "trang_thai": _STATUS_WORDS[registration.status],
        "ngay_gui": f"{submitted.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}" if submitted else "",
        "ly_do": registration.reason or "",
        "can_sua": ", ".join(FIELD_WORDS[name] for name in registration.repair if name in FIELD_WORDS),
        "con_thieu": ", ".join(FIELD_WORDS[name] for name in registration.missing() if name in FIELD_WORDS),
        "sua_gi": FIELD_WORDS.get(registration.asked, "thông tin"),
    }


def values_for(registration: Registration, conversation_id: str) -> dict[str, str]:
    """What a text said in this conversation may show of a registration.

    Everything of its own. Of another's no more than its code and state, whatever names stand in the text: whoever
    knows a case code may ask about it, and the texts are written by people who need not think of that.
    """
    values = placeholders(registration)
    if registration.conversation_id == conversation_id:
        return values
    return {"ai": "anh/chị"} | {name: values[name] for name in _TOLD_TO_ANYBODY}


def _person(registration: Registration) -> str:
    """Who the registration is for, as a helper says it; empty when the person writes himself."""
    if not registration.is_helper:
        return ""
    return f"{registration.fields.get(FieldName.HELPER_RELATION) or 'người thân'} anh/chị"


def _birth(iso: str | None) -> str:
    return BirthDate.of_iso(iso).shown if iso else ""


def _tail(number: str | None, digits: int = 4) -> str:
    return f"…{number[-digits:]}" if number else ""
