"""The process as the launcher starts it: ready, lean, on loopback only, honest about what is missing, quick to stop."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent

from nlu.serving.server import StartError, component_modules
from tests.nlu.conftest import ROOT, FakeActions

MIB = 1024


class Rasa:
    """A running server."""

    def __init__(self, model: Path, data_dir: Path, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._log = (data_dir.parent / f"log-{self.port}").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nlu.serving.server", "--model", str(model), "--port", str(self.port)],
            cwd=ROOT,
            env=clean_environment() | {"DATA_DIR": str(data_dir), **environment},
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + 100
        while True:
            assert self._process.poll() is None and time.monotonic() < end, self.log
            try:
                self.ask("GET", "/status")
                return
            except OSError:
                time.sleep(0.05)

    @property
    def log(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content[:1] in b"[{" else content, answer.headers
        finally:
            connection.close()

    def say(self, text: str, message_id: str, sender: str = "web:1") -> tuple[int, Any]:
        body = {"sender": sender, "message": text, "message_id": message_id}
        status, answer, _ = self.ask("POST", "/webhooks/gateway/webhook", body)
        return status, answer

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """The exit code; sooner than Sanic would give up on connections that stay open."""
        if self._process.poll() is None:
            self._process.send_signal(how)
        code = self._process.wait(12)
        self._log.close()
        return code


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONWARNINGS"}}


@pytest.fixture
def start(toy_model: Path, tmp_path: Path) -> Iterator[Callable[..., Rasa]]:
    running: list[Rasa] = []

    def starter(**environment: str) -> Rasa:
        running.append(Rasa(toy_model, tmp_path / "var", **environment))
        return running[-1]

    yield starter
    for rasa in running:
        rasa.stop(signal.SIGKILL)


def refused(model: Path, data_dir: Path, *more: str, **environment: str) -> str:
    """The line that a start which cannot succeed ends with; a component may have warned before."""
    done = subprocess.run(
        [sys.executable, "-m", "nlu.serving.server", "--model", str(model), *more],
        cwd=ROOT,
        env=clean_environment() | {"DATA_DIR": str(data_dir), "RASA_PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("Rasa không khởi động được: ") and "Traceback" not in done.stderr and not done.stdout
    assert all(" WARNING " in line for line in lines[:-1]), lines
    return lines[-1]


def test_a_whole_life(start: Callable[..., Rasa], toy_model: Path, actions: FakeActions) -> None:
    rasa = start(ACTIONS_PORT=str(actions.port))
    status, answer, headers = rasa.ask("GET", "/status", Origin="https://evil.example")
    assert status == 200 and answer["model_file"] == toy_model.name
    assert "access-control-allow-origin" not in headers
    assert rasa.say("chào", "1")[1]["replies"][0]["buttons"]
    assert rasa.say("đếm", "2") == (200, {"replies": [{"text": "1"}]})
    status, answer, _ = rasa.ask("POST", "/webhooks/rest/webhook", {"sender": "rest", "message": "mấy giờ"})
    assert (status, answer) == (200, [{"recipient_id": "rest", "custom": {"answer": "ask_hours"}}])
    status, answer, _ = rasa.ask("GET", "/conversations/web:1/tracker")
    assert status == 200 and answer["slots"]["counted"] == 1
    assert rasa.ask("GET", "/conversations/nobody/tracker")[0] == 404
    for method, path in (("PUT", "/model"), ("POST", "/model/train"), ("POST", "/conversations/web:1/tracker/events")):
        assert rasa.ask(method, path, {"model_file": "/etc/passwd"})[0] in (404, 405)
    # Lean: no TensorFlow in the process, and far below the 700 MiB that it may take.
    assert "tensorflow" not in Path(f"/proc/{rasa.pid}/maps").read_text()
    resident = next(x for x in Path(f"/proc/{rasa.pid}/status").read_text().splitlines() if x.startswith("VmRSS"))
    assert int(resident.split()[1]) < 250 * MIB
    assert rasa.log == ""
    code = rasa.stop()
    assert code == 0


def test_it_listens_on_loopback_only(start: Callable[..., Rasa]) -> None:
    rasa = start()
    listening = {
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if f":{rasa.port:04X} " in line
    }
    assert f"0100007F:{rasa.port:04X}" in listening and f"00000000:{rasa.port:04X}" not in listening


def test_ctrl_c_stops_it_while_a_connection_is_open(start: Callable[..., Rasa]) -> None:
    rasa = start()
    with socket.create_connection(("127.0.0.1", rasa.port)) as idle:
        idle.sendall(b"GET /status HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.recv(1000)
        code = rasa.stop(signal.SIGINT)
    assert code == 0


def test_parsing_is_rasas_own(start: Callable[..., Rasa], toy_model: Path) -> None:
    rasa = start()
    stock = Agent.load(toy_model)
    for text in ("chào", "không ai hiểu", '/inform{"name": "An"}', "", "🙏 mấy giờ rồi"):
        status, answer, _ = rasa.ask("POST", "/model/parse", {"text": text})
        assert status == 200 and answer == json.loads(json.dumps(run(stock.parse_message(text))))
    broken: tuple[Any, ...] = ({}, {"text": 1}, [], None)
    for wrong in broken:
        assert rasa.ask("POST", "/model/parse", wrong)[0] == 400


def run(coroutine: Any) -> Any:
    import asyncio

    return asyncio.run(coroutine)


def test_a_conversation_goes_on_after_a_kill(start: Callable[..., Rasa], actions: FakeActions) -> None:
    first = start(ACTIONS_PORT=str(actions.port))
    assert first.say("đếm", "a") == (200, {"replies": [{"text": "1"}]})
    first.stop(signal.SIGKILL)
    second = start(ACTIONS_PORT=str(actions.port))
    assert second.say("đếm", "a") == (200, {"replies": [{"text": "1"}]})  # the gateway never heard the answer
    assert second.say("đếm", "b") == (200, {"replies": [{"text": "2"}]})
    assert len(actions.asked) == 2


def test_the_log_tells_failures_and_no_texts(start: Callable[..., Rasa], actions: FakeActions) -> None:
    actions.answers["action_count"] = lambda body: (500, {"error": body["tracker"]["latest_message"]["text"]})
    rasa = start(ACTIONS_PORT=str(actions.port), VSSID_RASA_LOG_LEVEL="INFO")
    assert rasa.say("đếm giúp số 0123456789", "1")[0] == 500
    rasa.ask("POST", "/webhooks/rest/webhook", {"sender": "rest", "message": "đếm giúp số 0123456789"})
    rasa.say("/inform{0123456789", "2")
    assert "action_failed" in rasa.log
    assert "0123456789" not in rasa.log and "đếm" not in rasa.log


def test_a_missing_model_is_not_replaced_by_another(tmp_path: Path, toy_model: Path) -> None:
    """Rasa's own `Agent.load` would take the folder's newest."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "other.tar.gz").write_bytes(toy_model.read_bytes())
    assert "không có tệp mô hình" in refused(tmp_path / "models" / "none.tar.gz", tmp_path)
    assert "không có tệp mô hình" in refused(tmp_path / "models", tmp_path)


