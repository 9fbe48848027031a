"""More people than there are descriptors: whoever has a seat is served, whoever has none is told so, nobody is dropped.

The server runs in a process of its own: its limit of descriptors is its own, too.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.http.room import share_out

ROOT = Path(__file__).resolve().parents[3]
# `/wait` is answered once somebody asks for `/go`, as a long poll is once there is something new.
PROGRAM = """
import asyncio, resource, socket, sys
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from bot.http import Server, make_room

soft, hard = int(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
go = asyncio.Event()
waiting = 0

async def wait(request):
    global waiting
    waiting += 1
    await go.wait()
    return JSONResponse({"done": True})

async def start(request):
    go.set()
    return JSONResponse({})

async def health(request):
    return JSONResponse({"waiting": waiting})

app = Starlette(routes=[Route("/wait", wait), Route("/go", start), Route("/healthz", health), Route("/ok", health)])

async def main():
    room = make_room()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listener.getsockname()[1], room.seats, flush=True)
    config = uvicorn.Config(
        app, http="httptools", loop="uvloop", lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    await Server(config, room, lambda: None).serve(sockets=[listener])

with asyncio.Runner(loop_factory=uvicorn.Config(app="", loop="uvloop").get_loop_factory()) as runner:
    runner.run(main())
"""


class Served:
    def __init__(self, port: int, seats: int) -> None:
        self.port = port
        self.seats = seats

    async def ask(self, path: str) -> tuple[int, dict[str, str], dict[str, object]]:
        """Status, headers and JSON."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers["content-length"]))
            return int(head[0].split()[1]), headers, json.loads(body)
        finally:
            writer.close()


async def serving(soft: int, hard: int) -> AsyncIterator[Served]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(soft), str(hard), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        port, seats = (await process.stdout.readline()).split()
        yield Served(int(port), int(seats))
    finally:
        process.terminate()
        assert await process.wait() == 0


@pytest.fixture
async def narrow() -> AsyncIterator[Served]:
    async for served in serving(64, 300):
        yield served


async def sit_down(served: Served, count: int) -> list[asyncio.Task[tuple[int, dict[str, str], dict[str, object]]]]:
    """So many wait for an answer, and the server knows of them."""
    polls = [asyncio.create_task(served.ask("/wait")) for _ in range(count)]
    while (await served.ask("/healthz"))[2]["waiting"] != count:
        await asyncio.sleep(0.02)
    return polls


async def fill(served: Served) -> list[asyncio.Task[tuple[int, dict[str, str], dict[str, object]]]]:
    """Every seat is taken by somebody who waits."""
    polls = await sit_down(served, served.seats)
    while (await served.ask("/ok"))[0] != 503:
        await asyncio.sleep(0.02)
    return polls


async def test_the_soft_limit_is_no_limit(narrow: Served) -> None:
    assert narrow.seats == share_out(300).seats > 64
    polls = await sit_down(narrow, 150)
    await narrow.ask("/go")
    assert [(await poll)[0] for poll in polls] == [200] * 150


async def test_whoever_finds_no_seat_is_told_so_and_nobody_is_dropped(narrow: Served) -> None:
    left = 10
    polls = await sit_down(narrow, narrow.seats - left)
    # Many times what there are descriptors, all at once; a few of them find the last seats.
    crowd = [asyncio.create_task(narrow.ask("/wait")) for _ in range(700)]
    while sum(not one.done() for one in crowd) > left:
        await asyncio.sleep(0.05)
    refused = [one.result() for one in crowd if one.done()]
    assert {status for status, _, _ in refused} == {503}
    _, headers, body = refused[0]
    assert int(headers["retry-after"]) > 0 and headers["connection"] == "close"
    error = body["error"]
    assert isinstance(error, dict) and error["code"] == "full" and "thử lại" in str(error["message"])
    # Who watches over the process still gets through, and who has a seat keeps it.
    assert (await narrow.ask("/healthz"))[0] == 200
    for one in polls[:20]:
        one.cancel()
    await asyncio.gather(*polls[:20], return_exceptions=True)
    while (await narrow.ask("/go"))[0] != 200:
        await asyncio.sleep(0.05)
    seated = [*polls[20:], *(one for one in crowd if not one.done() or one.result() not in refused)]
    assert {(await one)[0] for one in seated} == {200} and len(seated) >= narrow.seats - left - 20
    assert (await narrow.ask("/wait"))[0] == 200


async def test_whoever_has_a_seat_keeps_it_for_what_he_asks_next(narrow: Served) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{narrow.port}", timeout=60) as seated:
        assert (await seated.get("/ok")).status_code == 200
        # Whoever has just come is refused, on the same server, at the same time.
        await sit_down(narrow, narrow.seats - 1)
        crowd = [asyncio.create_task(narrow.ask("/wait")) for _ in range(20)]
        for _ in range(20):
            assert (await seated.get("/ok")).status_code == 200
        assert {(await one)[0] for one in crowd} == {503}
    # His seat is the next one's.
    while (await narrow.ask("/ok"))[0] != 200:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("kib", [1, 20, 64, 100, 300, 2000])
async def test_whoever_sends_much_hears_it_too(narrow: Served, kib: int) -> None:
    await fill(narrow)
    photo = os.urandom(kib * 1024)
    for _ in range(5):
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{narrow.port}", timeout=60) as browser:
            answer = await browser.post("/wait", data={"id": "x"}, files={"file": ("a.jpg", photo, "image/jpeg")})
        assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
        assert "thử lại" in answer.json()["error"]["message"]


async def test_what_comes_in_pieces_is_read_to_its_end(narrow: Served) -> None:
    await fill(narrow)
    reader, writer = await asyncio.open_connection("127.0.0.1", narrow.port)
    writer.write(b"POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n")
    # The answer doesn't wait for the body, and the body that comes behind it meets an open connection.
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 503")
    for _ in range(4):
        writer.write(b"x" * 100_000)
        await writer.drain()
    assert json.loads(await reader.read())["error"]["code"] == "full"
    writer.close()


def test_the_shares() -> None:
    for granted in (200, 1024, 4096, 65_536):
        room = share_out(granted)
        assert 0 < room.seats < room.standing < granted
        assert granted - room.standing >= 48
