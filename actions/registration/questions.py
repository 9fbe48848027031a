"""Which question comes next, with the buttons that a tap can answer.

Owns the order beyond the plain list of fields: what was read is confirmed first, what is being corrected comes before
what is missing, and the summary last.
"""

from __future__ import annotations

from actions.registration.work import Work
from actions.said import Button
from helpdesk.photos import Side
from helpdesk.registration import PHOTO_FIELDS, Registration

YES_NO: tuple[Button, ...] = (("Đúng rồi", "yes"), ("Chưa đúng", "no"))
OTP_BUTTONS: tuple[Button, ...] = (("Gửi lại mã", "otp_resend"), ("Đổi email", "fix_email"))
_OWNERS: tuple[Button, ...] = (
    ("Đều là của tôi", "owner_helper"),
    ("Đều là của người đăng ký", "owner_person"),
    ("Mỗi người một thứ", "owner_mixed"),
)
FIXABLE: tuple[Button, ...] = (
    ("Họ tên", "fix_full_name"),
    ("Ngày sinh", "fix_birth_date"),
    ("Mã số BHXH", "fix_bhxh_code"),
    ("Số CCCD/CMND", "fix_national_id"),
    ("Số điện thoại", "fix_phone"),
    ("Địa chỉ", "fix_address"),
    ("Email", "fix_email"),
    ("Ảnh", "fix_photos"),
    ("Cơ quan tiếp nhận", "fix_agency"),
)
PHOTO_FIXES: tuple[Button, ...] = (
    ("Mặt trước CCCD", "fix_front"),
    ("Mặt sau CCCD", "fix_back"),
    ("Ảnh chân dung", "fix_portrait"),
)
READ_FIXES: tuple[Button, ...] = (
    ("Họ tên", "fix_full_name"),
    ("Ngày sinh", "fix_birth_date"),
    ("Số CCCD", "fix_national_id"),
    ("Mã số BHXH", "fix_bhxh_code"),
    ("Địa chỉ", "fix_address"),
)


def next_question(draft: Registration) -> str:
    """The name of the question that is due: a field, or one of the dialogue's own."""
    progress = draft.progress
    if progress.get("unclear"):
        return "number_kind"
    if progress.get("email_hint"):
        return "email_hint"
    if progress.get("name_plain") and draft.has("birth_date") and draft.has("national_id"):
        # Only now: with these the registry may have spelt the name by itself.
        return "name_plain"
    if progress.get("found_code"):
        return "found_code"
    if progress.get("editing"):
        return str(progress["editing"])
    if progress.get("unconfirmed"):
        return "read"
    missing = draft.missing()
    if not missing:
        return "confirm"
    return missing[0]


def ask(work: Work) -> None:
    """Put the next question; the first photo's question also explains the fastest way, once."""
    draft = work.draft
    name = next_question(draft)
    work.progress["asked"] = name
    answer = f"reg_ask_{name}"
    if name == "front" and not work.progress.get("started") and not work.fields.get("bhxh_code"):
        answer = "reg_ask_start"
    work.progress["started"] = True
    if name == "address" and work.fields.get("address") and work.progress.get("editing") != "address":
        answer = "reg_ask_province"
    if name == "read":
        answer = f"reg_read_{work.progress['unconfirmed']}"
        if answer == "reg_read_bhyt" and not work.fields.get("full_name"):
            answer = "reg_read_bhyt_code"
    work.say(answer, *buttons(draft, name))


def buttons(draft: Registration, name: str) -> tuple[Button, ...]:
    """The taps that answer a question."""
    match name:
        case "front" if not draft.progress.get("front_later"):
            return (("Tôi gõ thay", "type_instead"), *_insist(draft, name))
        case "front" | "back" | "portrait":
            return _insist(draft, name)
        case "bhxh_code":
            offered = [("Tôi không biết mã số", "code_unknown")] if not draft.progress.get("code_unknown") else []
            if len(draft.fields.get("national_id", "")) == 12:
                offered.append(("Dùng số CCCD thay", "use_national_id"))
            return tuple(offered)
        case "number_kind":
            return (("Mã số BHXH", "number_code"), ("Số điện thoại", "number_phone"))
        case "email_hint":
            return (("Dùng email gợi ý", "email_use_hint"), ("Giữ email tôi gõ", "email_keep"))
        case "name_plain":
            return (("Tên đúng như vậy", "keep_name"),)
        case "email":
            return (("Tôi chưa có email", "/ask_email_setup"),)
        case "contact_owner":
            return _OWNERS
        case "otp":
            return OTP_BUTTONS
        case "read" | "found_code":
            return YES_NO
        case "confirm":
            return (("Đúng, gửi hồ sơ", "submit"), ("Sửa thông tin", "fix"), ("Để sau", "later"))
    return ()


def _insist(draft: Registration, side: str) -> tuple[Button, ...]:
    """After two refusals a person may look at the photo."""
    refusals = (draft.progress.get("refusals") or {}).get(side, 0)
    kept = draft.photos.get(Side(side))
    if side in PHOTO_FIELDS and refusals >= 2 and kept is not None and kept.verdict == "refused":
        return (("Gửi cho nhân viên xem", f"insist_{side}"),)
    return ()
