"""Starts servers in sessions of their own, waits until they answer, weighs them, and always stops them by their pid.

Owns nothing that was running before: what it did not start it does not touch.
"""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.ledger import CannotMeasure

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 30.0
# Settings of whoever calls `make bench`, and make's own, must not reach what is measured.
_LEFT_OUT = {"PORT", "RASA_PORT", "ACTIONS_PORT", "DATA_DIR", "PYTHONPATH", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"}


@dataclass(frozen=True)
class Server:
    """A server that answered: where, since how many seconds after its start, under which pid."""

    url: str
    pid: int
    ready_seconds: float


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without the product's variables, with Rasa's telemetry off."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("VSSID_") and name not in _LEFT_OUT
    }
    return kept | {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"} | more


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [taken.getsockname()[1] for taken in sockets]
    for taken in sockets:
        taken.close()
    return ports


def spawn(command: Sequence[str], cwd: Path, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start in a session of its own, so that Ctrl-C reaches only us and we stop things in order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=cwd, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=_end_with_parent,
        )  # fmt: skip


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def serving(
    name: str,
    command: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    log: Path,
    url: str,
    ready_path: str,
    patience: float = 240,
    stop_signal: int = signal.SIGTERM,
) -> Iterator[Server]:
    """The server, from the first 200 of `ready_path` to the end of the block."""
    started = time.perf_counter()
    process = spawn(command, cwd, environment, log)
    try:
        while not answers(url + ready_path):
            if process.poll() is not None:
                raise CannotMeasure(f"{name} dừng ngay khi khởi động (mã {process.returncode}): {tail(log)}")
            if time.perf_counter() - started > patience:
                raise CannotMeasure(f"{name} không sẵn sàng sau {patience:.0f} giây: {tail(log)}")
            time.sleep(0.02)
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        stop(process, stop_signal)


def stop(process: subprocess.Popen[bytes], stop_signal: int = signal.SIGTERM) -> None:
    """The process and its group, which is of its own session: politely first; what doesn't listen is killed."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, stop_signal)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    # Whoever it left behind in its group.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def answers(url: str) -> bool:
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=10)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def tail(log: Path, characters: int = 700) -> str:
    """A log's last words."""
    return log.read_text(encoding="utf-8", errors="replace")[-characters:].strip() if log.exists() else "(không có)"


def descendants(pid: int) -> list[int]:
    """The process and everything below it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            # The command stands in brackets and may hold anything, brackets too.
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found = [pid]
    for known in found:
        found += parents.get(known, [])
    return found


def child_running(pid: int, module: str) -> int:
    """The pid of the direct or indirect child that runs `-m module`."""
    for child in descendants(pid)[1:]:
        command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if module.encode() in command:
            return child
    raise CannotMeasure(f"không thấy tiến trình {module}")


def cpu_seconds(pid: int) -> float:
    """Processor time that the process and what it started have used so far."""
    total = 0
    for member in descendants(pid):
        numbers = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        total += int(numbers[11]) + int(numbers[12])
    return total / os.sysconf("SC_CLK_TCK")


def resident_mib(pid: int) -> float:
    """Resident memory of the process and what it started."""
    total = 0
    for member in descendants(pid):
        for line in Path(f"/proc/{member}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / 1024
