"""The supervisor with small children of its own: who is started again, when, and what ends it all."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from helpdesk.errors import SettingsError
from helpdesk.settings import Settings, load_settings
from ops import children, run
from ops.children import Child
from ops.run import Supervisor
from tests.stage.product import free_ports

ANSWERING = """
import http.server, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
print("started", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""


def child(folder: Path, code: str) -> Child:
    port = free_ports(1)[0]
    url = f"http://127.0.0.1:{port}/"
    return Child("con", [sys.executable, "-c", code, str(port)], url, folder / "con.log")


@asynccontextmanager
async def supervised(settings: Settings, only: Child) -> AsyncIterator[tuple[Supervisor, asyncio.Task[int]]]:
    supervisor = Supervisor(settings, Path("model.tar.gz"))
    supervisor.children = [only]
    running = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, running
    finally:
        supervisor.stopping.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(running, 10)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.02)


def kill(one: Child) -> int:
    assert one.process is not None
    os.kill(one.process.pid, signal.SIGKILL)
    return one.process.pid


def is_new(one: Child, pid: int) -> bool:
    return one.process is not None and one.process.pid != pid and one.ready.is_set()


async def test_killed_again_and_again_a_ready_child_comes_back_at_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_SHORT_LIFE", 0.0)
    one = child(tmp_path, ANSWERING)
    async with supervised(settings, one) as (_, running):
        await until(one.ready.is_set)
        for _ in range(8):
            pid = kill(one)
            await until(lambda pid=pid: is_new(one, pid))  # type: ignore[misc]
        assert not running.done()
    said = capsys.readouterr().out
    assert said.count("khởi động lại sau 0 giây") == 8
    assert running.result() == 0


async def test_once_proven_it_is_never_given_up(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it starts, too: it had shown that it can run."""
    monkeypatch.setattr(run, "_LONGEST_PAUSE", 0.02)
    one = child(tmp_path, ANSWERING)
    async with supervised(settings, one) as (_, running):
        await until(one.ready.is_set)
        for _ in range(8):
            pid = kill(one)
            await until(lambda pid=pid: one.process is not None and one.process.pid != pid)  # type: ignore[misc]
        await until(one.ready.is_set)
        assert not running.done()
        assert len(one.crashes) > 5


async def test_one_that_never_gets_ready_ends_it_all(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_LONGEST_PAUSE", 0.02)
    async with supervised(settings, child(tmp_path, "raise SystemExit('hỏng rồi')")) as (_, running):
        assert await asyncio.wait_for(asyncio.shield(running), 15) == 1
    said = capsys.readouterr().out
    assert said.count("khởi động lại sau") == 5
    assert "con dừng đột ngột quá nhiều lần (mã 1)" in said and "hỏng rồi" in said


@pytest.mark.parametrize("code", ["raise SystemExit(2)", None])
async def test_one_that_refuses_ends_it_at_once(
    settings: Settings, tmp_path: Path, code: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    one = child(tmp_path, code or "")
    if code is None:
        one.command = [str(tmp_path / "no-such-program")]
    async with supervised(settings, one) as (_, running):
        assert await asyncio.wait_for(asyncio.shield(running), 10) == 1
    said = capsys.readouterr().out
    assert "con không" in said and "khởi động lại" not in said


async def test_a_restart_that_fails_is_told_and_tried_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_LONGEST_PAUSE", 0.05)
    one = child(tmp_path, ANSWERING)
    async with supervised(settings, one):
        await until(one.ready.is_set)
        command, one.command = one.command, [str(tmp_path / "gone")]
        pid = kill(one)
        await until(lambda: len(one.crashes) > 3)
        one.command = command
        await until(lambda: is_new(one, pid))
    assert "con dừng đột ngột (" + str(tmp_path / "gone") in capsys.readouterr().out


async def test_a_terminal_that_is_gone_does_not_end_the_watch(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = child(tmp_path, ANSWERING)
    async with supervised(settings, one):
        await until(one.ready.is_set)
        with Path("/dev/full").open("w") as full:  # noqa: ASYNC230 - a device that always answers
            monkeypatch.setattr(sys, "stdout", full)
            pid = kill(one)
            await until(lambda: is_new(one, pid))
            monkeypatch.undo()
            with suppress(OSError):
                full.flush()
            # Closing would complain once more of what could not be written.
            os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())


async def test_logs_are_private_and_bounded_while_the_child_writes(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LOG_LIMIT", 20_000)
    monkeypatch.setattr(run, "_LOG_CHECK_SECONDS", 0.05)
    one = child(tmp_path, "import time\nwhile True: print('x' * 999, flush=True); time.sleep(0.002)")
    one.log.write_text("từ lần trước")
    one.log.chmod(0o644)
    kept = one.log.with_suffix(".log.1")
    async with supervised(settings, one):
        await until(kept.exists)
        first = kept.stat().st_mtime_ns
        await until(lambda: kept.exists() and kept.stat().st_mtime_ns != first)
        assert one.log.stat().st_size < 200_000
        # Written on at the new end: a hole before it would show as zeros.
        await until(lambda: one.log.stat().st_size > 0)
        assert one.log.read_bytes()[:1] in (b"x", b"\n")
    assert kept.stat().st_size <= 20_000
    assert {one.log.stat().st_mode & 0o777, kept.stat().st_mode & 0o777} == {0o600}


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("192.168.1.20", "http://192.168.1.20:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("fd00::7", "http://[fd00::7]:8080"),
    ],
)
def test_the_page_is_looked_for_where_it_listens(settings: Settings, host: str, url: str) -> None:
    given = load_settings({"VSSID_HOST": host})
    assert given.local_url == url
    supervisor = Supervisor(load_settings({"VSSID_HOST": host, "DATA_DIR": str(settings.data_dir)}), Path("model"))
    assert supervisor.children[1].ready_url == f"{url}/healthz"


def test_an_address_of_another_machine_is_named() -> None:
    ports = dict(zip(("PORT", "RASA_PORT", "ACTIONS_PORT"), map(str, free_ports(3)), strict=True))
    # From the block that is set aside for documentation: no machine has it.
    with pytest.raises(SettingsError, match=r"VSSID_HOST=192\.0\.2\.1"):
        run._check_ports(load_settings(ports | {"VSSID_HOST": "192.0.2.1"}))


@pytest.mark.parametrize("host", ["localhost", "0", "1.2.3", "fe80::1%eth0", "http://127.0.0.1"])
def test_a_host_that_is_no_address_is_named(host: str) -> None:
    with pytest.raises(SettingsError, match="VSSID_HOST"):
        load_settings({"VSSID_HOST": host})
