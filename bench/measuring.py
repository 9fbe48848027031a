"""The measurements that need servers up: accuracy, parse times, turns, waits on the page, memory, time to start.

Owns the order: the two sides take turns and never work at once, so that both see the same machine. It only fills the
ledger; what a figure should be is the table's business.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml

from bench import page, turns
from bench.ledger import OURS, STOCK, CannotMeasure, Ledger, percentile
from bench.parsing import FALLBACK, Parser, accuracy, read_all
from bench.processes import resident_mib
from nlu.training import Example
from ops.train import ROOT

MOST_STATIC = 48
LEAST_STATIC = 12
_STATIC_BETWEEN = 3
# Only a no: a yes may begin something of its own, for which a conversation has to be the gateway's.
_ACTION_TEXTS = ("không phải", "không phải cái đó em ơi", "không đúng", "hong phai")
_CANDIDATES = 80
_PARSES = 200
_PAGE_TURNS = 100


@dataclass(frozen=True)
class Messages:
    """Held-back messages in a fixed random order, dealt out so that a parse is timed on words not heard before."""

    texts: tuple[str, ...]

    @classmethod
    def shuffled(cls, held_back: Sequence[Example]) -> Messages:
        texts = [example.text for example in held_back]
        random.Random(1).shuffle(texts)
        return cls(tuple(texts))

    @property
    def candidates(self) -> tuple[str, ...]:
        return self.texts[:_CANDIDATES]

    def unseen(self, number: int) -> tuple[str, ...]:
        """The messages of round `number`; once all are used up the rounds begin again at the first."""
        rest = self.texts[_CANDIDATES:] or self.texts
        hands = [rest[start : start + _PARSES] for start in range(0, len(rest), _PARSES)]
        full = [hand for hand in hands if len(hand) == _PARSES] or hands
        return full[number % len(full)]


@dataclass(frozen=True)
class Texts:
    """What is sent: `static` needs no action server, in `mixed` every fourth turn does."""

    static: tuple[str, ...]
    mixed: tuple[str, ...]


def action_intents(rules: Path = ROOT / "data" / "rules.yml") -> frozenset[str]:
    """The intents whose turn ends in a custom action."""
    every = [rule["steps"] for rule in yaml.safe_load(rules.read_text(encoding="utf-8"))["rules"]]
    # Rules about forms begin with something else.
    steps = [rule for rule in every if "intent" in rule[0]]
    called = {s[0]["intent"] for s in steps if any(str(step.get("action", "")).startswith("action_") for step in s)}
    return frozenset(called | {FALLBACK})


def measure_accuracy(ledger: Ledger, part: str, side: str, url: str, held_back: Sequence[Example]) -> None:
    """Held-back messages as they were written, and again with all accents stripped."""
    truth = [example.intent for example in held_back]
    written = accuracy(truth, read_all(url, held_back, stripped=False))
    stripped = accuracy(truth, read_all(url, held_back, stripped=True))
    figures = {f"{part}/{name}": value for name, value in asdict(written).items()}
    figures |= {f"{part}/stripped_{name}": value for name, value in asdict(stripped).items()}
    figures[f"{part}/drop"] = written.right - stripped.right
    ledger.add(side, figures)


def choose_texts(ledger: Ledger, urls: Mapping[str, str], messages: Messages) -> Texts:
    """Messages that every side answers without the action server, and a mix in which some need it."""
    calling = action_intents()
    read: dict[str, dict[str, bool]] = {}
    candidates = [*turns.TEXTS, *messages.candidates]
    for side, url in urls.items():
        parser = Parser(url)
        try:
            read[side] = {text: _calls(parser, text, calling) for text in (*candidates, *_ACTION_TEXTS)}
        finally:
            parser.close()
    plain = [text for text in candidates if not any(seen[text] for seen in read.values())]
    if len(plain) < LEAST_STATIC:
        ledger.notes.append(
            "Rasa nguyên bản không chắc quá nhiều câu, nên tập câu tĩnh chọn theo phía trợ lý; "
            "phía nguyên bản có gọi action."
        )
        plain = [text for text in candidates if not read[OURS][text]]
    if len(plain) < LEAST_STATIC:
        raise CannotMeasure(f"chỉ có {len(plain)} câu được trả lời không cần action, cần {LEAST_STATIC}")
    static = tuple(plain[:MOST_STATIC])
    mixed = tuple(mixed_in(static, _ACTION_TEXTS))
    for side, seen in read.items():
        ledger.about[f"mixed_action_turns_{side}"] = sum(seen[text] for text in mixed)
    ledger.about["mixed_turns"] = len(mixed)
    return Texts(static, mixed)


def mixed_in(static: Sequence[str], rare: Sequence[str]) -> list[str]:
    """One of `rare` behind every three of `static`."""
    mixed: list[str] = []
    turn = itertools.cycle(rare)
    for start in range(0, len(static), _STATIC_BETWEEN):
        mixed += [*static[start : start + _STATIC_BETWEEN], next(turn)]
    return mixed


def _calls(parser: Parser, text: str, calling: frozenset[str]) -> bool:
    reading, _ = parser.parse(text)
    return not reading.sure or reading.best in calling


def measure_round(ledger: Ledger, urls: Mapping[str, str], texts: Texts, fresh: Sequence[str], seconds: float) -> None:
    """One round of everything that is a matter of milliseconds, side by side."""
    loads = ledger.about.setdefault("load_averages", [])
    for side, url in urls.items():
        loads.append(round(os.getloadavg()[0], 2))
        ledger.add(side, _parse_times(url, fresh))
    for side, url in urls.items():
        static = turns.measure(url, texts.static, seconds)
        _must_answer(ledger, side, static)
        ledger.add(
            side,
            {
                "turn/p50": static.p50_ms,
                "turn/p95": static.p95_ms,
                "turn/rate": static.turns_per_second,
                "turn/first": static.growth_p50_ms[0],
                "turn/last": static.growth_p50_ms[-1],
                "turn/growth": static.growth_p50_ms[-1] / static.growth_p50_ms[0],
            },
        )
    for side, url in urls.items():
        mixed = turns.measure(url, texts.mixed, seconds, grow=False)
        _must_answer(ledger, side, mixed)
        ledger.add(
            side,
            {"turn/mixed_p50": mixed.p50_ms, "turn/mixed_p95": mixed.p95_ms, "turn/mixed_rate": mixed.turns_per_second},
        )


def _parse_times(url: str, messages: Sequence[str]) -> dict[str, float]:
    parser = Parser(url)
    try:
        for text in turns.TEXTS:
            parser.parse(text)
        took = [parser.parse(text)[1] for text in messages]
    finally:
        parser.close()
    return {"parse/p50": percentile(took, 50), "parse/p95": percentile(took, 95)}


def _must_answer(ledger: Ledger, side: str, figures: turns.TurnFigures) -> None:
    """Our turns must all be answered; the peer's may not be, but that has to be said."""
    if figures.failed and side == OURS:
        raise CannotMeasure(f"{figures.failed} lượt qua REST không có câu trả lời")
    if figures.failed and side == STOCK:
        ledger.notes.append(f"Rasa nguyên bản để trống {figures.failed} lượt trong một phép đo.")


def measure_page(ledger: Ledger, url: str, texts: Texts) -> None:
    """One user on the page of the running product."""
    took = page.waits(url, texts.mixed, _PAGE_TURNS)
    ledger.add(OURS, {"page/p50": percentile(took, 50), "page/p95": percentile(took, 95)})


def measure_memory(ledger: Ledger, ours: Mapping[str, int], stock: int | None) -> None:
    """Resident memory after all that work."""
    ledger.add(OURS, {f"memory/{name}": resident_mib(pid) for name, pid in ours.items()})
    if stock is not None:
        ledger.add(STOCK, {"memory/rasa": resident_mib(stock)})
