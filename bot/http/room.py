"""How many people can be connected at once, and what the next one hears.

Every connection takes a descriptor, and where they run out the system drops whoever comes, without a word. So the
process takes all that it is granted, keeps a part for its own files, and answers whoever finds no room. Refuses to
know what is asked (`bot.http.app`) and how connections come in (`bot.http.server`).
"""

from __future__ import annotations

import asyncio
import logging
import resource
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

# Enough for a city, and a process that went astray still doesn't take all that the system has.
_MOST = 65_536
# The database, the vault, Rasa, Telegram, the mail server, files of pages: a few dozen in use, more in a rush.
_LEAST_RESERVED, _MOST_RESERVED = 96, 512
# Where a request's state names the connection that it came by.
CONNECTION = "connection"
# Whoever watches over the process has to get through when it is full.
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
_FULL = {
    "error": {
        "code": "full",
        "message": "Đang có quá nhiều người cùng hỏi. Anh/chị thử lại sau ít giây hoặc gọi 1900 9068 giúp em ạ.",
    }
}
_HEADERS = {"Retry-After": "5", "Connection": "close", "Cache-Control": "no-store"}
# What somebody who is refused may still send: a photo of the usual limit with its form, in a time that holds up nobody.
_MOST_DROPPED = 11 * 1024 * 1024
_LONGEST_DROPPING = 10.0


@dataclass(frozen=True, slots=True)
class Room:
    """`seats` connections are served; up to `standing` are taken in, to be told that there is no room."""

    seats: int
    standing: int


def make_room() -> Room:
    """Raise the soft limit of descriptors to the hard one (or what is enough), and share out what there is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST if hard == resource.RLIM_INFINITY else min(hard, _MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    granted = max(wanted, _MOST if soft == resource.RLIM_INFINITY else soft)
    return share_out(granted)


def share_out(descriptors: int) -> Room:
    """Half of what is reserved is for those who are told that there is no room, the other half for our own files."""
    reserved = min(max(_LEAST_RESERVED, descriptors // 8), _MOST_RESERVED)
    return Room(seats=max(1, descriptors - reserved), standing=max(2, descriptors - reserved // 2))


class Seats:
    """The application behind its seats: a connection takes one with its first request and has it until it ends."""

    def __init__(self, app: ASGIApp, seats: int) -> None:
        self._app = app
        self._seats = seats
        self._told = False
        self._seated: set[object] = set()
        # Those that are open; who has gone before its request came up must not take a seat for ever.
        self.connections: Collection[object] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in _ALWAYS or self._has_seat(scope["state"][CONNECTION]):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send)

    def leave(self, connection: object) -> None:
        """It has ended."""
        self._seated.discard(connection)
        # Not at the first free seat: where people come and go by the thousand, that would fill the log.
        if self._told and len(self._seated) < self._seats - self._seats // 8:
            self._told = False
            log.warning("fewer than %s seats are taken again", self._seats)

    def _has_seat(self, connection: object) -> bool:
        if connection in self._seated:
            return True
        if len(self._seated) < self._seats:
            if connection in self.connections:
                self._seated.add(connection)
            return True
        if not self._told:
            self._told = True
            log.warning("all %s seats are taken", self._seats)
        return False


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Say it at once, then read what is still on its way: closing over unread input resets the connection, and whoever
    sends would see that in place of the answer."""

    async def send_open(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await send(message)

    await JSONResponse(_FULL, 503, _HEADERS)(scope, receive, send_open)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_DROPPING):
            await _drop_body(receive)
    await send({"type": "http.response.body", "body": b""})


async def _drop_body(receive: Receive) -> None:
    left = _MOST_DROPPED
    while left > 0:
        message = await receive()
        if not message.get("more_body", False):
            return
        left -= len(message["body"])
