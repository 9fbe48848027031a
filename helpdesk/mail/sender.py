"""Sends the queued mails, a round at a time; the bot's clock calls it for as long as that runs.

Owns the pace: when the server can't be reached, one mail at a time asks again, after 1, 2, 4 … 60 seconds; a mail that
the server wants later is put off alone, so that it holds up no other. How mails are kept, and why none is lost or sent
twice, is `helpdesk.mail.queue`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from helpdesk.calendar import utc_now
from helpdesk.errors import InvalidInput, Unavailable, where
from helpdesk.mail.message import compose
from helpdesk.mail.queue import ClaimedMail, MailQueue
from helpdesk.mail.smtp import SmtpServer

log = logging.getLogger(__name__)

_LONGEST_PAUSE = 60.0
_FIRST_PUT_OFF = 5.0
_STORE_PAUSE = 1.0
# How long a stop waits for the mails that are being handed over: what is cut off there has to be sent again.
_LAST_SECONDS = 3.0

Observe = Callable[[str, str], None]


def _unobserved(_kind: str, _outcome: str) -> None:
    pass


class MailSender:
    """One of them, in one process. `observe` is told kind and outcome: sent, put_off, ended or failed."""

    def __init__(
        self,
        queue: MailQueue,
        server: SmtpServer,
        sender: str,
        *,
        parallel: int = 4,
        poll: float = 0.3,
        clock: Callable[[], datetime] = utc_now,
        observe: Observe = _unobserved,
    ) -> None:
        self._queue = queue
        self._server = server
        self._sender = sender
        self._parallel = parallel
        self.poll = poll
        self._clock = clock
        self._observe = observe
        self._running: set[asyncio.Task[None]] = set()
        self._taken_up = False
        self._failures = 0
        self._resume_at = clock()

    async def step(self) -> float | None:
        """One round, to be called again and again: at once after 0, after `poll` seconds when nothing is under way."""
        if not self._taken_up:
            await self._queue.take_up()
            self._taken_up = True
        await self._hand_over()
        # Others put mails in from their own processes: only looking tells.
        if not self._running:
            return None
        await asyncio.wait(self._running, timeout=self.poll, return_when=asyncio.FIRST_COMPLETED)
        return 0

    async def stop(self) -> None:
        """What is being handed over gets a moment to end; call it once no step is under way."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LAST_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _hand_over(self) -> None:
        for kind in await self._queue.end_overdue():
            self._observe(kind, "ended")
        if self._pause_left() > 0:
            return
        free = (1 if self._failures else self._parallel) - len(self._running)
        if free <= 0:
            return
        for claimed in await self._queue.claim(free):
            task = asyncio.create_task(self._deliver(claimed), name=f"mail:{claimed.mail.id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _deliver(self, claimed: ClaimedMail) -> None:
        """One try; whatever comes of it is written down."""
        mail, kind = claimed.mail, claimed.kind
        try:
            content = compose(mail, self._sender)
            async with self._server.connected() as conversation:
                await conversation.send(self._sender, mail.to, content)
                # At once, before the goodbye: the server has it, and every moment until this is noted is a risk.
                await _insist(lambda: self._queue.mark_sent(mail.id))
            self._reached()
            self._observe(kind, "sent")
            return
        except InvalidInput as error:
            self._reached()
            reason = error.code
            await _insist(lambda: self._queue.fail(mail.id, kind, reason))
            self._observe(kind, "failed")
            return
        except Unavailable as error:
            outcome = f"{error.service} {error}"
            if error.service == "smtp":
                pause = self._unreached(str(error))
            else:
                self._reached()
                pause = _growing(_FIRST_PUT_OFF, claimed.attempts)
        except Exception as error:  # whatever broke, this mail is tried again, and given up in the end
            log.error("mail %s (%s) broke: %s", mail.id, kind, where(error))
            outcome, pause = type(error).__name__, _LONGEST_PAUSE
        await _insist(lambda: self._queue.put_off(mail.id, outcome, pause))
        self._observe(kind, "put_off")

    def _reached(self) -> None:
        if self._failures:
            log.info("the mail server is back")
        self._failures = 0

    def _unreached(self, error: str) -> float:
        if not self._failures:
            log.error("the mail server can't be used (%s); mails wait", error)
        # Those that ran side by side failed for one reason: one pause.
        if self._pause_left() <= 0:
            self._resume_at = self._clock() + timedelta(seconds=_growing(1.0, self._failures))
            self._failures += 1
        return self._pause_left()

    def _pause_left(self) -> float:
        left = (self._resume_at - self._clock()).total_seconds()
        # A clock that was put back must not make a pause of hours out of one of seconds.
        return left if left <= _LONGEST_PAUSE else 0.0


def _growing(first: float, times: int) -> float:
    return min(first * 2.0 ** min(times, 10), _LONGEST_PAUSE)


async def _insist(write: Callable[[], Awaitable[None]]) -> None:
    """Write down what has happened already, however long the store can't be written."""
    while True:
        try:
            return await write()
        except Exception as error:  # whatever hinders it: what is not noted as sent would be sent again
            log.error("what became of a mail can't be noted yet: %s", where(error))
        await asyncio.sleep(_STORE_PAUSE)
