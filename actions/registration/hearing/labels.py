"""A message cut at the words that name a field: `sđt 0905…, cccd 048…` says itself what is what.

Owns the names that people give the fields, and which of them stands before or behind a place in the text. What a value
is worth is not its business.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.registration.hearing.name_words import MIDDLES, SURNAMES
from actions.said import Kind, Said
from helpdesk.identity import FieldName
from helpdesk.text import COUNTS, NOT, any_of, folded, letters_of

# Fields of other papers and other people soak up the number or the date that follows them.
OTHER = "other"
# They are in addresses and in questions, and no field's own.
NO_VALUES = (Kind.INSURANCE, Kind.BENEFIT, Kind.LOCATION, Kind.AGENCY)
_LABELS: tuple[tuple[str, str], ...] = (
    (
        OTHER,
        r"ngay cap|cap ngay|noi cap|het han|han (?:the|dung|su dung)|co gia tri|gia tri (?:den|tu)|dong tu|"
        r"ma so thue|mst|so tai khoan|stk|tai khoan|tam tru|bien so|otp|ma xac (?:nhan|thuc)|ma (?:don vi|ho so)|"
        r"so lo|gioi tinh|ten (?:dem|lot|dang nhap|mien|tai khoan|cong ty|cty|dan|cung)|dan toc|(?<=\d) tuoi",
    ),
    (
        FieldName.EMAIL,
        r"e ?-? ?mail|gmail(?=\s*(?:la|:|cua|nay|ni|em|tui|toi))|(?:hop |dia chi )?mail|meo(?=\s)|thu dien tu|"
        r"hom thu|hop thu",
    ),
    (
        FieldName.PHONE,
        r"(?:so )?(?:dien thoai|d/?t(?=[\s:.\d])|sdt|dthoai|phone|zalo|di dong|may(?= cua| la| nay| \d)|"
        r"lien (?:lac|he))|so (?:may|phone)|so dt",
    ),
    (
        FieldName.NATIONAL_ID,
        r"(?:so )?(?:cccd|c ?c ?c ?d|can cuoc(?: cong dan)?|cancuoc|cmnd|cmt|cmtnd|"
        r"chung minh(?: nhan dan| thu)?|dinh danh(?: ca nhan)?)|so cc\b|cc(?=\s*:?\s*\d)",
    ),
    (
        FieldName.BHXH_CODE,
        r"(?:ma )?(?:so )?(?:the )?(?:bhxh|bhyt|bao hiem(?: xa hoi| y te)?)|ma so(?: bh)?|so so|ma bh|so bh|"
        r"ms(?: ?bh)?(?=[\s:]*\d)|(?:so|ma) the|ma so|ma(?=\s*(?:so|the|cua|la|:|nay|ni|day|ne|\d))",
    ),
    (
        FieldName.BIRTH_DATE,
        r"(?:ngay,? ?)?(?:thang,? ?)?(?:nam,? ?)?s[ia]nh(?: nhat)?(?: vao)?(?: ngay| nam| mung| mong)?|"
        r"(?<![a-z0-9])(?:sn|ns|nsinh|dob)(?=[\s:.]*\d|[\s:]*(?:nam|ngay))|de nam",
    ),
    (FieldName.FULL_NAME, r"ho\s*(?:va|&|,)?\s*(?:chu lot\s*(?:va|&)?\s*)?ten|ten (?:day du|that|khai sinh|goi)|ten"),
    (
        FieldName.ADDRESS,
        r"(?:dia chi|d/c|dc(?=\s*[:\-]))(?: (?:thuong tru|nha|o|ho khau|tren cccd))?|thuong tru|ho khau|hktt|"
        r"que quan|que|(?:noi|cho|nha) o(?=\s)|tru (?:tai|quan)|o(?=\s)",
    ),
    (FieldName.AGENCY, r"(?:co quan|noi) tiep nhan|co quan bhxh"),
)
_PATTERN = re.compile(
    "|".join(
        rf"(?P<f{number}>(?<![a-z0-9@._])(?:{pattern})(?![a-z0-9@]))" for number, (_, pattern) in enumerate(_LABELS)
    )
)
# Folded these are many words; as they were written only one.
_WRITTEN: Mapping[str, frozenset[str]] = {
    "ten": frozenset({"tên", "ten"}),
    "que": frozenset({"quê", "que"}),
    "o": frozenset({"ở", "o"}),
    "ma": frozenset({"mã", "ma"}),
    "meo": frozenset({"meo"}),
    "may": frozenset({"máy", "may"}),
    "sinh": frozenset({"sinh"}),
    "dt": frozenset({"đt", "dt"}),
}
# `o` without an accent is also an aunt and a letter: only before a place it is `ở`.
_AFTER_AT = re.compile(
    r"\s+(?:tai\s+)?(?:tro\s|so\s|nha\s|\d|k\s?\d|to\s|thon\s|xa\s|phuong\s|p\.?\s|quan\s|q\.?\s|duong\s|kiet\s|hem\s|ngo\s|tp\b|"
    r"thanh pho\s|tinh\s|huyen\s|khu\s|chung cu\s|ap\s|lang\s|khoi\s)"
)
_AFTER_BORN = re.compile(
    rf"[\s:,.]*(?:la\s+)?(?:vao\s+)?(?:ngay|mung|mong|thang|\d|{any_of((*COUNTS, 'tu', 'muoi', 'ham', 'ram'))})"
)


@dataclass(frozen=True, slots=True)
class Label:
    """Words that name a field."""

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """What the extractor found."""

    kind: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Message:
    """The words of a message, sign for sign the same in plain `letters`, with what stands where."""

    text: str
    letters: str
    entities: tuple[Entity, ...]
    labels: tuple[Label, ...]

    def of(self, kind: str) -> list[Entity]:
        """The entities of one kind, in order."""
        return [entity for entity in self.entities if entity.kind == kind]

    def label_before(self, at: int) -> Label | None:
        """The last label that ends before a place."""
        return next((label for label in reversed(self.labels) if label.end <= at), None)

    def end_of(self, label: Label) -> int:
        """Where the label's part of the message ends: at the next label."""
        return next((other.start for other in self.labels if other.start >= label.end), len(self.text))

    def part(self, label: Label) -> str:
        """The text between the label and the next one."""
        return self.text[label.end : self.end_of(label)]


