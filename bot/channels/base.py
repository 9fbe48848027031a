"""The interface between a chat platform and the gateway.

A channel authenticates what comes in, turns it into an `IncomingMessage` and calls `Inbox.receive`; only when that has
returned may it acknowledge to its platform. A channel that pushes is handed replies one at a time, in order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from helpdesk.conversations import ChannelIdentity, IncomingMessage, OutboxEntry, Receipt
from helpdesk.errors import HelpdeskError


class Inbox(Protocol):
    """What the gateway offers to channels."""

    async def receive(self, message: IncomingMessage, *, must_accept: bool = False) -> Receipt:
        """Accept a message durably. Raises InvalidInput, Overloaded or Unavailable("store"); then nothing was kept.

        `must_accept` is for platforms that can't be told to wait: it is never Overloaded, only answered slowly.
        """
        ...


class Undeliverable(HelpdeskError):
    """Tin không gửi được và gửi lại cũng không được (người nhận đã chặn hoặc không còn)."""


class PushChannel(Protocol):
    """A channel whose platform is called to deliver (Telegram, Zalo); a web page fetches its replies itself."""

    name: str

    async def deliver(self, entry: OutboxEntry, part_sent: Callable[[int], Awaitable[None]]) -> None:
        """Send a reply; after each of its parts call `part_sent(parts_sent)`, and begin behind `entry.parts_sent`.

        Raises Unavailable (with `retry_after` in seconds when the platform names it) to be tried again later, and
        Undeliverable to be given up.
        """
        ...

    async def show_typing(self, identity: ChannelIdentity) -> None:
        """Show that an answer is on its way; best effort, never raises."""
        ...
