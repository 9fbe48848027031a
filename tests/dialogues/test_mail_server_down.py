"""The office's own mail server goes down for an hour, twice: mails come late, none is lost, none comes twice."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen
from tests.stage.mailbox import Mail
from tests.stage.officer import add_officer
from tests.stage.people import persona
from tests.stage.product import Product, free_ports, start_product
from tests.stage.words import Words


@dataclass
class MailServer:
    """A real SMTP server in a thread of its own, always at the same port; what it took is in `mails`."""

    port: int = field(default_factory=lambda: free_ports(1)[0])
    mails: list[Mail] = field(default_factory=list)
    recipients: set[str] = field(default_factory=set)
    _running: Controller | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        self.mails.append(Mail(str(message["Subject"]), message.get_content().replace("\r\n", "\n")))
        self.recipients.update(envelope.rcpt_tos)
        return "250 OK"

    def up(self) -> None:
        self._running = Controller(self, hostname="127.0.0.1", port=self.port)
        self._running.start()

    def down(self) -> None:
        assert self._running is not None
        self._running.stop()

    def about(self, subject: str) -> list[Mail]:
        return [mail for mail in self.mails if subject in mail.subject]

    def one(self, subject: str, seconds: float = 60) -> Mail:
        """The only mail of these words, once it is there."""
        deadline = time.monotonic() + seconds
        while not self.about(subject):
            assert time.monotonic() < deadline, [mail.subject for mail in self.mails]
            time.sleep(0.1)
        (mail,) = self.about(subject)
        return mail


@pytest.fixture
def mails() -> Iterator[MailServer]:
    server = MailServer()
    server.up()
    yield server
    server.down()


@pytest.fixture
def office(tmp_path: Path, product: Product, mails: MailServer) -> Iterator[Product]:
    """A second product: no demo, but with a mail server in its settings."""
    settings = {"VSSID_SMTP_HOST": "127.0.0.1", "VSSID_SMTP_PORT": str(mails.port), "VSSID_SMTP_SECURITY": "none"}
    running = start_product(tmp_path, VSSID_LATE_NOTICE_AFTER="60", **settings)
    try:
        running.wait_ready()
        yield running
    finally:
        running.stop()


@contextmanager
def an_hour_without_mail(mails: MailServer, room: BackRoom) -> Iterator[None]:
    """The server is down for what is an hour to whatever waits when it is up again."""
    mails.down()
    yield
    deadline = time.monotonic() + 20
    while not room.rows("SELECT 1 FROM mails WHERE state = 'queued' AND attempts > 0"):
        assert time.monotonic() < deadline, "no mail was tried meanwhile"
        time.sleep(0.1)
    for table in ("mails", "otp_challenges"):
        room.ages(table, "1 = 1", hours=1)
    mails.up()


@pytest.mark.timeout(240)
def test_late_but_neither_lost_nor_twice(office: Product, mails: MailServer, words: Words, back_room: BackRoom) -> None:
    room = BackRoom(office.data_dir)
    room.shares_models_of(back_room)
    with httpx.Client(base_url=office.url, timeout=60) as http:
        citizen = Citizen(http, words, persona(9), room)
        citizen.registers("email")
        with an_hour_without_mail(mails, room):
            assert citizen.says(citizen.person.email).question == "otp"
        # The code of an hour ago is worth nothing, so it is not sent any more.
        assert "reg_otp_expired" in citizen.says("123456")
        assert "reg_otp_sent" in citizen.taps("Gửi lại mã")
        assert citizen.says(mails.one("Mã xác nhận").code).question == "confirm"

        with an_hour_without_mail(mails, room):
            assert "reg_filed" in citizen.taps("Đúng, gửi hồ sơ")
            case_code = room.registration(citizen.id)["case_code"]
            officer = add_officer(office, "Lan", VSSID_SMTP_HOST="127.0.0.1")
            assert officer.approves(officer.opens(case_code)).status_code == 200
            officer.http.close()
            notice = citizen.hears()
            assert "reg_approved_notice" in notice and case_code in notice.text
        assert mails.one("Đã nhận hồ sơ").code == case_code
        assert mails.one("mật khẩu lần đầu").code
        # The server has it a moment before it is noted as sent.
        deadline = time.monotonic() + 20
        while room.rows("SELECT 1 FROM mails WHERE state = 'sending'"):
            assert time.monotonic() < deadline, "what was sent is never noted"
            time.sleep(0.1)
    states = [row["state"] for row in room.rows("SELECT state FROM mails ORDER BY created_at")]
    assert sorted(states) == ["expired", "sent", "sent", "sent"]
    assert len(mails.mails) == 3 and mails.recipients == {citizen.person.email}
