"""The demo's registry: a few thousand people who don't exist, always the same ones.

Owns their making. Each is marked `synthetic`, their BHXH numbers all begin with 00000 (no real one does), their
personal ids end in tiny serial numbers, their streets are called "Giả Định". The first ones are the personas of
`data/demo/personas.yml`. Some are awkward on purpose: two people of one name and birthday, a birth of which only the
year is known, a CMND instead of a CCCD, neither of them, no card. Refuses to stand in for a real registry: without
the demo they are removed.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

from helpdesk.identity import BirthDate, Sex
from helpdesk.registry.member import Member
from helpdesk.registry.registry import EmbeddedRegistry

DEMO_SIZE = 2400
_SEED = 48
# Ages are counted from here, not from today: tomorrow's members are the same as today's.
_AS_OF = date(2026, 1, 1)
_FIRST_CODE = 10001

# More frequent ones stand there more than once.
_SURNAMES = (
    "Nguyễn|Nguyễn|Nguyễn|Nguyễn|Nguyễn|Nguyễn|Trần|Trần|Trần|Lê|Lê|Lê|Phạm|Phạm|Huỳnh|Huỳnh|Phan|Phan|Võ|Võ|Đặng|"
    "Đặng|Bùi|Đỗ|Hồ|Hồ|Ngô|Dương|Lý|Trương|Đinh|Mai|Đoàn|Lương|Cao|Tạ|Thái|Hà|Châu|Ông|Tôn Thất|Doãn|Từ|Thân|Lưu"
).split("|")
_MIDDLE = {
    Sex.MALE: "Văn|Văn|Văn|Hữu|Đình|Công|Quang|Minh|Đức|Ngọc|Thanh|Xuân|Quốc|Gia|Bá|Viết|Anh|Tấn|Nhật|".split("|"),
    Sex.FEMALE: "Thị|Thị|Thị|Ngọc|Thị Ngọc|Thị Thanh|Thị Kim|Thu|Kim|Bảo|Thị Mỹ|Thị Thùy|Khánh|Diệu|".split("|"),
}
_GIVEN = {
    Sex.MALE: (
        "An|Bảo|Bình|Cường|Chiến|Dũng|Duy|Đạt|Đức|Hải|Hậu|Hiếu|Hòa|Hoàng|Hùng|Huy|Khánh|Khoa|Kiên|Lâm|Lộc|Long|Lợi|"
        "Minh|Nam|Nghĩa|Nhân|Phát|Phong|Phúc|Phước|Quân|Quý|Sang|Sơn|Tài|Tâm|Thắng|Thành|Thịnh|Tiến|Toàn|Trí|Trung|"
        "Trường|Tuấn|Tùng|Vinh|Vũ|Vượng"
    ).split("|"),
    Sex.FEMALE: (
        "An|Ánh|Bích|Châu|Chi|Cúc|Diễm|Dung|Duyên|Đào|Giang|Hà|Hạnh|Hằng|Hiền|Hoa|Hồng|Huệ|Hương|Huyền|Lan|Lành|Liên|"
        "Linh|Loan|Ly|Mai|My|Nga|Ngân|Nguyệt|Nhi|Nhung|Như|Oanh|Phượng|Phương|Quyên|Tâm|Thảo|Thoa|Thu|Thủy|Thương|"
        "Trang|Trâm|Trinh|Tuyết|Uyên|Vân|Vy|Xuân|Yến"
    ).split("|"),
}
_PLACES = {
    "Đà Nẵng": (
        "Thanh Khê Đông, Thanh Khê|Thanh Khê Tây, Thanh Khê|Hòa Khê, Thanh Khê|An Khê, Thanh Khê|Chính Gián, Thanh Khê|"
        "Thạc Gián, Thanh Khê|Vĩnh Trung, Thanh Khê|Xuân Hà, Thanh Khê|Tam Thuận, Thanh Khê|Hòa Cường Bắc, Hải Châu|"
        "Thuận Phước, Hải Châu|An Hải Bắc, Sơn Trà|Mỹ An, Ngũ Hành Sơn|Hòa Minh, Liên Chiểu|Hòa Xuân, Cẩm Lệ|"
        "Hòa Phong, Hòa Vang"
    ).split("|"),
    "Quảng Nam": "Vĩnh Điện, Điện Bàn|Cẩm Châu, Hội An|An Mỹ, Tam Kỳ|Nam Phước, Duy Xuyên|Ái Nghĩa, Đại Lộc".split("|"),
    "Thừa Thiên Huế": "Vĩ Dạ, Huế|Lăng Cô, Phú Lộc".split("|"),
    "Quảng Ngãi": "Nghĩa Chánh, Quảng Ngãi|Bình Long, Bình Sơn".split("|"),
}
_HOMES = ["Đà Nẵng"] * 74 + ["Quảng Nam"] * 20 + ["Thừa Thiên Huế"] * 4 + ["Quảng Ngãi"] * 2
_BORN_IN = {"Đà Nẵng": "048", "Quảng Nam": "049", "Thừa Thiên Huế": "046", "Quảng Ngãi": "051"}
# Whose card somebody of an age carries (QĐ 1351/QĐ-BHXH), with its level: (younger than, kinds).
_KINDS = (
    (6, ("TE1",)),
    (18, ("HS4", "HS4", "HS4", "HN2", "CN3")),
    (23, ("SV4", "SV4", "DN4", "GD4")),
    (60, ("DN4", "DN4", "DN4", "DN4", "HC4", "CH4", "GD4", "GD4", "GB4", "TN4", "CN3", "HN2")),
    (80, ("HT3", "HT3", "GD4", "GD4", "HN2", "CK2", "TC3")),
    (200, ("HT3", "BT2", "CT4", "CC1")),
)

# Name, sex, birth, home, card kind ("" for none), national id ("cccd", a CMND's number, or "" for none).
_PERSONAS: tuple[tuple[str, Sex, BirthDate, str, str, str], ...] = (
    ("Nguyễn Thị Lành", Sex.FEMALE, BirthDate(1956, 3, 12), "Đà Nẵng", "HT3", "cccd"),
    ("Trần Văn Bình", Sex.MALE, BirthDate(1990, 2, 1), "Đà Nẵng", "DN4", "cccd"),
    ("Lê Thị Tư", Sex.FEMALE, BirthDate(1949), "Quảng Nam", "HN2", "cccd"),
    ("Nguyễn Văn Hùng", Sex.MALE, BirthDate(1985, 8, 15), "Đà Nẵng", "DN4", "cccd"),
    ("Nguyễn Văn Hùng", Sex.MALE, BirthDate(1985, 8, 15), "Đà Nẵng", "GD4", "cccd"),
    ("Phạm Văn Lợi", Sex.MALE, BirthDate(1952, 11, 30), "Đà Nẵng", "CK2", "200000101"),
    ("Đỗ Bảo An", Sex.FEMALE, BirthDate(2024, 6, 1), "Đà Nẵng", "TE1", ""),
    ("Huỳnh Thị Ngọc Huyền", Sex.FEMALE, BirthDate(2004, 2, 29), "Quảng Nam", "SV4", "cccd"),
    ("Tôn Thất Minh Khánh", Sex.MALE, BirthDate(1978, 12, 31), "Thừa Thiên Huế", "HC4", "cccd"),
    ("Võ Thị Ánh Nguyệt", Sex.FEMALE, BirthDate(1983, 7, 7), "Đà Nẵng", "", "cccd"),
    ("Đặng Quốc Đạt", Sex.MALE, BirthDate(2001, 10, 10), "Đà Nẵng", "DN4", "cccd"),
    ("Ông Thị Cúc", Sex.FEMALE, BirthDate(1938, 1, 1), "Đà Nẵng", "CC1", "cccd"),
)  # fmt: skip


def demo_members() -> tuple[Member, ...]:
    """All of them, the personas first; the same at every call."""
    return tuple(_Maker().members())


async def settle_demo(registry: EmbeddedRegistry, demo: bool) -> None:
    """At the start: fill an empty registry in the demo, remove the made-up people outside of it."""
    if not demo:
        await registry.remove_synthetic()
    elif not await registry.count():
        await registry.put(demo_members())


class _Maker:
    def __init__(self) -> None:
        self._random = Random(_SEED)  # noqa: S311 - makes people up, keeps no secret
        self._serials: Counter[str] = Counter()
        self._made = 0

    def members(self) -> list[Member]:
        members = [self._member(*persona) for persona in _PERSONAS]
        while len(members) < DEMO_SIZE - 1:
            members.append(self._anybody())
        # One more pair of a name and birthday, in two provinces.
        model = members[-1]
        home = "Quảng Nam" if model.province == "Đà Nẵng" else "Đà Nẵng"
        assert model.sex is not None
        members.append(self._member(model.full_name, model.sex, model.birth_date, home, "GD4", "cccd"))
        return members

    def _anybody(self) -> Member:
        chance = self._random
        sex = chance.choice((Sex.MALE, Sex.FEMALE))
        words = (chance.choice(_SURNAMES), chance.choice(_MIDDLE[sex]), chance.choice(_GIVEN[sex]))
        # Fewer of the very old: the older of two draws stays within the working age more often.
        age_in_days = min(chance.randrange(200, 95 * 365), chance.randrange(200, 110 * 365))
        day = _AS_OF - timedelta(days=age_in_days)
        birth = BirthDate(day.year, day.month, day.day)
        if day.year < 1960 and chance.random() < 0.15:
            birth = BirthDate(day.year)
        age = _AS_OF.year - day.year
        kind = chance.choice(next(kinds for limit, kinds in _KINDS if age < limit))
        national = "cccd"
        if age >= 50 and chance.random() < 0.06:
            self._serials["cmnd"] += 1
            national = f"2000{1000 + self._serials['cmnd']:05}"
        elif age < 14 and chance.random() < 0.6:
            national = ""
        home = chance.choice(_HOMES)
        return self._member(
            " ".join(filter(None, words)), sex, birth, home, "" if chance.random() < 0.08 else kind, national
        )

    def _member(self, name: str, sex: Sex, birth: BirthDate, home: str, kind: str, national: str) -> Member:
        chance = self._random
        code = f"{_FIRST_CODE + self._made:010}"
        self._made += 1
        house, street = chance.randrange(1, 300), chance.randrange(1, 40)
        address = f"Số {house} đường Giả Định {street}, {chance.choice(_PLACES[home])}, {home}"
        until = f"{chance.choice((2026, 2027, 2027))}-{chance.randrange(1, 13):02}-28" if kind == "GD4" else None
        if kind == "TE1":
            until = f"{birth.year + 6}-09-30"
        return Member(
            bhxh_code=code,
            full_name=name,
            birth_date=birth,
            sex=sex,
            national_id=self._cccd(sex, birth, home) if national == "cccd" else national or None,
            card=f"{kind}{_BORN_IN[home][1:]}{code}" if kind else None,
            province=home,
            address=address,
            card_valid_until=until,
            synthetic=True,
        )

    def _cccd(self, sex: Sex, birth: BirthDate, home: str) -> str:
        born_in = home if self._random.random() < 0.9 else "Quảng Nam"
        century = (birth.year // 100 - 19) * 2 + (sex is Sex.FEMALE)
        start = f"{_BORN_IN[born_in]}{century}{birth.year % 100:02}"
        self._serials[start] += 1
        return f"{start}{self._serials[start]:06}"
