"""Provinces, by the 63 names of before 07/2025 and the 34 of today, and the offices that take applications.

Owns reading them from `data/reference` and finding one in what people write. Refuses a street that is named after a
province (`Điện Biên Phủ`, `đường Thái Bình`) and a text that names no place it knows: the answer is then None.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from helpdesk.text import fold

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"

_MAX_CHARS = 500
# Who stands before a name says that it is no province.
_SMALLER = frozenset(
    "duong pho phuong xa thon to khu ap quan huyen ngo kiet hem so p q x h tran cho cau truong benh".split()
)
_AFTER = frozenset("viet nam vn nha em a ah nhe cu moi do ne chi anh oi".split())
_PROVINCE_WORD = r"(?:tinh|thanh pho|tp|t)"


@dataclass(frozen=True, slots=True)
class Province:
    """`code` as in personal numbers (`048`); `name_2025` is what the province belongs to since 07/2025."""

    code: str
    name: str
    name_2025: str


@dataclass(frozen=True, slots=True)
class Agency:
    """An office of social insurance. `code` is empty, `address` None, where no source could be found."""

    code: str
    name: str
    province_code: str
    address: str | None = None

    @property
    def label(self) -> str:
        """`04802 - BHXH quận Thanh Khê`: what is shown and kept; `find_agency` finds the agency again by it."""
        return f"{self.code} - {self.name}" if self.code else self.name


def provinces() -> tuple[Province, ...]:
    """All 63, by code."""
    return tuple(Province(row["code"], row["name"], row["name_2025"]) for row in _rows("provinces.csv"))


def agencies() -> tuple[Agency, ...]:
    """This office first, then the others of Đà Nẵng, then one of each province."""
    found: list[Agency] = []
    seen: set[str] = set()
    for row in _rows("agencies.csv"):
        if row["level"] not in ("huyen", "tinh", "vi-du-khuon-ma", "tinh-63"):
            continue
        name = row["name"].split(" (")[0]
        if name in seen:
            continue
        seen.add(name)
        # An address that nobody confirmed is none: people would travel to it.
        address = row["address"] if row["confidence"] == "confirmed" else ""
        found.append(Agency(row["code"], name, f"0{row['province_code']}", address or None))
    return tuple(found)


def find_province(text: str) -> Province | None:
    """The province that a text names, or the one that an address ends with."""
    if len(text) > _MAX_CHARS:
        return None
    names = _province_names()
    code = text.strip()
    if re.fullmatch(r"0?[0-9]{2}", code):
        return next((province for province in provinces() if province.code == code.zfill(3)), None)
    parts = [words for part in re.split(r"[,;/\n|()]", text) if (words := _without_after(fold(part).split()))]
    for at, words in enumerate(reversed(parts)):
        whole = re.sub(rf"^(?:(?:o|tai|que|tu|ho khau|thuong tru|{_PROVINCE_WORD}) )+", "", " ".join(words))
        if whole in names:
            return names[whole]
        if at == 0:
            named = next(_at_the_end(words, names), None)
            if named:
                return named
    # A province that is called one may stand anywhere.
    folded = " ".join(" ".join(words) for words in parts)
    marked = re.findall(rf"\b{_PROVINCE_WORD} ({'|'.join(sorted(names, key=len, reverse=True))})\b", folded)
    return names[marked[-1]] if marked else None


def find_agency(text: str) -> Agency | None:
    """By its code, by the district that is named, or else by the province."""
    if len(text) > _MAX_CHARS:
        return None
    for code in re.findall(r"(?<![0-9])[0-9]{4,5}(?![0-9])", text):
        for agency in agencies():
            if agency.code and agency.code == code.zfill(5):
                return agency
    folded = f" {fold(text)} "
    districts = [agency for agency in agencies() if f" {_area(agency)} " in folded and not _is_provincial(agency)]
    if districts:
        return districts[0] if len(districts) == 1 else None
    province = find_province(re.sub(r"(?i)\b(?:bhxh|bảo hiểm xã hội|cơ quan)\b", " ", text))
    if province is None:
        return None
    return next((a for a in agencies() if _is_provincial(a) and a.province_code == province.code), None)


def _is_provincial(agency: Agency) -> bool:
    return bool(re.match(r"bhxh (?:thanh pho|tinh|tp) ", fold(agency.name)))


def _area(agency: Agency) -> str:
    return re.sub(r"^(?:bhxh|bao hiem xa hoi) (?:quan|huyen|co so) ", "", fold(agency.name))


def _without_after(words: list[str]) -> list[str]:
    while words and words[-1] in _AFTER and " ".join(words) not in _province_names():
        if words[-1] == "nam" and words[-2:] != ["viet", "nam"]:  # `Quảng Nam`, not `Việt Nam`
            break
        words = words[:-2] if words[-2:] == ["viet", "nam"] else words[:-1]
    return words


def _at_the_end(words: list[str], names: Mapping[str, Province]) -> Iterator[Province]:
    for size in range(min(4, len(words) - 1), 0, -1):
        name, before = " ".join(words[-size:]), words[-size - 1]
        if name not in names:
            continue
        a_city = before == "pho" and words[-size - 2 : -size - 1] == ["thanh"]
        if (before not in _SMALLER or a_city) and not before.isdigit():
            yield names[name]
        return


@cache
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _province_names() -> Mapping[str, Province]:
    """Every way to write a province, folded."""
    names: dict[str, Province] = {}
    for row, province in zip(_rows("provinces.csv"), provinces(), strict=True):
        for written in (row["name"], *row["aliases"].split("|")):
            if written:
                names[fold(written)] = province
    return names
