"""The office's desk as tests need it: the console over real parts, a clock that can be moved, cases to decide on."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from PIL import Image, ImageDraw
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.console.ports import ConsoleParts
from bot.console.routes import routes
from bot.http.app import WEB_FOLDER, _SecurityHeaders
from bot.http.pages import Pages
from helpdesk.accounts.accounts import Accounts
from helpdesk.accounts.otp import Otp
from helpdesk.attention.desk import AttentionDesk
from helpdesk.conversations.messages import MessageStore
from helpdesk.conversations.model import Button, ChannelIdentity, IncomingMessage, MessageKind, Reply
from helpdesk.mail.queue import MailQueue
from helpdesk.photos.report import Side
from helpdesk.registration.desk import CaseDesk
from helpdesk.registration.drafts import Registrations
from helpdesk.registration.model import Registration
from helpdesk.registration.store import RegistrationStore
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.staff.agents import Agents
from helpdesk.staff.audit import Audit
from helpdesk.store.database import open_database
from helpdesk.store.sealing import open_sealer
from helpdesk.store.vault import FileVault, open_cipher

PAGE = "http://test"
# The guide's answers by id, as the console names them.
UNHELPFUL = "ask_install_app"
TITLES = {"reg_approved_notice": "Hồ sơ đã được duyệt", UNHELPFUL: "Cài ứng dụng VssID"}
BLOCKED = "Telegram không chuyển tin này: Forbidden: bot was blocked by the user."
# Citizens' values in full; the number of a person born in 1955, female, from Đà Nẵng.
FIELDS = {
    "for_whom": "self",
    "bhxh_code": "4801234567",
    "full_name": "Trần Thị Bảy",
    "birth_date": "1955-03-08",
    "sex": "nữ",
    "national_id": "048155000123",
    "phone": "0905123456",
    "address": "K12/5 Lê Duẩn, phường Tân Chính, quận Thanh Khê, Đà Nẵng",
    "province": "Đà Nẵng",
    "email": "chau.bay@example.vn",
    "email_confirmed": "1",
}


def picture(words: str, size: tuple[int, int] = (900, 600), colour: str = "#c9dcef") -> bytes:
    """A JPEG that says what it is, with an arrow up, so that a turn can be seen."""
    image = Image.new("RGB", size, colour)
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.rectangle((20, 20, width - 20, height - 20), outline="#0b4a8f", width=8)
    pen.polygon([(width / 2, 50), (width / 2 - 60, 150), (width / 2 + 60, 150)], fill="#a3200d")
    pen.text((60, height / 2), words, fill="#14202e", font_size=60)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=80)
    return content.getvalue()


@dataclass
class Desk:
    """Everything behind the pages."""

    registrations: Registrations
    cases: CaseDesk
    agents: Agents
    audit: Audit
    attention: AttentionDesk
    mails: MailQueue
    messages: MessageStore
    photos: Path
    ahead: timedelta = timedelta()
    told: list[Registration] = field(default_factory=list)
    _count: int = 0

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_by(self, **span: float) -> None:
        self.ahead += timedelta(**span)

    async def notify(self, registration: Registration) -> None:
        self.told.append(registration)

    def app(self, page_url: str = PAGE) -> Starlette:
        parts = ConsoleParts(
            agents=self.agents,
            audit=self.audit,
            cases=self.cases,
            attention=self.attention,
            titles=lambda: TITLES,
            notify=self.notify,
            pages=Pages(),
            page_url=page_url,
            clock=self.clock,
        )
        return Starlette(
            routes=[*routes(parts), Mount("/static", StaticFiles(directory=WEB_FOLDER))],
            middleware=[Middleware(_SecurityHeaders)],
        )

    async def file(self, hours_ago: float = 1, codes: tuple[str, ...] = (), **fields: str) -> Registration:
        """An application that was filed some hours ago by a person of its own."""
        self._count += 1
        number = self._count
        own = {"bhxh_code": f"480123{number:04}", "national_id": f"048155{number:06}"}
        if codes:
            own["card_codes"] = json.dumps({"front": codes})
        conversation = await self.messages.open_conversation(ChannelIdentity("telegram", f"{number}"))
        self.pass_by(hours=-hours_ago)
        draft = await self.registrations.start(conversation.id, FIELDS | own | fields)
        for side in (Side.PORTRAIT, Side.FRONT, Side.BACK):
            draft = await self.registrations.put_photo(draft, side, picture(f"{side.value} {number}"), "accepted", ())
        filed = await self.registrations.file(draft)
        self.pass_by(hours=hours_ago)
        return await self.cases.case(filed.id)

    async def refile(self, registration: Registration, **fields: str) -> Registration:
        """The citizen repairs what was sent back."""
        draft = await self.registrations.reopen(await self.cases.case(registration.id))
        for side in (Side.PORTRAIT, Side.FRONT, Side.BACK):
            if side not in draft.photos:
                draft = await self.registrations.put_photo(draft, side, picture("mới"), "doubtful", ("blurry",))
        draft = await self.registrations.save(draft, {**registration.fields, **fields}, draft.progress)
        return await self.registrations.file(draft)

    async def give_up(self, external_id: str = "77", error: str = BLOCKED) -> str:
        """A reply that Telegram never took; its conversation."""
        conversation = await self.messages.open_conversation(ChannelIdentity("telegram", external_id))
        reply = Reply("Chào bà Bảy, hồ sơ đã duyệt", answer="reg_approved_notice")
        [message] = await self.messages.say(conversation, reply, push=True)
        await self.messages.mark_unsent(message.id, error, final=True)
        return conversation.id

    async def thumbs_down(self, question: str, external_id: str = "88") -> str:
        """Somebody asked, was answered in two parts, and found the second of no help; the conversation."""
        identity = ChannelIdentity("telegram", external_id)
        message = IncomingMessage(identity, f"{question} {external_id}", MessageKind.TEXT, text=question)
        _, conversation = await self.messages.accept(message)
        entry = await self.messages.next_unhandled(conversation.id)
        assert entry is not None
        buttons = (Button("👎 Chưa được", f"helped:{UNHELPFUL}:no"),)
        await self.messages.finish(entry, [Reply("Dạ …", buttons, answer="reg_x")], push=False)
        await self.messages.record_feedback(conversation.id, UNHELPFUL, helped=False)
        return conversation.id

    async def fail_mail(self, kind: str = "late", about: str = "x", lasts: timedelta | None = None) -> None:
        """A mail that was put four days ago and never went."""
        self.pass_by(days=-4)
        expires_at = self.clock() + lasts if lasts else None
        key = f"{kind}:{about}"
        await self.mails.put(kind, "bay.chau@example.vn", "S", "Mật", dedup_key=key, expires_at=expires_at)
        self.pass_by(days=4)
        await self.mails.end_overdue()

    async def deeds(self, *wanted: str) -> list[tuple[str, str | None, str | None, str | None]]:
        """What was noted, oldest first: deed, who, subject, detail."""
        entries = reversed(await self.audit.read(1000))
        return [
            (entry.deed, entry.agent_name, entry.subject, entry.detail)
            for entry in entries
            if not wanted or entry.deed in wanted
        ]


@asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    """A desk on a database in `folder`."""
    cipher = open_cipher("", folder / "secret.key")
    async with open_database(folder / "helpdesk.db") as database:
        sealer = await open_sealer(database, cipher)
        desk = Desk.__new__(Desk)
        mails = MailQueue(database, sealer, desk.clock)
        otp = Otp(database, sealer, mails, desk.clock)
        accounts = Accounts(database, sealer, mails, otp, desk.clock, PAGE)
        store = RegistrationStore(database, sealer)
        photos = FileVault.open(folder / "photos", cipher)
        registry = EmbeddedRegistry(database, sealer, desk.clock)
        registrations = Registrations(store, photos, registry, accounts, mails, desk.clock)
        cases = CaseDesk(store, photos, accounts, mails, desk.clock)
        messages = MessageStore(database, sealer)
        quick = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)
        agents = Agents(database, sealer, desk.clock, quick)
        Desk.__init__(
            desk,
            registrations,
            cases,
            agents,
            Audit(database, desk.clock),
            AttentionDesk(database, messages, mails, cases, desk.clock),
            mails,
            messages,
            folder / "photos",
        )
        yield desk


@dataclass
class Officer:
    """A person of the staff at a browser of his own."""

    http: httpx.AsyncClient
    name: str
    password: str

    @classmethod
    async def come(cls, desk: Desk, name: str, page_url: str = PAGE) -> Officer:
        """Added to the staff and logged in."""
        http = httpx.AsyncClient(transport=httpx.ASGITransport(desk.app(page_url)), base_url=page_url)
        officer = cls(http, name, await desk.agents.create(name))
        assert (await officer.log_in()).status_code == 303
        return officer

    async def log_in(self, password: str | None = None, **more: str) -> httpx.Response:
        kept = self.http.cookies.get("vssid_console")
        if kept:
            self.http.cookies.delete("vssid_console")
        page = await self.http.get("/console/login")
        if kept:
            self.http.cookies.set("vssid_console", kept, "test.local", "/console")
        form = {"csrf": csrf_of(page), "name": self.name, "password": password or self.password} | more
        return await self.http.post("/console/login", data=form)

    async def open(self, registration: Registration) -> httpx.Response:
        return await self.http.get(f"/console/cases/{registration.id}")

    async def decide(self, page: httpx.Response, deed: str, step: str = "send", **fields: str) -> httpx.Response:
        """Send the form of a case page as it was seen."""
        seen = re.search(r'name="seen" value="([^"]*)"', page.text)
        case = re.search(r'action="(/console/cases/[^/"]+)/', page.text)
        assert seen and case
        form = {"csrf": csrf_of(page), "seen": seen[1], "step": step} | fields
        return await self.http.post(f"{case[1]}/{deed}", data=form)


def csrf_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]
