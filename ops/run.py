"""`make run`: trains if needed, starts Rasa, the actions and the bot, watches them, and stops them all on Ctrl-C.

Owns the three processes. A child that crashes is named and started again; one that keeps crashing, or refuses its
settings, stops the rest cleanly. Their logs lie in DATA_DIR/logs.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from helpdesk.errors import HelpdeskError, SettingsError
from helpdesk.guide import load_guide
from helpdesk.settings import Settings, load_settings
from ops.train import ROOT, TrainingError, ensure_model

_PR_SET_PDEATHSIG = 1
_LOG_LIMIT = 5 * 1024 * 1024
_REFUSED = 2
_CRASHES_ALLOWED = 5
_CRASH_WINDOW = 120.0
_STOP_SECONDS = 8.0


def say(text: str) -> None:
    print(f"• {text}", flush=True)


@dataclass
class Child:
    """One process of ours: how it is started, how it says that it is ready, and when it last crashed."""

    name: str
    command: Sequence[str]
    ready_url: str
    log: Path
    process: asyncio.subprocess.Process | None = None
    crashes: list[float] = field(default_factory=list)

    async def start(self, environment: dict[str, str]) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we stop the children in order.
            self.process = await asyncio.create_subprocess_exec(
                *self.command, cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip

    def tail(self, lines: int = 8) -> str:
        with self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - 8192))
            return "\n".join("    " + line for line in file.read().decode(errors="replace").splitlines()[-lines:])

    async def stop(self) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def _die_with_parent() -> None:
    # Were the supervisor killed outright, nobody would be left to stop the children.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Supervisor:
    """Keeps the children running until `stopping` is set or one of them can't be helped."""

    def __init__(self, settings: Settings, model: Path) -> None:
        data = settings.data_dir.resolve()
        logs = data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        rasa = str(data / "env" / "rasa" / "bin" / "python")
        self._settings = settings
        self._environment = os.environ | {
            "DATA_DIR": str(data),
            "PORT": str(settings.port),
            "RASA_PORT": str(settings.rasa_port),
            "ACTIONS_PORT": str(settings.actions_port),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONUNBUFFERED": "1",
        }
        own = [sys.executable, "-m"]
        page = f"http://127.0.0.1:{settings.port}/healthz"
        self.children = [
            Child("actions", [*own, "actions.server"], f"{settings.actions_url}/health", logs / "actions.log"),
            Child("bot", [*own, "bot.main"], page, logs / "bot.log"),
            Child(
                "rasa",
                [rasa, "-m", "nlu.server", "--model", str(model)],
                f"{settings.rasa_url}/status",
                logs / "rasa.log",
            ),
        ]
        self.stopping = asyncio.Event()
        self.exit_code = 0

    async def run(self) -> int:
        watchers = []
        for child in self.children:
            say(f"Khởi động {child.name}")
            await child.start(self._environment)
            watchers.append(asyncio.create_task(self._watch(child)))
        greeting = asyncio.create_task(self._announce())
        await self.stopping.wait()
        say("Đang dừng…")
        for task in (greeting, *watchers):
            task.cancel()
        await asyncio.gather(greeting, *watchers, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in reversed(self.children)))
        say("Đã dừng hết.")
        return self.exit_code

    async def _announce(self) -> None:
        started = time.monotonic()
        async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
            for child in self.children:
                while not await _answers(http, child.ready_url):  # noqa: ASYNC110 - another process, only polling tells
                    await asyncio.sleep(0.2)
        say(f"Sẵn sàng sau {time.monotonic() - started:.0f} giây.")
        port = self._settings.port
        print(
            f"\n  Trang chat:     http://127.0.0.1:{port}/\n  Tình trạng:     http://127.0.0.1:{port}/readyz",
            flush=True,
        )
        telegram = self._settings.telegram_mode if self._settings.telegram_token else "chưa nối (xem docs/telegram.md)"
        print(f"  Telegram:       {telegram}\n  Nhật ký:        {self.children[0].log.parent}\n", flush=True)
        say("Nhấn Ctrl-C để dừng.")

    async def _watch(self, child: Child) -> None:
        while True:
            assert child.process is not None
            code = await child.process.wait()
            now = time.monotonic()
            child.crashes = [moment for moment in child.crashes if now - moment < _CRASH_WINDOW] + [now]
            if code == _REFUSED or len(child.crashes) > _CRASHES_ALLOWED:
                reason = "không chịu khởi động" if code == _REFUSED else "dừng đột ngột quá nhiều lần"
                print(f"✗ {child.name} {reason} (mã {code}). Dòng cuối trong {child.log}:\n{child.tail()}", flush=True)
                self.exit_code = 1
                self.stopping.set()
                return
            pause = min(2.0 ** (len(child.crashes) - 2), 15.0) if len(child.crashes) > 1 else 0.0
            print(f"✗ {child.name} dừng đột ngột (mã {code}); khởi động lại sau {pause:.0f} giây", flush=True)
            await asyncio.sleep(pause)
            await child.start(self._environment)
            say(f"Đã khởi động lại {child.name}")


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.HTTPError:
        return False


def _check_ports(settings: Settings) -> None:
    for name, host, port in (
        ("PORT", settings.host, settings.port),
        ("RASA_PORT", "127.0.0.1", settings.rasa_port),
        ("ACTIONS_PORT", "127.0.0.1", settings.actions_port),
    ):
        try:
            socket.create_server((host, port)).close()
        except OSError as error:
            raise SettingsError(
                f"Cổng {port} không dùng được ({error.strerror}). Tắt chương trình đang giữ cổng, hoặc đặt "
                f"{name} khác, ví dụ: make run {name}={port + 1 if port < 65535 else port - 1}"
            ) from error


async def _run(settings: Settings, model: Path) -> int:
    supervisor = Supervisor(settings, model)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stopping.set)
    return await supervisor.run()


def main() -> int:
    """Exit code 0 after Ctrl-C, 1 when a child could not be kept running, 2 when the start was refused."""
    try:
        settings = load_settings()
        _check_ports(settings)
        load_guide(settings.content_dir)
        model = ensure_model(settings.data_dir.resolve())
        return asyncio.run(_run(settings, model))
    except (HelpdeskError, TrainingError) as error:
        print(f"✗ Chưa chạy được: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"✗ Chưa chạy được: {error.filename or ''} {error.strerror}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("• Đã dừng theo yêu cầu.", flush=True)
        return 0


if __name__ == "__main__":
    sys.exit(main())
