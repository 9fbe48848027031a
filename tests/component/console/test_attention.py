""" "Cần xem": what is listed and how little of a person, what can be done about it, and what is noted of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpdesk.store.database import Database, Row
from tests.stage.console_desk import BLOCKED, PAGE, UNHELPFUL, Desk, Officer, csrf_of, open_desk

PLACE = "/console/attention"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
async def lan(desk: Desk) -> Officer:
    return await Officer.come(desk, "Lan")


def words(page: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def keys(page: httpx.Response, deed: str) -> list[str]:
    return re.findall(rf'action="{PLACE}/{deed}">.*?name="key" value="([^"]*)"', page.text, re.DOTALL)


async def do(officer: Officer, page: httpx.Response, deed: str, key: str, **more: str) -> httpx.Response:
    answer = await officer.http.post(f"{PLACE}/{deed}", data={"csrf": csrf_of(page), "key": key} | more)
    if answer.status_code == 303:
        return await officer.http.get(answer.headers["location"])
    return answer


# Who gets in


async def test_a_stranger_and_another_site_change_nothing(desk: Desk, lan: Officer) -> None:
    await desk.give_up()
    await desk.fail_mail()
    await desk.thumbs_down("cài sao")
    page = await lan.http.get(PLACE)
    stranger = httpx.AsyncClient(transport=httpx.ASGITransport(desk.app()), base_url=PAGE)
    assert (await stranger.get(PLACE)).headers["location"] == "/console/login?next=/console/attention"
    before = await desk.deeds()
    for deed in ("replies/again", "replies/seen", "mails/again", "mails/seen", "answers/seen"):
        [key] = keys(page, deed)
        assert (await stranger.post(f"{PLACE}/{deed}", data={"csrf": csrf_of(page), "key": key})).status_code == 303
        assert (await lan.http.post(f"{PLACE}/{deed}", data={"csrf": "x" * 43, "key": key})).status_code == 403
    assert await desk.attention.count(9) == 3 and await desk.deeds() == before


async def test_the_tab_counts_what_is_there_on_every_page(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    pages = ["/console", "/console/decided", "/console/audit", f"/console/cases/{case.id}", PLACE]
    for page in pages:
        assert 'class="count"' not in (await lan.http.get(page)).text
    await desk.give_up()
    await desk.thumbs_down("cài sao")
    for page in pages:
        assert 'Cần xem <span class="count">2</span>' in (await lan.http.get(page)).text, page


# Replies


async def test_a_reply_that_never_arrived(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    assert case.conversation_id
    await desk.give_up("1")
    page = await lan.http.get(PLACE)
    shown = words(page)
    assert "Tin “Hồ sơ đã được duyệt” chưa tới: người dân đã chặn trợ lý." in shown
    assert f"Người dân trên Telegram, cuộc trò chuyện {case.conversation_id[:8]}" in shown
    assert f"/console/cases/{case.id}" in page.text and (case.case_code or "?") in shown
    assert "Bảy" not in shown and case.conversation_id not in page.text and "Forbidden" not in shown
    [key] = keys(page, "replies/again")
    again = await do(lan, page, "replies/again", key)
    assert "Trợ lý đang gửi lại tin này" in words(again) and keys(again, "replies/again") == []
    entry = await desk.messages.next_unsent(case.conversation_id)
    assert entry is not None and (entry.message.id, entry.attempts) == (key, 0)
    assert await desk.deeds("reply_resent") == [("reply_resent", "Lan", case.id, case.conversation_id[:8])]
    # Given up again, it is there again.
    await desk.messages.mark_unsent(key, BLOCKED, final=True)
    assert keys(await lan.http.get(PLACE), "replies/seen") == [key]


async def test_the_second_officer_learns_that_it_is_done(desk: Desk, lan: Officer) -> None:
    await desk.give_up()
    await desk.fail_mail()
    hoa = await Officer.come(desk, "Hoa")
    page, hers = await lan.http.get(PLACE), await hoa.http.get(PLACE)
    for deed in ("replies", "mails"):
        [key] = keys(page, f"{deed}/again")
        assert (await do(lan, page, f"{deed}/again", key)).status_code == 200
        late = await do(hoa, hers, f"{deed}/again", key)
        assert late.status_code == 409 and "vừa có người xử lý" in words(late)
        # To mark what is off the list is no fault, and nothing to note.
        assert (await do(hoa, hers, f"{deed}/seen", key)).status_code == 200
    assert [deed[:2] for deed in await desk.deeds("reply_resent", "reply_seen", "mail_resent", "mail_seen")] == [
        ("reply_resent", "Lan"),
        ("mail_resent", "Lan"),
    ]


async def test_what_was_seen_goes(desk: Desk, lan: Officer) -> None:
    conversation = await desk.give_up(error="Telegram chưa nhận tin (TimedOut).")
    page = await lan.http.get(PLACE)
    [key] = keys(page, "replies/seen")
    after = await do(lan, page, "replies/seen", key)
    assert "Đã ghi là anh/chị đã xem" in words(after) and keys(after, "replies/seen") == []
    assert await desk.messages.next_unsent(conversation) is None
    assert await desk.deeds("reply_seen") == [("reply_seen", "Lan", None, conversation[:8])]


# Mails


async def test_a_mail_that_never_went(desk: Desk, lan: Officer) -> None:
    case = await desk.file()
    await desk.fail_mail("first_password", f"konto:{case.id}")
    page = await lan.http.get(PLACE)
    assert "Thư có mật khẩu lần đầu chưa gửi được: đã thử ba ngày mà máy chủ thư không nhận." in words(page)
    assert "Đến ba•••@example.vn, hồ sơ" in words(page) and "bay.chau" not in page.text and "Mật " not in page.text
    assert page.text.count(f"/console/cases/{case.id}") == 1
    [key] = keys(page, "mails/again")
    assert "Thư đang được gửi lại" in words(await do(lan, page, "mails/again", key))
    # Beside the one that says that the case was received.
    assert await desk.mails.waiting() == 2
    assert await desk.deeds("mail_resent") == [("mail_resent", "Lan", case.id, "first_password")]
    assert "gửi lại thư không gửi được: Thư có mật khẩu lần đầu" in words(await lan.http.get("/console/audit"))


async def test_a_code_that_is_too_old_is_not_sent_again(desk: Desk, lan: Officer) -> None:
    for number in range(3):
        await desk.fail_mail("otp", str(number), timedelta(minutes=5))
    page = await lan.http.get(PLACE)
    assert keys(page, "mails/again") == []
    assert "Thư có mã xác nhận chưa gửi được: hết hạn trước khi gửi được." in words(page)
    [first, *_, together] = keys(page, "mails/seen")
    assert (await do(lan, page, "mails/again", first)).status_code == 409
    after = await do(lan, page, "mails/seen", together)
    assert keys(after, "mails/seen") == [] and len(await desk.deeds("mail_seen")) == 3


# Answers that did not help


async def test_a_thumb_down_shows_the_question_and_the_look_is_noted(desk: Desk, lan: Officer) -> None:
    conversation = await desk.thumbs_down("cài <b>ứng dụng</b> trên máy cũ được không")
    page = await lan.http.get(PLACE)
    shown = words(page)
    assert "👎 Câu trả lời “Cài ứng dụng VssID” chưa giúp được." in shown and UNHELPFUL in shown
    assert "cài &lt;b&gt;ứng dụng&lt;/b&gt; trên máy cũ được không" in page.text
    assert await desk.deeds("questions_viewed") == [("questions_viewed", "Lan", None, conversation[:8])]
    [key] = keys(page, "answers/seen")
    assert "Không có mục nào" in words(await do(lan, page, "answers/seen", key))
    assert await desk.deeds("feedback_seen") == [("feedback_seen", "Lan", None, f"{UNHELPFUL} {conversation[:8]}")]
    # A page without questions is no look at one.
    assert len(await desk.deeds("questions_viewed")) == 1


async def test_nothing_is_opened_when_the_look_can_t_be_noted(
    desk: Desk, lan: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.thumbs_down("câu hỏi riêng")
    await desk.attention._database._writer.execute("PRAGMA query_only = ON")
    page = await lan.http.get(PLACE)
    assert page.status_code == 503 and "riêng" not in page.text


async def test_a_question_that_was_helped_after_all_goes(desk: Desk, lan: Officer) -> None:
    conversation = await desk.thumbs_down("cài sao")
    await desk.messages.record_feedback(conversation, UNHELPFUL, helped=True)
    assert "cài sao" not in (await lan.http.get(PLACE)).text and await desk.attention.count(9) == 0


# Many


async def test_lists_are_paged_newest_first(desk: Desk, lan: Officer) -> None:
    for number in range(25):
        await desk.thumbs_down(f"câu {number:02}", str(number))
        await desk.give_up(str(100 + number))
    page = await lan.http.get(PLACE)
    questions = re.findall(r"<q>(câu \d\d)</q>", page.text)
    assert questions == [f"câu {number:02}" for number in range(24, 4, -1)]
    for name, rows in (("answers", 5), ("replies", 5)):
        [older] = re.findall(rf'href="({PLACE}\?list={name}[^"]*)"', page.text)
        next_page = await lan.http.get(unescape(older))
        assert len(re.findall(r'class="attention-what"', next_page.text)) == rows
        assert "Xem cũ hơn" not in next_page.text
        # What is done on an older page leads back to it.
        key = keys(next_page, f"{name}/seen")[0]
        place = dict(re.findall(r'name="(list|before)" value="([^"]*)"', next_page.text))
        after = await do(lan, next_page, f"{name}/seen", key, **place)
        assert len(re.findall(r'class="attention-what"', after.text)) == rows - 1
    for wrong in ("list=x", "list=mails&before=a|b|c", "list=mails&before=%00|b"):
        assert (await lan.http.get(f"{PLACE}?{wrong}")).status_code in (400, 404), wrong


async def test_no_list_reads_a_whole_table(desk: Desk, lan: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.give_up()
    await desk.fail_mail(about="y")
    await desk.thumbs_down("cài sao")
    asked: dict[str, Sequence[Any]] = {}
    fetch_all = Database.fetch_all

    async def noting(database: Database, statement: str, parameters: Sequence[Any] = ()) -> list[Row]:
        asked[statement] = parameters
        return await fetch_all(database, statement, parameters)

    database = desk.attention._database
    with monkeypatch.context() as patch:
        patch.setattr(Database, "fetch_all", noting)
        await lan.http.get(PLACE)
    ours = {s: p for s, p in asked.items() if re.search(r"FROM (outbox|mails|feedback|messages|registrations)\b", s)}
    assert len(ours) == 9, list(ours)
    for statement, parameters in ours.items():
        plan = [row["detail"] for row in await database.fetch_all(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        # What is counted is counted in an index that holds nothing else, as far as the limit.
        whole = [step for step in plan if re.match(r"SCAN (?!CONSTANT|[rfm]$)(?!.*_unseen)", step)]
        assert whole == [], (statement, plan)
