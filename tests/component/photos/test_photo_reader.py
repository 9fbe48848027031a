"""The worker process: looked at beside the loop, killed, too slow, idle, and nothing of it left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from helpdesk.errors import InvalidInput, Unavailable
from helpdesk.photos import worker as photo_worker
from helpdesk.photos.reader import PhotoReader
from helpdesk.photos.report import Side
from samples.cards.camera import Shot, photograph
from samples.cards.drawing import citizen_front
from samples.cards.people import invent

ROOT = Path(__file__).resolve().parents[3]
PERSON = invent(2)
SMALL = photograph(citizen_front(PERSON), Shot())
LARGE = photograph(citizen_front(PERSON), Shot(size=(4000, 3000), module=8))


@pytest.fixture
async def reader() -> AsyncIterator[PhotoReader]:
    async with PhotoReader.open(seconds=60) as opened:
        yield opened


def pid(reader: PhotoReader) -> int | None:
    return reader._all[0].pid


async def gone(number: int) -> bool:
    for _ in range(100):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_the_report_comes_back_whole(reader: PhotoReader) -> None:
    report = await reader.inspect(SMALL, Side.FRONT)
    assert (report.problem, report.side, report.codes) == (None, Side.FRONT, (PERSON.citizen_qr,))
    assert report.cleaned.startswith(b"\xff\xd8")
    assert (await reader.inspect(SMALL, Side.BACK)).problem == "wrong_side_front"


async def test_nothing_starts_before_the_first_photo_and_nothing_stays_after_the_last() -> None:
    async with PhotoReader.open(seconds=60, idle_seconds=0.1) as reader:
        assert pid(reader) is None
        await reader.inspect(SMALL, None)
        number = pid(reader)
        assert number is not None and await gone(number)
        assert pid(reader) is None
        # And it comes again when it is needed.
        assert (await reader.inspect(SMALL, None)).side is Side.FRONT
        number = pid(reader)
    assert number is not None and await gone(number)


async def test_the_loop_goes_on_while_twelve_megapixels_are_looked_at(reader: PhotoReader) -> None:
    await reader.inspect(SMALL, None)
    looking = asyncio.create_task(reader.inspect(LARGE, Side.FRONT))
    started, ticks = time.thread_time(), 0
    while not looking.done():
        await asyncio.sleep(0.005)
        ticks += 1
    assert (await looking).problem is None
    assert ticks > 10
    # Looking takes whole seconds: this thread has done other things.
    assert time.thread_time() - started < 0.5


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "pdf"),
        (b"\0\0\0\x18ftypheic", "heic"),
        (b"hello", "not_an_image"),
        (LARGE[:200_000], "not_an_image"),
        (bytes(60_000_000), "too_large"),
    ],
)
async def test_what_is_no_photo_is_refused_with_words(reader: PhotoReader, content: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await reader.inspect(content, Side.FRONT)
    assert caught.value.code == code
    assert str(caught.value).endswith("ạ.")


async def test_a_worker_killed_between_photos_or_at_one_is_replaced(reader: PhotoReader) -> None:
    await reader.inspect(SMALL, None)
    first = pid(reader)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert (await reader.inspect(SMALL, None)).side is Side.FRONT
    looking = asyncio.create_task(reader.inspect(LARGE, Side.FRONT))
    await asyncio.sleep(0.05)
    second = pid(reader)
    assert second is not None and second != first
    os.kill(second, signal.SIGKILL)
    assert (await looking).problem is None


async def test_a_photo_that_takes_too_long_passes_unseen(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(photo_worker, "_GRACE", 0.0)
    async with PhotoReader.open(seconds=0.05) as reader:
        report = await reader.inspect(LARGE, Side.FRONT)
        assert (report.problem, report.codes, report.findings) == (None, (), ("too_slow",))
        assert report.cleaned.startswith(b"\xff\xd8")
    assert "too long" in caplog.text


async def test_a_worker_that_never_comes_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with PhotoReader.open() as reader:
        with pytest.raises(Unavailable) as caught:
            await reader.inspect(SMALL, None)
    assert caught.value.service == "photos"


async def test_who_gives_up_waiting_spoils_nothing_for_the_next(reader: PhotoReader) -> None:
    await reader.inspect(SMALL, None)
    looking = asyncio.create_task(reader.inspect(LARGE, Side.FRONT))
    await asyncio.sleep(0.05)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    assert (await reader.inspect(SMALL, Side.BACK)).problem == "wrong_side_front"


async def test_many_at_once_wait_for_each_other(reader: PhotoReader) -> None:
    reports = await asyncio.gather(*(reader.inspect(SMALL, Side.FRONT) for _ in range(4)))
    assert [report.codes for report in reports] == [(PERSON.citizen_qr,)] * 4


async def test_the_worker_knows_no_secrets_and_dies_with_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VSSID_SECRET_KEYS", "sesame")
    async with PhotoReader.open(seconds=60) as reader:
        await reader.inspect(SMALL, None)
        environment = await asyncio.to_thread(Path(f"/proc/{pid(reader)}/environ").read_bytes)
        assert b"LANG" in environment and b"sesame" not in environment
    code = (
        "import asyncio, os, sys\n"
        "from helpdesk.photos.reader import PhotoReader\n"
        "async def main():\n"
        "    async with PhotoReader.open() as reader:\n"
        "        await reader.inspect(sys.stdin.buffer.read(), None)\n"
        "        print(reader._all[0].pid, flush=True)\n"
        "        os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    said, _ = await owner.communicate(SMALL)
    assert await gone(int(said))


def test_its_owner_loads_none_of_what_the_looking_needs() -> None:
    heavy = "('cv2', 'numpy', 'zxingcpp', 'pyzbar')"
    code = f"import sys, helpdesk.photos.reader; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
