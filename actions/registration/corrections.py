"""Which field a wish to correct something names, and the words that steer a form.

Owns the word lists; what is done about them is the turn's.
"""

from __future__ import annotations

import re

from actions.registration.said import Said

_WISH = re.compile(r"\b(sua|sai|nham|doi|chinh|thay|lam lai|chup lai|gui lai|nhap lai|ghi lai|go lai|cap nhat|lon)\b")
_FIELDS = (
    ("portrait", r"chan dung|anh the|anh dai dien|anh mat nguoi|hinh chan dung|selfie|hinh the"),
    ("back", r"mat sau"),
    ("front", r"mat truoc"),
    ("photos", r"\banh\b|\bhinh\b"),
    ("birth_date", r"ngay sinh|nam sinh|sinh nhat|ngay thang nam|thang sinh"),
    ("national_id", r"cccd|can cuoc|cmnd|cmt|chung minh|dinh danh"),
    ("phone", r"dien thoai|\bsdt\b|so dt|\bdt\b|so phone|so may"),
    ("email", r"e ?mail|\bmail\b|gmail|\bmeo\b|thu dien tu"),
    ("address", r"dia chi|thuong tru|ho khau|que quan|\btinh\b|thanh pho|\bdc\b"),
    ("agency", r"co quan|noi tiep nhan|tiep nhan"),
    ("bhxh_code", r"ma so|bhxh|so so|so the|bhyt|\bma\b"),
    ("full_name", r"\bten\b|ho ten"),
)
_FIELD_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _FIELDS)
_YES = re.compile(
    r"(?:da |vang |u |uh |oi )*(?:da|vang|u|uh|um|ok\w*|oke|oki|dung|dung roi|dung het|dung vay|co|chuan|chinh xac|"
    r"dong y|"
    r"duoc|duoc roi|xac nhan|phai|phai roi|roi|yes|gui|gui di|gui luon|nop|nop luon|lam|lam di|lam luon|"
    r"bat dau|tiep|dc|"
    r"hop le|khop|y|dung a|chac|chap nhan)"
    r"(?: (?:roi|di|luon|a|nha|nhe|em|ban|het|ca|do|nghe|oi|dung|do em|ho so|con|chau))*"
)
_NO = re.compile(
    r"(?:da |a )*(?:khong|ko|k|kh|hong|hok|chua|no|sai|sai roi|chua dung|khong dung|khong phai|khong dong y|ko dong y|"
    r"nham|"
    r"thoi|chua dong y)(?: (?:roi|dau|a|nha|em|ban|het|dung|phai|dong y|can|oi|con))*"
)
_PAUSE = re.compile(
    r"\b(de sau|de luc khac|luc khac|de mai|mai lam|hom khac|tam dung|tam ngung|nghi da|chut nua|lat nua|ti nua|"
    r"khi khac|"
    r"dung lai|de hoi|ban roi|ban viec|thoi khong|thoi ko|khong lam nua|ko lam nua|thoi dung|de bua khac)\b"
)
# Alone only: "Nguyễn Đình Huy" is a name.
_CANCEL = re.compile(r"(?:da |thoi |em |cho (?:toi|em) )*huy(?: (?:di|bo|luon|dang ky|a|nha|nhe|giup|em|ban|toi))*")
_DISCARD = re.compile(r"\b(xoa (?:ho so|ban nhap|het|di)|bo (?:ho so|ban nhap)|lam lai tu dau|bat dau lai|huy ho so)\b")
_BACK = re.compile(
    r"^(?:da |cho (?:toi|em|minh) )*(quay lai|lui lai|tro lai|back|buoc truoc|quay ve|lui|ve buoc truoc)\b"
)
_UNKNOWN = re.compile(
    r"\b(?:khong|ko|k|kg|kh|hong|chua|ko he|chang) (?:biet|nho|ro|co|thay|tim (?:ra|thay)|nho ro)\b"
    r"(?!.*\bemail|.*\bmail)|"
    r"\bquen (?:ma|so|mat|roi)|\bmat (?:so|the)\b|\btra (?:giup|dum|ho|cho|ma)|\btim (?:giup|dum|ho|cho)"
)
_INSTEAD = re.compile(
    r"\b(go (?:tay|thay)|nhap tay|danh may|tu go|tu nhap|khong chup|ko chup|khong co may anh|go duoc)\b"
)
_RESEND = re.compile(
    r"\b(gui lai|chua (?:thay|nhan|co|toi|den|ve)|khong (?:thay|nhan|co|toi)|ko (?:thay|nhan|co)|dau roi)\b"
)
_NATIONAL = re.compile(r"\b(dung|lay|bang) (?:so )?(cccd|can cuoc|dinh danh)\b")
_RELATION = re.compile(
    r"\b(?P<verb>cho|gium|giup|ho|dum|thay|thay cho|ho cho|giup cho|gium cho|dum cho)\s+"
    r"(?P<who>ba noi|ba ngoai|ong noi|ong ngoai|me|ma|ba|bo|cha|tia|u|bu|ong|chong|vo|con trai|con gai|con|chau|"
    r"anh trai|"
    r"chi gai|em trai|em gai|co|di|chu|bac|cau|mo|thim|duong|nguoi nha|nguoi than|hang xom|bo me|ba me)\b"
    r"(?! (?:hoi|xin|biet|minh hoi))"
)
_RELATION_WORDS = {
    "ba noi": "bà nội", "ba ngoai": "bà ngoại", "ong noi": "ông nội", "ong ngoai": "ông ngoại", "me": "mẹ",
    "ma": "má",
    "ba": "ba", "bo": "bố", "cha": "cha", "tia": "tía", "u": "mẹ", "bu": "mẹ", "ong": "ông", "chong": "chồng",
    "vo": "vợ",
    "con trai": "con trai", "con gai": "con gái", "con": "con", "chau": "cháu", "anh trai": "anh trai",
    "chi gai": "chị gái", "em trai": "em trai", "em gai": "em gái", "co": "cô", "di": "dì", "chu": "chú", "bac": "bác",
    "cau": "cậu", "mo": "mợ", "thim": "thím", "duong": "dượng", "nguoi nha": "người nhà", "nguoi than": "người thân",
    "hang xom": "hàng xóm của", "bo me": "bố mẹ", "ba me": "ba mẹ",
}  # fmt: skip
# "cho con", "cho em", "cho cô" are how people speak of themselves; only with an accent mark or "của" it is somebody.
_SELF_OR_NOT = frozenset({"con", "chau", "em", "co", "bac", "chu", "di", "ba", "ong"})


