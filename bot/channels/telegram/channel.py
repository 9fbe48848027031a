"""The Telegram channel: updates into the inbox, replies out, by polling or by webhook.

Owns the connection, the order within a chat, and what becomes of every error. Nothing is acknowledged to Telegram
before the inbox has it. Refuses groups, and to log a text or the bot's token.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from telegram import BotCommand, Update
from telegram.error import BadRequest, InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.channels import Inbox
from bot.channels.telegram.files import FileFetcher
from bot.channels.telegram.polling import Polling, PollingRequest, pause_after
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.updates import ALLOWED_UPDATES, CHANNEL, Incoming, group_joined, read_update, readable
from helpdesk.conversations import (
    REFUSED_PHOTO,
    ChannelIdentity,
    IncomingFile,
    IncomingMessage,
    MessageKind,
    OutboxEntry,
)
from helpdesk.errors import InvalidInput, SettingsError, Unavailable
from helpdesk.settings import Settings

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/channels/telegram/webhook"
WEBHOOK_LIMIT = 1024 * 1024
_START_SECONDS = 5
_WEBHOOK_CONNECTIONS = 20
# An update that fails for no known reason must not hold up the others for ever.
_TRIES_WHEN_BROKEN = 5
_MENU = (
    BotCommand("start", "Bắt đầu"),
    BotCommand("help", "Em giúp được gì"),
    BotCommand("huy", "Dừng việc đang làm"),
    BotCommand("nhanvien", "Gặp nhân viên"),
)
_GROUP_NOTICE = "Dạ em chỉ trả lời trong cuộc trò chuyện riêng. Anh/chị bấm vào tên em rồi nhắn riêng giúp em ạ."
_BROKEN_NOTICE = "Dạ tin vừa rồi em chưa nhận được. Anh/chị gửi lại giúp em ạ."


class TelegramChannel:
    """One bot on Telegram; made by `TelegramChannel.open`."""

    name = CHANNEL

    def __init__(self, settings: Settings, inbox: Inbox) -> None:
        self._settings = settings
        self._inbox = inbox
        self._bot: ExtBot[int] = ExtBot(
            settings.telegram_token,
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=HTTPXRequest(connection_pool_size=32, read_timeout=10, pool_timeout=10),
            get_updates_request=PollingRequest(connection_pool_size=1, read_timeout=10),
            rate_limiter=AIORateLimiter(max_retries=0),
        )
        self._sender = Sender(self._bot, settings.content_dir / "guide" / "pictures")
        self._files = FileFetcher(self._bot, settings.upload_limit)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._aside: set[asyncio.Task[None]] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings, inbox: Inbox) -> AsyncIterator[TelegramChannel]:
        """Connect, and receive until left. Telegram being out of reach is waited for in the background.

        Raises SettingsError when Telegram refuses the token or the webhook's address.
        """
        _silence_foreign_logs()
        channel = cls(settings, inbox)
        try:
            connected = await channel._try_to_connect()
            channel._set_aside(channel._run(connected))
            yield channel
        finally:
            await channel._close()

    # Connecting

    async def _try_to_connect(self) -> bool:
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._connect()
            return True
        except (TelegramError, TimeoutError) as error:
            log.warning("Telegram can't be reached (%s); trying on", type(error).__name__)
            return False

    async def _connect(self) -> None:
        settings = self._settings
        try:
            await self._bot.initialize()
        except InvalidToken:
            # PTB's error quotes the token.
            raise SettingsError(
                "VSSID_TELEGRAM_TOKEN chưa đúng: Telegram không nhận mã này. Anh/chị lấy lại mã ở @BotFather"
                " (và xem lại VSSID_TELEGRAM_API_URL nếu có đặt)."
            ) from None
        with suppress(BadRequest):
            await self._bot.set_my_commands(_MENU)
        if settings.telegram_mode == "polling":
            await self._bot.delete_webhook()
            return
        try:
            await self._bot.set_webhook(
                settings.telegram_webhook_url + WEBHOOK_PATH,
                secret_token=settings.telegram_webhook_secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=_WEBHOOK_CONNECTIONS,
            )
        except BadRequest as error:
            raise SettingsError(f"VSSID_TELEGRAM_WEBHOOK_URL: Telegram không nhận ({error.message}).") from error

    async def _run(self, connected: bool) -> None:
        failures = 0
        while not connected:
            failures += 1
            await asyncio.sleep(pause_after(TimeoutError(), failures))
            try:
                connected = await self._try_to_connect()
            except SettingsError as error:
                log.error("%s", error)
        if self._settings.telegram_mode == "polling":
            await Polling(self._bot, partial(self._take, receive=self._receive_in_the_end)).run()

    async def _close(self) -> None:
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)
        await self._bot.shutdown()

    def _set_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    # Receiving

    async def handle_webhook(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status for a POST to `WEBHOOK_PATH`. Any but 200 makes Telegram repeat the update later, and keep back
        what follows it in the same chat."""
        expected = self._settings.telegram_webhook_secret
        if self._settings.telegram_mode != "webhook" or not expected:
            return 404
        given = next((v for k, v in headers.items() if k.lower() == "x-telegram-bot-api-secret-token"), "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            return 403
        if len(body) > WEBHOOK_LIMIT:
            return 413
        try:
            update = Update.de_json(readable(json.loads(body)), self._bot)
        except (ValueError, AttributeError, RecursionError):
            return 400
        try:
            await self._take(update, self._receive)
        except Unavailable as error:
            log.error("%s unavailable: %s", error.service, error)
            return 503
        except Exception as error:
            _log_unexpected(update, error)
            return 500
        return 200

    async def _take(self, update: Update, receive: Callable[[IncomingMessage], Awaitable[None]]) -> None:
        incoming = read_update(update, self._settings.upload_limit)
        if incoming is None:
            self._greet_group(update)
            return
        async with self._turns.setdefault(incoming.chat_id, asyncio.Lock()):
            if incoming.file_id is None:
                await receive(incoming.message)
            else:
                async with self._files.fetched(incoming.file_id) as found:
                    await receive(_with_photo(incoming.message, found))
        self._confirm_tap(incoming)

    async def _receive(self, message: IncomingMessage) -> None:
        try:
            # A flood must not wait on Telegram's side: there it would hold up every other citizen.
            await self._inbox.receive(message, must_accept=True)
        except InvalidInput as error:
            self._set_aside(self._sender.tell(int(message.identity.external_id), str(error)))

    async def _receive_in_the_end(self, message: IncomingMessage) -> None:
        """Returns when the message is kept; tries for as long as it takes."""
        failures = broken = 0
        while True:
            try:
                return await self._receive(message)
            except Unavailable as error:
                failures += 1
                log.error("%s unavailable, a message waits: %s", error.service, error)
                pause = error.retry_after or pause_after(error, failures)
            except Exception as error:
                broken += 1
                _log_unexpected(message, error)
                if broken >= _TRIES_WHEN_BROKEN:
                    self._set_aside(self._sender.tell(int(message.identity.external_id), _BROKEN_NOTICE))
                    return None
                pause = pause_after(error, broken)
            await asyncio.sleep(pause)

    def _confirm_tap(self, incoming: Incoming) -> None:
        if incoming.callback_id is not None:
            self._set_aside(self._sender.confirm_tap(incoming.callback_id))

    def _greet_group(self, update: Update) -> None:
        group = group_joined(update)
        if group is not None:
            self._set_aside(self._sender.tell(group, _GROUP_NOTICE))

    # Sending

    async def deliver(self, entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
        """See `PushChannel.deliver`."""
        await self._sender.deliver(entry, part_sent)

    async def show_typing(self, identity: ChannelIdentity) -> None:
        """See `PushChannel.show_typing`."""
        await self._sender.show_typing(identity)


def _with_photo(message: IncomingMessage, found: IncomingFile | str) -> IncomingMessage:
    if isinstance(found, IncomingFile):
        return replace(message, file=found)
    return replace(message, kind=MessageKind.FILE, payload=f"{REFUSED_PHOTO}{found}")


def _silence_foreign_logs() -> None:
    """httpx logs URLs, which hold the token; PTB logs texts at DEBUG and quotes updates in its errors, all of which are
    raised to us as well."""
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _log_unexpected(subject: Update | IncomingMessage, error: Exception) -> None:
    """Where it happened, without the error's own text, which may quote the message."""
    number = subject.update_id if isinstance(subject, Update) else subject.platform_message_id
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("%s failed: %s\n%s", number, type(error).__name__, where)
