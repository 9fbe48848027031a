"""What a whole turn through Rasa's REST channel costs: one at a time, eight at once, and as a conversation grows.

`python bench/turns.py --url http://127.0.0.1:5005` prints a table; `--json` prints the numbers instead. Works against
any Rasa that has the REST channel, so that ours and the stock pipeline are measured alike. An empty answer counts as a
failure: Rasa's REST channel answers 200 with an empty list when a turn broke.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import statistics
import sys
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

TEXTS = (
    "chào em",
    "app vssid có những chức năng gì",
    "quen mat khau roi phai lam sao",
    "bhxh thanh khê ở đâu",
    "mk chưa nhận dc otp",
    "cho hỏi số điện thoại tổng đài",
    "Tôi muốn đổi mật khẩu trên ứng dụng",
    "mã số bhxh của tôi in ở chỗ nào trên thẻ",
    "the bhyt cua toi con han khong",
    "app bi loi ko mo duoc",
    "cần chụp ảnh cccd như thế nào cho đúng",
    "thời gian làm việc thứ bảy có không",
    "dạ em cảm ơn nhiều",
    "ai đó gọi điện đòi phí 200k để kích hoạt vssid có phải lừa đảo không",
    "em đóng bảo hiểm được bao nhiêu năm rồi",
    "khám chữa bệnh bhyt ở bệnh viện nào gần đây",
)
AT_ONCE = 8
GROWTH_TURNS = 200
GROWTH_BLOCK = 40


@dataclass(frozen=True)
class TurnFigures:
    """Milliseconds and turns per second."""

    p50_ms: float
    p95_ms: float
    turns_per_second: float
    at_once_p50_ms: float
    at_once_p95_ms: float
    growth_p50_ms: tuple[float, ...]
    failed: int


class Client:
    """One kept-alive connection to a REST channel."""

    def __init__(self, url: str) -> None:
        """Connect at the first turn."""
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)
        self._path = f"{parts.path.rstrip('/')}/webhooks/rest/webhook"
        self.failed = 0

    def turn(self, sender: str, text: str) -> float:
        """Send a message; answer how many milliseconds the reply took."""
        body = json.dumps({"sender": sender, "message": text}).encode()
        started = time.perf_counter()
        self._connection.request("POST", self._path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != 200 or not json.loads(content):
            self.failed += 1
        return took

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()


def measure(url: str, texts: Sequence[str] = TEXTS, seconds: float = 5.0, grow: bool = True) -> TurnFigures:
    """Run all three measurements, the first two for about `seconds` each; `grow` says whether to run the third."""
    endless = itertools.cycle(texts)
    with closing(Client(url)) as client:
        for _ in range(20):
            client.turn(_sender(), next(endless))
        single = _one_at_a_time(client, endless, seconds)
    at_once, took, failed = _at_once(url, texts, seconds)
    growing = _sender()
    # A connection of its own: stock Sanic closes one that was idle for five seconds.
    with closing(Client(url)) as grower:
        growth = [grower.turn(growing, next(endless)) for _ in range(GROWTH_TURNS if grow else 0)]
    return TurnFigures(
        p50_ms=statistics.median(single),
        p95_ms=_p95(single),
        turns_per_second=len(at_once) / took,
        at_once_p50_ms=statistics.median(at_once),
        at_once_p95_ms=_p95(at_once),
        growth_p50_ms=tuple(
            statistics.median(growth[start : start + GROWTH_BLOCK]) for start in range(0, len(growth), GROWTH_BLOCK)
        ),
        failed=client.failed + grower.failed + failed,
    )


def _one_at_a_time(client: Client, texts: Iterator[str], seconds: float) -> list[float]:
    end = time.perf_counter() + seconds
    took = []
    while time.perf_counter() < end:
        sender = _sender()
        took += [client.turn(sender, next(texts)) for _ in range(5)]
    return took


def _at_once(url: str, texts: Sequence[str], seconds: float) -> tuple[list[float], float, int]:
    results: list[list[float]] = [[] for _ in range(AT_ONCE)]
    failed: list[int] = []
    broken: list[Exception] = []
    start = threading.Barrier(AT_ONCE + 1)

    def talk(number: int) -> None:
        endless = itertools.islice(itertools.cycle(texts), number, None)
        start.wait()
        try:
            with closing(Client(url)) as client:
                results[number] += _one_at_a_time(client, endless, seconds)
                failed.append(client.failed)
        except (OSError, ValueError, http.client.HTTPException) as error:
            broken.append(error)

    threads = [threading.Thread(target=talk, args=(number,), daemon=True) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if broken:
        raise broken[0]
    return list(itertools.chain.from_iterable(results)), took, sum(failed)


def _sender() -> str:
    return f"bench-{uuid.uuid4().hex}"


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def table(figures: TurnFigures) -> str:
    """The figures for people."""
    growth = "  ".join(f"{value:.1f}" for value in figures.growth_p50_ms)
    return "\n".join(
        [
            f"one at a time      p50 {figures.p50_ms:7.1f} ms   p95 {figures.p95_ms:7.1f} ms",
            f"{AT_ONCE} at once          {figures.turns_per_second:7.1f} turns/s"
            f"   p50 {figures.at_once_p50_ms:.1f} ms   p95 {figures.at_once_p95_ms:.1f} ms",
            f"one long talk      p50 in ms of each {GROWTH_BLOCK} turns: {growth}",
            f"failed turns       {figures.failed}",
        ]
    )


def main() -> None:
    """Measure and print; exit code 1 if a turn failed."""
    parser = argparse.ArgumentParser(description="Đo một lượt hội thoại qua Rasa.")
    parser.add_argument("--url", default="http://127.0.0.1:5005")
    parser.add_argument("--seconds", type=float, default=5.0, help="thời gian cho mỗi phép đo")
    parser.add_argument("--texts", type=Path, help="tệp tin nhắn, mỗi dòng một tin")
    parser.add_argument("--json", action="store_true", help="in số liệu dạng JSON")
    options = parser.parse_args()
    texts = options.texts.read_text(encoding="utf-8").splitlines() if options.texts else TEXTS
    figures = measure(options.url, texts, options.seconds)
    print(json.dumps(asdict(figures)) if options.json else table(figures))
    sys.exit(1 if figures.failed else 0)


if __name__ == "__main__":
    main()
