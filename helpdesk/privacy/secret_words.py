"""What a told password looks like, and the words around one: the vocabulary of `helpdesk.privacy.typed_secrets`.

Owns shapes and word lists, all in lower case without marks. Refuses to judge a message: that takes the words around.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PASSWORD = re.compile(
    r"(?:(?:tk|user(?:name)?|ten|acc|id|login)[/+&-])?(mk|matkhau|mkhau|mkh|pass(?:word|wd|w|code)?|pas|pwd?)"
)
OTP = re.compile(r"otp|opt|otb")
# Two or three words that are one head; the longest first.
PASSWORD_PHRASES = (("mat", "khau"), ("mat", "khua"), ("mat", "kau"), ("mat", "ma"), ("ma", "pin"))
OTP_PHRASES = (
    ("ma", "xac", "nhan"),
    ("ma", "xac", "thuc"),
    ("ma", "xac", "minh"),
    ("ma", "kich", "hoat"),
    ("ma", "bao", "mat"),
    ("ma", "dang", "nhap"),
    ("ma", "6", "so"),
    ("ma", "sau", "so"),
    ("verification", "code"),
    ("o", "t", "p"),
    ("o", "te", "pe"),
    ("o", "ti", "pi"),
)

MARKS = frozenset({":", "=", "->", "=>", ":="})
IS = MARKS | frozenset("la lak l is thanh sang".split())
# What may stand between "mật khẩu" and the secret without changing what is meant.
BETWEEN = frozenset(
    "cua c cu moi em e tui toi toii t m minh mk mjk mik chi anh a con chau bac co chu ba ong me ma bo vo chong ban to "
    "vssid vss app bhxh dvc vneid hien tai dang dung xai nay ni day ne nek nha nhe ak no do kia hoi truoc dau lan cap "
    "dat de tao luu nhap go ghi gui nhan cho dinh mac chinh thi y that dk login trong thu cai vao doi sua lam se ve "
    "thu bang nguyen van lai may ra roi r da duoc dc di".split()
)
# Somebody without a password tells his number, not his password.
WITHOUT = frozenset("quen mat lay cap reset khoi xin chua khong ko k hong sai forgot".split())
# ... and so does somebody who asks how to change it.
CHANGING = WITHOUT | frozenset("doi thay sua het nho biet change".split())
WITH_NAME = frozenset("tk acc account user username khoan login id nhap".split())
ASKED = frozenset("gi j sao nao rang khong ko k hok hk hem chua nua vay z ntn nhiu nhieu phai".split())
# Without marks these are questions as often as names and pronouns ("đâu" and "đầu", "hả" and "Hà").
UNSURE = frozenset("chi mo dau may bao hong ha hay".split())
UNITS = frozenset(
    "ky ki kt kytu so chu lan tieng gio phut giay ngay hom tuan thang nam nguoi buoc o mail cach trieu tr nghin k h d "
    "dong vnd loai cai dong may bit".split()
)
# What follows these is another value than the password.
VALUES = frozenset(
    "so sdt dt thoai cccd cmnd cmt the ten email gmail mail sinh user username id tinh phuong quan link web trang "
    "zalo tong dai hotline goi stk".split()
)
# Before "mk" these make it "mình": "sđt của mk là …".
BEFORE_I = VALUES | frozenset("cua ma bhyt nha voi giup giu cung ad chao oi tim lien voi con".split())
# "Mã" of these is no one-time code.
OTHER_CODES = frozenset(
    "bhxh bhyt the ho dinh danh buu benh vien kcb co quan don vi vung tinh bao hiem giao dich tra cuu hang thue case "
    "qr vach khach nhan vien truong hop phong to khai".split()
)
FILLERS = (BETWEEN - {"mk"}) | frozenset("vang u ok oke ma so la oi a ad nhan otp dung".split())
EVERYDAY = frozenset(
    "password passwd username account number invalid incorrect wrong expired required default optional unknown "
    "facebook google messenger telegram internet correct please forgot forget changed secret private iphone android "
    "samsung windows viettel vinaphone mobifone vietcombank agribank".split()
)
SYLLABLE = re.compile(
    r"(?:ngh|ng|gh|nh|ch|th|tr|ph|kh|gi|qu|[bcdghklmnpqrstvxfjwz])?[aeiouy]{1,3}(?:ng|nh|ch|[cmnptkg])?"
)
# A word typed with its marks as digits ("kho6ng", "d9u7o75c"), as some keyboards leave it.
_RAW_MARKS = re.compile(r"[a-z]+[1-9]{1,2}(?:[a-z]+[1-9]{1,2})*[a-z]*")
_DEVICE = re.compile(
    r"(?:iphone|ip|ipad|ios|android|samsung|galaxy|oppo|vivo|redmi|xiaomi|realme|nokia|win|windows|vssid|vneid)[-_]?\d+\w{0,6}"
    r"|(?:lan|buoc|ngay|thu|cach|muc|dong|cau|trang|phan|mau|version|ver|v|ban|khoang|tam|hon|qua|gan|phut|to|so)\d{1,2}|[a-z]{1,2}\d+(?:/\w+)+|bhxh\w+"
)
_AMOUNT = re.compile(
    r"~?\d+(?:[.,:/-]\d+)*(?:h|g|p|ph|s|d|tr|k|m|n|t|gb|mb|kb|giay|phut|gio|tieng|ngay|th|nam|vnd|so|lan|sim|kt|kitu|kytu)?"
    r"\d{0,2}(?:p|ph)?%?\+?"
)
_MAIL = re.compile(
    r"\S+@(?:g?g?mail|gmal|gmial|yahoo|hotmail|icloud|outlook|[a-z0-9-]+[.,][a-z]{2,})\S*|\S+@\S*[.,](?:com|vn)"
)
_LINK = re.compile(r"(?:https?:|www\.)\S*|[a-z0-9.-]+\.(?:com|vn|net|org|gov|info|top|xyz|cc|io|page|link)(?:[/:?].*)?")
_CARD = re.compile(r"[a-z]{2}[-.]?\d[\d.-]{9,16}")
# The form of our own first passwords (helpdesk/accounts/password_rules.py), and a link to the password page.
OWN = re.compile(r"(?=\S*\d)(?=\S*[a-z])[a-z2-9]{4}(?:-[a-z2-9]{4}){2,3}|\S*/password/[a-z0-9_-]{43}\S*")
_STRONG = re.compile(r"(?=\S*[a-z])(?=\S*\d)[a-z0-9]+[@#$&*!_](?:\d|\S{1,3}$)\S*")
_SPECIAL = re.compile(r"[a-z0-9]\S*[@#$%^&*!_+]|[@#$%^&*!_+]\S*[a-z0-9]")

# No password of ours is longer than 64; longer words only cost time.
_LONGEST = 128


@dataclass(slots=True)
class Heard:
    """What the words so far say of the word that comes next."""

    slashed: bool  # "tk/mk": the value may be "number/secret"
    paired: bool  # an account's name stands before: "tk … mk …"
    without: bool  # he has none: "quên", "chưa có"
    changing: bool  # ... or asks how to change it
    sure: bool  # "mk" is also "mình"
    told: bool = False  # "là" or ":" was said
    marked: bool = False  # ... and it was a mark
    near: bool = False  # ... just before
    strayed: bool = False  # other words came between

    @classmethod
    def of(cls, before: list[str], slashed: bool, short: bool) -> Heard:
        paired = slashed or any(text in WITH_NAME for text in before)
        without = any(text in WITHOUT for text in before)
        changing = any(text in CHANGING for text in before)
        return cls(slashed, paired, without, changing, sure=paired or not short)


def is_other(word: str) -> bool:
    """An e-mail, a link, a card, a model's name, an amount or a time: things with digits that are no passwords."""
    return any(shape.fullmatch(word) for shape in (_MAIL, _LINK, _CARD, _DEVICE, _AMOUNT))


