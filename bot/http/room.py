"""How many people can be connected at once, and what the next one hears.

Every connection takes a descriptor, and where they run out the system drops whoever comes, without a word. So the
process takes all that it is granted, keeps a part for its own files, and answers whoever finds no room. Refuses to
know what is asked (`bot.http.app`) and how connections come in (`bot.http.server`).
"""

from __future__ import annotations

import logging
import resource
from collections.abc import Collection
from dataclasses import dataclass

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

log = logging.getLogger(__name__)

# Enough for a city, and a process that went astray still doesn't take all that the system has.
_MOST = 65_536
# The database, the vault, Rasa, Telegram, the mail server, files of pages: a few dozen in use, more in a rush.
_LEAST_RESERVED, _MOST_RESERVED = 96, 512
# Whoever watches over the process has to get through when it is full.
_ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
_FULL = {
    "error": {
        "code": "full",
        "message": "Đang có quá nhiều người cùng hỏi. Anh/chị thử lại sau ít giây hoặc gọi 1900 9068 giúp em ạ.",
    }
}
_HEADERS = {"Retry-After": "5", "Connection": "close", "Cache-Control": "no-store"}


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
    """The application behind a count of its connections."""

    def __init__(self, app: ASGIApp, seats: int) -> None:
        self._app = app
        self._seats = seats
        self._told = False
        self.connections: Collection[object] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        full = len(self.connections) > self._seats
        if full != self._told:
            # Once each way: what is refused by the thousand must not fill the log.
            self._told = full
            log.warning("all %s seats are taken" if full else "fewer than %s seats are taken again", self._seats)
        if full and scope["type"] == "http" and scope["path"] not in _ALWAYS:
            await JSONResponse(_FULL, 503, _HEADERS)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
