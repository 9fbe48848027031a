"""`make run`: trains if needed, starts Rasa, the actions and the bot, watches them, and stops them all on Ctrl-C.

Owns the three processes. A child that crashes is named and started again, at once if it had been ready. One that never
gets ready, or refuses its settings at the start, stops the rest cleanly. Their logs lie in DATA_DIR/logs.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from helpdesk.errors import HelpdeskError, SettingsError
from helpdesk.guide import load_guide
from helpdesk.settings import Settings, load_settings
from ops.bonds import interrupt_on_stop_signals, stop_signals
from ops.children import Child
from ops.staff import DEMO_NAME, demo_password
from ops.train import TrainingError, ensure_model

_REFUSED = 2
_CRASHES_ALLOWED = 5
_CRASH_WINDOW = 120.0
# A child that ends sooner than this has crashed at its start, even if it answered once.
_SHORT_LIFE = 2.0
_LONGEST_PAUSE = 5.0
_LOG_CHECK_SECONDS = 5.0
_BAD = "✗ "


def say(text: str, mark: str = "• ") -> None:
    """Tell the operator. A terminal that is gone or a full disk must not end whoever tells."""
    with suppress(OSError):
        print(f"{mark}{text}", flush=True)


class Supervisor:
    """Keeps the children running until `stopping` is set or one of them can't be helped."""

    def __init__(self, settings: Settings, model: Path, demo_staff_password: str | None = None) -> None:
        data = settings.data_dir.resolve()
        logs = data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        rasa = str(data / "env" / "rasa" / "bin" / "python")
        self._settings = settings
        self._demo_staff_password = demo_staff_password
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
        self.children = [
            Child("actions", [*own, "actions.server"], f"{settings.actions_url}/health", logs / "actions.log"),
            Child("bot", [*own, "bot.main"], f"{settings.local_url}/healthz", logs / "bot.log"),
            Child(
                "rasa",
                [rasa, "-m", "nlu.serving.server", "--model", str(model)],
                f"{settings.rasa_url}/status",
                logs / "rasa.log",
            ),
        ]
        self.stopping = asyncio.Event()
        self.exit_code = 0

    async def run(self) -> int:
        tasks = [asyncio.create_task(self._announce()), asyncio.create_task(self._bound_logs())]
        async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
            for child in self.children:
                say(f"Khởi động {child.name}")
                tasks.append(asyncio.create_task(self._keep(child, http)))
            await self.stopping.wait()
            say("Đang dừng…")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in reversed(self.children)))
        say("Đã dừng hết.")
        return self.exit_code

    async def _announce(self) -> None:
        started = time.monotonic()
        for child in self.children:
            await child.ready.wait()
        say(f"Sẵn sàng sau {time.monotonic() - started:.0f} giây.")
        page = self._settings.page_url
        telegram = self._settings.telegram_mode if self._settings.telegram_token else "chưa nối (xem docs/telegram.md)"
        lines = {
            "Trang chat": f"{page}/",
            "Trang cán bộ": f"{page}/console",
            "Tình trạng": f"{page}/readyz",
            "Telegram": telegram,
            "Nhật ký": str(self.children[0].log.parent),
        }
        if self._demo_staff_password:
            lines["Trang cán bộ"] += f"  (thử: tên {DEMO_NAME}, mật khẩu {self._demo_staff_password})"
        if self._settings.demo:
            lines["Hộp thư thử"] = f"{page}/demo/mailbox"
        say("\n" + "".join(f"  {name + ':':<15} {value}\n" for name, value in lines.items()), mark="")
        say("Nhấn Ctrl-C để dừng.")

    async def _bound_logs(self) -> None:
        while True:
            for child in self.children:
                child.bound_log()
            await asyncio.sleep(_LOG_CHECK_SECONDS)

    async def _keep(self, child: Child, http: httpx.AsyncClient) -> None:
        """Start the child, again and again, until it can't be helped."""
        while True:
            end = await self._live(child, http)
            now = time.monotonic()
            if child.ready.is_set() and now - child.started >= _SHORT_LIFE:
                child.crashes.clear()
                pause = 0.0
            else:
                child.crashes = [moment for moment in child.crashes if now - moment < _CRASH_WINDOW] + [now]
                pause = min(2.0 ** (len(child.crashes) - 2), _LONGEST_PAUSE) if len(child.crashes) > 1 else 0.0
            child.ready.clear()
            # What was ready once has sound settings; whatever hinders it now (a full disk, say) may pass.
            if not child.proven and self._is_hopeless(child, end):
                self.exit_code = 1
                self.stopping.set()
                return
            say(f"{child.name} dừng đột ngột ({end}); khởi động lại sau {pause:.0f} giây", _BAD)
            await asyncio.sleep(pause)

    def _is_hopeless(self, child: Child, end: str) -> bool:
        if child.process is None:
            say(f"{child.name} không khởi động được ({end}).", _BAD)
            return True
        refused = child.process.returncode == _REFUSED
        if not refused and len(child.crashes) <= _CRASHES_ALLOWED:
            return False
        reason = "không chịu khởi động" if refused else "dừng đột ngột quá nhiều lần"
        say(f"{child.name} {reason} ({end}). Dòng cuối trong {child.log}:\n{child.tail()}", _BAD)
        return True

    async def _live(self, child: Child, http: httpx.AsyncClient) -> str:
        """One life of the child, from its start to its end; how it ended."""
        again = child.started > 0
        try:
            await child.start(self._environment)
        except OSError as error:
            return ": ".join(str(part) for part in (error.filename, error.strerror) if part)
        assert child.process is not None
        if again:
            say(f"Đã khởi động lại {child.name}")
        following = asyncio.create_task(_follow(child, http))
        try:
            return f"mã {await child.process.wait()}"
        finally:
            following.cancel()


async def _follow(child: Child, http: httpx.AsyncClient) -> None:
    """Mark the child as ready when it answers."""
    while not await _answers(http, child.ready_url):  # noqa: ASYNC110 - another process, only polling tells
        await asyncio.sleep(0.2)
    child.mark_ready()


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
            socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
        except OSError as error:
            if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL):
                raise SettingsError(f"VSSID_HOST={host} không phải địa chỉ của máy này ({error.strerror}).") from error
            raise SettingsError(
                f"Cổng {port} không dùng được ({error.strerror}). Tắt chương trình đang giữ cổng, hoặc đặt "
                f"{name} khác, ví dụ: make run {name}={port + 1 if port < 65535 else port - 1}"
            ) from error


async def _run(settings: Settings, model: Path) -> int:
    supervisor = Supervisor(settings, model, await demo_password(settings))
    loop = asyncio.get_running_loop()
    for number in stop_signals():
        loop.add_signal_handler(number, supervisor.stopping.set)
    return await supervisor.run()


def main() -> int:
    """Exit code 0 after Ctrl-C, 1 when a child could not be kept running, 2 when the start was refused."""
    try:
        interrupt_on_stop_signals()
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
