"""Turns against a small real server: counted, timed, and a broken one never passed over."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench import turns


@contextmanager
def rasa_like(replies: list[dict[str, str]], dies_after: int = 1_000_000) -> Iterator[str]:
    """Answers the REST channel with `replies`; after so many turns it closes each connection unanswered."""
    seen = threading.Semaphore(dies_after)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if not seen.acquire(blocking=False):
                self.close_connection = True
                return
            body = json.dumps(replies).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_all_figures_come_with_a_long_conversation_in_blocks() -> None:
    with rasa_like([{"text": "dạ"}]) as url:
        figures = turns.measure(url, ("a", "b"), seconds=0.05)
    assert figures.failed == 0 and figures.p50_ms > 0 and figures.turns_per_second > 10
    assert len(figures.growth_p50_ms) == turns.GROWTH_TURNS // turns.GROWTH_BLOCK


def test_the_long_conversation_can_be_left_out() -> None:
    with rasa_like([{"text": "dạ"}]) as url:
        assert turns.measure(url, ("a",), seconds=0.05, grow=False).growth_p50_ms == ()


def test_an_empty_answer_is_a_failed_turn() -> None:
    with rasa_like([]) as url:
        assert turns.measure(url, ("a",), seconds=0.05, grow=False).failed > 20


def test_a_server_that_breaks_while_eight_talk_is_not_passed_over() -> None:
    with rasa_like([{"text": "dạ"}], dies_after=30) as url, pytest.raises(OSError):
        turns._at_once(url, ("a",), 2.0)
