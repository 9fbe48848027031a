"""Puts Rasa's parts together behind HTTP: agent, tracker store, action server, channels.

Owns the addresses of the process. Refuses what Rasa's own server also offers: training, loading other models, writing
events into conversations.
"""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
from pathlib import Path
from typing import Any

import rasa
import rasa.shared.utils.common
import rasa.shared.utils.io
from rasa.constants import MINIMUM_COMPATIBLE_VERSION
from rasa.core.channels.channel import InputChannel, register
from rasa.core.channels.rest import RestInput
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.trackers import EventVerbosity
from sanic import Sanic, response
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.memory import SqliteTrackerStore
from nlu.serving.action_server import ActionServer
from nlu.serving.locks import ConversationLocks
from nlu.serving.turns import TurnAgent

LARGEST_BODY = 1_000_000
LONGEST_TURN = 60  # seconds; a gateway that waits gives up long before


class CannotLoad(Exception):
    """Why there is nothing to serve, in words for the operator."""


def create(model: Path, endpoints: Path, credentials: Path) -> Sanic:
    """Everything loaded and ready to answer; CannotLoad names what is missing."""
    configured = _endpoints(endpoints)
    store = _tracker_store(configured)
    actions = _action_server(configured)
    agent = TurnAgent(tracker_store=store, lock_store=ConversationLocks(), action_endpoint=actions)
    try:
        agent.load_model(model)
    except Exception as error:
        raise CannotLoad(
            f"không nạp được mô hình {model} ({type(error).__name__}). Chạy `make train` để tạo lại."
        ) from error

    app = Sanic("rasa", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    app.config.RESPONSE_TIMEOUT = LONGEST_TURN
    app.config.KEEP_ALIVE_TIMEOUT = 120
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 0.5
    app.config.ACCESS_LOG = False
    app.ctx.agent = agent
    _add_routes(app)
    register(_channels(credentials), app, route="/webhooks/")

    async def close(_: Sanic, __: Any) -> None:
        await actions.close()
        store.close()

    app.register_listener(close, "after_server_stop")
    return app


def run(app: Sanic, listening: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, then end the process."""
    app.run(sock=listening, workers=1, debug=False, access_log=False, motd=False)
    # Everything is closed and written; taking down two thousand modules one by one would take another second.
    logging.shutdown()
    os._exit(0)


def _add_routes(app: Sanic) -> None:
    @app.get("/")
    async def hello(_: Request) -> HTTPResponse:
        return response.text(f"Hello from Rasa: {rasa.__version__}")

    @app.get("/version")
    async def version(_: Request) -> HTTPResponse:
        return response.json({"version": rasa.__version__, "minimum_compatible_version": MINIMUM_COMPATIBLE_VERSION})

    @app.get("/status")
    async def status(request: Request) -> HTTPResponse:
        agent = request.app.ctx.agent
        return response.json(
            {
                "model_file": agent.processor.model_filename,
                "model_id": agent.model_id,
                "num_active_training_jobs": 0,
            }
        )

    @app.post("/model/parse")
    async def parse(request: Request) -> HTTPResponse:
        body = request.json
        text = body.get("text") if isinstance(body, dict) else None
        if not isinstance(text, str):
            return response.json({"status": "failure", "reason": "BadRequest", "code": 400}, status=400)
        return response.json(await request.app.ctx.agent.parse_message(text))

    @app.get("/conversations/<conversation_id:path>/tracker")
    async def tracker(request: Request, conversation_id: str) -> HTTPResponse:
        found = await request.app.ctx.agent.tracker_store.retrieve_full_tracker(conversation_id)
        if found is None:
            raise NotFound("no such conversation")
        return response.json(found.current_state(EventVerbosity.ALL))


def _endpoints(path: Path) -> AvailableEndpoints:
    if not path.is_file():
        raise CannotLoad(f"không có tệp {path}.")
    try:
        return AvailableEndpoints.read_endpoints(str(path))
    except Exception as error:
        raise CannotLoad(f"tệp {path} viết chưa đúng ({type(error).__name__}).") from error


def _tracker_store(configured: AvailableEndpoints) -> SqliteTrackerStore:
    given = configured.tracker_store
    options = dict(given.kwargs) if given else {}
    folder = os.environ.get("DATA_DIR") or "var"
    try:
        return SqliteTrackerStore(**options)
    except (sqlite3.Error, OSError) as error:
        raise CannotLoad(f"không ghi được vào thư mục dữ liệu {folder} (DATA_DIR): {error}.") from error


def _action_server(configured: AvailableEndpoints) -> ActionServer:
    port = os.environ.get("ACTIONS_PORT")
    if port and not (port.isdigit() and 1 <= int(port) <= 65535):
        raise CannotLoad(f"ACTIONS_PORT={port!r} chưa đúng: cần số cổng 1-65535.")
    ActionServer.check_answers_quickly()
    given = configured.action
    url = f"http://127.0.0.1:{port}/webhook" if port or not (given and given.url) else given.url
    return ActionServer(url=url, **(given.kwargs if given else {}))


def _channels(path: Path) -> list[InputChannel]:
    if not path.is_file():
        raise CannotLoad(f"không có tệp {path}.")
    channels: list[InputChannel] = []
    try:
        for name, options in (rasa.shared.utils.io.read_config_file(path) or {}).items():
            if name == RestInput.name():
                channels.append(RestInput.from_credentials(options))
            else:
                channel = rasa.shared.utils.common.class_from_module_path(name)
                channels.append(channel.from_credentials(options))
    except Exception as error:
        raise CannotLoad(f"tệp {path} viết chưa đúng ({type(error).__name__}).") from error
    return channels
