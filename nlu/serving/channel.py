"""The gateway's own way in: an answer or an error, never an empty answer that may be either; no message twice.

`POST /webhooks/gateway/webhook` takes JSON `{"sender", "message" or "payload", "message_id", "metadata"?}`. What a
citizen typed comes as `message` and is only ever text for the classifier, also with a slash in front; what a button of
ours carries comes as `payload` (`/intent` or `/intent{json}`) and is never text. The answer is `{"replies": [...]}`,
and `"silent": true` with it when the turn ran through and nothing was to be said. A turn that failed is a 503 (trying
again may help) or a 500, and left no trace. Texts are never logged.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.core.lock_store import LockError
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from nlu.serving.payloads import TYPED
from nlu.serving.turns import TurnFailed

logger = logging.getLogger(__name__)

LONGEST_TEXT = 100_000
LONGEST_ID = 300
PAYLOAD = re.compile(r"/[A-Za-z][A-Za-z0-9_]{0,99}(?P<entities>\{.*\})?", re.DOTALL)

_MESSAGES = {
    "invalid_request": "Yêu cầu chưa đúng dạng.",
    "actions_unavailable": "Chưa gọi được phần xử lý nghiệp vụ (actions).",
    "action_failed": "Phần xử lý nghiệp vụ (actions) báo lỗi.",
    "action_limit": "Kịch bản hội thoại chạy vòng lặp không dừng.",
    "store_unavailable": "Chưa ghi được hội thoại xuống đĩa.",
    "busy": "Hội thoại này còn một tin đang xử lý.",
    "turn_failed": "Không xử lý được tin nhắn này.",
}


class InvalidRequest(ValueError):
    """What the gateway sent cannot be a turn; the message names the field."""


class GatewayOutput(CollectingOutputChannel):
    """Collects replies whole: Rasa's own collector splits texts at blank lines and utterances into parts."""

    @classmethod
    def name(cls) -> str:
        """The name that a response's `channel` refers to."""
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep what is set; the metadata of a response (`utter_action`) stays inside."""
        kept = ("text", "buttons", "quick_replies", "image", "attachment", "elements", "custom")
        reply = {name: message[name] for name in kept if message.get(name)}
        if reply.get("attachment") == reply.get("image"):
            reply.pop("attachment", None)  # Rasa repeats an image as an attachment
        if reply:
            self.messages.append(reply)


class GatewayInput(InputChannel):
    """Rasa's input channel for our gateway."""

    @classmethod
    def name(cls) -> str:
        """The channel's name and its part of the address."""
        return "gateway"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes under /webhooks/gateway."""
        routes = Blueprint("gateway")

        @routes.get("/")
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            output = GatewayOutput()
            try:
                message = _message(request, output)
                await on_new_message(message)
            except (InvalidRequest, InvalidUsage) as error:
                detail = str(error) if isinstance(error, InvalidRequest) else None
                return _error(400, "invalid_request", detail)
            except TurnFailed as error:
                _log(error.__cause__ or error, error.code)
                return _error(503 if error.transient else 500, error.code)
            except LockError as error:
                _log(error, "busy")
                return _error(503, "busy")
            except Exception as error:
                _log(error, "turn_failed")
                return _error(500, "turn_failed")
            replies: list[dict[str, Any]] = output.messages
            return response.json({"replies": replies} if replies else {"replies": [], "silent": True})

        @routes.delete("/conversations/<sender:path>")
        async def forget(request: Request, sender: str) -> HTTPResponse:
            agent = request.app.ctx.agent
            # Sanic hands the path over as it came: "web%3A…".
            sender = unquote(sender)
            async with agent.lock_store.lock(sender):
                deleted = await agent.tracker_store.delete(sender)
            return response.json({"deleted": deleted})

        return routes


def _message(request: Request, output: GatewayOutput) -> UserMessage:
    body = request.json
    if not isinstance(body, dict):
        raise InvalidRequest("body")
    sender = _string(body, "sender", LONGEST_ID)
    message_id = _string(body, "message_id", LONGEST_ID)
    metadata = body.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        raise InvalidRequest("metadata")
    if ("message" in body) == ("payload" in body):
        raise InvalidRequest("message | payload")
    typed = "message" in body
    text = _plain(_string(body, "message", LONGEST_TEXT, empty=True)) if typed else _payload(body)
    return UserMessage(
        text,
        output,
        sender,
        input_channel=GatewayInput.name(),
        message_id=message_id,
        metadata={**(metadata or {}), TYPED: typed},
    )


def _string(body: dict[str, Any], field: str, longest: int, empty: bool = False) -> str:
    value = body.get(field)
    if not isinstance(value, str) or len(value) > longest or not (value or empty):
        raise InvalidRequest(field)
    return value


def _plain(text: str) -> str:
    """Typed text without the slash in front that Rasa reads as a command, should another launcher serve the model."""
    return text.strip().lstrip("/ \t\r\n") if text.strip().startswith("/") else text


def _payload(body: dict[str, Any]) -> str:
    payload = _string(body, "payload", LONGEST_TEXT)
    match = PAYLOAD.fullmatch(payload)
    if not match:
        raise InvalidRequest("payload")
    if match["entities"]:
        try:
            json.loads(match["entities"])
        except ValueError as error:
            raise InvalidRequest("payload") from error
    return payload


def _error(status: int, code: str, detail: str | None = None) -> HTTPResponse:
    message = _MESSAGES[code] if detail is None else f"{_MESSAGES[code]} ({detail})"
    return response.json({"error": {"code": code, "message": message}}, status=status)


def _log(error: BaseException, code: str) -> None:
    """Kind and place only: an exception's message may quote the citizen."""
    place = traceback.extract_tb(error.__traceback__)
    where = f"{place[-1].filename}:{place[-1].lineno}" if place else "?"
    logger.error("Turn failed: %s (%s at %s)", code, type(error).__name__, where)
