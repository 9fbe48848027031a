"""Real processes: ready when they answer, named when they die, always gone afterwards."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench.ledger import CannotMeasure
from bench.processes import child_running, clean_environment, descendants, free_ports, resident_mib, serving

SERVER = """
import http.server, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "-m", "some.module"])
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not alive(pid)


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        # A zombie is dead; it waits for whoever inherited it.
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_server_and_its_children_are_weighed_and_stopped(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-c", SERVER, str(port)]
    environment = clean_environment()
    log = tmp_path / "log"
    with serving("thử", command, tmp_path, environment, log, f"http://127.0.0.1:{port}", "/") as server:
        assert 0 < server.ready_seconds < 30
        assert os.getsid(server.pid) == server.pid != os.getsid(0)
        child = child_running(server.pid, "some.module")
        assert descendants(server.pid) == [server.pid, child]
        assert resident_mib(server.pid) > resident_mib(child) > 1
        with pytest.raises(CannotMeasure):
            child_running(server.pid, "other.module")
    assert gone(server.pid) and gone(child)


def test_it_is_stopped_when_the_measuring_is_interrupted(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-c", SERVER, str(port)]
    pid = 0
    with (
        pytest.raises(KeyboardInterrupt),
        serving("thử", command, tmp_path, clean_environment(), tmp_path / "log", f"http://127.0.0.1:{port}", "/") as s,
    ):
        pid = s.pid
        raise KeyboardInterrupt
    assert pid and gone(pid)


def test_one_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('cổng đang bận')"]
    with (
        pytest.raises(CannotMeasure, match=r"thử dừng ngay.*\(mã 1\): cổng đang bận"),
        serving("thử", command, tmp_path, clean_environment(), tmp_path / "log", "http://127.0.0.1:9", "/"),
    ):
        pytest.fail("it never was ready")


def test_one_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    url = f"http://127.0.0.1:{port}"
    with (
        pytest.raises(CannotMeasure, match="không sẵn sàng"),
        serving("thử", command, tmp_path, clean_environment(), tmp_path / "log", url, "/", patience=0.3),
    ):
        pytest.fail("it never was ready")


def test_settings_of_the_caller_do_not_reach_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VSSID_TELEGRAM_TOKEN", "1:secret")
    monkeypatch.setenv("PORT", "8080")
    monkeypatch.setenv("MAKEFLAGS", "PORT=8080")
    environment = clean_environment(RASA_PORT="1")
    assert not {"VSSID_TELEGRAM_TOKEN", "PORT", "MAKEFLAGS"} & set(environment)
    assert (environment["RASA_PORT"], environment["RASA_TELEMETRY_ENABLED"]) == ("1", "false")
