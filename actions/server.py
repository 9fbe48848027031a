"""`python -m actions.server`: the action server that Rasa calls, on loopback only.

Owns the HTTP side, and that a conversation's calls run one after the other: Rasa gives up on a slow one (a photo in a
queue) and sends its message again while the first call still runs. Side by side they would look at the photo twice, and
the later end would write over what the citizen said since. rasa-sdk's own server listens on every address, allows every
origin and echoes request bodies in its errors, so its executor is served here instead.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from weakref import WeakValueDictionary

import uvicorn
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import Action, ActionExecutionRejection, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.catalogue import actions
from helpdesk.errors import HelpdeskError, Unavailable, where
from helpdesk.photos import PhotoReader
from helpdesk.services import open_services
from helpdesk.settings import Settings, load_settings

log = logging.getLogger(__name__)

# With the cleaning after it less than Rasa waits for an action (nlu/serving/action_server.py): else the
# turn is repeated.
_PHOTO_SECONDS = 6.0


def build_app(registered: Sequence[Action]) -> Starlette:
    """The server's application: `POST /webhook` in rasa-sdk's protocol, `GET /health`."""
    executor = ActionExecutor()
    for action in registered:
        executor.register_action(action)
    # A lock lives for as long as somebody holds it or waits for it; who waits is let in in the order of coming.
    turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def webhook(request: Request) -> Response:
        call = await request.json()
        name = call.get("next_action")
        # Rasa 3.6 leaves the domain out where an action doesn't ask for it; this rasa-sdk insists on one.
        call.setdefault("domain", {})
        turn = turns.setdefault(str(call.get("sender_id")), asyncio.Lock())
        try:
            async with turn:
                result = await executor.run(call)
            return JSONResponse(result.model_dump() if result else {"events": [], "responses": []})
        except ActionExecutionRejection as error:
            return JSONResponse({"error": str(error), "action_name": error.action_name}, status_code=400)
        except ActionNotFoundException as error:
            log.error("unknown action %s", name)
            return JSONResponse({"error": "unknown action", "action_name": error.action_name}, status_code=404)
        except Exception as error:
            # The call holds what a citizen wrote: log the action's name and the place, never the body.
            log.error("action %s failed: %s", name, where(error))
            return JSONResponse({"error": "action failed", "action_name": name}, status_code=500)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"]), Route("/health", health)])


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; Unavailable when the port or the store can't be had."""
    try:
        listener = socket.create_server(("127.0.0.1", settings.actions_port), backlog=256)
    except OSError as error:
        raise Unavailable(
            "port", f"Không mở được cổng {settings.actions_port} ({error.strerror}). Đặt ACTIONS_PORT khác."
        ) from error
    with listener:
        async with open_services(settings) as services, PhotoReader.open(seconds=_PHOTO_SECONDS) as reader:
            config = uvicorn.Config(
                build_app(actions(services, reader)), http="httptools", loop="uvloop", lifespan="off", log_config=None,
                access_log=False, timeout_graceful_shutdown=2, server_header=False,
            )  # fmt: skip
            await _Server(config).serve(sockets=[listener])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again once it has served, and the process would die before its parts close.
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)


def main() -> int:
    """Exit code 0 after a clean stop, 2 when the start was refused (the reason is on stderr)."""
    try:
        settings = load_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        for talkative in ("rasa_sdk", "aiosqlite"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
        # Whatever this process writes is for its own user: photos, keys.
        os.umask(0o077)
        with asyncio.Runner(loop_factory=uvicorn.Config(app="", loop="uvloop").get_loop_factory()) as runner:
            runner.run(serve(settings))
    except HelpdeskError as error:
        print(f"Chưa chạy được actions: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
