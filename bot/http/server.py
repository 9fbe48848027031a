"""The HTTP server: connections come in as long as there is room for them, and go in order when it stops.

Owns accepting. Stock accepts without end, and where the descriptors run out the loop drops what it has accepted. Here
whoever comes beyond that waits in the system's own line until those before are answered. Refuses requests
(`bot.http.app`).
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.http.room import CONNECTION, Room, Seats

# Taken in at a time, so that a rush leaves the loop time for those who are in.
_AT_ONCE = 64
_LOOK_AGAIN = 0.02
# Whoever connects and asks nothing for so long makes room.
_SILENCE = 30.0


class _Connection(HttpToolsProtocol):
    """Its requests say whose they are, and its seat is free when it ends."""

    def __init__(self, seats: Seats, **stock: Any) -> None:
        super().__init__(**stock)
        self._all_seats = seats
        self.app_state = {**self.app_state, CONNECTION: self}

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._all_seats.leave(self)


class Server(uvicorn.Server):
    """Calls `closing` first when it stops: long polls are what a shutdown would otherwise wait for."""

    def __init__(self, config: uvicorn.Config, room: Room, closing: Callable[[], None]) -> None:
        self._seats = Seats(config.app, room.seats)  # type: ignore[arg-type]
        config.app = self._seats
        super().__init__(config)
        self._seats.connections = self.server_state.connections
        self._standing = room.standing
        self._closing = closing
        self._coming: set[asyncio.Task[None]] = set()
        self._listening: set[socket.socket] = set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again once it has served, and the process would die before its parts close.
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup([])
        for listener in sockets or []:
            listener.setblocking(False)
            self._listening.add(listener)
            self._listen(listener)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in self._listening:
            asyncio.get_running_loop().remove_reader(listener)
        self._listening.clear()
        self._closing()
        await super().shutdown(sockets)

    # Accepting

    def _listen(self, listener: socket.socket) -> None:
        if listener in self._listening:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            if len(self.server_state.connections) + len(self._coming) >= self._standing:
                self._pause(listener)
                return
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                # The whole system is out of descriptors or memory; those who wait go on waiting.
                self._pause(listener)
                return
            connection.setblocking(False)
            task = asyncio.create_task(self._welcome(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    def _pause(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener)
        loop.call_later(_LOOK_AGAIN, self._listen, listener)

    async def _welcome(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            with suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _, protocol = await loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()
            return
        loop.call_later(_SILENCE, _end_if_silent, protocol)

    def _protocol(self) -> Any:
        return _Connection(
            self._seats, config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )


def _end_if_silent(protocol: Any) -> None:
    if protocol.cycle is None and protocol.transport is not None and not protocol.transport.is_closing():
        protocol.transport.close()
