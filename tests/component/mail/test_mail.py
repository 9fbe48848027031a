"""The mail queue and its sender against a real SMTP server: once, in time, or visibly not."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chores import Chore, doing
from helpdesk.errors import InvalidInput
from helpdesk.mail import sender as mail_sender
from helpdesk.mail.keeping import MailKeeping
from helpdesk.mail.queue import MailQueue, MailState, UnsentMail
from helpdesk.mail.sender import MailSender
from helpdesk.mail.smtp import SmtpServer
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings
from tests.stage.mail_servers import MovedClock, PostOffice, post_office, self_signed
from tests.stage.product import free_ports

SENDER = "tro-ly@thanhkhe.example"
TO = "lan@example.com"
TEXT = "Mã của chị là:\n\n    482913\n\n.một dòng bắt đầu bằng dấu chấm\n"


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings) as opened:
        yield opened


@pytest.fixture
def queue(services: Services, clock: MovedClock) -> MailQueue:
    return MailQueue(services.database, services.sealer, clock)


@asynccontextmanager
async def at_work(sender: MailSender) -> AsyncIterator[None]:
    """As `bot.mailing` lets it work."""
    try:
        async with doing([Chore("sending mails", sender.poll, sender.step)]):
            yield
    finally:
        await sender.stop()


@asynccontextmanager
async def sending(queue: MailQueue, server: SmtpServer, clock: MovedClock) -> AsyncIterator[list[tuple[str, str]]]:
    """The sender at work; yields what it reports."""
    seen: list[tuple[str, str]] = []
    sender = MailSender(queue, server, SENDER, poll=0.01, clock=clock, observe=lambda *what: seen.append(what))
    async with at_work(sender):
        yield seen


def plain(office: PostOffice) -> SmtpServer:
    return SmtpServer("127.0.0.1", office.port)


async def becomes(queue: MailQueue, key: str, state: MailState) -> None:
    async with asyncio.timeout(30):
        while await queue.state(key) is not state:
            await asyncio.sleep(0.01)


async def unseen(queue: MailQueue) -> list[UnsentMail]:
    return await queue.unseen(("~", "~"), 50)


def sealed_texts(settings: Settings) -> list[str]:
    with sqlite3.connect(settings.database_path) as connection:
        rows = connection.execute("SELECT sealed FROM mails").fetchall()
    connection.close()
    return [row[0] for row in rows]


async def test_a_mail_arrives_as_it_was_written(queue: MailQueue, clock: MovedClock, settings: Settings) -> None:
    await queue.put("otp", TO, "Mã xác nhận của chị Hường", TEXT, dedup_key="a")
    assert "482913" not in sealed_texts(settings)[0]
    async with post_office() as office, sending(queue, plain(office), clock):
        await office.until(1)
        await becomes(queue, "a", MailState.SENT)
    message = office.got[0]
    assert office.recipients == [TO]
    assert message["To"] == TO
    assert message["From"] == "Trợ lý VssID - BHXH quận Thanh Khê <tro-ly@thanhkhe.example>"
    assert message["Subject"] == "Mã xác nhận của chị Hường"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@thanhkhe.example>")
    assert message["Date"].datetime == clock.now
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == TEXT
    assert office.raw[0].isascii()
    assert sealed_texts(settings) == [""]
    assert await queue.waiting() == 0


async def test_the_same_key_is_one_mail(queue: MailQueue, clock: MovedClock) -> None:
    for _ in range(3):
        await queue.put("received", TO, "S", TEXT, dedup_key="one")
    async with post_office() as office, sending(queue, plain(office), clock):
        await becomes(queue, "one", MailState.SENT)
        await queue.put("received", TO, "S", TEXT, dedup_key="one")
        await queue.put("received", TO, "S", TEXT, dedup_key="two")
        await becomes(queue, "two", MailState.SENT)
    assert len(office.got) == 2


async def test_a_mail_shares_the_fate_of_its_transaction(services: Services, queue: MailQueue) -> None:
    with pytest.raises(RuntimeError):
        async with services.database.transaction() as transaction:
            await queue.put("otp", TO, "S", TEXT, dedup_key="a", transaction=transaction)
            raise RuntimeError
    assert await queue.state("a") is None


@pytest.mark.parametrize(
    "address",
    [
        "a@b.vn\r\nBcc: c@d.vn", "a@b.vn\nRCPT TO:<c@d.vn>", "a@b.vn, c@d.vn", "a@b.vn;c@d.vn", "a@b.vn c@d.vn",
        "<a@b.vn>", "A <a@b.vn>", "a@b.vn>", "", "@", "a@", "@b.vn", "a@@b.vn", "a..b@c.vn", ".a@b.vn", "a@b..vn",
        "a@-b.vn", "hường@gmail.com", "a@đà-nẵng.vn", "a\x00@b.vn", f"{'a' * 65}@b.vn", f"a@{'b.' * 150}vn",
        '"a b"@c.vn',
    ],
)  # fmt: skip
async def test_an_address_that_is_none_or_two_is_refused(queue: MailQueue, address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await queue.put("otp", address, "S", TEXT, dedup_key="a")
    assert refused.value.code == "email_shape"
    assert await queue.state("a") is None


async def test_a_subject_can_not_become_a_header(queue: MailQueue, clock: MovedClock) -> None:
    await queue.put("rejected", TO, "Hồ sơ\r\nBcc: ke-la@example.com\u2028X: y", "Bcc: z@example.com", dedup_key="a")
    async with post_office() as office, sending(queue, plain(office), clock):
        await office.until(1)
    assert office.recipients == [TO]
    assert office.got[0]["Bcc"] is None
    assert office.got[0]["X"] is None
    assert office.got[0]["Subject"] == "Hồ sơ Bcc: ke-la@example.com X: y"


async def test_starttls_and_login(queue: MailQueue, clock: MovedClock, tmp_path: Path) -> None:
    ours, trusting = self_signed(tmp_path)
    kept = PostOffice()
    kept.gate.set()
    options: dict[str, Any] = {
        "tls_context": ours,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": kept.authenticate,
    }
    await queue.put("otp", TO, "S", TEXT, dedup_key="a")
    async with post_office(office=kept, **options) as office:
        server = SmtpServer("127.0.0.1", office.port, "starttls", "tro-ly", "mat-khau-smtp", tls=trusting)
        async with sending(queue, server, clock):
            await becomes(queue, "a", MailState.SENT)
    assert (office.tls, office.users) == ([True], ["tro-ly"])


@pytest.mark.parametrize("wrong", ["certificate", "password", "no tls"])
async def test_nothing_goes_over_a_line_that_is_not_right(
    queue: MailQueue, clock: MovedClock, tmp_path: Path, wrong: str
) -> None:
    ours, trusting = self_signed(tmp_path)
    kept = PostOffice()
    kept.gate.set()
    options: dict[str, Any] = {
        "tls_context": ours,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": kept.authenticate,
    }
    await queue.put("otp", TO, "S", TEXT, dedup_key="a")
    async with post_office(office=kept, **({} if wrong == "no tls" else options)) as office:
        password = "sai" if wrong == "password" else "mat-khau-smtp"
        tls = None if wrong == "certificate" else trusting
        bad = SmtpServer("127.0.0.1", office.port, "starttls", "tro-ly", password, tls=tls)
        async with sending(queue, bad, clock) as seen, asyncio.timeout(30):
            while len(seen) < 3:
                clock.move(seconds=30)
                await asyncio.sleep(0.05)
        assert office.raw == []
        assert await queue.state("a") is MailState.QUEUED
        good = SmtpServer("127.0.0.1", office.port, "starttls", "tro-ly", "mat-khau-smtp", tls=trusting)
        if wrong != "no tls":
            clock.move(minutes=2)
            async with sending(queue, good, clock):
                await becomes(queue, "a", MailState.SENT)


async def test_tls_from_the_first_byte(queue: MailQueue, clock: MovedClock, tmp_path: Path) -> None:
    ours, trusting = self_signed(tmp_path)
    await queue.put("otp", TO, "S", TEXT, dedup_key="a")
    async with post_office() as inner:
        # aiosmtpd speaks TLS by STARTTLS only; a listener that speaks it from the start hands over to it.
        async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            theirs, mine = await asyncio.open_connection("127.0.0.1", inner.port)

            async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
                while data := await source.read(4096):
                    sink.write(data)
                sink.close()

            await asyncio.gather(pipe(reader, mine), pipe(theirs, writer), return_exceptions=True)

        outer = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=ours)
        server = SmtpServer("127.0.0.1", outer.sockets[0].getsockname()[1], "tls", tls=trusting)
        async with sending(queue, server, clock):
            await becomes(queue, "a", MailState.SENT)
        outer.close()
    assert len(inner.got) == 1


async def test_an_hour_without_the_server_loses_nothing_and_doubles_nothing(
    queue: MailQueue, clock: MovedClock
) -> None:
    port = free_ports(1)[0]
    for number in range(20):
        await queue.put("received", f"c{number}@example.com", "S", TEXT, dedup_key=f"received:{number}")
    await queue.put("otp", TO, "S", TEXT, dedup_key="otp", expires_at=clock.now + timedelta(minutes=5))
    async with sending(queue, SmtpServer("127.0.0.1", port), clock) as seen:
        for _ in range(60):
            clock.move(minutes=1)
            await asyncio.sleep(0.03)
        assert await queue.waiting() == 20
        assert (await queue.state("otp")) is MailState.EXPIRED
        failure = await queue.last_failure("otp")
        assert failure is not None
        assert failure.reason == "expired"
        # One probe a minute, not twenty; fewer where the machine is too busy for one in each of these minutes.
        assert 10 <= seen.count(("received", "put_off")) + seen.count(("otp", "put_off")) <= 75
        async with post_office(port) as office:
            clock.move(minutes=1)
            await office.until(20)
            for number in range(20):
                await becomes(queue, f"received:{number}", MailState.SENT)
            await asyncio.sleep(0.1)
        assert sorted(office.recipients) == sorted(f"c{number}@example.com" for number in range(20))
        assert len({message["Message-ID"] for message in office.got}) == 20
        assert seen.count(("received", "sent")) == 20


async def test_the_pause_ends_at_a_minute(queue: MailQueue, clock: MovedClock) -> None:
    """However long the server was away, a mail goes within a minute of its return."""
    port = free_ports(1)[0]
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with sending(queue, SmtpServer("127.0.0.1", port), clock):
        for _ in range(40):
            clock.move(minutes=30)
            await asyncio.sleep(0.02)
        async with post_office(port) as office:
            clock.move(seconds=61)
            await office.until(1, seconds=30)


async def test_a_refused_address_fails_at_once_and_can_be_told(queue: MailQueue, clock: MovedClock) -> None:
    await queue.put("otp", TO, "S", TEXT, dedup_key="a")
    async with post_office() as office, sending(queue, plain(office), clock) as seen:
        office.rcpt = "550 5.1.1 No such user lan@example.com"
        await becomes(queue, "a", MailState.FAILED)
        office.rcpt = "250 OK"
        await queue.put("otp", "khac@example.com", "S", TEXT, dedup_key="b")
        await becomes(queue, "b", MailState.SENT)
    assert seen == [("otp", "failed"), ("otp", "sent")]
    failure = await queue.last_failure("a")
    assert failure is not None and (failure.kind, failure.reason) == ("otp", "address_refused")
    assert await queue.last_failure("b") is None
    assert [(mail.kind, mail.reason, mail.at) for mail in await unseen(queue)] == [
        ("otp", "address_refused", clock.now)
    ]


@pytest.mark.parametrize(
    ("rcpt", "data", "state"),
    [
        ("450 4.2.1 Greylisted, try later", "250 OK", MailState.QUEUED),
        ("421 4.3.2 Going down", "250 OK", MailState.QUEUED),
        ("550 5.7.1 Relaying denied", "250 OK", MailState.QUEUED),
        ("530 5.7.0 Authentication required", "250 OK", MailState.QUEUED),
        ("250 OK", "451 4.3.0 Later", MailState.QUEUED),
        ("250 OK", "554 5.6.0 Not this", MailState.FAILED),
        ("250 OK", "550 5.1.1 Nobody here", MailState.FAILED),
    ],
)
async def test_what_may_still_go_is_tried_again(
    queue: MailQueue, clock: MovedClock, rcpt: str, data: str, state: MailState
) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with post_office() as office, sending(queue, plain(office), clock) as seen:
        office.rcpt, office.data = rcpt, data
        async with asyncio.timeout(30):
            while not seen:
                await asyncio.sleep(0.01)
        assert await queue.state("a") is state
        office.rcpt = office.data = "250 OK"
        clock.move(minutes=2)
        if state is MailState.QUEUED:
            await becomes(queue, "a", MailState.SENT)
    assert len(office.got) == (1 if state is MailState.QUEUED else 0)


async def test_one_deferred_mail_holds_up_no_other(queue: MailQueue, clock: MovedClock) -> None:
    async with post_office() as office, sending(queue, plain(office), clock) as seen:
        office.rcpt = "450 4.2.1 Later"
        await queue.put("received", TO, "S", TEXT, dedup_key="late")
        async with asyncio.timeout(30):
            while not seen:
                await asyncio.sleep(0.01)
        office.rcpt = "250 OK"
        await queue.put("received", "b@example.com", "S", TEXT, dedup_key="b")
        await becomes(queue, "b", MailState.SENT)
        assert await queue.state("late") is MailState.QUEUED


async def test_after_three_days_it_is_given_up_visibly(
    queue: MailQueue, clock: MovedClock, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with sending(queue, SmtpServer("127.0.0.1", free_ports(1)[0]), clock):
        clock.move(days=2.9)
        await asyncio.sleep(0.1)
        await becomes(queue, "a", MailState.QUEUED)
        clock.move(days=0.2)
        await becomes(queue, "a", MailState.FAILED)
    assert [(mail.reason, mail.can_go_again) for mail in await unseen(queue)] == [("gave_up", True)]
    assert "gave_up" in caplog.text
    assert TO not in caplog.text
    # Sealed as it was, so that it can be sent again.
    assert len(sealed_texts(settings)[0]) > 100 and "482913" not in sealed_texts(settings)[0]


async def test_what_was_given_up_goes_again_on_an_officer_s_word_with_three_days_anew(
    services: Services, queue: MailQueue, clock: MovedClock, settings: Settings
) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    clock.move(days=4)
    await queue.end_overdue()
    [mail] = await unseen(queue)
    assert mail.to == "l•••@example.com"
    async with services.database.transaction() as transaction:
        assert await queue.put_back(mail.id, transaction) is not None
        assert await queue.put_back(mail.id, transaction) is None
    assert await unseen(queue) == [] and await queue.end_overdue() == []
    async with post_office() as office, sending(queue, plain(office), clock):
        await becomes(queue, "a", MailState.SENT)
    assert [message.get_content().replace("\r\n", "\n") for message in office.got] == [TEXT]
    assert sealed_texts(settings) == [""]


async def test_of_a_mail_with_a_time_of_its_own_only_a_masked_address_stays(
    services: Services, queue: MailQueue, clock: MovedClock, settings: Settings
) -> None:
    await queue.put("otp", TO, "S", TEXT, dedup_key="a", expires_at=clock.now + timedelta(minutes=5))
    clock.move(minutes=6)
    await queue.end_overdue()
    [mail] = await unseen(queue)
    assert (mail.reason, mail.can_go_again) == ("expired", False)
    opened = [services.sealer.open(sealed) for sealed in sealed_texts(settings)]
    assert opened == [{"to": mail.to}] and TO not in str(opened)
    async with services.database.transaction() as transaction:
        assert await queue.put_back(mail.id, transaction) is None


async def test_a_mail_that_was_seen_leaves_nothing_of_its_text(
    services: Services, queue: MailQueue, clock: MovedClock, settings: Settings
) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    clock.move(days=4)
    await queue.end_overdue()
    [mail] = await unseen(queue)
    async with services.database.transaction() as transaction:
        assert await queue.see(mail.id, transaction) == mail
        assert await queue.see(mail.id, transaction) is None
        assert await queue.put_back(mail.id, transaction) is None
    assert sealed_texts(settings) == [""] and await unseen(queue) == [] and await queue.count_unseen(9) == 0


async def test_urgent_mails_go_first(queue: MailQueue, clock: MovedClock) -> None:
    for number in range(8):
        await queue.put("reminder", f"c{number}@example.com", "S", TEXT, dedup_key=f"r{number}")
    await queue.put("otp", TO, "S", TEXT, dedup_key="otp", expires_at=clock.now + timedelta(minutes=5))
    async with post_office() as office, sending(queue, plain(office), clock):
        await office.until(9)
    assert TO in office.recipients[:4]


KILLED = """
import asyncio, sys
from helpdesk.mail.sender import MailSender
from helpdesk.services import open_services
from helpdesk.settings import load_settings
from helpdesk.mail.smtp import SmtpServer
async def main():
    settings = load_settings({"DATA_DIR": sys.argv[1], "VSSID_CONTENT_DIR": sys.argv[2]})
    async with open_services(settings) as services:
        await services.mails.put("received", "lan@example.com", "S", "T", dedup_key="a")
        sender = MailSender(services.mails, SmtpServer("127.0.0.1", int(sys.argv[3])), sys.argv[4])
        while True:
            await sender.step()
