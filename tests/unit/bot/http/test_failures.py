"""What nobody expected: an answer with all the headers, and a log that names the place and never quotes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.http.app import build_app

SECRET = "bí mật của người dân"


async def breaks(_request: Request) -> Response:
    raise ValueError(SECRET)


async def breaks_off(_request: Request) -> Response:
    async def half() -> AsyncIterator[str]:
        yield "x" * 5000
        raise ValueError(SECRET)

    return StreamingResponse(half())


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async def no_figures() -> bytes:
        return b""

    pages = [Route("/breaks", breaks), Route("/half", breaks_off)]
    app = build_app([], {}, no_figures, {}, Path("data"), pages)
    # Whatever comes out of the application would be logged by uvicorn, words and all.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
        yield client


async def test_a_failure_is_answered_and_its_words_are_not_logged(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await http.get("/breaks")
    assert answer.status_code == 500 and answer.json()["error"]["code"] == "internal"
    assert "content-security-policy" in answer.headers
    assert SECRET not in caplog.text and "ValueError at " in caplog.text


async def test_an_answer_that_breaks_off_is_cut_off_without_words(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RuntimeError, match="broke off") as broken:
        await http.get("/half")
    assert broken.value.__suppress_context__
    assert SECRET not in caplog.text
