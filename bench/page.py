"""From a message on the chat page to its answer: what a citizen waits, through the whole running product.

One user over the contract's web API: POST, then long polls until the assistant's message is there.
"""

from __future__ import annotations

import http.client
import itertools
import json
import time
import urllib.parse
import uuid
from collections.abc import Sequence
from typing import Any

from bench.ledger import CannotMeasure

_PATIENCE = 30.0


class Talk:
    """One conversation on the page, on one kept-alive connection."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)
        self._headers: dict[str, str] = {}
        created = self._call("POST", "/api/conversations", {}, 201)
        self._path = f"/api/conversations/{created['id']}/messages"
        self._headers = {"Authorization": f"Bearer {created['token']}"}
        self._seen = 0
        # The last answer's words.
        self.answer = ""

    def ask(self, text: str) -> float:
        """Milliseconds from the POST to the answer."""
        return self._answered({"text": text})

    def tap(self, payload: str) -> float:
        """As `ask`, for a tapped button."""
        return self._answered({"payload": payload})

    def _answered(self, message: dict[str, str]) -> float:
        started = time.perf_counter()
        self._call("POST", self._path, {"id": str(uuid.uuid4()), **message}, 202)
        return self._waited(started)

    def send_photo(self, photo: bytes) -> float:
        """As `ask`, for a JPEG; the way of the bytes is counted."""
        mark = uuid.uuid4().hex
        part = f"--{mark}\r\nContent-Disposition: form-data; name="
        head = f'{part}"id"\r\n\r\n{uuid.uuid4()}\r\n{part}"file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        body = b"".join((head.encode(), photo, f"\r\n--{mark}--\r\n".encode()))
        started = time.perf_counter()
        self._send("POST", self._path, body, f"multipart/form-data; boundary={mark}", 202)
        return self._waited(started)

    def _waited(self, started: float) -> float:
        while time.perf_counter() - started < _PATIENCE:
            new = self._call("GET", f"{self._path}?after={self._seen}&wait=25", None, 200)["messages"]
            self._seen = max([self._seen, *(message["seq"] for message in new)])
            said = [message["text"] for message in new if message["author"] == "assistant"]
            if said:
                self.answer = said[-1]
                return (time.perf_counter() - started) * 1000
        raise CannotMeasure(f"không có câu trả lời sau {_PATIENCE:.0f} giây")

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, body: dict[str, str] | None, expected: int) -> dict[str, Any]:
        content = None if body is None else json.dumps(body).encode()
        return self._send(method, path, content, "application/json", expected)

    def _send(self, method: str, path: str, content: bytes | None, kind: str, expected: int) -> dict[str, Any]:
        headers = self._headers | ({} if content is None else {"Content-Type": kind})
        self._connection.request(method, path, content, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != expected:
            raise CannotMeasure(f"trang chat trả về {answer.status} cho {method}: {text[:200]!r}")
        found: dict[str, Any] = json.loads(text)
        return found


def waits(url: str, texts: Sequence[str], turns: int) -> list[float]:
    """Milliseconds of `turns` messages in one conversation, after a few that warm up."""
    talk = Talk(url)
    try:
        endless = itertools.cycle(texts)
        for _ in range(5):
            talk.ask(next(endless))
        return [talk.ask(next(endless)) for _ in range(turns)]
    finally:
        talk.close()
