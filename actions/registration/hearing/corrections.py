"""What a wish to correct something is about, and the new value where the same words tell it.

Owns which field is meant: the one that is named beside what is wrong, never one that is said to be right; else the one
that the new value is for. What is done about it is the turn's.
"""

from __future__ import annotations

import re
from datetime import date

from actions.registration.hearing.birth_date import year_alone
from actions.registration.hearing.hear import hear
from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import read_message
from actions.said import Said, spelt, words
from helpdesk.identity import FieldName
from helpdesk.registration import FIELDS, PHOTO_FIELDS, Registration
from helpdesk.text import DENYING, any_of

_NOT = any_of((*DENYING, "chưa", "khỏi"))
_WISH = words(
    rf"sửa|sử|sai|nhầm|lộn|lầm|trật|đổi|chỉnh|thay|thế vô|(?:ghi|gõ|nhập|viết|đọc|khai|gửi|gởi|chụp|làm|nói|điền) lại|"
    rf"cập nhật|"
    rf"đính chính|chữa|(?:mới|ms|mí) (?:đúng|phải|trúng|chuẩn|chính xác)|{_NOT} (?:đúng|khớp|chính xác|chuẩn|phải là)|"
    rf"(?:chứ|chớ|chơ) (?:{_NOT}|đâu|mô) phải|bỏ (?:cái|số|dòng) (?:nãy|trước|đó|kia|hồi)|lấy (?:số|cái|mail) (?:này|"
    rf"ni|nì|đây)"
)
_NO_WISH = words(
    rf"{_NOT}(?: có| thấy| bị| cần| phải| còn)*(?: gì| chi| chỗ nào| chữ nào| cái nào)?(?: để)?(?: sai| nhầm| lộn|"
    rf" trật| sửa| chỉnh| đổi| thay)+"
)
# "Ngày sinh nữa", "cái mail cũ rồi": behind a correction one more.
_ALSO = words(r"(?:\S+ ){1,5}(?:nữa|cũ rồi|cũ|khác rồi|cũng (?:sai|cũ|vậy|rứa))(?: ạ| em| con| nha| nè)?")
_RIGHT = words(r"(?:đúng|phải|chuẩn|chính xác|ok|trúng)(?: rồi| r| hết| đó)")
# One of them, nobody knows which.
_PHOTOS = "photos"
_FIELDS = tuple(
    (name, words(pattern))
    for name, pattern in (
        (
            FieldName.PORTRAIT,
            r"(?:ảnh|hình|anh|hinh)? ?(?:chân dung|đại diện)|anhR thẻ|hình thẻ|selfie|(?:ảnh|hình) mặt (?:em|tui|tôi|"
            r"mình|người|con)",
        ),
        (FieldName.BACK, r"(?:ảnh |hình )?mặt sau"),
        (FieldName.FRONT, r"(?:ảnh |hình )?mặt trước"),
        (_PHOTOS, r"anhR|tấm hình|(?:cái |mấy )?hinhF(?! như)|(?:hinh|anh) (?:cccd|anh|chup|the)"),
        (
            FieldName.EMAIL,
            r"(?:địa chỉ |số )?(?:e ?mail|mail|gmail|gmai|meo|thư điện tử|hòm thư|hộp thư)|địa chỉ thư|yahoo",
        ),
        (
            FieldName.BIRTH_DATE,
            r"ngày(?: tháng)?(?: năm)? s[ií]nhS?|năm sinh|sinh nhật|ngày tháng|tháng sinh|ngày sanh|s[ai]nh (?:ngày|"
            r"năm)|"
            r"sinh \d+|sn|ns|ngày \d+|tháng (?:\d+|ba|hai|tư|năm|sáu|bảy|tám|chín|mười|giêng|chạp)|mùng|mồng|tuổi|"
            r"đẻ năm|năm (?:19|20)\d\d",
        ),
        (FieldName.NATIONAL_ID, r"(?:số )?(?:cccd|ccdc|căn cước|cmnd|cmt|chứng minh|định danh)"),
        (FieldName.PHONE, r"(?:số )?(?:điện thoại|đin thoại|sđt|sdt|đt|dt|phone|di động|zalo)|số máy"),
        (
            FieldName.BHXH_CODE,
            r"mã số|maX|ma (?:so|bhxh|bh|the)|(?:số )?(?:bhxh|bảo hiểm|bhyt)|số (?:sổ|thẻ)|sôR|mã thẻ",
        ),
        (FieldName.AGENCY, r"(?<!quyS )cơ quan|nơi (?:tiếp nhận|nhận)|tiếp nhận"),
        (
            FieldName.ADDRESS,
            r"địa chỉ|thường trú|hộ khẩu|quê(?: quán)?|tinhR|tỉnh thành|thành phố|phường|xaX|quânJ|huyênJ|tên đường|"
            r"đươngF|"
            r"sôS nhaF|so nha \S*\d\S*|so nha la|tổ \d+|tôR|kiệt|hẻm|k\d+|(?<!baF )(?<!ông )nhaF|chỗ ở|nơi ở|thôn|d c|"
            r"dc",
        ),
        (
            FieldName.FULL_NAME,
            r"(?:họ )?tên|teen|hoJ|ho (?:em|toi|tui|la|cua|minh|ten)|chữ (?:lót|đệm|đầu|cuối)|tên (?:lót|đệm)|"
            r"(?:có )?dâuS",
        ),
    )
)
_CLAUSE = re.compile(
    r"[,;!?\n]+|\.(?=\s|$)|\s(?:nhưng|nhung|còn|(?<!địa )chỉ(?= sai| sửa| có)|(?<!dia )chi(?= sai| sua)|"
    r"con(?= sai))\s",
    re.I,
)
_NUMBERS = (FieldName.BHXH_CODE, FieldName.NATIONAL_ID, FieldName.PHONE)
_A_NUMBER = words(r"số|so|con số|chữ số|đuôi|duoi")
_HOUSE = re.compile(r"(?:số |nhà )*(?:k ?)?\d|kiệt|hẻm|tổ \d|thôn|số nhà|kiet|hem|to \d|thon", re.I)
_LEFTOVER = re.compile(r"\s*(?:mới (?:đúng|phải|trúng|chuẩn|chính xác)|moi (?:dung|phai)|mí đúng|ms đúng)\b.*$", re.I)


