"""Lanes of commands, side by side: each step's output in its own file, a line when it ends, all red ones at the end.

Owns the steps' processes and their end: stopped, each is asked as by Ctrl-C, and whatever it has left is killed.
Refuses to stop at the first red step: who waits for minutes wants to know all that is wrong.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops.bonds import dying_with_parent, stop_signals
from ops.progress import TELL_EVERY, say

INTERRUPTED = 130
_GRACE = 30.0
_SHOWN = 60
_TOLD_AGAIN = 6 * TELL_EVERY
# pytest's last line, with or without its rulers: "3 failed, 2 passed in 1.20s (0:00:01)".
_CLOSING = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+|no tests ran) in [\d.]+s\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Step:
    """One command; `key` names its log."""

    key: str
    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step went: its exit code, how long it took, where its output lies."""

    step: Step
    code: int
    seconds: float
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8", errors="replace")

    @property
    def closing(self) -> str | None:
        """What pytest counted: "3 failed, 2 passed"."""
        found = _CLOSING.findall(self.output)
        return found[-1] if found else None


class Lanes:
    """The steps of each lane one after the other, the lanes side by side."""

    def __init__(self, root: Path, logs: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._logs = logs
        self._environment = environment
        self._running: dict[str, float] = {}

    def run(self, lanes: Sequence[Sequence[Step]]) -> int:
        """Run all, show what is red; 0 when nothing is, 1 otherwise, 130 when a signal stopped it."""
        self._logs.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        try:
            outcomes = asyncio.run(self._run(lanes))
        except (asyncio.CancelledError, KeyboardInterrupt):
            print("• Đã dừng theo yêu cầu.", flush=True)
            return INTERRUPTED
        red = [outcome for outcome in outcomes if outcome.code]
        for outcome in red:
            tail = "\n".join(outcome.output.splitlines()[-_SHOWN:])
            print(f"\n✗ {outcome.step.name} (toàn bộ: {outcome.log})\n{tail}", flush=True)
        if red:
            print("\n✗ Không đạt: " + ", ".join(outcome.step.name for outcome in red))
        print(closing_line(outcomes, time.monotonic() - started), flush=True)
        return 1 if red else 0

    async def _run(self, lanes: Sequence[Sequence[Step]]) -> list[Outcome]:
        loop, whole = asyncio.get_running_loop(), asyncio.current_task()
        assert whole is not None
        for number in stop_signals():
            loop.add_signal_handler(number, whole.cancel)
        telling = asyncio.create_task(self._tell())
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._lane(lane)) for lane in lanes]
        finally:
            telling.cancel()
        return [outcome for task in tasks for outcome in task.result()]

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(_TOLD_AGAIN)
            now = time.monotonic()
            doing = (f"{name} ({now - since:.0f} giây)" for name, since in self._running.items())
            print("  … đang chạy: " + ", ".join(doing), flush=True)

    async def _lane(self, lane: Sequence[Step]) -> list[Outcome]:
        return [await self._step(step) for step in lane]

    async def _step(self, step: Step) -> Outcome:
        self._running[step.name] = started = time.monotonic()
        log = self._logs / f"{step.key}.log"
        with log.open("wb") as output:
            try:
                # A session of its own: Ctrl-C in the terminal reaches only us, and we stop all in order.
                process = await asyncio.create_subprocess_exec(
                    *step.command, cwd=self._root, env=self._environment, stdin=asyncio.subprocess.DEVNULL,
                    stdout=output, stderr=output, start_new_session=True, preexec_fn=dying_with_parent(),
                )  # fmt: skip
            except OSError as error:
                output.write(f"{error}\n".encode())
                code = 1
            else:
                code = await _end_of(process)
        del self._running[step.name]
        outcome = Outcome(step, code, time.monotonic() - started, log)
        told = f": {outcome.closing}" if outcome.closing else ""
        mark = "✗" if code else "✓"
        print(f"{mark} {step.name}{told} ({outcome.seconds:.0f} giây)", flush=True)
        return outcome


async def _end_of(process: asyncio.subprocess.Process) -> int:
    """Its exit code; cancelled, it and all that it has started are ended first."""
    try:
        return await process.wait()
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            # A second Ctrl-C ends this wait.
            await asyncio.wait_for(process.wait(), _GRACE)
        raise
    finally:
        # The group outlives its leader as long as anybody is in it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def closing_line(outcomes: Sequence[Outcome], seconds: float) -> str:
    """One line in pytest's own form for all that ran; a red step that counted nothing is an error."""
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        found = re.findall(r"(\d+) ([a-z]+)", outcome.closing or "")
        for number, word in found:
            counts["error" if word == "errors" else word] += int(number)
        if outcome.code and not {"failed", "error", "errors"} & {word for _, word in found}:
            counts["error"] += 1
    order = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "error")
    told = [f"{counts[word]} {word}" for word in order if counts[word]]
    return f"==== {', '.join(told) or 'no tests ran'} in {seconds:.2f}s ===="


def starting(what: str, lanes: Sequence[Sequence[Step]]) -> None:
    """Say what is about to run."""
    say(f"{what}: " + " | ".join(", rồi ".join(step.name for step in lane) for lane in lanes))


def cores() -> int:
    """How many processors we may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
