"""The embedded registry: who is found, who is not, and that neither answer tells of anybody else."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from helpdesk.identity.person import BirthDate, Sex
from helpdesk.registry.demo import DEMO_SIZE, demo_members, settle_demo
from helpdesk.registry.member import Member
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.store.database import Database, open_database
from helpdesk.store.sealing import open_sealer
from helpdesk.store.vault import open_cipher

LANH = Member(
    bhxh_code="0000000101",
    full_name="Nguyễn Thị Lành",
    birth_date=BirthDate(1956, 3, 12),
    sex=Sex.FEMALE,
    national_id="048156000001",
    card="HT3480000000101",
    province="Quảng Nam",
    address="Số 1 đường Giả Định",
    card_valid_until="2026-12-31",
)
TU = Member("0000000102", "Lê Thị Tư", BirthDate(1949), national_id="049149000001", province="Đà Nẵng")


@pytest.fixture
async def database(data_dir: Path) -> AsyncIterator[Database]:
    async with open_database(data_dir / "helpdesk.db") as opened:
        yield opened


@pytest.fixture
async def registry(database: Database, tmp_path: Path) -> EmbeddedRegistry:
    registry = EmbeddedRegistry(database, await open_sealer(database, open_cipher("", tmp_path / "secret.key")))
    await registry.put([LANH, TU])
    return registry


async def test_a_member_comes_back_as_it_was_put(registry: EmbeddedRegistry) -> None:
    assert await registry.find_by_code("0000000101") == LANH
    assert await registry.find_by_national_id("048156000001") == LANH
    assert await registry.find_many(["0000000102", "0000000999", "0000000101"]) == {
        "0000000101": LANH,
        "0000000102": TU,
    }
    assert await registry.find_by_code("0000000999") is None
    assert await registry.find_by_national_id("048156000002") is None


async def test_the_second_time_replaces(registry: EmbeddedRegistry) -> None:
    await registry.put([replace(LANH, full_name="Nguyễn Thị Lành Em", national_id="048156000009")])
    assert await registry.count() == 2
    found = await registry.find_by_code("0000000101")
    assert found is not None and found.full_name == "Nguyễn Thị Lành Em"
    assert await registry.find_by_national_id("048156000001") is None
    assert await registry.look_up_code(LANH.full_name, LANH.birth_date, "048156000001", "Quảng Nam") is None


@pytest.mark.parametrize("name", ["Nguyễn Thị Lành", "nguyen  thi LANH", "NGUYỄN THỊ LÀNH"])
@pytest.mark.parametrize("province", ["Quảng Nam", "tỉnh quảng nam", "Đà Nẵng"])
async def test_all_four_agree(registry: EmbeddedRegistry, name: str, province: str) -> None:
    # Since 07/2025 Quảng Nam is part of Đà Nẵng.
    assert await registry.look_up_code(name, BirthDate(1956, 3, 12), "048156000001", province) == LANH


@pytest.mark.parametrize(
    ("name", "birth", "number", "province"),
    [
        ("Nguyễn Thị Lan", BirthDate(1956, 3, 12), "048156000001", "Quảng Nam"),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 13), "048156000001", "Quảng Nam"),
        # Only the year is said, though the day is known.
        ("Nguyễn Thị Lành", BirthDate(1956), "048156000001", "Quảng Nam"),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), "048156000002", "Quảng Nam"),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), "049149000001", "Quảng Nam"),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), "048156000001", "Hà Nội"),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), "048156000001", ""),
        ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), "", "Quảng Nam"),
        ("", BirthDate(1956, 3, 12), "048156000001", "Quảng Nam"),
    ],
)
async def test_one_that_differs_finds_nobody(
    registry: EmbeddedRegistry, name: str, birth: BirthDate, number: str, province: str
) -> None:
    assert await registry.look_up_code(name, birth, number, province) is None


async def test_whose_day_of_birth_nobody_knows(registry: EmbeddedRegistry) -> None:
    for said in (BirthDate(1949), BirthDate(1949, 1, 1), BirthDate(1949, 12, 31)):
        assert await registry.look_up_code("Le Thi Tu", said, "049149000001", "Đà Nẵng") == TU
    assert await registry.look_up_code("Le Thi Tu", BirthDate(1950, 1, 1), "049149000001", "Đà Nẵng") is None


async def test_two_of_one_name_are_told_apart_by_their_number_only(registry: EmbeddedRegistry) -> None:
    other = replace(LANH, bhxh_code="0000000103", national_id="048156000003")
    await registry.put([other])
    assert await registry.look_up_code(LANH.full_name, LANH.birth_date, "048156000003", "Quảng Nam") == other
    # One number on two people proves nothing, wherever they live.
    await registry.put([replace(other, bhxh_code="0000000104", province="Hà Nội")])
    assert await registry.look_up_code(LANH.full_name, LANH.birth_date, "048156000003", "Quảng Nam") is None
    assert await registry.find_by_national_id("048156000003") is None


async def test_who_has_no_number_or_no_province_is_not_found_by_name(registry: EmbeddedRegistry) -> None:
    await registry.put([replace(LANH, national_id=None), replace(TU, province=None)])
    assert await registry.look_up_code(LANH.full_name, LANH.birth_date, "", "Quảng Nam") is None
    assert await registry.look_up_code(TU.full_name, TU.birth_date, "049149000001", "") is None


async def test_a_miss_opens_as_many_records_as_a_hit(
    registry: EmbeddedRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    plain = registry._open

    def counting(sealed: str) -> Member:
        opened.append(sealed)
        return plain(sealed)

    monkeypatch.setattr(registry, "_open", counting)
    for name, number in [(LANH.full_name, "048156000001"), (LANH.full_name, "048156000002"), ("Ai Đó", "1")]:
        opened.clear()
        await registry.look_up_code(name, LANH.birth_date, number, "Quảng Nam")
        assert len(opened) == 2


async def test_nothing_personal_lies_in_the_open(
    registry: EmbeddedRegistry, database: Database, tmp_path: Path
) -> None:
    rows = [tuple(row.values()) for row in await database.fetch_all("SELECT * FROM members")]
    names = ("helpdesk.db", "helpdesk.db-wal")
    raw = b"".join([(tmp_path / name).read_bytes() for name in names]) + repr(rows).encode()
    for secret in ("0000000101", "048156000001", "Lành", "1956-", "Giả Định", "HT3480000000101"):
        assert secret.encode() not in raw


async def test_the_demo_fills_an_empty_registry_once_and_leaves_with_the_demo(
    database: Database, tmp_path: Path
) -> None:
    registry = EmbeddedRegistry(database, await open_sealer(database, open_cipher("", tmp_path / "secret.key")))
    started = time.process_time()
    await settle_demo(registry, demo=True)
    assert time.process_time() - started < 5  # half a second on a quiet machine
    assert await registry.count() == DEMO_SIZE
    person = demo_members()[3]
    await registry.put([replace(person, full_name="Người Thật", synthetic=False)])
    await settle_demo(registry, demo=True)
    found = await registry.find_by_code(person.bhxh_code)
    assert found is not None and found.full_name == "Người Thật"
    await settle_demo(registry, demo=False)
    assert await registry.count() == 1


async def test_the_demo_adds_nobody_to_an_office_s_own_registry(registry: EmbeddedRegistry) -> None:
    await settle_demo(registry, demo=True)
    assert await registry.count() == 2


async def test_every_persona_finds_the_number_if_the_card_can(database: Database, tmp_path: Path) -> None:
    registry = EmbeddedRegistry(database, await open_sealer(database, open_cipher("", tmp_path / "secret.key")))
    await settle_demo(registry, demo=True)
    for person in demo_members()[:12]:
        found = await registry.look_up_code(
            person.full_name.lower(), person.birth_date, person.national_id or "", person.province or ""
        )
        assert found == (person if person.national_id else None)