def wishes_correction(said: Said, *, looking: bool = False) -> bool:
    """Whether something given before is to be changed. `looking` at a summary, to name a field is enough."""
    looking = looking or bool(_ALSO.fullmatch(spelt(said.text)))
    if looking and len(said.text.split()) <= 8 and named_field(said) is not None:
        return True
    clauses = (_NO_WISH.sub(" ", spelt(clause)) for clause in re.split(r"[,.;!?\n]+", said.text))
    return said.intent == "correct_info" or any(_WISH.search(clause) for clause in clauses)


def named_field(said: Said, draft: Registration | None = None) -> str | None:
    """The field that is named as wrong; a mere "số" is the number that was given last."""
    wrong: list[str] = []
    neutral: list[str] = []
    for clause in _CLAUSE.split(said.text):
        text = _NO_WISH.sub(" ", spelt(clause))
        found = _fields(text)
        if _WISH.search(text):
            wrong += found
        elif not _RIGHT.search(text):
            neutral += found
    if wrong or neutral:
        return (wrong or neutral)[0]
    if draft is not None and _A_NUMBER.search(spelt(said.text)):
        filled = draft.progress.filled
        return next((name for name in reversed(filled) if name in _NUMBERS), None)
    return None


def corrected(said: Said, draft: Registration, asked: str, today: date) -> tuple[str | None, Heard]:
    """The field that a wish to correct is about, and what the same words tell as its new value."""
    field = named_field(said, draft)
    heard = hear(said, draft, field or (asked if asked in _NUMBERS else ""), today)
    _keep_whole_addresses(heard)
    if not heard.values and field in (None, FieldName.BIRTH_DATE):
        year = year_alone(read_message(said))
        if year:
            heard.read(FieldName.BIRTH_DATE, year)
    if (
        not heard.values
        and not heard.problems
        and field
        and (FIELDS[field].prose or field in (FieldName.EMAIL, FieldName.AGENCY))
    ):
        # "Địa chỉ sai rồi, 12 Lê Lợi mới đúng": what is left without the wish is told for the field.
        rest = _without_wish(said.text)
        if rest:
            heard = hear(Said(said.message_id, rest, "inform"), draft, field, today)
            _keep_whole_addresses(heard)
    if heard.values and field not in heard.values:
        # What is named may be in the way ("bà nhà tôi"); the value says itself what it is for.
        return next(iter(heard.values)), heard
    return field, heard


def _without_wish(text: str) -> str:
    clauses = [clause.strip() for clause in re.split(r"[,\n]+", text)]
    rest = _LEFTOVER.sub("", ", ".join(clause for clause in clauses if not _is_wish_only(clause))).strip()
    return rest if rest != text.strip() and len(rest.split()) >= 2 else ""


def _keep_whole_addresses(heard: Heard) -> None:
    """A piece of an address ("tổ 14", "tỉnh Quảng Ngãi") would take the place of the whole: it is asked for again."""
    address = heard.values.get(FieldName.ADDRESS, "")
    if address and not (_HOUSE.match(address) and len(address.split()) >= 3):
        heard.values.pop(FieldName.ADDRESS)
        heard.values.pop(FieldName.PROVINCE, None)


def _is_wish_only(clause: str) -> bool:
    text = spelt(clause)
    return bool(_WISH.search(text)) and not _LEFTOVER.search(clause)


def _fields(text: str) -> list[str]:
    """The fields named in a clause, by place; what names two at one place is the first of the list."""
    found: list[tuple[int, int, str]] = []
    for name, pattern in _FIELDS:
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end, _ in found):
                found.append((match.start(), match.end(), name))
    names = [name for _, _, name in sorted(found)]
    sides = [name for name in names if name in PHOTO_FIELDS]
    return [name for name in dict.fromkeys(names) if not (sides and name in (_PHOTOS, FieldName.NATIONAL_ID))]