def is_mixed(word: str, told: bool) -> bool:
    """Letters with digits or signs, as passwords are; `told`: "là" or ":" stands right before it."""
    if len(word) > _LONGEST or is_other(word):
        return False
    letters, digits = sum(c.isalpha() for c in word), sum(c.isdigit() for c in word)
    special = _SPECIAL.search(word) is not None
    if told:
        return letters + digits >= 3 and (bool(letters and digits and len(word) >= 4) or (special and len(word) >= 4))
    if _RAW_MARKS.fullmatch(word) and SYLLABLE.fullmatch("".join(c for c in word if c.isalpha())):
        return False
    return len(word) >= 6 and bool(letters and digits) and (digits >= 2 or special or len(word) >= 8)


def is_strong(word: str) -> bool:
    """So plainly a password that nothing around needs to say so."""
    return 6 <= len(word) <= _LONGEST and _STRONG.fullmatch(word) is not None and not is_other(word)


def is_joined_word(word: str) -> bool:
    """Letters that are no single Vietnamese syllable and no everyday word: "hoangyen", "iloveyou"."""
    shortened = re.sub(r"(.)\1{2,}", r"\1", word)
    return (
        6 <= len(shortened) <= _LONGEST
        and word.isalpha()
        and not SYLLABLE.fullmatch(shortened)
        and shortened not in EVERYDAY
    )