def test_a_broken_model_is_named(tmp_path: Path, toy_model: Path) -> None:
    whole = toy_model.read_bytes()
    model = tmp_path / "model.tar.gz"
    model.write_bytes(whole[: len(whole) // 2])
    assert f"{model} bị hỏng" in refused(model, tmp_path)
    for broken in (b"", b"x" * 100, whole[:40], whole[:-200]):
        model.write_bytes(broken)
        with pytest.raises(StartError, match="bị hỏng"):
            component_modules(model)
    with tarfile.open(model, "w:gz") as archive:
        archive.add(__file__, "metadata.json")
    with pytest.raises(StartError, match="bị hỏng"):
        component_modules(model)


def test_a_model_without_its_components_is_named(tmp_path: Path, toy_model: Path) -> None:
    model = tmp_path / "model.tar.gz"
    with tarfile.open(toy_model) as old, tarfile.open(model, "w:gz") as new:
        for member in old:
            if "components" not in member.name:
                new.addfile(member, old.extractfile(member) if member.isfile() else None)
    assert "không nạp được mô hình" in refused(model, tmp_path / "var")


def test_a_taken_port_is_named(tmp_path: Path, toy_model: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"cổng {port} (RASA_PORT)" in refused(toy_model, tmp_path, "--port", str(port))


@pytest.mark.parametrize(
    ("variable", "value"),
    [("RASA_PORT", "cổng"), ("RASA_PORT", "70000"), ("ACTIONS_PORT", "x"), ("VSSID_RASA_LOG_LEVEL", "DEBUG")],
)
def test_a_bad_setting_is_named(tmp_path: Path, toy_model: Path, variable: str, value: str) -> None:
    assert variable in refused(toy_model, tmp_path / "var", **{variable: value})


def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path, toy_model: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "DATA_DIR" in refused(toy_model, tmp_path / "file")


def test_missing_and_broken_configuration_is_named(tmp_path: Path, toy_model: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("a: [")
    for option in ("--endpoints", "--credentials"):
        assert "broken.yml" in refused(toy_model, tmp_path / "var", option, str(broken))
        assert "none.yml" in refused(toy_model, tmp_path / "var", option, str(tmp_path / "none.yml"))
