"""One process of the product as the supervisor holds it: how it starts, when it is ready, how it ends, what it logs.

Owns its log: private, and bounded while it runs. Whether a child is started again is the supervisor's business.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.bonds import dying_with_parent
from ops.train import ROOT

LOG_LIMIT = 5 * 1024 * 1024
_STOP_SECONDS = 8.0


@dataclass
class Child:
    """One process: how it is started, how it says that it is ready, and how its last lives went."""

    name: str
    command: Sequence[str]
    ready_url: str
    log: Path
    process: asyncio.subprocess.Process | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    proven: bool = False
    started: float = 0.0
    crashes: list[float] = field(default_factory=list)

    async def start(self, environment: dict[str, str]) -> None:
        """Start it, its output appended to its log. Raises OSError."""
        self.ready.clear()
        self.process = None
        self.started = time.monotonic()
        output = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.fchmod(output, 0o600)
            # A session of its own: Ctrl-C in the terminal reaches only us, and we stop the children in order.
            self.process = await asyncio.create_subprocess_exec(
                *self.command, cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, preexec_fn=dying_with_parent(),
            )  # fmt: skip
        finally:
            os.close(output)

    def mark_ready(self) -> None:
        """It answers: from now on its end is an accident, not a failure to start."""
        self.proven = True
        self.ready.set()

    def tail(self, lines: int = 8) -> str:
        """The end of its log, indented."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 8192))
                return "\n".join("    " + line for line in file.read().decode(errors="replace").splitlines()[-lines:])
        except OSError as error:
            return f"    (không đọc được nhật ký: {error.strerror})"

    def bound_log(self) -> None:
        """Move a long log's end to `.log.1` and empty it; the child writes on at its new end (O_APPEND)."""
        try:
            size = self.log.stat().st_size
            if size <= LOG_LIMIT:
                return
            try:
                self._keep_end(size)
            finally:
                # Also when there is no room for the copy: a log that fills the disk is worse than one that is gone.
                os.truncate(self.log, 0)
        except OSError:
            return

    def _keep_end(self, size: int) -> None:
        kept = self.log.with_suffix(".log.1")
        kept.unlink(missing_ok=True)
        copy = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(copy, "wb") as target, self.log.open("rb") as source:
            source.seek(size - LOG_LIMIT)
            target.write(source.read(LOG_LIMIT))

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that doesn't listen."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
