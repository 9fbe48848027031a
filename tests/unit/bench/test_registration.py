"""What the registration's measurement is built of: work side by side, processor time, a photo over the page's API."""

from __future__ import annotations

import http.server
import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bench.ledger import CannotMeasure
from bench.page import Talk
from bench.processes import cpu_seconds
from bench.registration import _CODE, _together


def test_work_side_by_side_comes_back_in_order() -> None:
    # Each waits for all others: one after the other they would never be done.
    all_here = threading.Barrier(5, timeout=30)

    def work(number: int) -> list[float]:
        all_here.wait()
        time.sleep(0.3 if number == 0 else 0.1)
        return [float(number)]

    assert _together(work, range(5)) == [[0.0], [1.0], [2.0], [3.0], [4.0]]


def test_a_failure_is_raised_when_the_others_have_ended() -> None:
    ended = []

    def work(number: int) -> list[float]:
        if number == 1:
            raise CannotMeasure("hỏng")
        time.sleep(0.1)
        ended.append(number)
        return []

    with pytest.raises(CannotMeasure, match="hỏng"):
        _together(work, range(3))
    assert sorted(ended) == [0, 2]


def test_processor_time_is_counted() -> None:
    before = cpu_seconds(os.getpid())
    end = time.process_time() + 0.1
    while time.process_time() < end:
        sum(range(1000))
    assert 0.05 <= cpu_seconds(os.getpid()) - before < 5


def test_the_code_is_found_in_the_mail() -> None:
    found = _CODE.search("Mã xác nhận:\n\n    048213\n\nMã dùng trong 5 phút, 1900 9068.")
    assert found is not None and found[0] == "048213"


class _Page(http.server.BaseHTTPRequestHandler):
    """The page's API as far as one photo goes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/conversations":
            return self._answer(201, {"id": "c", "token": "t"})
        self.server.received.append((self.headers["Content-Type"], body))  # type: ignore[attr-defined]
        self._answer(202, {})

    def do_GET(self) -> None:
        message = {"seq": 1, "author": "assistant", "text": "em nhận ảnh rồi"}
        self._answer(200, {"messages": [message]})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""


@pytest.fixture
def page() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    server.received = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_photo_goes_as_a_form(page: http.server.ThreadingHTTPServer) -> None:
    talk = Talk(f"http://127.0.0.1:{page.server_address[1]}")
    assert talk.send_photo(b"\xff\xd8jpeg\r\n--x") > 0
    talk.close()
    assert talk.answer == "em nhận ảnh rồi"
    ((kind, body),) = page.received  # type: ignore[attr-defined]
    mark = kind.partition("boundary=")[2].encode()
    parts = body.split(b"--" + mark)
    assert [part[:2] for part in parts[1:]] == [b"\r\n", b"\r\n", b"--"]
    assert b'name="id"' in parts[1] and parts[2].endswith(b"\r\n\r\n\xff\xd8jpeg\r\n--x\r\n")
