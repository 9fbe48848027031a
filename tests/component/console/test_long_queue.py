"""A queue of thousands: a page of it at a time, and nothing is opened while nothing has changed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from helpdesk.registration.model import Registration
from helpdesk.registration.store import RegistrationStore
from helpdesk.staff.audit import Deed
from helpdesk.store.database import Database
from tests.stage.console_desk import Desk, Officer, open_desk

# More than SQLite takes parameters in a statement.
MANY = 33_000


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def lan(desk: Desk) -> Officer:
    return await Officer.come(desk, "Lan")


@pytest.fixture
def opened(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the console decrypts, from now on."""
    sealer = store_of(desk)._sealer
    seen: list[str] = []
    real = type(sealer).open

    def noting(self: object, sealed: str) -> dict[str, object]:
        seen.append(sealed)
        return real(sealer, sealed)

    monkeypatch.setattr(type(sealer), "open", noting)
    return seen


def store_of(desk: Desk) -> RegistrationStore:
    return desk.cases._store


async def more_like(database: Database, case: Registration, count: int) -> None:
    """So many cases more that wait since the moment of `case`."""
    async with database.transaction() as transaction:
        row = await transaction.fetch_one("SELECT sealed, submitted_at FROM registrations WHERE id = ?", (case.id,))
        assert row is not None
        await transaction.execute_many(
            "INSERT INTO registrations (id, case_code, status, sealed, created_at, updated_at, submitted_at) "
            "VALUES (?, ?, 'submitted', ?, ?, ?, ?)",
            [(f"x{n:06}", f"X{n:06}", row["sealed"], *[row["submitted_at"]] * 3) for n in range(count)],
        )


def codes(text: str) -> list[str]:
    return re.findall(r'queue-code">([^<]+)<', text)


async def test_pages_of_fifty_oldest_first(desk: Desk, lan: Officer, opened: list[str]) -> None:
    first = await desk.file(hours_ago=9)
    await more_like(store_of(desk).database, await desk.file(hours_ago=2), 118)
    opened.clear()
    page = (await lan.http.get("/console")).text
    assert "120 hồ sơ đang chờ" in page and "Trang 1/3" in page and "Hồ sơ chờ (120)" in page
    assert len(codes(page)) == len(opened) == 50
    assert codes(page)[0] == first.case_code
    assert 'href="/console?page=2"' in page and 'data-live="/console/queue?page=1"' in page
    seen = codes(page)
    for number, rows in ((2, 50), (3, 20)):
        part = codes((await lan.http.get(f"/console/queue?page={number}")).text)
        assert len(part) == rows
        seen += part
    assert len(set(seen)) == 120
    last = await lan.http.get("/console?page=3")
    assert "Trang sau" not in last.text and 'href="/console?page=2"' in last.text
    # Whoever stays on a page that is no more sees the last one.
    for wrong in ("99", "0", "-1", "x", "9" * 40, "²"):
        assert (await lan.http.get("/console", params={"page": wrong})).status_code == 200
    assert "Trang 3/3" in (await lan.http.get("/console?page=99")).text


async def test_nothing_is_opened_while_nothing_has_changed(desk: Desk, lan: Officer, opened: list[str]) -> None:
    case = await desk.file()
    # On the minute, so that a slow machine doesn't step into the next one.
    desk.pass_by(seconds=60 - desk.clock().timestamp() % 60)
    fresh = await lan.http.get("/console/queue")
    tag = {"If-None-Match": fresh.headers["etag"]}
    opened.clear()
    again = await lan.http.get("/console/queue", headers=tag)
    assert (again.status_code, again.text, opened) == (304, "", [])
    # Somebody looks at it, another one comes, one goes, a minute passes: each shows.
    minh = await Officer.come(desk, "Minh")
    tag = {"If-None-Match": (await lan.http.get("/console/queue")).headers["etag"]}
    await minh.http.get(f"/console/cases/{case.id}")
    changed = await lan.http.get("/console/queue", headers=tag)
    assert changed.status_code == 200 and "Minh đã mở" in changed.text
    tag = {"If-None-Match": changed.headers["etag"]}
    other = await desk.file()
    changed = await lan.http.get("/console/queue", headers=tag)
    assert changed.status_code == 200 and "2 hồ sơ đang chờ" in changed.text
    tag = {"If-None-Match": changed.headers["etag"]}
    await desk.cases.approve(other.id, "minh", "Minh")
    changed = await lan.http.get("/console/queue", headers=tag)
    assert changed.status_code == 200 and "1 hồ sơ đang chờ" in changed.text
    tag = {"If-None-Match": changed.headers["etag"]}
    desk.pass_by(minutes=1)
    assert (await lan.http.get("/console/queue", headers=tag)).status_code == 200


async def test_more_cases_than_a_statement_takes_parameters(desk: Desk, lan: Officer, opened: list[str]) -> None:
    case = await desk.file()
    await more_like(store_of(desk).database, case, MANY)
    opened.clear()
    assert f"{MANY + 1} hồ sơ đang chờ" in (await lan.http.get("/console/queue")).text
    notice = await lan.http.get(f"/console/cases/{case.id}/state")
    assert notice.status_code == 200
    assert len(opened) < 60
    assert len(await desk.cases.waiting(limit=MANY + 1)) == MANY + 1


async def test_the_next_one_is_found_behind_many_that_are_taken(desk: Desk, lan: Officer) -> None:
    case = await desk.file(hours_ago=3)
    await more_like(store_of(desk).database, case, 60)
    free = await desk.file(hours_ago=1)
    for identifier in (case.id, *(f"x{n:06}" for n in range(60))):
        await desk.audit.record(Deed.CASE_VIEWED, "minh", "Minh", identifier)
    assert (await lan.http.get("/console/next")).headers["location"] == f"/console/cases/{free.id}"


async def test_a_case_that_no_key_opens_is_named_among_the_others(desk: Desk, lan: Officer) -> None:
    damaged, sound = await desk.file(2), await desk.file(1)
    async with store_of(desk).database.transaction() as transaction:
        await transaction.execute("UPDATE registrations SET sealed = 'damaged' WHERE id = ?", (damaged.id,))
    page = unescape((await lan.http.get("/console")).text)
    assert "không mở được hồ sơ này (khóa mã hóa?)" in page
    assert str(damaged.case_code) in page and str(sound.case_code) in page and "Trần Thị Bảy" in page
    assert (await lan.http.get("/console/next")).headers["location"] == f"/console/cases/{sound.id}"
