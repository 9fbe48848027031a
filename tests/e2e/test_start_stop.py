"""Starting and stopping as an operator sees it: quick, clean, and clear when something is wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ops.train import is_sound
from tests.stage.product import ROOT, free_ports, start_product


def refused(folder: Path, **environment: str) -> str:
    """What a start that has to be refused prints; fails when it isn't refused within a minute."""
    port, rasa_port, actions_port = free_ports(3)
    ports = {"PORT": str(port), "RASA_PORT": str(rasa_port), "ACTIONS_PORT": str(actions_port)}
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VSSID_")}
    done = subprocess.run(
        [sys.executable, "-m", "ops.run"],
        cwd=ROOT,
        env=clean | ports | {"DATA_DIR": str(folder / "data")} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_ready_and_stopped_cleanly(tmp_path: Path, model: Path) -> None:
    product = start_product(tmp_path)
    product.wait_ready()
    pids = [product.pid(name) for name in ("bot", "actions", "rasa")]
    # An open long poll must not hold up the end: it is answered, not cut off by whoever lost patience with us.
    created = httpx.post(f"{product.url}/api/conversations", json={}).json()
    url = f"{product.url}/api/conversations/{created['id']}/messages?after=0&wait=25"
    poll = subprocess.Popen(
        ["curl", "-s", "-H", f"Authorization: Bearer {created['token']}", url], stdout=subprocess.PIPE, text=True
    )
    time.sleep(0.5)
    assert product.stop() == 0
    assert '"messages":[]' in poll.communicate(timeout=5)[0]
    assert not [pid for pid in pids if pid and Path(f"/proc/{pid}").exists()]
    assert "Đã dừng hết" in product.output.read_text()


def test_a_port_that_is_taken_is_named(tmp_path: Path, model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(tmp_path, PORT=str(port))
    assert str(port) in said and "PORT" in said


def test_a_bad_setting_is_named(tmp_path: Path) -> None:
    assert "VSSID_WORKERS" in refused(tmp_path, VSSID_WORKERS="nhiều")


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    # A file where the folder should be: refused to root too, unlike a read-only mode.
    (tmp_path / "data").write_text("")
    assert str(tmp_path / "data") in refused(tmp_path)


def test_a_missing_content_folder_is_named(tmp_path: Path) -> None:
    assert "VSSID_CONTENT_DIR" in refused(tmp_path, VSSID_CONTENT_DIR=str(tmp_path / "nothing"))


def test_a_host_that_is_no_address_is_named(tmp_path: Path) -> None:
    assert "VSSID_HOST" in refused(tmp_path, VSSID_HOST="may-chu")


def test_another_address_of_this_machine_is_served_and_told(tmp_path: Path, model: Path) -> None:
    # A second loopback address stands for one in the local network: nothing answers on 127.0.0.1 then.
    product = start_product(tmp_path, VSSID_HOST="127.0.0.2")
    product.url = product.url.replace("127.0.0.1", "127.0.0.2")
    try:
        product.wait_ready()
        deadline = time.monotonic() + 30
        while "Sẵn sàng" not in product.output.read_text() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert f"{product.url}/" in product.output.read_text()
    finally:
        assert product.stop() == 0


@pytest.mark.parametrize("damage", ["cut", "noise", "empty", "a byte"])
def test_a_damaged_model_is_told_apart(tmp_path: Path, model: Path, damage: str) -> None:
    damaged = tmp_path / model.name
    content = model.read_bytes()
    middle = len(content) // 2
    changed = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    damages = {"cut": content[:middle], "noise": os.urandom(5000), "empty": b"", "a byte": changed}
    damaged.write_bytes(damages[damage])
    assert is_sound(model)
    assert not is_sound(damaged)
