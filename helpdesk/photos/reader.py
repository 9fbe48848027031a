"""Photos: what counts as one, and the reader that says what a photo shows.

Owns the worker processes that look at photos, so that twelve megapixels never hold up another chat, and what a crash or
a slow photo comes to. Imports nothing of what the looking needs: that memory belongs to the workers, and only while
there are photos.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from helpdesk.errors import InvalidInput, Unavailable
from helpdesk.photos import files as photo_files
from helpdesk.photos.files import ACCEPTED, BYTE_LIMIT, PIXEL_LIMIT
from helpdesk.photos.report import PhotoReport, Side
from helpdesk.photos.worker import PhotoWorker, WorkerDied, WorkerTooSlow

__all__ = ["ACCEPTED", "PIXEL_LIMIT", "PhotoReader", "PhotoReport", "sniff_photo"]

log = logging.getLogger(__name__)

# To a channel these are all the same: not a picture that it takes.
_NO_IMAGE = frozenset({"empty", "pdf", "heic"})


async def sniff_photo(content: bytes) -> str:
    """The media type that the bytes really are (whatever their sender claims).

    Raises InvalidInput: "not_an_image", "too_many_pixels" or "animated".
    """
    try:
        return await asyncio.to_thread(photo_files.media_type, content)
    except InvalidInput as error:
        if error.code in _NO_IMAGE:
            raise InvalidInput("not_an_image", str(error)) from error
        raise


class PhotoReader:
    """Looks at photos in worker processes, which start with the first photo and end when none has come for a while."""

    def __init__(self, workers: int, seconds: float, idle_seconds: float) -> None:
        tesseract = shutil.which("tesseract")
        self._all = [PhotoWorker(tesseract, seconds, idle_seconds) for _ in range(workers)]
        self._free: asyncio.Queue[PhotoWorker] = asyncio.Queue()
        for worker in self._all:
            self._free.put_nowait(worker)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, workers: int = 1, seconds: float = 12.0, idle_seconds: float = 120.0
    ) -> AsyncIterator[PhotoReader]:
        """A reader that gives a photo `seconds`; ends its processes with the block."""
        reader = cls(workers, seconds, idle_seconds)
        try:
            yield reader
        finally:
            for worker in reader._all:
                await worker.stop()

    async def inspect(self, content: bytes, expected: Side | None) -> PhotoReport:
        """What the photo shows, and what is wrong with it where `expected` is what it should show.

        Raises InvalidInput for what is no photo ("empty", "too_large", "not_an_image", "heic", "pdf", "animated",
        "too_many_pixels") and Unavailable("photos") when not even a clean copy could be made. A photo that takes too
        long, or on which looking fails twice, passes with the finding "too_slow" or "unread": a person looks at it.
        """
        if not content:
            raise photo_files.refusal("empty")
        if len(content) > BYTE_LIMIT:
            raise photo_files.refusal("too_large")
        worker = await self._free.get()
        try:
            return await self._inspect(worker, content, expected)
        finally:
            self._free.put_nowait(worker)

    async def _inspect(self, worker: PhotoWorker, content: bytes, expected: Side | None) -> PhotoReport:
        finding = "unread"
        for _ in range(2):
            try:
                return await worker.inspect(content, expected)
            except WorkerTooSlow:
                log.warning("a photo took too long; it passes without a look")
                finding = "too_slow"
                break
            except WorkerDied as error:
                log.warning("the photo worker failed: %s", error)
        try:
            return await worker.clean(content, finding)
        except (WorkerDied, WorkerTooSlow) as error:
            raise Unavailable(
                "photos", "Dạ phần xem ảnh đang trục trặc. Anh/chị gửi lại ảnh giúp em sau ít phút ạ."
            ) from error