asyncio.run(main())
"""


async def test_killed_while_sending_it_is_the_same_mail_again(settings: Settings) -> None:
    async with post_office() as office:
        office.gate.clear()
        arguments = [str(settings.data_dir), str(settings.content_dir), str(office.port), SENDER]
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *arguments)
        async with asyncio.timeout(20):
            while not office.raw:
                await asyncio.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        office.gate.set()
        async with open_services(settings) as services:
            assert await services.mails.state("a") is MailState.SENDING
            sender = MailSender(services.mails, plain(office), SENDER, poll=0.01)
            async with at_work(sender):
                await becomes(services.mails, "a", MailState.SENT)
    assert len(office.raw) == 2
    assert office.raw[0] == office.raw[1]


async def test_a_stop_lets_a_mail_be_handed_over(queue: MailQueue, clock: MovedClock) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with post_office() as office:
        office.gate.clear()
        async with sending(queue, plain(office), clock):
            async with asyncio.timeout(30):
                while not office.raw:
                    await asyncio.sleep(0.01)
            asyncio.get_running_loop().call_later(0.2, office.gate.set)
        assert await queue.state("a") is MailState.SENT


async def test_a_stop_does_not_wait_for_ever(
    queue: MailQueue, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_sender, "_LAST_SECONDS", 0.1)
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with post_office() as office:
        office.gate.clear()
        async with sending(queue, plain(office), clock):
            async with asyncio.timeout(30):
                while not office.raw:
                    await asyncio.sleep(0.01)
        assert await queue.state("a") is MailState.SENDING
        office.gate.set()


async def test_a_mail_that_no_key_opens_is_failed_and_stops_no_other(
    services: Services, queue: MailQueue, clock: MovedClock
) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    async with services.database.transaction() as transaction:
        await transaction.execute("UPDATE mails SET sealed = 'gAAAA'")
    await queue.put("received", TO, "S", TEXT, dedup_key="b")
    async with post_office() as office, sending(queue, plain(office), clock):
        await becomes(queue, "a", MailState.FAILED)
        await becomes(queue, "b", MailState.SENT)


async def test_forgetting_an_address_takes_its_mails(services: Services, queue: MailQueue, clock: MovedClock) -> None:
    await queue.put("received", TO, "S", TEXT, dedup_key="a")
    await queue.put("received", "b@example.com", "S", TEXT, dedup_key="b")
    async with services.database.transaction() as transaction:
        index = services.sealer.index("email", "lan@example.com")
        await MailKeeping().forget_address(transaction, index, "Lan@Example.com")
    assert await queue.state("a") is None
    assert await queue.state("b") is MailState.QUEUED
