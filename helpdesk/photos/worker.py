"""The process that looks at photos: `python -m helpdesk.photos.worker`, and its owner's side.

Owns the frames between the two, time limits, and that the child never outlives its owner. The child gets a bare
environment (no keys, no passwords) and answers in JSON and bytes, never in pickles: it handles what strangers send.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from helpdesk.errors import InvalidInput, where
from helpdesk.photos.report import PhotoReport, Side

_HEAD = struct.Struct(">II")
_MEMORY = 4 << 30
# Over what the inspection allows itself; then its owner ends it.
_GRACE = 3.0
_START_SECONDS = 20.0
_CLEAN_SECONDS = 15.0
# Bare on purpose. One thread each: a photo must not take every processor from the chats.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OMP_THREAD_LIMIT": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    "PYTHONDONTWRITEBYTECODE": "1",
}


class WorkerDied(Exception):
    """The process ended or answered nonsense."""


class WorkerTooSlow(Exception):
    """The photo took longer than allowed; the process was ended."""


class PhotoWorker:
    """One process, started when needed. One question at a time: its owner sees to that."""

    def __init__(self, tesseract: str | None, seconds: float, idle_seconds: float) -> None:
        self._command = [sys.executable, "-m", __name__, "--seconds", str(seconds)]
        if tesseract:
            self._command += ["--tesseract", tesseract]
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._retired: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """The process's id while there is one."""
        return self._process.pid if self._process else None

    async def inspect(self, content: bytes, expected: Side | None) -> PhotoReport:
        """Raises InvalidInput, WorkerDied or WorkerTooSlow."""
        return await self._ask({"do": "inspect", "expected": expected}, content, self._seconds + _GRACE)

    async def clean(self, content: bytes, finding: str) -> PhotoReport:
        """The report of a photo that is not looked at, with this finding."""
        return await self._ask({"do": "clean", "finding": finding}, content, _CLEAN_SECONDS)

    async def stop(self) -> None:
        """End the process and those that are ending."""
        self._hold()
        await self._kill()
        while self._retired:
            await asyncio.gather(*self._retired, return_exceptions=True)

    async def _ask(self, question: dict[str, Any], content: bytes, seconds: float) -> PhotoReport:
        self._hold()
        answered = False
        try:
            if self._process is None or self._process.returncode is not None:
                await self._start()
            answer, cleaned = await self._exchange(question, content, seconds)
            answered = True
        except TimeoutError as error:
            raise WorkerTooSlow from error
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            raise WorkerDied(type(error).__name__) from error
        finally:
            # An answer that was not waited for would be taken for the next one.
            if answered:
                self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._retire)
            else:
                await self._kill()
        if "refused" in answer:
            raise InvalidInput(answer["refused"], answer["message"])
        if "failed" in answer:
            raise WorkerDied(answer["failed"])
        side = Side(answer["side"]) if answer["side"] else None
        return PhotoReport(cleaned, answer["problem"], side, tuple(answer["codes"]), tuple(answer["findings"]))

    async def _start(self) -> None:
        """The first answer comes when everything is loaded: loading is not on the photo's time."""
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, env=_ENVIRONMENT, limit=1 << 20
        )
        try:
            await self._exchange({"do": "load"}, b"", _START_SECONDS)
        except TimeoutError as error:
            raise OSError("the photo worker doesn't start") from error

    async def _exchange(self, question: dict[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        head = json.dumps(question).encode()
        async with asyncio.timeout(seconds):
            process.stdin.writelines((_HEAD.pack(len(head), len(content)), head, content))
            await process.stdin.drain()
            sizes = _HEAD.unpack(await process.stdout.readexactly(_HEAD.size))
            answer = json.loads(await process.stdout.readexactly(sizes[0]))
            return answer, await process.stdout.readexactly(sizes[1])

    def _hold(self) -> None:
        if self._idle:
            self._idle.cancel()
            self._idle = None

    def _retire(self) -> None:
        """Nobody sent a photo for a while: the memory goes back."""
        self._idle = None
        task = asyncio.get_running_loop().create_task(self._kill())
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        # The pipes first: until they are closed the process counts as running.
        await asyncio.shield(process.communicate())


def serve(questions: BinaryIO, answers: BinaryIO, tesseract: str | None, seconds: float) -> None:
    """The child's life: answer until the owner hangs up."""
    import cv2  # the owner imports this module too, and none of this

    from helpdesk.photos.inspection import Inspector

    cv2.setNumThreads(1)
    inspector = Inspector(tesseract)
    while len(sizes := questions.read(_HEAD.size)) == _HEAD.size:
        head, size = _HEAD.unpack(sizes)
        question = json.loads(questions.read(head))
        content = questions.read(size)
        # Should the owner be gone by then, nobody else would end a look that hangs.
        signal.alarm(int(max(seconds, _CLEAN_SECONDS) + 2 * _GRACE))
        answer, cleaned = _answer(inspector, question, content, seconds)
        signal.alarm(0)
        body = json.dumps(answer).encode()
        answers.write(_HEAD.pack(len(body), len(cleaned)) + body + cleaned)
        answers.flush()


def _answer(inspector: Any, question: dict[str, Any], content: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
    try:
        if question["do"] == "load":
            return {}, b""
        if question["do"] == "clean":
            report = inspector.clean(content, question["finding"])
        else:
            expected = question["expected"]
            report = inspector.inspect(content, Side(expected) if expected else None, seconds)
    except InvalidInput as error:
        return {"refused": error.code, "message": str(error)}, b""
    except Exception as error:
        # Whatever this picture broke, the next one is to be looked at.
        return {"failed": where(error)}, b""
    answer = {"problem": report.problem, "side": report.side, "codes": report.codes, "findings": report.findings}
    return answer, report.cleaned


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tesseract")
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    # Ctrl-C in a terminal reaches the whole group; it is the owner who ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Libraries that print must not print into the frames.
    with os.fdopen(os.dup(1), "wb") as answers, os.fdopen(os.dup(0), "rb") as questions:
        os.dup2(2, 1)
        serve(questions, answers, given.tesseract, given.seconds)


if __name__ == "__main__":
    main()
