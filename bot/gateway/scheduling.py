"""Work that is done one at a time per key and side by side across keys.

The inbox's workers and the outbox's senders both need it: a conversation's messages strictly in order, conversations
in parallel, and nobody waits behind a conversation that sleeps for a retry.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from helpdesk.errors import where

log = logging.getLogger(__name__)

Step = Callable[[str], Awaitable[float | None]]


class KeyedWorkers:
    """Calls `step(key)` again and again until it returns None.

    `step` returns how many seconds to wait before it is called again (0: at once), or None when nothing is left to do.
    At most `parallel` steps run at a time; a key that waits holds no place. A step that raises is logged and tried
    again after `error_pause` seconds, so that one bad message can't stop a conversation for good.
    """

    def __init__(self, name: str, step: Step, parallel: int, error_pause: float = 5.0) -> None:
        self._name = name
        self._step = step
        self._places = asyncio.Semaphore(parallel)
        self._error_pause = error_pause
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        # Those in the middle of a step.
        self._busy: set[str] = set()
        self._stopped = False

    def wake(self, key: str) -> None:
        """There is (or may be) something to do for this key."""
        if self._stopped:
            return
        if key in self._tasks:
            self._again.add(key)
            return
        self._tasks[key] = asyncio.create_task(self._run(key), name=f"{self._name}:{key}")

    async def _run(self, key: str) -> None:
        try:
            while True:
                self._again.discard(key)
                try:
                    async with self._places:
                        self._busy.add(key)
                        try:
                            pause = await self._step(key)
                        finally:
                            self._busy.discard(key)
                except Exception as error:  # whatever broke, one bad step must not end its conversation's work
                    log.error("%s failed; trying again in %s s: %s", self._name, self._error_pause, where(error))
                    pause = self._error_pause
                if self._stopped:
                    return
                if pause is None:
                    if key not in self._again:
                        return
                elif pause > 0:
                    await asyncio.sleep(pause)
        finally:
            del self._tasks[key]

    async def stop(self, patience: float = 0) -> None:
        """No step begins any more; those that run are given `patience` seconds, then they are cut off.

        Every step must be safe to be cut off at any await.
        """
        self._stopped = True
        for key, task in self._tasks.items():
            if not patience or key not in self._busy:
                task.cancel()
        tasks = list(self._tasks.values())
        if not tasks:
            return
        if patience:
            await asyncio.wait(tasks, timeout=patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
