"""One table for all that is refused over HTTP; the API and the pages only dress it."""

from __future__ import annotations

import json

import pytest
from starlette.exceptions import HTTPException

from bot.http.body import BodyTooLarge, TooSlow
from bot.http.errors import Forbidden, Unauthorized, refusal, refusal_json
from helpdesk.errors import (
    Conflict,
    HelpdeskError,
    InvalidInput,
    NotFound,
    Overloaded,
    SettingsError,
    Unavailable,
)

SECRET = "bí mật của người dân"
TABLE: list[tuple[Exception, int, str]] = [
    (Unauthorized(), 401, "unauthorized"),
    (Forbidden(), 403, "forbidden"),
    (TooSlow(), 408, "too_slow"),
    (BodyTooLarge(), 413, "too_large"),
    (InvalidInput("not_an_image"), 415, "not_an_image"),
    (InvalidInput("animated"), 415, "animated"),
    (InvalidInput("too_many_pixels"), 413, "too_many_pixels"),
    (InvalidInput("anything"), 400, "anything"),
    (NotFound(), 404, "not_found"),
    (Conflict(), 409, "conflict"),
    (Overloaded(2.4), 429, "too_many_messages"),
    (Unavailable("store"), 503, "unavailable"),
    (HTTPException(404), 404, "not_found"),
    (HTTPException(405), 405, "method_not_allowed"),
    (HTTPException(416), 416, "bad_request"),
    (ValueError(SECRET), 500, "internal"),
    (SettingsError(SECRET), 500, "internal"),
]


@pytest.mark.parametrize(("error", "status", "code"), TABLE, ids=lambda value: str(type(value).__name__))
def test_every_error_has_one_status_and_code(error: Exception, status: int, code: str) -> None:
    found = refusal(error)
    assert (found.status, found.code) == (status, code)
    answer = refusal_json(error)
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body) == (status, {"error": {"code": code, "message": found.message}})
    assert found.message and SECRET not in found.message


def test_no_error_of_ours_is_missing() -> None:
    """A new class in the tree has to be given its status here."""
    ours = set(HelpdeskError.__subclasses__())
    ours = {kind for kind in ours if kind.__module__ in ("bot.http.body", "bot.http.errors", "helpdesk.errors")}
    assert ours - {type(error) for error, _, _ in TABLE} == set()


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (Overloaded(2.4), "Retry-After", "2"),
        (Unavailable("store"), "Retry-After", "5"),
        (Unauthorized(), "WWW-Authenticate", "Bearer"),
    ],
)
def test_when_to_come_again_is_said(error: Exception, header: str, value: str) -> None:
    assert refusal_json(error).headers[header] == value
