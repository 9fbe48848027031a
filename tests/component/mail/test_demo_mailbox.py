"""The demo's mail catcher and its mailbox, as the bot's process puts them together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from typing import Any

import aiosmtplib
import httpx
import pytest
import uvloop

from bot.channels.web.channel import WebChannel
from bot.demo.catcher import catching
from bot.http.app import build_app
from bot.http.pages import Pages
from bot.mailing import open_mailing
from bot.metrics import Metrics
from helpdesk.mail.caught import CaughtMails
from helpdesk.mail.texts import link_mail, otp_mail
from helpdesk.services import open_services
from helpdesk.settings import Settings
from tests.stage.mail_servers import post_office
from tests.stage.stack import Stack

TO = "lan@example.com"


@asynccontextmanager
async def visited(stack: Stack, settings: Settings | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's application with mailing open, and a browser in front of it."""
    services = replace(stack.services, settings=settings or stack.services.settings)
    metrics, gateway = Metrics(), stack.gateway
    async with open_mailing(services, Pages(), metrics) as pages:
        web = WebChannel(services.conversations, gateway, gateway.wakeups, gateway.is_answering, 1024)
        figures = partial(metrics.render, services.conversations.store, services.mails)
        app = build_app(web.routes(), {}, figures, {}, services.settings.content_dir, pages)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            yield http


async def caught(http: httpx.AsyncClient, count: int, to: str | None = None) -> list[dict[str, Any]]:
    """What the list shows once there is so much of it."""
    async with asyncio.timeout(30):
        while True:
            answer = await http.get("/demo/mailbox.json", params={} if to is None else {"to": to})
            assert answer.status_code == 200
            if len(answer.json()) >= count:
                return answer.json()
            await asyncio.sleep(0.05)


async def test_a_code_is_in_the_mailbox_as_the_contract_says(stack: Stack) -> None:
    async with visited(stack) as http:
        assert (await http.get("/demo/mailbox.json")).json() == []
        await stack.services.otp.request("email", "c1", TO)
        await stack.services.otp.request("email", "c2", "nam@example.com")
        mails = await caught(http, 2)
        (mail,) = await caught(http, 1, TO)
        assert set(mail) == {"to", "subject", "text", "received_at"}
        assert mail["to"] == TO
        assert mail["subject"] == otp_mail("", "email")[0]
        assert "Mã dùng được một lần, trong 5 phút" in mail["text"]
        (code,) = [word for word in mail["text"].split() if len(word) == 6 and word.isdigit()]
        await stack.services.otp.check("email", "c1", TO, code, "m1")
        assert datetime.fromisoformat(mail["received_at"]).tzinfo is not None
        assert [m["received_at"] for m in mails] == sorted((m["received_at"] for m in mails), reverse=True)
        assert await caught(http, 1, "LAN@example.com") == [mail]
        assert (await http.get("/demo/mailbox.json", params={"to": "ai@example.com"})).json() == []
        figures = (await http.get("/metrics")).text
        assert 'vssid_mails_total{kind="otp",outcome="sent"} 2.0' in figures
        assert 'vssid_queue_messages{queue="mails"} 0.0' in figures


async def test_the_page_is_for_people(stack: Stack) -> None:
    async with visited(stack) as http:
        empty = (await http.get("/demo/mailbox")).text
        assert "Chưa có thư nào" in empty
        await stack.services.mails.put(
            "link", TO, "<script>alert(1)</script>", link_mail("http://127.0.0.1:8080/mat-khau/x?a=1&b=2", "change")[1],
            dedup_key="a",
        )  # fmt: skip
        await caught(http, 1)
        answer = await http.get("/demo/mailbox")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        page = answer.text
        assert "bản chạy thử" in page
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert 'href="http://127.0.0.1:8080/mat-khau/x?a=1&amp;b=2"' in page
        assert TO in page
        none = (await http.get("/demo/mailbox", params={"to": '"><b>'})).text
        assert "Chưa có thư nào gửi tới" in none
        assert '"><b>' not in none


