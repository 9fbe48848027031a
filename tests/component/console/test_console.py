"""The office's console over HTTP: who gets in, what is shown, who decides, and what is noted of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpdesk.photos.report import Side
from helpdesk.registration.model import Registration, Status
from helpdesk.staff.agents import IDLE
from tests.stage.console_desk import PAGE, Desk, Officer, csrf_of, open_desk

HELPED: dict[str, Any] = {"for_whom": "helper", "contact_owner": "helper"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"


@pytest.fixture
async def desk(data_dir: Path) -> AsyncIterator[Desk]:
    async with open_desk(data_dir) as opened:
        yield opened


@pytest.fixture
async def lan(desk: Desk) -> Officer:
    return await Officer.come(desk, "Lan")


@pytest.fixture
async def stranger(desk: Desk) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(desk.app()), base_url=PAGE)


def addresses(case: Registration) -> list[str]:
    own = f"/console/cases/{case.id}"
    lists = ["/console", "/console/queue", "/console/next", "/console/decided", "/console/audit", "/console/nothing"]
    return [*lists, own, f"{own}/state", f"{own}/photos/front"]


# Who gets in


async def test_a_stranger_sees_nothing_and_changes_nothing(desk: Desk, stranger: httpx.AsyncClient) -> None:
    case = await desk.file()
    for address in addresses(case):
        answer = await stranger.get(address)
        assert answer.status_code in (303, 401), address
        assert "Bảy" not in answer.text and answer.headers["cache-control"] == "no-store"
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/console/login")
    for deed in ("approve", "reject"):
        answer = await stranger.post(f"/console/cases/{case.id}/{deed}", data={"step": "send", "note": "x"})
        assert answer.status_code == 303
    assert (await desk.cases.case(case.id)).status is Status.SUBMITTED
    assert await desk.deeds() == []


async def test_the_log_in_leads_on_to_where_one_wanted_to_go(desk: Desk, stranger: httpx.AsyncClient) -> None:
    case = await desk.file()
    asked = await stranger.get(f"/console/cases/{case.id}")
    assert asked.headers["location"] == f"/console/login?next=/console/cases/{case.id}"
    page = await stranger.get(asked.headers["location"])
    form = {"csrf": csrf_of(page), "name": "lan", "password": await desk.agents.create("Lan")}
    answer = await stranger.post("/console/login", data=form | {"next": f"/console/cases/{case.id}"})
    assert answer.headers["location"] == f"/console/cases/{case.id}"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/console", "/console/../x", "/console\n", ""])
async def test_a_log_in_never_leads_elsewhere(lan: Officer, back: str) -> None:
    answer = await lan.log_in(next=back)
    assert answer.headers["location"] == "/console"


async def test_the_session_s_cookie(desk: Desk, lan: Officer) -> None:
    [cookie] = [
        header for header in (await lan.log_in()).headers.get_list("set-cookie") if header.startswith("vssid_console=")
    ]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/console" in cookie
    assert "Secure" not in cookie
    minh = await Officer.come(desk, "Minh", "https://vssid.example.vn")
    cookies = (await minh.log_in()).headers.get_list("set-cookie")
    assert cookies and all("Secure" in header for header in cookies)


async def test_five_wrong_passwords_lock_out_known_and_unknown_names_alike(desk: Desk, lan: Officer) -> None:
    nobody = Officer(lan.http, "Nobody", "x")
    for officer in (lan, nobody):
        answers = [await officer.log_in("wrong") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [400] * 5 + [429]
        assert "chưa đúng" in answers[0].text and "thử lại sau 15 phút" in answers[5].text
        assert (await officer.log_in()).status_code == 429
    assert [deed[1] for deed in await desk.deeds("login_failed")] == ["Lan"] * 5
    desk.pass_by(minutes=15)
    assert (await lan.log_in()).status_code == 303


async def test_a_log_in_needs_the_form_s_secret(desk: Desk, stranger: httpx.AsyncClient) -> None:
    password = await desk.agents.create("Lan")
    form = {"name": "lan", "password": password}
    assert (await stranger.post("/console/login", data=form)).status_code == 403
    await stranger.get("/console/login")
    assert (await stranger.post("/console/login", data=form | {"csrf": "x" * 43})).status_code == 403
    assert "vssid_console=" not in str(stranger.cookies)


async def test_a_session_ends_after_twelve_unused_hours_even_under_an_open_queue(desk: Desk, lan: Officer) -> None:
    for _ in range(13):
        desk.pass_by(minutes=55)
        assert (await lan.http.get("/console/queue")).status_code == 200
    desk.pass_by(hours=IDLE / timedelta(hours=1))
    assert (await lan.http.get("/console/queue")).status_code == 401
    assert (await lan.http.get("/console")).status_code == 303


async def test_log_out_and_disabling_shut_the_door(desk: Desk, lan: Officer) -> None:
    token = lan.http.cookies["vssid_console"]
    page = await lan.http.get("/console")
    assert (await lan.http.post("/console/logout", data={"csrf": csrf_of(page)})).status_code == 303
    assert "vssid_console" not in lan.http.cookies
    lan.http.cookies.set("vssid_console", token, "test.local", "/console")
    assert (await lan.http.get("/console")).status_code == 303
    await lan.log_in()
    assert (await lan.http.get("/console")).status_code == 200
    await desk.agents.disable("lan")
    assert (await lan.http.get("/console")).status_code == 303


async def test_a_new_log_in_has_a_new_session(desk: Desk, lan: Officer) -> None:
    old = lan.http.cookies["vssid_console"]
    await lan.log_in()
    assert lan.http.cookies["vssid_console"] != old
    assert await desk.agents.session(old) is None


async def test_a_link_from_a_webmail_passes_the_doorstep(lan: Officer) -> None:
    lan.http.cookies.clear()
    page = await lan.http.get("/console/cases/abc", headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 200 and 'content="0; url=/console/cases/abc"' in page.text


# Forms from elsewhere


@pytest.mark.parametrize("csrf", [None, "", "x", "é"])
@pytest.mark.parametrize("deed", ["approve", "reject"])
async def test_a_form_without_the_session_s_secret_does_nothing(
    desk: Desk, lan: Officer, deed: str, csrf: str | None
) -> None:
    case = await desk.file()
    seen = case.submitted_at.isoformat() if case.submitted_at else ""
    form = {"step": "send", "seen": seen, "note": "x"} | ({} if csrf is None else {"csrf": csrf})
    answer = await lan.http.post(f"/console/cases/{case.id}/{deed}", data=form)
    assert answer.status_code == 403 and "đã cũ" in answer.text
    assert (await lan.http.post("/console/logout", data={"csrf": csrf or ""})).status_code == 403
    assert (await lan.http.get("/console")).status_code == 200
    assert (await desk.cases.case(case.id)).status is Status.SUBMITTED


async def test_a_colleague_s_secret_is_no_good_and_no_other_site_s_form(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    minh = await Officer.come(desk, "Minh")
    page = await minh.open(case)
    assert (await lan.decide(page, "approve")).status_code == 403
    page = await lan.open(case)
    form = {"csrf": csrf_of(page), "step": "send"}
    headers = {"Sec-Fetch-Site": "same-site"}
    answer = await lan.http.post(f"/console/cases/{case.id}/approve", data=form, headers=headers)
    assert answer.status_code == 403
    assert (await lan.http.get(f"/console/cases/{case.id}/approve")).status_code == 404


async def test_broken_and_huge_forms_are_refused(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    address = f"/console/cases/{case.id}/reject"
    for body in (b"a=" + b"x" * 100_000, b"\xff\xfe", b"&".join([b"a=1"] * 500)):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        assert (await lan.http.post(address, content=body, headers=headers)).status_code == 400
    assert (await lan.http.post(address, json={"note": "x"})).status_code == 400


# What is shown


async def test_the_queue_is_oldest_first_with_its_colours(desk: Desk, lan: Officer) -> None:
    for hours, name in ((3, "Sớm"), (25, "Trễ"), (13, "Vừa"), (21, "Gấp")):
        await desk.file(hours, full_name=f"Trần Thị {name}")
    page = (await lan.http.get("/console")).text
    places = [page.index(f"Trần Thị {name}") for name in ("Trễ", "Gấp", "Vừa", "Sớm")]
    assert places == sorted(places)
    levels = [page.index(f'<li class="{level}">') for level in ("late", "red", "amber", "green")]
    assert levels == sorted(levels)
    assert "4 hồ sơ đang chờ" in page and "Quá hạn 1 giờ" in page
    rows = await lan.http.get("/console/queue")
    assert rows.text.strip() in page


async def test_a_case_shows_everything_and_whose_it_is(desk: Desk, lan: Officer) -> None:
    case = await desk.file(2, card="GD4480123400001", helper_relation="mẹ", **HELPED)
    page = unescape((await lan.open(case)).text)
    for name in ("full_name", "bhxh_code", "national_id", "phone", "address", "email", "card"):
        assert case.fields[name] in page, name
    assert "08/03/1955" in page and case.case_code and case.case_code in page
    assert "Có người làm giúp (đăng ký cho: mẹ). Email và điện thoại: của người làm giúp." in page
    assert "Email đã xác nhận bằng mã." in page and "Đồng ý xử lý dữ liệu lúc" in page


async def test_what_the_codes_say_is_compared(desk: Desk, lan: Officer) -> None:
    qr = "048155000001|201234567|Trần Thị Bẩy|08031955|Nữ|Tân Chính, Thanh Khê, Đà Nẵng|02092021"
    case = await desk.file(codes=(qr, "not a card"), national_id="048155000001")
    page = unescape((await lan.open(case)).text)
    assert "Mã QR trên CCCD" in page and "201234567" in page
    assert page.count("khác với khai") == 1 and "Trần Thị Bẩy <b>khác với khai</b>" in page
    assert "not a card" in page


async def test_nothing_that_a_citizen_writes_becomes_a_page_s_code(desk: Desk, lan: Officer) -> None:
    case = await desk.file(full_name=EVIL, address=EVIL, extra=EVIL, helper_relation=EVIL, **HELPED)
    for address in (*addresses(case), f"/console/audit?case={case.id}"):
        page = await lan.http.get(address, follow_redirects=True)
        assert "<script>alert" not in page.text and "<img src=x" not in page.text, address
    page = await lan.open(case)
    preview = await lan.decide(page, "reject", "", note=EVIL)
    assert "&lt;script&gt;" in preview.text and "<script>alert" not in preview.text
    await lan.decide(page, "reject", note=EVIL)
    shown = await lan.open(case)
    assert "&lt;script&gt;" in shown.text and "<script>alert" not in shown.text


async def test_photos_are_the_case_s_own(desk: Desk, lan: Officer) -> None:
    first, second = await desk.file(), await desk.file()
    photo = await lan.http.get(f"/console/cases/{first.id}/photos/front")
    assert photo.headers["content-type"] == "image/jpeg" and photo.headers["cache-control"] == "no-store"
    assert photo.headers["x-content-type-options"] == "nosniff"
    assert photo.content == await desk.cases.photo(first.id, Side.FRONT)
    other = second.photos[Side.FRONT].id
    for path in (
        *(f"{first.id}/photos/{side}" for side in ("card", other, "front.jpg", "..%2F..%2Fsecret.key", "FRONT", "%00")),
        *(f"{case}/photos/front" for case in (other, "..%2F..", "%2e%2e", "x" * 500, "'%20OR%201=1", "%00", "á")),
    ):
        answer = await lan.http.get(f"/console/cases/{path}")
        assert answer.status_code == 404, path


async def test_a_photo_that_was_erased_leaves_a_page_that_works(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    for file in desk.photos.iterdir():
        file.unlink()
    assert (await lan.open(case)).status_code == 200
    assert (await lan.http.get(f"/console/cases/{case.id}/photos/front")).status_code == 404


async def test_drafts_are_nobody_s_business(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    page = await lan.open(case)
    await lan.decide(page, "reject", repair_front="1")
    draft = await desk.registrations.reopen(await desk.cases.case(case.id))
    assert draft.status is Status.DRAFT
    answer = await lan.open(case)
    assert answer.status_code == 404 and "đang sửa" in answer.text and "Bảy" not in answer.text
    assert (await lan.http.get(f"/console/cases/{case.id}/photos/back")).status_code == 404
    assert (await lan.decide(page, "approve")).status_code == 404


# Decisions


async def test_approving_is_confirmed_tells_the_citizen_and_leads_to_the_next(desk: Desk, lan: Officer) -> None:
    oldest, next_one = await desk.file(5), await desk.file(3)
    page = await lan.open(oldest)
    confirm = await lan.decide(page, "approve", "")
    assert "Duyệt hồ sơ này?" in confirm.text and desk.told == []
    assert (await lan.decide(page, "approve", "edit")).headers["location"] == f"/console/cases/{oldest.id}"
    answer = await lan.decide(page, "approve")
    assert answer.status_code == 303
    landed = await lan.http.get(answer.headers["location"], follow_redirects=True)
    assert landed.url.path == f"/console/cases/{next_one.id}"
    assert f"Đã duyệt hồ sơ {oldest.case_code}." in landed.text
    [told] = desk.told
    assert (told.id, told.status, told.decided_by) == (oldest.id, Status.APPROVED, "Lan")
    await lan.decide(landed, "approve")
    end = await lan.http.get("/console/next", follow_redirects=True)
    assert end.url.path == "/console" and "Không có hồ sơ nào chờ" in end.text


async def test_sending_back_gives_the_citizen_plain_words_and_what_to_repair(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    page = await lan.open(case)
    choice = {"reason_front": "blurred", "repair_phone": "1", "note": "Cháu gọi bác không được."}
    preview = await lan.decide(page, "reject", "", **choice)
    assert "Ảnh CCCD mặt trước, Số điện thoại" in preview.text and desk.told == []
    again = await lan.decide(page, "reject", "edit", **choice)
    assert again.status_code == 200 and "Cháu gọi bác không được.</textarea>" in again.text
    assert (await lan.decide(page, "reject", **choice)).status_code == 303
    [told] = desk.told
    assert told.status is Status.REJECTED and told.repair == ("front", "phone")
    assert told.reason and told.reason.split("\n")[2] == "Cháu gọi bác không được."
    history = await lan.http.get("/console/decided")
    assert "Trả lại để sửa" in history.text and "Lan" in history.text
    assert "Cháu gọi bác" in (await lan.open(case)).text


async def test_sending_back_without_a_reason_is_refused(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    page = await lan.open(case)
    for note in ("", "   ", "a" * 501):
        answer = await lan.decide(page, "reject", note=note)
        assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert (await desk.cases.case(case.id)).status is Status.SUBMITTED


async def test_the_second_officer_learns_who_was_first(desk: Desk, lan: Officer) -> None:
    minh = await Officer.come(desk, "Minh")
    case = await desk.file()
    seen_by_lan, seen_by_minh = await lan.open(case), await minh.open(case)
    assert "Lan đã mở lúc" in seen_by_minh.text
    assert "Minh đã mở lúc" in (await lan.http.get("/console")).text
    await lan.decide(seen_by_lan, "approve")
    answer = await minh.decide(seen_by_minh, "reject", note="x")
    assert answer.status_code == 409
    assert "chưa được ghi. Lan đã duyệt hồ sơ này lúc" in answer.text and 'class="bar"' not in answer.text
    state = await minh.http.get(f"/console/cases/{case.id}/state")
    assert "data-decided" in state.text and "Lan đã duyệt" in state.text
    decided = await desk.cases.case(case.id)
    assert (decided.status, decided.decided_by, decided.reason) == (Status.APPROVED, "Lan", None)
    assert len(desk.told) == 1


async def test_of_two_at_the_very_same_moment_one_decides(desk: Desk, lan: Officer) -> None:
    minh = await Officer.come(desk, "Minh")
    for _ in range(5):
        case = await desk.file()
        pages = [await officer.open(case) for officer in (lan, minh)]
        answers = await asyncio.gather(
            lan.decide(pages[0], "approve"), minh.decide(pages[1], "reject", note="x"), lan.decide(pages[0], "approve")
        )
        assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert len(desk.told) == 5
    assert len(await desk.deeds("approved", "rejected")) == 5 and len(await desk.deeds("decision_refused")) == 10


async def test_nobody_decides_on_what_he_has_not_seen(desk: Desk, lan: Officer) -> None:
    minh = await Officer.come(desk, "Minh")
    case = await desk.file()
    stale = await minh.open(case)
    await lan.decide(await lan.open(case), "reject", repair_front="1")
    desk.pass_by(minutes=5)
    await desk.refile(case, full_name="Trần Thị Bảy Hai")
    answer = await minh.decide(stale, "approve")
    assert answer.status_code == 409 and "vừa sửa và gửi lại" in answer.text and "Bảy Hai" in answer.text
    assert "Máy chưa chắc: ảnh mờ" in answer.text
    assert (await minh.decide(answer, "approve")).status_code == 303


async def test_a_chat_that_can_t_be_told_doesn_t_undo_a_decision(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_registration: Registration) -> None:
        raise RuntimeError("Trần Thị Bảy")

    desk.notify = broken  # type: ignore[method-assign, assignment]
    lan = await Officer.come(desk, "Lan")
    case = await desk.file()
    assert (await lan.decide(await lan.open(case), "approve")).status_code == 303
    assert (await desk.cases.case(case.id)).status is Status.APPROVED
    assert case.id in caplog.text and "Bảy" not in caplog.text


async def test_the_next_case_is_none_that_a_colleague_is_at(desk: Desk, lan: Officer) -> None:
    minh = await Officer.come(desk, "Minh")
    oldest, second = await desk.file(5), await desk.file(3)
    await minh.open(oldest)
    assert (await lan.http.get("/console/next")).headers["location"] == f"/console/cases/{second.id}"
    assert (await minh.http.get("/console/next")).headers["location"] == f"/console/cases/{oldest.id}"
    desk.pass_by(minutes=11)
    assert (await lan.http.get("/console/next")).headers["location"] == f"/console/cases/{oldest.id}"


# What is noted


async def test_every_look_and_every_decision_is_noted(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    page = await lan.open(case)
    await lan.http.get(f"/console/cases/{case.id}/photos/front")
    await lan.http.get(f"/console/cases/{case.id}/state")
    await lan.http.get("/console/queue")
    await lan.decide(page, "reject", reason_front="blurred")
    assert await desk.deeds() == [
        ("logged_in", "Lan", None, None),
        ("case_viewed", "Lan", case.id, None),
        ("photo_viewed", "Lan", case.id, "front"),
        ("rejected", "Lan", case.id, "front"),
    ]
    log = unescape((await lan.http.get("/console/audit")).text)
    assert "<b>Lan</b> xem ảnh: CCCD mặt trước" in log and case.case_code and case.case_code in log
    assert "Bảy" not in log
    own = (await lan.http.get("/console/audit", params={"case": case.id})).text
    assert "xem ảnh" in own and "đăng nhập" not in own


async def test_what_can_t_be_noted_isn_t_shown(desk: Desk, lan: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    from helpdesk.errors import Unavailable

    case = await desk.file()

    async def full(*_: object, **__: object) -> None:
        raise Unavailable("store")

    monkeypatch.setattr(desk.audit, "record", full)
    for address in ("", "/photos/front"):
        answer = await lan.http.get(f"/console/cases/{case.id}{address}")
        assert answer.status_code == 503 and "Bảy" not in answer.text


async def test_a_long_log_is_read_page_by_page(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    for _ in range(120):
        await lan.open(case)
    page = await lan.http.get("/console/audit")
    assert page.text.count("xem hồ sơ") == 100
    older = unescape(page.text.split('quiet" href="')[1].split('"')[0])
    assert (await lan.http.get(older)).text.count("xem hồ sơ") == 20
    assert (await lan.http.get("/console/audit?before=x")).status_code == 400


async def test_every_answer_is_kept_by_nobody(desk: Desk, lan: Officer) -> None:
    for address in (*addresses(await desk.file()), "/console/", "/console/cases/none", "/console/login"):
        answer = await lan.http.get(address)
        assert answer.headers["cache-control"] == "no-store", address
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"].split("script-src")[1].split(";")[0]
        assert " style=" not in answer.text and "<script>" not in answer.text
