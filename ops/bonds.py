"""Parents and children of ours end together: a child never outlives us, and a signal ends us in order.

Linux's death signal covers the end that no handler sees (kill -9); the handlers cover the others.
"""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable
from types import FrameType

_PR_SET_PDEATHSIG = 1
# What a shell reports of a process that was killed: 128 + SIGKILL.
_ORPHANED = 137


def dying_with_parent() -> Callable[[], None]:
    """A `preexec_fn`: the child is killed when the thread that starts it ends, however that ends."""
    parent = os.getpid()
    # Loaded on this side of the fork: little is safe to do on the other.
    prctl = ctypes.CDLL(None).prctl

    def bind() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # ended before we could ask
            os._exit(_ORPHANED)

    return bind


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask for an orderly end; not SIGHUP when we were started to outlive it (`nohup make run`)."""
    asked = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return tuple(number for number in asked if not (number == signal.SIGHUP and _is_ignored(number)))


def interrupt_on_stop_signals() -> None:
    """Every such signal ends the code that waits here, as Ctrl-C does: with KeyboardInterrupt."""
    for number in stop_signals():
        signal.signal(number, _interrupt)


def _is_ignored(number: signal.Signals) -> bool:
    return signal.getsignal(number) is signal.SIG_IGN


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
