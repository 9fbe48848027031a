"""Photos from Telegram's file server.

Owns the retries, the size limit and how many photos are in memory at once. A photo that can't be had, or is none, comes
as the code of why: the citizen is then asked for it again, which beats waiting for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.polling import pause_after
from helpdesk.conversations import IncomingFile
from helpdesk.errors import InvalidInput
from helpdesk.photos import media_type

log = logging.getLogger(__name__)

_AT_ONCE = 8
_TRIES = 5
# A webhook's request is given up by Telegram after a minute.
_SECONDS = 45


class FileFetcher:
    """Fetches photos of at most `size_limit` bytes."""

    def __init__(self, bot: Bot, size_limit: int) -> None:
        self._bot = bot
        self._size_limit = size_limit
        self._places = asyncio.Semaphore(_AT_ONCE)

    @asynccontextmanager
    async def fetched(self, file_id: str) -> AsyncIterator[IncomingFile | str]:
        """The photo, held in memory (and in one of the places) until the block is left; or why there is none: "gone",
        "too_large", "pdf", "heic", "animated", "too_many_pixels", "not_an_image", "empty"."""
        async with self._places:
            content = await self._download(file_id)
            yield "gone" if content is None else await self._checked(content)

    async def _download(self, file_id: str) -> bytes | None:
        try:
            async with asyncio.timeout(_SECONDS):
                for attempt in range(1, _TRIES + 1):
                    try:
                        file = await self._bot.get_file(file_id)
                        return bytes(await file.download_as_bytearray(read_timeout=20))
                    except BadRequest:
                        return None
                    except (TelegramError, RuntimeError) as error:
                        log.warning("a photo didn't come (%s), attempt %s", type(error).__name__, attempt)
                        if attempt < _TRIES:
                            await asyncio.sleep(pause_after(error, attempt))
        except TimeoutError:
            log.warning("a photo took too long")
        return None

    async def _checked(self, content: bytes) -> IncomingFile | str:
        if len(content) > self._size_limit:
            return "too_large"
        try:
            return IncomingFile(content, await asyncio.to_thread(media_type, content))
        except InvalidInput as error:
            return error.code
