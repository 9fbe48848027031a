"""One pass from what a person typed to two lists of words: as written (accents kept) and folded (accents off).

On the way: Unicode normal form, hidden and control characters out, shapes for numbers, e-mails, dates and emoji,
teencode and abbreviations spelt out, Telex and VNI leftovers read, elongations and joined words undone.
It refuses to restore accents: guessing them loses more than folding.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from nlu.understanding.names import is_name, names_someone
from nlu.understanding.repair import repair, squeeze
from nlu.understanding.shapes import EMOJI, EMOTICONS, PIECES, number_shape
from nlu.understanding.syllables import fold, fold_key, is_syllable, tone_last

MAX_CHARS = 2000
_CACHE_LIMIT = 50_000
_DOTTED = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]{1,3}\b)")
# After these `mk` is `mật khẩu` no more but `mình`.
_SELF_WORDS = frozenset(["hoi", "muon", "quen", "can", "xin", "voi", "vs", "tim", "ten"])
# After these `dk` is `được`, elsewhere `đăng ký`.
_CAN_WORDS = frozenset(["khong", "u", "hong", "cung", "moi", "da"])

Pair = tuple[str, str]


@dataclass(frozen=True)
class NormalText:
    """`words` keep their accents (tone last), `folded` runs beside them; `named`: someone's full name is in it;
    `unknown`: the share of words that no one would expect in Vietnamese."""

    words: tuple[str, ...]
    folded: tuple[str, ...]
    named: bool = False
    unknown: float = 0.0

    @property
    def accented(self) -> bool:
        return self.words != self.folded


def clean(text: str) -> str:
    """Normal form, one kind of space, nothing invisible, lower case, at most `MAX_CHARS` characters read."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS])
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() else (" " if c.isspace() or unicodedata.category(c) == "Cc" else "") for c in text
        )
    return text.lower().replace("\ufe0f", "")


class Normaliser:
    """Holds the office's abbreviations and remembers the words it has already worked out."""

    def __init__(
        self, spellings: Mapping[str, str], keep: frozenset[str], phrases: Mapping[str, str] | None = None
    ) -> None:
        """`spellings`: teencode or slip → standard words; `keep`: foreign words that are no slips; `phrases`: several
        words that stand for one, as when letters are dictated (`bê hát ích hát`)."""
        self._spellings = {unicodedata.normalize("NFC", k.lower()): v.lower() for k, v in spellings.items()}
        self._keep = keep
        self._cache: dict[str, tuple[Pair, ...]] = {}
        self._unknown: set[str] = set()
        self._phrases: dict[str, dict[tuple[str, ...], tuple[Pair, ...]]] = {}
        for spoken, standard in (phrases or {}).items():
            key = tuple(fold_key(w) for w in spoken.lower().split())
            value = tuple(pair for word in standard.lower().split() for pair in self._word(word))
            self._phrases.setdefault(key[0], {})[key] = value

    def __call__(self, text: str) -> NormalText:
        named = names_someone(text[:MAX_CHARS])
        text = clean(text)
        for pattern, replacement in EMOTICONS:
            text = pattern.sub(replacement, text)
        text = _DOTTED.sub(r"\1", text)
        pairs: list[Pair] = []
        odd = 0
        for match in PIECES.finditer(text):
            kind, found = match.lastgroup, match.group()
            if kind == "word":
                known = self._cache.get(found)
                if known is None:
                    known = self._word(found)
                    if len(self._cache) < _CACHE_LIMIT:
                        self._cache[found] = known
                pairs.extend(known)
                odd += found in self._unknown
            elif kind == "number":
                pairs.extend((shape, shape) for shape in number_shape(found))
            elif kind == "mark":
                pairs.append((found, found))
            elif kind == "emoji":
                name = EMOJI.get(found, "e_other")
                if not pairs or pairs[-1][0] != name:
                    pairs.append((name, name))
            else:
                shape = f"x_{kind}"
                pairs.append((shape, shape))
        pairs = _by_neighbour(self._join_spoken(pairs))
        folded = tuple(p[1] for p in pairs)
        unknown = odd / len(pairs) if pairs else 0.0
        return NormalText(tuple(p[0] for p in pairs), folded, named or is_name(folded), unknown)

    def _join_spoken(self, pairs: list[Pair]) -> list[Pair]:
        if not any(pair[1] in self._phrases for pair in pairs):
            return pairs
        out: list[Pair] = []
        i = 0
        while i < len(pairs):
            for key, value in self._phrases.get(pairs[i][1], {}).items():
                if tuple(p[1] for p in pairs[i : i + len(key)]) == key:
                    out.extend(value)
                    i += len(key)
                    break
            else:
                out.append(pairs[i])
                i += 1
        return out

    def _known(self, word: str) -> str | None:
        return self._spellings.get(word) or (word if word in self._keep else None)

    def _word(self, raw: str) -> tuple[Pair, ...]:
        standard = None
        for candidate in (raw, squeeze(raw, 3)):
            folded = fold(candidate)
            standard = self._known(candidate)
            if standard is None and is_syllable(folded):
                standard = candidate
            if standard is None and candidate != folded:
                standard = self._known(folded)
            if standard is not None:
                break
        if standard is None:
            stretched = squeeze(raw, 3)
            standard = repair(stretched, self._known)
            if (standard == stretched or standard.startswith("x_")) and len(self._unknown) < _CACHE_LIMIT:
                self._unknown.add(raw)
        return tuple((tone_last(w), fold_key(w)) for w in standard.split())


def _by_neighbour(pairs: list[Pair]) -> list[Pair]:
    """Abbreviations with two meanings: the word beside them tells, and the office's meaning is the likelier one."""
    if not any(p[0] in ("mk", "dk", "đk") for p in pairs):
        return pairs
    out: list[Pair] = []
    for i, pair in enumerate(pairs):
        if pair[0] == "mk":
            after = pairs[i + 1][1] if i + 1 < len(pairs) else ""
            out.extend(_spelt("mình") if after in _SELF_WORDS else _spelt("mật khẩu"))
        elif pair[0] in ("dk", "đk"):
            before = pairs[i - 1][1] if i else ""
            out.extend(_spelt("được") if before in _CAN_WORDS else _spelt("đăng ký"))
        else:
            out.append(pair)
    return out


def _spelt(words: str) -> list[Pair]:
    return [(tone_last(w), fold_key(w)) for w in words.split()]
