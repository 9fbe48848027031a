"""Replies out to Telegram: parts in order, in the pace of one chat, and every error as one of ours.

Owns the per-chat pace (PTB's limiter knows only the overall one) and the typing sign. Refuses retries: when to try
again is the outbox's to decide.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiolimiter import AsyncLimiter
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channels import Undeliverable
from bot.channels.telegram.polling import retry_seconds
from bot.channels.telegram.text import PicturePart, TextPart, button_rows, callback_data, reply_parts
from helpdesk.conversations import Button, ChannelIdentity, OutboxEntry
from helpdesk.errors import HelpdeskError, Unavailable

log = logging.getLogger(__name__)

# A leaky bucket: one message a second, three at once.
_BURST = 3
_TYPING_SECONDS = 4.0
_TYPING_PATIENCE = 2.0
_MANY_CHATS = 1000
_PICTURE_LIMIT = 10_000_000


class Sender:
    """Sends through `bot`; the guide's pictures are in `pictures`."""

    def __init__(self, bot: Bot, pictures: Path) -> None:
        self._bot = bot
        self._pictures = pictures
        self._paces: dict[int, AsyncLimiter] = {}
        self._typing_since: dict[int, float] = {}

    async def deliver(self, entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
        """Send what `entry.parts_sent` leaves; see `PushChannel.deliver`."""
        try:
            chat_id = int(entry.identity.external_id)
            parts = [(part, _keyboard(part)) for part in reply_parts(entry.message)]
        except ValueError as error:
            raise Undeliverable(f"Tin này không gửi qua Telegram được: {error}.") from error
        for number, (part, keyboard) in enumerate(parts, 1):
            if number <= entry.parts_sent:
                continue
            if isinstance(part, TextPart):
                await self._send_text(chat_id, part.text, keyboard)
            else:
                await self._send_picture(chat_id, part)
            await part_sent(number)

    async def _send_text(self, chat_id: int, text: str, keyboard: InlineKeyboardMarkup | None = None) -> None:
        await self._pace(chat_id).acquire()
        with _our_errors():
            try:
                await self._bot.send_message(chat_id, text, reply_markup=keyboard)
            except BadRequest as error:
                if keyboard is None or "button" not in error.message.lower():
                    raise
                log.error("Telegram refuses the buttons of a reply, which goes without them: %s", error.message)
                await self._bot.send_message(chat_id, text)

    async def _send_picture(self, chat_id: int, part: PicturePart) -> None:
        content = await asyncio.to_thread(self._read_picture, part.name)
        if content is None:
            log.warning("the picture %s is missing or too large; the text goes without it", part.name)
            return
        await self._pace(chat_id).acquire()
        with _our_errors():
            try:
                await self._bot.send_photo(chat_id, content)
            except BadRequest as error:
                if "chat not found" in error.message.lower():
                    raise
                log.warning("Telegram refuses the picture %s: %s", part.name, error.message)

    def _read_picture(self, name: str) -> bytes | None:
        path = self._pictures / Path(name).name
        try:
            return path.read_bytes() if path.stat().st_size <= _PICTURE_LIMIT else None
        except OSError:
            return None

    async def tell(self, chat_id: int, text: str) -> None:
        """A word of the channel itself; best effort, never raises."""
        try:
            await self._send_text(chat_id, text)
        except HelpdeskError as error:
            log.warning("a notice wasn't delivered: %s", error)

    async def confirm_tap(self, callback_id: str) -> None:
        """Ends the button's waiting sign; best effort, never raises."""
        try:
            await self._bot.answer_callback_query(callback_id)
        except TelegramError as error:
            log.info("a tap wasn't confirmed: %s", type(error).__name__)

    async def show_typing(self, identity: ChannelIdentity) -> None:
        """At most once in four seconds (Telegram shows it for five); best effort, never raises."""
        now = asyncio.get_running_loop().time()
        try:
            chat_id = int(identity.external_id)
            if now - self._typing_since.get(chat_id, -_TYPING_SECONDS) < _TYPING_SECONDS:
                return
            if len(self._typing_since) >= _MANY_CHATS:
                self._typing_since = {c: t for c, t in self._typing_since.items() if now - t < _TYPING_SECONDS}
            self._typing_since[chat_id] = now
            async with asyncio.timeout(_TYPING_PATIENCE):
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
        except (TelegramError, TimeoutError, ValueError) as error:
            log.info("typing wasn't shown: %s", type(error).__name__)

    def _pace(self, chat_id: int) -> AsyncLimiter:
        if len(self._paces) >= _MANY_CHATS:
            self._paces = {chat: pace for chat, pace in self._paces.items() if not pace.has_capacity(_BURST)}
        return self._paces.setdefault(chat_id, AsyncLimiter(_BURST, _BURST))


def _keyboard(part: TextPart | PicturePart) -> InlineKeyboardMarkup | None:
    if isinstance(part, PicturePart):
        return None
    rows = button_rows(part.buttons)
    return InlineKeyboardMarkup([[_key(button) for button in row] for row in rows]) if rows else None


def _key(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.title, url=button.url)
    return InlineKeyboardButton(button.title, callback_data=callback_data(button.payload or ""))


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except RetryAfter as error:
        seconds = retry_seconds(error)
        raise Unavailable("telegram", f"Telegram bảo chờ {seconds:g} giây.", retry_after=seconds) from error
    except (Forbidden, BadRequest, ChatMigrated) as error:
        raise Undeliverable(f"Telegram không chuyển tin này: {error.message}.") from error
    except TelegramError as error:
        raise Unavailable("telegram", f"Telegram chưa nhận tin ({type(error).__name__}).") from error