async def test_outside_of_the_demo_there_is_none(stack: Stack) -> None:
    async with post_office() as office:
        real = replace(
            stack.services.settings, smtp_host="127.0.0.1", smtp_port=office.port, smtp_security="none",
            mail_from="tro-ly@thanhkhe.example",
        )  # fmt: skip
        async with visited(stack, real) as http:
            for path in ("/demo/mailbox", "/demo/mailbox.json"):
                assert (await http.get(path)).status_code == 404
            await stack.services.mails.put("received", TO, "S", "T", dedup_key="a")
            await office.until(1)
    assert "<tro-ly@thanhkhe.example>" in office.got[0]["From"]


async def test_the_mailbox_survives_a_restart(stack: Stack) -> None:
    async with visited(stack) as http:
        await stack.services.mails.put("received", TO, "Trước", "T", dedup_key="a")
        await caught(http, 1)
    # Queued while nobody sends: from the actions, say.
    await stack.services.mails.put("received", TO, "Sau", "T", dedup_key="b")
    async with visited(stack) as http:
        assert [mail["subject"] for mail in await caught(http, 2)] == ["Sau", "Trước"]


@pytest.fixture
async def mails(settings: Settings) -> AsyncIterator[CaughtMails]:
    async with open_services(settings) as services:
        yield CaughtMails(services.database)


async def hand_in(address: tuple[str, int], message: EmailMessage | bytes, *to: str) -> None:
    content = message if isinstance(message, bytes) else message.as_bytes()
    async with aiosmtplib.SMTP(hostname=address[0], port=address[1], local_hostname="localhost") as client:
        await client.sendmail("a@example.com", list(to), content)


def letter(identifier: str | None = "<1@x>", text: str = "Xin chào", cte: str = "base64") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Mã xác nhận của chị Hường"
    if identifier:
        message["Message-ID"] = identifier
    message.set_content(text, cte=cte)
    return message


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
async def test_vietnamese_is_read_however_it_was_wrapped(mails: CaughtMails, cte: str) -> None:
    text = "Kính chào chị Nguyễn Thị Hường,\n\nđường dẫn: http://x/y=z\n\n.\n..\n" + "ờ" * 60
    async with catching(mails) as address:
        await hand_in(address, letter(text=text, cte=cte), TO)
    (mail,) = await mails.newest()
    assert (mail.subject, mail.text) == ("Mã xác nhận của chị Hường", text)


async def test_a_repeat_is_dropped_and_another_recipient_is_not(mails: CaughtMails) -> None:
    async with catching(mails) as address:
        for to in (TO, TO, "nam@example.com"):
            await hand_in(address, letter(), to)
        await hand_in(address, letter(), "a@example.com", "b@example.com")
        for _ in range(2):
            await hand_in(address, letter(identifier=None), "c@example.com")
    found = sorted(mail.to for mail in await mails.newest())
    assert found == ["a@example.com", "b@example.com", "c@example.com", "c@example.com", TO, "nam@example.com"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no header at all",
        b"Subject: =?utf-8?b?!!!?=\r\nContent-Type: text/plain; charset=klingon\r\n\r\nx\xff",
        b"Subject: \xff\r\nMessage-ID: \xff\r\n\r\n\xff\x00",
        b"Content-Type: image/png\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n",
    ],
)
async def test_a_mail_of_any_shape_is_kept(mails: CaughtMails, content: bytes) -> None:
    async with catching(mails) as address:
        await hand_in(address, content, TO)
    assert len(await mails.newest(TO)) == 1


async def test_the_newest_thousand_are_kept(mails: CaughtMails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.mail.caught._KEPT", 3)
    async with catching(mails) as address:
        for number in range(5):
            await hand_in(address, letter(f"<{number}@x>", text=str(number)), TO)
    assert [mail.text for mail in await mails.newest()] == ["4", "3", "2"]


def test_on_the_bots_own_loop(settings: Settings) -> None:
    """The bot runs on uvloop."""

    async def send() -> list[str]:
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(settings))
            await stack.enter_async_context(open_mailing(services, Pages(), Metrics()))
            await services.otp.request("email", "c1", TO)
            caught = CaughtMails(services.database)
            async with asyncio.timeout(30):
                while not (found := await caught.newest()):
                    await asyncio.sleep(0.05)
            return [mail.to for mail in found]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(send()) == [TO]
