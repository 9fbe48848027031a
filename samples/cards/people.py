"""People who do not exist, and what is on their cards. Owns the made-up numbers; refuses anything of a real person."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Đặng", "Võ", "Phan")
_MIDDLE = {"nam": ("Văn", "Hữu", "Đức", "Quốc"), "nữ": ("Thị", "Ngọc", "Thùy", "Mỹ")}
# Given names that no register would hold: "test", "sample", "example", "experiment".
_GIVEN = ("Thử", "Mẫu", "Ví Dụ", "Thí Nghiệm", "Giả Định")
_STREETS = ("Đường Giả Định", "Đường Ví Dụ", "Đường Mẫu Số 7")
_WARDS = ("Thanh Khê Đông, Thanh Khê, Đà Nẵng", "Hòa Cường Bắc, Hải Châu, Đà Nẵng", "Điện Bàn, Quảng Nam")


@dataclass(frozen=True, slots=True)
class Person:
    """What the cards of one made-up person say; dates are dd/mm/yyyy."""

    name: str
    sex: str
    birth_date: str
    address: str
    national_id: str
    old_id: str
    bhxh_code: str
    card: str
    issued: str

    @property
    def citizen_qr(self) -> str:
        """The text in the QR of the CCCD."""
        born, issued = self.birth_date.replace("/", ""), self.issued.replace("/", "")
        return "|".join(
            (self.national_id, self.old_id, self.name, born, self.sex.capitalize(), self.address, issued)
        )  # fmt: skip

    @property
    def insurance_qr(self) -> str:
        """The text in the QR of the BHYT card: 15 fields, names and addresses as hex of UTF-8."""
        fields = (
            self.card, _hex(self.name), self.birth_date, "1" if self.sex == "nam" else "2", _hex(self.address),
            "48 - 001", "01/01/2024", "-", "01/01/2024", f"4802{self.bhxh_code}", "-", "4", "01/01/2029",
            "0000000000000000-4202", "$",
        )  # fmt: skip
        return "|".join(fields)

    @property
    def machine_lines(self) -> tuple[str, str, str]:
        """The three lines of 30 characters at the foot of the CCCD's back. Check digits are zeros: made up as well."""
        day, month, year = self.birth_date.split("/")
        words = plain(self.name).upper().split()
        name = f"{words[0]}<<{'<'.join(words[1:])}"
        return (
            f"IDVNM{self.national_id[3:]}0{self.national_id}<<0".ljust(30, "<")[:30],
            f"{year[2:]}{month}{day}0{'M' if self.sex == 'nam' else 'F'}3501010VNM<<<<<<<<<<<0",
            name.ljust(30, "<")[:30],
        )


def invent(seed: int) -> Person:
    """The made-up person of this number, always the same."""
    dice = random.Random(seed)
    sex = dice.choice(("nam", "nữ"))
    name = f"{dice.choice(_SURNAMES)} {dice.choice(_MIDDLE[sex])} {dice.choice(_GIVEN)}"
    year = dice.randint(1935, 2006)
    century_and_sex = (2 if year >= 2000 else 0) + (sex == "nữ")
    # Real codes of the office begin with its province; these begin with 00.
    bhxh_code = f"00{dice.randrange(10**8):08}"
    return Person(
        name=name,
        sex=sex,
        birth_date=f"{dice.randint(1, 28):02}/{dice.randint(1, 12):02}/{year}",
        address=f"Số {dice.randint(1, 99)} {dice.choice(_STREETS)}, {dice.choice(_WARDS)}",
        national_id=f"048{century_and_sex}{year % 100:02}0{dice.randrange(10**5):05}",
        old_id=dice.choice(("", f"2000{dice.randrange(10**5):05}")),
        bhxh_code=bhxh_code,
        card=f"{dice.choice(('DN', 'GD', 'HC', 'HT', 'HN'))}{dice.randint(1, 5)}48{bhxh_code}",
        issued=f"{dice.randint(1, 28):02}/{dice.randint(1, 12):02}/{dice.randint(2021, 2024)}",
    )


def plain(text: str) -> str:
    """Without accents."""
    flat = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return flat.replace("đ", "d").replace("Đ", "D")


def _hex(text: str) -> str:
    return text.encode().hex()
