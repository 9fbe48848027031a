"""The whole product as `make run` starts it: supervisor, Rasa, actions and bot, on its own ports and data folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.stage.built import BUILT, ROOT

CHILDREN = {"bot": "bot.main", "actions": "actions.server", "rasa": "nlu.serving.server"}


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


@dataclass
class Product:
    """A running product: where its page is, and its processes by name."""

    process: subprocess.Popen[bytes]
    url: str
    data_dir: Path
    output: Path

    def pid(self, name: str) -> int | None:
        """The child's process id, found among the supervisor's children only."""
        listed = subprocess.run(
            ["ps", "-ww", "--ppid", str(self.process.pid), "-o", "pid=,args="], capture_output=True, text=True
        )
        for line in listed.stdout.splitlines():
            number, _, command = line.strip().partition(" ")
            if CHILDREN[name] in command:
                return int(number)
        return None

    def kill(self, name: str) -> bool:
        """kill -9 of one child; False when it wasn't there just then."""
        pid = self.pid(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def wait_ready(self, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output.read_text()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"not ready in time:\n{self.output.read_text()}")

    def stop(self) -> int:
        """Ctrl-C, as a person would; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)


def start_product(folder: Path, **environment: str) -> Product:
    """Start on `folder`, with the environments and the model that are built already."""
    data_dir = folder / "data"
    data_dir.mkdir(exist_ok=True)
    for name in ("env", "models"):
        if not (data_dir / name).exists():
            (data_dir / name).symlink_to(BUILT / name)
    port, rasa_port, actions_port = free_ports(3)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VSSID_")}
    output = folder / "output.log"
    with output.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.run"],
            cwd=ROOT,
            env=clean
            | {
                "PORT": str(port),
                "RASA_PORT": str(rasa_port),
                "ACTIONS_PORT": str(actions_port),
                "DATA_DIR": str(data_dir),
                "VSSID_LATE_NOTICE_AFTER": "3",
            }
            | environment,
            stdout=file,
            stderr=file,
        )
    return Product(process, f"http://127.0.0.1:{port}", data_dir, output)
