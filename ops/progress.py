"""A command that runs long and quietly: every ten seconds a line says what is being done, and for how long already.

Standard library only, Python 3.8 or later: it runs before anything is built. Refuses to judge what the command said.
"""

from __future__ import annotations

import subprocess
import time
from typing import Any, Sequence  # noqa: UP035 - Python 3.8 has no other

TELL_EVERY = 10.0


def say(text: str) -> None:
    print("• " + text, flush=True)


def watched(
    command: Sequence[str], what: str, timeout: float | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run it without input; what it printed, errors too, and its exit code. Raises OSError and TimeoutExpired."""
    started = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
        errors="replace", **options
    ) as process:  # fmt: skip
        try:
            while True:
                left = TELL_EVERY if timeout is None else max(0.0, started + timeout - time.monotonic())
                try:
                    # Asked again after a timeout, it has lost nothing of the output.
                    output, _ = process.communicate(timeout=min(TELL_EVERY, left))
                    return subprocess.CompletedProcess(command, process.returncode, output)
                except subprocess.TimeoutExpired:
                    if left < TELL_EVERY:
                        raise
                    print(f"  … {what}: {time.monotonic() - started:.0f} giây", flush=True)
        except BaseException:
            process.kill()
            raise
