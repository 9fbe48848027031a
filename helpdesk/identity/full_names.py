"""A person's full name, written tidily.

Owns taking the name out of a sentence (`dạ em tên là …`), the capitals and the normal form. Refuses what is no name,
and to restore accents: a name without them is told of and left to the person.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from helpdesk.errors import InvalidInput
from helpdesk.text import KIN, SELF, any_of, folded, letters_of, tidy

MAX_NAME = 60
_MAX_WORDS = 8
_PERSON = rf"(?:cua )?(?:{any_of(folded((*SELF, *KIN)))}|cau|day du|day|con gai|con trai|ong xa|ba xa|nguoi nha)"
_LEADS = (
    re.compile(
        rf"(?:{_PERSON} ){{0,4}}(?:ho va ten|ho ten|ho & ten|ten|ten ho)(?: {_PERSON}){{0,4}}"
        r"(?: ?\((?:day du|co dau)\))?(?: ?[:=-] ?| la:? ?| )"
    ),
    re.compile(rf"(?:{_PERSON} ){{1,3}}la:? "),
    re.compile(r"(?:toi|tui) "),
)
# As they are written: `Đạ`, `Vàng` and `Da Cát` begin names.
_POLITE = re.compile(
    r"(?:[Dd]ạ|da|[Vv]âng|[Ừừ]m?|[Oo]k|[Aa]lo|"
    r"(?:[Xx]in )?[Cc]h(?:ào|ao)(?: (?:em|anh|chị|chi|cô|bạn|ad))|(?:[Xx]in )?[Cc]hào)(?:[ ,.:!-]+|$)"
)
# Ông is a surname as well, though hardly before another one; Võ, Châu and Mã are none of these.
_HONORIFIC = re.compile(
    rf"{any_of(KIN)} "
    r"(?=(?:nguyễn|trần|lê|phạm|huỳnh|hoàng|phan|vũ|võ|đặng|bùi|đỗ|ngô|dương) \w+ \w+)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[ ,.]+(?:ạ|nhé|nha em|nha chị|nha anh|nhe em|em nhé|em nha|ạ em|đó em|đó ạ|"
    r"là tên (?:của )?\w+(?: \w+)?))+[ .!]*$"
)
_REST = re.compile(r"[,;\n(]|[\s.-]+(?:sinh (?:nam|ngay)|sn|cccd|cmnd|sdt|nam sinh|ngay sinh)\b")
# Without accents only what is no name either: `dang ky anh` is Đặng Kỳ Anh.
_NO_NAME = re.compile(
    r"\b(?:không biết|đăng ký|mã số|làm sao|nhân viên|bảo hiểm|tại sao|là gì|thế nào|ở đâu|mật khẩu|căn cước|"
    r"điện thoại|giúp (?:tôi|em|mình)|hủy bỏ|huỷ bỏ|thôi không|xin chào|cảm ơn|cám ơn|khong biet|nhan vien|bao hiem|"
    r"la gi|the nao|mat khau|can cuoc|dien thoai|xin chao|gì|muốn|thì|với|của|chưa|gửi|"
    r"nhưng|nếu|vì sao|được không|phải không|bao lâu|xong rồi|để sau|để mai|chờ (?:em|tôi|chút|tí)|"
    r"bhxh|vssid|cccd|cmnd)\b|[?]"
)
_VOWEL = re.compile(r"[aeiouy]")
_INITIALS = frozenset("khy")  # the ethnic K', H', Y written apart


@dataclass(frozen=True, slots=True)
class FullName:
    """`has_accents` is False when nothing in it shows Vietnamese accents, though a few names need none."""

    text: str
    has_accents: bool


def parse_full_name(text: str) -> FullName:
    """Codes: name_empty, name_short, name_digits, name_symbols, name_foreign_script, name_long, name_words (a
    sentence), name_two."""
    plain = unicodedata.normalize("NFC", tidy(text, "name_long")).strip(" \n,.;:!-")
    plain = _without_tail(_without_lead(plain))
    cut = _REST.search(letters_of(plain))
    if cut and len(plain[: cut.start()].split()) >= 2:
        plain = plain[: cut.start()]
    if _NO_NAME.search(plain.lower()):
        raise InvalidInput("name_words")
    if re.search(r" (?:và|&) ", plain):
        raise InvalidInput("name_two")
    name = tidy_name(plain.strip(' \n,.;:!-"'))
    words = name.text.split()
    # `K'Brếp` is a whole name
    if len(re.split(r"[ ']", name.text)) < 2 or len(name.text) < 3 or any(map(_is_initial, words)):
        raise InvalidInput("name_short")
    if len(words) > _MAX_WORDS or any(len(word) > 1 and not _VOWEL.search(letters_of(word)) for word in words):
        raise InvalidInput("name_words")
    return name


def tidy_name(text: str) -> FullName:
    """The name alone, as from a card: single spaces, capitals; raises the codes of what may not be in a name."""
    name = " ".join(re.sub(r"\b([HKhk])' +", r"\1'", unicodedata.normalize("NFC", text)).split())
    if not name:
        raise InvalidInput("name_empty")
    if len(name) > MAX_NAME:
        raise InvalidInput("name_long")
    for sign in name:
        _check_sign(sign)
    if not any(sign.isalpha() for sign in name):
        raise InvalidInput("name_symbols")
    name = " ".join(_capitals(word) for word in name.split())
    return FullName(name, has_accents=letters_of(name) != name.lower())


def _check_sign(sign: str) -> None:
    if sign in " '-":
        return
    category = unicodedata.category(sign)
    if category.startswith("N"):
        raise InvalidInput("name_digits")
    if sign == ".":  # `Nguyễn V. An`
        raise InvalidInput("name_short")
    if not category.startswith(("L", "M")):
        raise InvalidInput("name_symbols")
    # A mark that found no letter to sit on is a piece of a broken text.
    if not unicodedata.name(sign, "").startswith("LATIN "):
        raise InvalidInput("name_foreign_script")


def _is_initial(word: str) -> bool:
    bare = letters_of(word)
    return len(bare) == 1 and bare not in _INITIALS and not _VOWEL.search(bare)


def _capitals(word: str) -> str:
    """`NGUYỄN` → `Nguyễn`, `k'brếp` → `K'Brếp`; `McDonald` stays."""
    if word != word.upper() and word[:1].isupper() and any(sign.isupper() for sign in word[1:]) and "'" not in word:
        return word
    return "".join(part[:1].upper() + part[1:].lower() for part in re.split(r"(['-])", word))


def _without_lead(text: str) -> str:
    while True:
        letters = letters_of(text)
        found = (_POLITE.match(text), _HONORIFIC.match(text), *(lead.match(letters) for lead in _LEADS))
        match = next(filter(None, found), None)
        if match is None:
            return text
        text = text[match.end() :].lstrip()


def _without_tail(text: str) -> str:
    text = _TAIL.sub("", text)
    words = text.split()
    # A small `nha` after capitals is politeness; among small letters it may be a name.
    if (
        len(words) > 2
        and words[-1] in ("nha", "nhe", "a", "nghen", "nghe")
        and all(w[:1].isupper() for w in words[:-1])
    ):
        return " ".join(words[:-1])
    return text
