"""A citizen on Telegram and an officer at the console, as the tests of the whole product need them."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from tests.stage.product import Product
from tests.stage.telegram_front import TelegramFront, message

_PATIENCE = 60.0


@dataclass
class Citizen:
    """One chat: what was written into it, and what came back and has been read so far."""

    telegram: TelegramFront
    chat: int
    read: int = 0
    _number: int = 0

    def answers(self) -> list[dict[str, str]]:
        """Every message of the bot, a repeat after a kill counted once."""
        own = [sent for sent in self.telegram.delivered if sent["chat_id"] == str(self.chat)]
        return [sent for sent, before in zip(own, [None, *own], strict=False) if sent != before]

    async def hears(self, *words: str, count: int = 1) -> str:
        """The next answers, which hold these words."""
        deadline = asyncio.get_running_loop().time() + _PATIENCE
        while len(self.answers()) < self.read + count:
            assert asyncio.get_running_loop().time() < deadline, f"no answer after {self.answers()[-1:]}"
            await asyncio.sleep(0.1)
        heard = "\n\n".join(sent["text"] for sent in self.answers()[self.read : self.read + count])
        self.read += count
        for word in words:
            assert word in heard, heard
        return heard

    async def writes(self, text: str | None = None, **content: Any) -> None:
        self._number += 1
        await self.telegram.update({"message": message(text, sender=self.chat, number=self._number, **content)})

    async def says(self, text: str, *words: str) -> str:
        await self.writes(text)
        return await self.hears(*words)

    async def edits(self, text: str) -> None:
        """Change the message before."""
        edited = message(text, sender=self.chat, number=self._number, edit_date=1760000001)
        await self.telegram.update({"message": edited})

    async def sends_photo(self, content: bytes, **more: Any) -> None:
        file_id = await self.telegram.upload(content)
        await self.writes(photo=[{"file_id": file_id, "file_unique_id": "u", "width": 64, "height": 48}], **more)

    async def sends_file(self, content: bytes, **claimed: Any) -> None:
        more = {"media_group_id": claimed.pop("media_group_id")} if "media_group_id" in claimed else {}
        file_id = await self.telegram.upload(content, "document")
        await self.writes(document={"file_id": file_id, "file_unique_id": "u", **claimed}, **more)

    def buttons(self) -> dict[str, str]:
        """The buttons below the last answer that was read."""
        rows = json.loads(self.answers()[self.read - 1].get("reply_markup") or '{"inline_keyboard": []}')
        return {button["text"]: button.get("callback_data", "") for row in rows["inline_keyboard"] for button in row}

    async def taps(self, title: str, *words: str) -> str:
        shown = message("Dạ", sender=self.chat, number=900)
        shown["from"] = {"id": 7, "is_bot": True, "first_name": "Bot"}
        self._number += 1
        query = {
            "id": f"{self.chat}00{self._number}", "from": {"id": self.chat, "is_bot": False, "first_name": "An"},
            "chat_instance": "1", "data": self.buttons()[title], "message": shown,
        }  # fmt: skip
        await self.telegram.update({"callback_query": query})
        return await self.hears(*words)


async def code_mailed_to(product: Product, address: str) -> str:
    """The newest six digits in the demo's mailbox."""
    return re.findall(r"\b\d{6}\b", await mail_to(product, address, "mã"))[0]


async def mail_to(product: Product, address: str, subject: str) -> str:
    deadline = asyncio.get_running_loop().time() + _PATIENCE
    mails: list[dict[str, str]] = []
    async with httpx.AsyncClient(base_url=product.url, trust_env=False) as http:
        while True:
            # Whoever was killed a moment ago may not listen yet.
            with suppress(httpx.TransportError):
                mails = (await http.get("/demo/mailbox.json", params={"to": address})).json()
            found = [mail["text"] for mail in mails if subject in mail["subject"].casefold()]
            if found:
                return str(found[0])
            assert asyncio.get_running_loop().time() < deadline, [mail["subject"] for mail in mails]
            await asyncio.sleep(0.2)


class Officer:
    """The demo's officer, in a browser without a screen."""

    def __init__(self, product: Product) -> None:
        headers = {"Origin": product.url}
        self._http = httpx.AsyncClient(base_url=product.url, headers=headers, follow_redirects=True, trust_env=False)
        self._password = (product.data_dir / "demo-staff.txt").read_text("utf-8").strip()

    async def __aenter__(self) -> Officer:
        page = await self._http.get("/console/login")
        fields = {"name": "demo", "password": self._password, "next": "", "csrf": _field(page.text, "csrf")}
        assert "Đăng nhập" not in (await self._http.post("/console/login", data=fields)).text
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._http.aclose()

    async def approve(self, case_code: str) -> str:
        """Approve the case of this code; the page of it as it was before."""
        queue = (await self._http.get("/console")).text
        (case,) = {number for number, row in _cases(queue) if case_code in row}
        page = (await self._http.get(f"/console/cases/{case}")).text
        fields = {"csrf": _field(page, "csrf"), "seen": _field(page, "seen"), "step": "send"}
        answer = await self._http.post(f"/console/cases/{case}/approve", data=fields)
        assert answer.status_code == 200, answer.text
        return page


def _field(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert match, page
    return match[1]


def _cases(queue: str) -> list[tuple[str, str]]:
    return [
        (match[1], match[0]) for match in re.finditer(r'href="/console/cases/([\w-]+)".*?(?=href=|\Z)', queue, re.S)
    ]