def named_field(folded: str) -> str | None:
    """The field that the words name, or None."""
    return next((name for name, pattern in _FIELD_PATTERNS if pattern.search(folded)), None)


def wishes_correction(said: Said) -> bool:
    """Whether something given before is to be changed."""
    return said.intent == "correct_info" or bool(_WISH.search(said.folded))


def says_yes(said: Said) -> bool:
    """A yes, also where the classifier isn't sure."""
    return bool(_YES.fullmatch(said.folded)) or (said.intent == "affirm" and not _NO.match(said.folded))


def says_no(said: Said) -> bool:
    """A no, also where the classifier isn't sure."""
    return bool(_NO.fullmatch(said.folded)) or (said.intent == "deny" and not _YES.fullmatch(said.folded))


def wants_pause(said: Said) -> bool:
    """Whether the form is to be left for now."""
    return said.intent in ("cancel", "goodbye") or bool(_PAUSE.search(said.folded) or _CANCEL.fullmatch(said.folded))


def wants_discard(said: Said) -> bool:
    """Whether the draft is to be thrown away."""
    return bool(_DISCARD.search(said.folded))


def wants_back(said: Said) -> bool:
    """Whether the last answer is to be taken back."""
    return bool(_BACK.search(said.folded))


def does_not_know(said: Said) -> bool:
    """Whether a number is not known or not at hand."""
    return said.intent == "lookup_bhxh_code" or bool(_UNKNOWN.search(said.folded))


def wants_to_type(said: Said) -> bool:
    """Whether typing is preferred to photos."""
    return bool(_INSTEAD.search(said.folded))


def wants_code_again(said: Said) -> bool:
    """Whether the mail's code has to be sent again."""
    if said.intent in ("otp_not_received", "nlu_fallback", "inform", "deny", "password_not_received", ""):
        return said.intent == "otp_not_received" or bool(_RESEND.search(said.folded))
    return bool(re.search(r"\bgui lai (?:ma|otp|email|mail)\b", said.folded))


def wants_national_id(said: Said) -> bool:
    """Whether the personal id shall stand for the BHXH number."""
    return bool(_NATIONAL.search(said.folded))


def relation(said: Said) -> str | None:
    """Whom somebody else registers, as he calls them ("mẹ"); None when he speaks of himself."""
    match = _RELATION.search(said.folded)
    if match is None:
        return None
    who = match["who"]
    if who in _SELF_OR_NOT and match["verb"] == "cho":
        written = re.search(
            r"\b(bà|bố|ông|con|cháu|cô|bác|chú|dì|ba)\b\s*(?:em|tôi|mình|tui|của|ngoại|nội|nhà)", said.text.lower()
        )
        plain = re.search(rf"\b{who} (?:em|toi|minh|tui|cua|nha)\b", said.folded)
        if not written and not plain:
            return None
    return _RELATION_WORDS[who]


_NEW_VALUE = re.compile(r"(?:\bthành\b|\bthanh\b|\blà\b|\bla\b|->|=>|:)\s*(?P<new>\S.*)$", re.I | re.S)


def new_value(said: Said, field: str) -> Said | None:
    """What stands behind "thành", "là" as a message of its own; for fields of words, which no entity marks."""
    if field not in ("full_name", "address", "agency"):
        return None
    match = _NEW_VALUE.search(said.text)
    if match is None or len(match["new"].split()) < 2:
        return None
    return Said(said.message_id, match["new"].strip(), "inform")


def asks_for_code(said: Said) -> bool:
    """Whether the mail's code is asked for while another question is open."""
    return wants_code_again(said) and bool(re.search(r"\b(?:otp|ma xac (?:nhan|thuc)|email|mail)\b", said.folded))
