"""The office's two word files: `teencode.yml` (spellings) and `lexicon.yml` (domain concepts).

It checks them with errors that name the line's word, and finds concepts in folded text. It knows nothing of intents.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.understanding.text import Normaliser, NormalText

_MAX_WORDS = 10
# Shapes (`x_phone`) and emoji classes (`e_sad`) that the normaliser puts in place of what was typed.
_CLASS = re.compile(r"[xe]_\w+$")


class LexiconError(ValueError):
    """A word file that cannot be used; the message says which entry and why."""


def _load(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LexiconError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise LexiconError(f"{path}: cần là một bảng `khóa: giá trị`")
    return content


@dataclass(frozen=True)
class Spellings:
    """`words`: what people type → standard words; `keep`: foreign words; `phrases`: dictated letters → the word."""

    words: dict[str, str]
    keep: frozenset[str]
    phrases: dict[str, str]


def load_spellings(path: Path) -> Spellings:
    content = _load(path)
    unknown = set(content) - {"spellings", "keep", "phrases"}
    if unknown:
        raise LexiconError(f"{path}: không có mục {sorted(unknown)}; chỉ có `spellings`, `phrases` và `keep`")
    words: dict[str, str] = {}
    for standard, typed in (content.get("spellings") or {}).items():
        if not isinstance(standard, str) or not isinstance(typed, str):
            raise LexiconError(f"{path}: dòng `{standard}: {typed}` cần là chữ (đặt trong dấu nháy nếu cần)")
        for word in typed.lower().split():
            if words.setdefault(word, standard) != standard:
                raise LexiconError(f"{path}: `{word}` đứng ở cả `{words[word]}` lẫn `{standard}`")
    phrases: dict[str, str] = {}
    for standard, spoken in (content.get("phrases") or {}).items():
        if not isinstance(standard, str) or not isinstance(spoken, str):
            raise LexiconError(f"{path}: dòng `{standard}: {spoken}` cần là chữ (đặt trong dấu nháy nếu cần)")
        phrases.update({part.strip().lower(): standard for part in spoken.split(",") if part.strip()})
    keep = frozenset(w for line in content.get("keep") or [] for w in str(line).lower().split())
    return Spellings(words, keep, phrases)


def normaliser(spellings: Spellings) -> Normaliser:
    return Normaliser(spellings.words, spellings.keep, spellings.phrases)


class Lexicon:
    """Concepts found in a text, in order; the longest phrase wins and a word serves one phrase per concept."""

    def __init__(self, concepts: Mapping[str, Sequence[str]], normalise: Normaliser) -> None:
        self._phrases: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}
        for concept, phrases in concepts.items():
            for phrase in phrases:
                exact = phrase.startswith("=")
                bare = phrase.lstrip("=").strip()
                normal = NormalText((bare,), (bare,)) if _CLASS.match(bare) else normalise(bare)
                if not normal.folded or len(normal.folded) > _MAX_WORDS:
                    raise LexiconError(f"lexicon: `{concept}`: `{phrase}` cần có 1 đến {_MAX_WORDS} tiếng")
                entry = (concept, normal.words if exact else ())
                found = self._phrases.setdefault(normal.folded, [])
                if entry not in found:
                    found.append(entry)
        self._lengths: dict[str, list[int]] = {}
        for key in self._phrases:
            lengths = self._lengths.setdefault(key[0], [])
            if len(key) not in lengths:
                lengths.append(len(key))
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def find(self, text: NormalText) -> list[tuple[int, str]]:
        """(position of the first word, concept), in order of position."""
        folded = text.folded
        size = len(folded)
        found: list[tuple[int, str]] = []
        covered: dict[str, int] = {}
        for start, word in enumerate(folded):
            for length in self._lengths.get(word, ()):
                if start + length > size:
                    continue
                for concept, exact in self._phrases.get(folded[start : start + length], ()):
                    if covered.get(concept, 0) > start:
                        continue
                    if exact and text.accented and text.words[start : start + length] != exact:
                        continue
                    covered[concept] = start + length
                    found.append((start, concept))
        return found


def load_concepts(path: Path) -> dict[str, list[str]]:
    """Concept → phrases, from `lexicon.yml`."""
    content = _load(path)
    concepts: dict[str, list[str]] = {}
    for name, entry in content.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise LexiconError(f"{path}: tên khái niệm `{name}` chỉ gồm chữ không dấu và gạch dưới")
        phrases: list[str] = []
        if not isinstance(entry, list):
            raise LexiconError(f"{path}: `{name}` cần là danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang")
        for line in entry:
            if not isinstance(line, str):
                raise LexiconError(f"{path}: `{name}`: `{line}` cần là chữ (đặt trong dấu nháy)")
            phrases += [p.strip() for p in line.split(",") if p.strip()]
        if not phrases:
            raise LexiconError(f"{path}: `{name}` chưa có từ nào")
        concepts[name] = phrases
    return concepts