def read_message(said: Said) -> Message:
    """Cut up what was said; what is denied in it ("1973 chứ không phải 1937") counts for nothing."""
    text, entities = _in_normal_form(said.text, said.entities)
    for start, end in _denied(letters_of(text)):
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
        entities = [entity for entity in entities if entity.end <= start or entity.start >= end]
    letters = letters_of(text)
    return Message(text, letters, tuple(entities), tuple(_labels(text, letters, entities)))


def _in_normal_form(text: str, found: Sequence[Mapping[str, Any]]) -> tuple[str, list[Entity]]:
    def place(at: int) -> int:
        return at if text.isascii() else len(unicodedata.normalize("NFC", text[:at]))

    entities = [
        Entity(str(e["entity"]), str(e["value"]), place(int(e.get("start") or 0)), place(int(e.get("end") or 0)))
        for e in found
        if e.get("entity") and e.get("value") is not None
    ]
    return unicodedata.normalize("NFC", text), sorted(entities, key=lambda e: e.start)


def _labels(text: str, letters: str, entities: Sequence[Entity]) -> list[Label]:
    taken = [(e.start, e.end) for e in entities if e.kind not in NO_VALUES]
    found: list[Label] = []
    for match in _PATTERN.finditer(letters):
        field = _LABELS[int((match.lastgroup or "f0")[1:])][0]
        start, end = match.span()
        if any(start < b and end > a for a, b in taken if field != FieldName.BIRTH_DATE):
            continue
        written, plain = text[start:end].lower(), match[0]
        if plain in _WRITTEN and written not in _WRITTEN[plain]:
            continue
        if plain == "o" and written == "o" and not _AFTER_AT.match(letters, end) and not _place_at(entities, end):
            continue
        if plain.startswith("nam") and (written[:3] == "nam" and _ends_a_name(letters[:start])):
            # "tran van nam sinh 1960": Nam is the name.
            start, plain = start + 4, plain[4:]
        if plain in ("sinh", "sanh") and not _AFTER_BORN.match(letters, end):
            continue
        found.append(Label(field, start, end))
    return found


def _ends_a_name(before: str) -> bool:
    words = before.split()
    return len(words) >= 2 and before.endswith(" ") and words[-1] in MIDDLES and words[-2] in SURNAMES


def _place_at(entities: Sequence[Entity], at: int) -> bool:
    return any(e.kind == Kind.LOCATION and at <= e.start <= at + 2 for e in entities)


_NOT = any_of(folded(NOT))
_DENIALS = (
    re.compile(rf"[,\s]+(?:chu|cho)\s+(?:(?:dau|mo|co|{_NOT})\s+)+(?:phai|fai)\b[^,;.\n]*(?:\.\d+[^,;.\n]*)*"),
    re.compile(r"[,\s]+(?:chu|cho)\s+(?:dau|ai noi)\s[^,;.\n]*"),
    re.compile(rf"\b{_NOT}\s+(?:phai|fai)(?:\s+(?:la|ten))?\s+[^,;\n]{{1,60}}?(?:,?\s+ma(?:\s+la)?\s+|,\s*(?:la|ma)?\s*)(?=\S)"),
)  # fmt: skip
_REPLACED = re.compile(
    r"\b(?:sua|doi|thay|chinh|chuyen)\b[^\n]{0,20}?\btu\s+(?P<old>[^\n]{1,60}?)\s+(?:thanh|sang|qua)\s+(?=\S)"
)


def _denied(letters: str) -> list[tuple[int, int]]:
    """Where something is named only to say that it is not so."""
    if not re.search(r"\b(?:phai|fai|dau|ai noi|tu)\b", letters):
        return []
    spans = [match.span() for pattern in _DENIALS for match in pattern.finditer(letters)]
    spans += [match.span("old") for match in _REPLACED.finditer(letters)]
    return spans
