"""Messages that are one bare word ("thẻ", "hồ sơ"): no model can know what is wanted, so the dialogue asks.

Owns the reading of `data/nlu/vague.yml`: what is typed → the intents to offer, likeliest first. It refuses to look at
messages that say anything more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import yaml

from nlu.understanding.lexicon import LexiconError
from nlu.understanding.text import NormalText

MOST_OFFERS = 3
# What people put around a word without saying more.
_MANNERS = frozenset(
    """
    da a oi ad admin em anh chi co chu bac ban shop bot
    cho hoi ve cua voi nha nhe di do ha vay la
    """.split()
)


class WordReader(Protocol):
    """What turns a typed text into words (`nlu.understanding.model.Reader`)."""

    def normal(self, text: str) -> NormalText: ...


Offers = Mapping[tuple[str, ...], tuple[str, ...]]


def load_vague(path: Path, intents: Iterable[str], reader: WordReader) -> Offers:
    """The table by folded words; LexiconError names the entry that is wrong. A missing file is an empty table."""
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LexiconError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise LexiconError(f"{path}: cần là một bảng `tiếng: [ý định, ...]`")
    known = frozenset(intents)
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for text, offered in content.items():
        if not isinstance(offered, list) or not 2 <= len(offered) <= MOST_OFFERS:
            raise LexiconError(f"{path}: `{text}` cần 2 hoặc 3 ý định trong ngoặc vuông")
        unknown = [name for name in offered if name not in known]
        if unknown:
            raise LexiconError(f"{path}: `{text}` nêu ý định không có: {', '.join(map(str, unknown))}")
        table[bare(reader.normal(str(text)).folded)] = tuple(offered)
    return table


def bare(folded: tuple[str, ...]) -> tuple[str, ...]:
    """The words without the manners around them; all of them when there is nothing else."""
    start, end = 0, len(folded)
    while start < end and folded[start] in _MANNERS:
        start += 1
    while end > start and folded[end - 1] in _MANNERS:
        end -= 1
    return folded[start:end] or folded
