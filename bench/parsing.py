"""What a Rasa understands, asked over `POST /model/parse`: how right it is and how long it takes.

Owns the definitions of right, confident error and offered, the same for every side. "Right" looks at the best real
intent; a side that answers `nlu_fallback` is unsure, and then its next three would be offered.
"""

from __future__ import annotations

import http.client
import json
import time
import unicodedata
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from bench.ledger import CannotMeasure
from nlu.training import Example

FALLBACK = "nlu_fallback"
OFF_TOPIC = "out_of_scope"
OFFERED = 3


@dataclass(frozen=True)
class Understood:
    """One message as a side understood it."""

    sure: bool
    ranking: tuple[str, ...]

    @property
    def best(self) -> str:
        return self.ranking[0] if self.ranking else FALLBACK


@dataclass(frozen=True)
class Accuracy:
    """Percentages over a list of messages."""

    right: float
    right_at_once: float
    confident_errors: float
    off_topic: float
    right_or_offered: float


class Parser:
    """One kept-alive connection to `/model/parse`."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=60)

    def parse(self, text: str) -> tuple[Understood, float]:
        """The reading and its milliseconds."""
        body = json.dumps({"text": text}).encode()
        started = time.perf_counter()
        self._connection.request("POST", "/model/parse", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise CannotMeasure(f"/model/parse trả về {answer.status}: {content[:200]!r}")
        return understood(json.loads(content)), took

    def close(self) -> None:
        self._connection.close()


def understood(answer: dict[str, object]) -> Understood:
    """Rasa's parse, with the fallback taken out of the ranking."""
    intent = answer.get("intent")
    name = intent.get("name") if isinstance(intent, dict) else None
    ranking = answer.get("intent_ranking")
    named = [str(entry["name"]) for entry in ranking if entry["name"] != FALLBACK] if isinstance(ranking, list) else []
    return Understood(sure=name not in (None, FALLBACK), ranking=tuple(named))


def accuracy(truth: Sequence[str], read: Sequence[Understood]) -> Accuracy:
    """How the readings compare to what the writers meant."""
    pairs = list(zip(truth, read, strict=True))
    if not pairs:
        raise CannotMeasure("không có tin nhắn nào để chấm")
    off = [r.best == OFF_TOPIC for t, r in pairs if t == OFF_TOPIC]
    return Accuracy(
        right=_percent([r.best == t for t, r in pairs]),
        right_at_once=_percent([r.sure and r.best == t for t, r in pairs]),
        confident_errors=_percent([r.sure and r.best != t for t, r in pairs]),
        off_topic=_percent(off) if off else 0.0,
        right_or_offered=_percent([t in r.ranking[: 1 if r.sure else OFFERED] for t, r in pairs]),
    )


def read_all(url: str, examples: Sequence[Example], stripped: bool) -> list[Understood]:
    """Every message as the server at `url` reads it, with its accents or without."""
    parser = Parser(url)
    try:
        return [parser.parse(strip_accents(e.text) if stripped else e.text)[0] for e in examples]
    finally:
        parser.close()


def strip_accents(text: str) -> str:
    """Plain Latin letters. Not the product's own folding: what is measured must not be its own measure."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def _percent(hits: Sequence[bool]) -> float:
    return 100 * sum(hits) / len(hits)
