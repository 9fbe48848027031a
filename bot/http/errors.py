"""What an error is to whoever asked over HTTP: status, code, words and headers, in this one place.

The API and the pages both read it, each in its own form. Owns the mapping and the errors that only HTTP has. Refuses to
let through the words of what nobody foresaw: they may quote a citizen.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.http.body import BodyTooLarge, TooSlow
from helpdesk.errors import Conflict, HelpdeskError, InvalidInput, NotFound, Overloaded, Unavailable, where

log = logging.getLogger(__name__)

_BUSY = "Hệ thống tạm thời chưa nhận được tin. Anh/chị thử lại sau ít phút hoặc gọi 1900 9068 giúp em ạ."
_FAILED = "Hệ thống gặp lỗi. Anh/chị thử lại hoặc gọi 1900 9068 giúp em ạ."
_BY_STARLETTE = {
    404: ("not_found", "Không tìm thấy địa chỉ này."),
    405: ("method_not_allowed", "Cách gọi này không được hỗ trợ."),
}


class Unauthorized(HelpdeskError):
    """Phiên trò chuyện không hợp lệ. Anh/chị tải lại trang giúp em ạ."""


class Forbidden(HelpdeskError):
    """Yêu cầu này không đến từ trang của chúng tôi. Anh/chị tải lại trang giúp em ạ."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to what went wrong."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(error: Exception) -> Refusal:
    """What `error` is to whoever asked; what is our own fault is logged here."""
    match error:
        case Unauthorized():
            return Refusal(401, "unauthorized", str(error), {"WWW-Authenticate": "Bearer"})
        case Forbidden():
            return Refusal(403, "forbidden", str(error))
        case TooSlow():
            return Refusal(408, "too_slow", str(error))
        case BodyTooLarge():
            return Refusal(413, "too_large", str(error))
        case InvalidInput(code="not_an_image" | "animated" as code):
            return Refusal(415, code, str(error))
        case InvalidInput(code="too_many_pixels" as code):
            return Refusal(413, code, str(error))
        case InvalidInput(code=code):
            return Refusal(400, code, str(error))
        case NotFound():
            return Refusal(404, "not_found", str(error))
        case Conflict():
            return Refusal(409, "conflict", str(error))
        case Overloaded(retry_after=seconds):
            return Refusal(429, "too_many_messages", str(error), {"Retry-After": str(round(seconds))})
        case Unavailable(service=service):
            log.error("%s unavailable: %s", service, error)
            return Refusal(503, "unavailable", _BUSY, {"Retry-After": "5"})
        case HTTPException(status_code=status):
            code, message = _BY_STARLETTE.get(status, ("bad_request", "Yêu cầu chưa đúng."))
            return Refusal(status, code, message, error.headers or {})
    log.error("a request failed: %s", where(error))
    return Refusal(500, "internal", _FAILED)


def refusal_json(error: Exception) -> JSONResponse:
    """The refusal in the contract's shape."""
    found = refusal(error)
    body = {"error": {"code": found.code, "message": found.message}}
    return JSONResponse(body, status_code=found.status, headers=found.headers)


async def refuse(_request: Request, error: Exception) -> Response:
    """Starlette's handler for every error that somebody foresaw."""
    return refusal_json(error)
