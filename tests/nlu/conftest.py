"""A toy assistant for the tests of Rasa's runtime: keywords, rules, a story, a form, an action server in a thread."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nlu import lean_imports

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
lean_imports.install()
with warnings.catch_warnings():
    # Rasa's frozen libraries complain about each other when they are imported.
    warnings.simplefilter("ignore")
    import rasa.core.agent
    import rasa.core.policies.rule_policy  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
TOY = Path(__file__).resolve().parent / "toy"
Answer = tuple[int, dict[str, Any]]


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VSSID_") or name in {"PORT", "RASA_PORT", "ACTIONS_PORT", "DATA_DIR"}:
            monkeypatch.delenv(name)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # Rasa and its pykwalify, each time a domain with slots is read.
        item.add_marker(pytest.mark.filterwarnings("ignore:the load_module:DeprecationWarning"))
        item.add_marker(pytest.mark.filterwarnings("ignore:Slot auto-fill:UserWarning"))
        if "toy_model" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(300))  # the first one waits for the training


@pytest.fixture(scope="session")
def toy_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Trained once for each version of the toy's files, if there is a DATA_DIR to keep it in."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(TOY.glob("*.yml")))).hexdigest()[:16]
    kept = Path(os.environ["DATA_DIR"]) / "cache" if os.environ.get("DATA_DIR") else tmp_path_factory.mktemp("model")
    model = kept.resolve() / f"toy-{digest}.tar.gz"
    if not model.exists():
        code = (
            "import sys; from nlu import lean_imports; lean_imports.install()\n"
            "import rasa; rasa.train(domain='domain.yml', config=sys.argv[1],"
            " training_files=['nlu.yml', 'rules.yml', 'stories.yml'],"
            " output=sys.argv[2], fixed_model_name=sys.argv[3])"
        )
        folder = tmp_path_factory.mktemp("training")
        config = folder / "config.yml"  # a copy: Rasa writes into it
        config.write_bytes((TOY / "config.yml").read_bytes())
        environment = os.environ | {"PYTHONWARNINGS": "ignore", "RASA_HOME": str(folder), "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", code, str(config), str(folder), "toy"],
            cwd=TOY,
            env=environment,
            capture_output=True,
            text=True,
        )
        trained = folder / "toy.tar.gz"
        assert trained.exists(), done.stderr[-3000:]
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_bytes(trained.read_bytes())
    return model


class FakeActions:
    """An action server: what each action answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answers: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "action_boom": lambda _: (500, {"error": "nổ", "action_name": "action_boom"}),
            "action_count": self._count,
            "validate_card_form": _validate_card,
            "action_pause": lambda _: (200, {"events": [{"event": "pause"}], "responses": []}),
            "action_quiet": lambda _: (200, {"events": [], "responses": []}),
            "action_loop": lambda _: (200, {"events": [{"event": "followup", "name": "action_loop"}], "responses": []}),
        }
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                fake.asked.append(body)
                answer = fake.answers.get(body["next_action"], lambda _: (404, {"error": "?", "action_name": "?"}))
                status, content = answer(body)
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhook"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @staticmethod
    def _count(body: dict[str, Any]) -> Answer:
        counted = (body["tracker"]["slots"]["counted"] or 0) + 1
        return 200, {
            "events": [{"event": "slot", "name": "counted", "value": counted}],
            "responses": [{"text": f"{counted}"}],
        }


def _validate_card(body: dict[str, Any]) -> Answer:
    """Numbers fill, "thôi" rejects by hand, anything else is no value; only marks are put into slots."""
    tracker = body["tracker"]
    text, asked = tracker["latest_message"]["text"] or "", tracker["slots"]["requested_slot"]
    if text == "thôi":
        return 200, {"events": [{"event": "action_execution_rejected", "name": "card_form"}], "responses": []}
    if text.startswith("sai"):
        return 200, {
            "events": [{"event": "slot", "name": asked or "card_read", "value": None}],
            "responses": [{"text": f"Dạ số {len(text)} chữ này chưa đúng ạ."}],
        }
    if asked and any(map(str.isdigit, text)):
        return 200, {"events": [{"event": "slot", "name": asked, "value": True}], "responses": []}
    return 200, {"events": [], "responses": []}


@pytest.fixture
def actions() -> Iterator[FakeActions]:
    fake = FakeActions()
    yield fake
    fake.close()


@pytest.fixture
async def ours(toy_model: Path, actions: FakeActions, tmp_path: Path) -> AsyncIterator[Any]:
    """Our agent on the toy model, its own file, and the fake action server."""
    from nlu.memory.tracker_store import SqliteTrackerStore
    from nlu.serving.action_server import ActionServer
    from nlu.serving.locks import ConversationLocks
    from nlu.serving.turns import TurnAgent

    ActionServer.check_answers_quickly()
    server = ActionServer(url=actions.url)
    store = SqliteTrackerStore(path=str(tmp_path / "dialogues.db"))
    agent = TurnAgent(tracker_store=store, lock_store=ConversationLocks(), action_endpoint=server)
    agent.load_model(toy_model)
    yield agent
    await server.close()
    store.close()
