"""Which question comes next, with the buttons that a tap can answer.

Owns the order beyond the plain list of fields: what was read is confirmed first, what is being corrected comes before
what is missing, and the summary last.
"""

from __future__ import annotations

from dataclasses import replace

from actions.registration.work import Work
from actions.said import Button
from helpdesk.identity import FieldName
from helpdesk.photos import Side
from helpdesk.registration import CONFIRM, FIELDS, PHOTO_FIELDS, Doubt, Registration, stands_for_bhxh

YES_NO: tuple[Button, ...] = (("Đúng rồi", "yes"), ("Chưa đúng", "no"))
OTP_BUTTONS: tuple[Button, ...] = (("Gửi lại mã", "otp_resend"), ("Đổi email", f"fix_{FieldName.EMAIL}"))
_OWNERS: tuple[Button, ...] = (
    ("Đều là của tôi", "owner_helper"),
    ("Đều là của người đăng ký", "owner_person"),
    ("Mỗi người một thứ", "owner_mixed"),
)


def fix(name: str, title: str = "") -> Button:
    """The tap that corrects a field."""
    return (title or FIELDS[name].button, f"fix_{name}")


FIXABLE: tuple[Button, ...] = (
    *map(fix, (FieldName.FULL_NAME, FieldName.BIRTH_DATE, FieldName.BHXH_CODE, FieldName.NATIONAL_ID)),
    *map(fix, (FieldName.PHONE, FieldName.ADDRESS, FieldName.EMAIL)),
    ("Ảnh", "fix_photos"),
    fix(FieldName.AGENCY),
)
PHOTO_FIXES: tuple[Button, ...] = tuple(map(fix, PHOTO_FIELDS))
# What a card tells, in its order. A code is on a CCCD only, never on a CMND.
_READ = (FieldName.FULL_NAME, FieldName.BIRTH_DATE, FieldName.NATIONAL_ID, FieldName.BHXH_CODE, FieldName.ADDRESS)


def read_fixes(draft: Registration) -> tuple[Button, ...]:
    """The taps for what was read from a card and is not right."""
    titles = {FieldName.NATIONAL_ID: "Số CCCD"}
    return tuple(fix(name, titles.get(name, "")) for name in _READ if draft.known.get(name))


def next_question(draft: Registration) -> str:
    """The name of the question that is due: a field, or one of the dialogue's own."""
    doubt = draft.waits_for
    if doubt is not None and doubt is not Doubt.READ:
        return doubt
    return draft.progress.editing or doubt or next(iter(draft.missing()), CONFIRM)


def ask(work: Work) -> None:
    """Put the next question; the first photo's question also explains the fastest way, once."""
    draft = work.draft
    name = next_question(draft)
    answer = f"reg_ask_{name}"
    if name == FieldName.FRONT and not work.progress.started and not draft.has(FieldName.BHXH_CODE):
        answer = "reg_ask_start"
    if name == FieldName.ADDRESS and work.fields.get(name) and work.progress.editing != name:
        answer = f"reg_ask_{FieldName.PROVINCE}"
    if name == Doubt.READ:
        answer = f"reg_read_{work.progress.unconfirmed}"
        if answer == "reg_read_bhyt" and not work.fields.get(FieldName.FULL_NAME):
            answer = "reg_read_bhyt_code"
    work.progress = replace(work.progress, asked=name, started=True)
    work.say(answer, *buttons(draft, name))


def buttons(draft: Registration, name: str) -> tuple[Button, ...]:
    """The taps that answer a question."""
    match name:
        case FieldName.FRONT if not draft.progress.front_later:
            return (("Tôi gõ thay", "type_instead"), *_insist(draft, name))
        case FieldName.FRONT | FieldName.BACK | FieldName.PORTRAIT:
            return _insist(draft, name)
        case FieldName.BHXH_CODE:
            offered = [("Tôi không biết mã số", "code_unknown")] if not draft.progress.code_unknown else []
            if stands_for_bhxh(draft.fields.get(FieldName.NATIONAL_ID, "")):
                offered.append(("Dùng số CCCD thay", "use_national_id"))
            return tuple(offered)
        case Doubt.NUMBER_KIND:
            return (
                (FIELDS[FieldName.BHXH_CODE].button, "number_code"),
                (FIELDS[FieldName.PHONE].button, "number_phone"),
            )
        case Doubt.EMAIL_HINT:
            return (("Dùng email gợi ý", "email_use_hint"), ("Giữ email tôi gõ", "email_keep"))
        case Doubt.NAME_PLAIN:
            return (("Tên đúng như vậy", "keep_name"),)
        case FieldName.EMAIL:
            return (("Tôi chưa có email", "/ask_email_setup"),)
        case FieldName.CONTACT_OWNER:
            return _OWNERS
        case FieldName.OTP:
            return OTP_BUTTONS
        case Doubt.READ | Doubt.FOUND_CODE:
            return YES_NO
        case "confirm":
            return (("Đúng, gửi hồ sơ", "submit"), ("Sửa thông tin", "fix"), ("Để sau", "later"))
    return ()


def _insist(draft: Registration, side: str) -> tuple[Button, ...]:
    """After two refusals a person may look at the photo."""
    refusals = draft.progress.refusals.get(side, 0)
    kept = draft.photos.get(Side(side))
    if side in PHOTO_FIELDS and refusals >= 2 and kept is not None and kept.verdict == "refused":
        return (("Gửi cho nhân viên xem", f"insist_{side}"),)
    return ()
