"""One pass from what a person typed to two lists of words: as written (accents kept) and folded (accents off).

On the way: Unicode normal form, hidden and control characters out, shapes for numbers, e-mails, dates and emoji,
teencode and abbreviations spelt out, Telex and VNI leftovers read, elongations and joined words undone.
It refuses to restore accents: guessing them loses more than folding (docs/nlu-report.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Dict, FrozenSet, List, Mapping, Optional, Tuple

from nlu.syllables import fold, fold_key, is_syllable, tone_last, untelex, unvni

MAX_CHARS = 2000
_CACHE_LIMIT = 50_000

_EMOJI_CLASSES: Mapping[str, str] = {
    "e_ok": "👍👌✅☑✔🆗💯🙆",
    "e_no": "👎❌🙅⛔🚫✖",
    "e_thank": "🙏🤝💐🌹🌷",
    "e_love": "❤💕💖💗💓💞💘💙💚💛🧡💜🥰😍😘😚🤗",
    "e_happy": "😀😃😄😁😆😅😂🤣😊🙂😉😌😋😜😝😛🤭☺😇🥳🎉✨👏💪😎",
    "e_sad": "😢😭😞😔😟🙁☹😥😓😩😫🥺😿💔😪😰😨😣😖",
    "e_angry": "😠😡🤬👿😤💢🖕😒🙄😑",
    "e_wave": "👋🖐✋🤚🙋",
    "e_ask": "❓❔🤔🤷🧐",
    "e_phone": "☎📞📱📲",
    "e_place": "📍🗺🏥🏢",
}
_EMOJI: Dict[str, str] = {char: name for name, chars in _EMOJI_CLASSES.items() for char in chars}
_EMOTICONS = (
    (re.compile(r"<3+"), " e_love "),
    (re.compile(r"(?<!\w)[:=;]['-]?[)\]dp]+(?!\w)|\^[_.]*\^"), " e_happy "),
    (re.compile(r"(?<!\w)[:=;]['-]?[(\[]+|(?<!\w)t[_.]t(?!\w)|(?<!\w)[:=]\s?(?:<|\|)"), " e_sad "),
    (re.compile(r"(?<!\w):v(?!\w)"), " e_happy "),
)

_SHAPES = re.compile(
    r"""(?P<email>[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[a-z]{2,})+|[\w.+-]+@\w+)
    |(?P<url>(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:vn|com|net|org|gov|info|xyz|top|cc)(?:/\S*)?\b)
    |(?P<card>\b[a-z]{2}[\s.-]?[1-5](?:[\s.-]?\d){12}\b)
    |(?P<date>\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:\d{4}|\d{2})\b)
    |(?P<time>\b\d{1,2}\s?(?:h|g|giờ|gio)\s?(?:\d{2}|rưỡi|ruoi)?\b|\b\d{1,2}:\d{2}\b)
    |(?P<money>\b\d+(?:[.,]\d+)*\s?(?:k|tr|triệu|trieu|đồng|dong|vnd|vnđ|đ|nghìn|nghin|ngàn|ngan)\b)
    |(?P<number>\+?\d(?:[ .-]?\d)*)(?![^\W\d_])
    |(?P<word>[^\W_]+(?:'[^\W_]+)?)
    |(?P<ask>\?+)
    |(?P<shout>!{2,})
    |(?P<emoji>[\u203c-\u3299\U0001f000-\U0001faff])""",
    re.X,
)
_MOBILE = re.compile(r"(?:\+?84|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])\d{7}$")
_LANDLINE = re.compile(r"(?:\+?84|0)2\d{9}$")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLE = re.compile(r"([^\W\d_])\1+")
_DOTTED = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]{1,3}\b)")
# A spelt-out name of a letter or a stray final letter that teencode adds or drops; tried in this order.
_TEEN_RULES = (
    (re.compile(r"^f"), "ph"),
    (re.compile(r"^w"), "qu"),
    (re.compile(r"^z"), "d"),
    (re.compile(r"^j"), "gi"),
    (re.compile(r"^dz"), "d"),
    (re.compile(r"^k(?=[aăâoôơuư])"), "c"),
    (re.compile(r"^c(?=[eêiy])"), "k"),
    (re.compile(r"^g(?=[eêi])"), "gh"),
    (re.compile(r"^ng(?=[eêi])"), "ngh"),
    (re.compile(r"(?<!n)g$"), "ng"),
    (re.compile(r"(?<![nc])h$"), "nh"),
    (re.compile(r"k$"), "c"),
    (re.compile(r"(?<=.)[hksz]$"), ""),
    (re.compile(r"j"), "i"),
    (re.compile(r"iu$"), "ieu"),
    (re.compile(r"ìu$"), "iều"),
    (re.compile(r"0"), "o"),
)
_SELF_WORDS = frozenset("hoi muon quen can xin voi vs tim ten".split())


@dataclass(frozen=True)
class NormalText:
    """`words` keep their accents (tone last), `folded` runs beside them, word for word."""

    words: Tuple[str, ...]
    folded: Tuple[str, ...]

    @property
    def accented(self) -> bool:
        return self.words != self.folded


def clean(text: str) -> str:
    """Normal form, one kind of space, nothing invisible, lower case, at most `MAX_CHARS`."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS])
    if not text.isprintable():
        text = "".join(
            c if c.isprintable() else (" " if c.isspace() or unicodedata.category(c) == "Cc" else "") for c in text
        )
    return text.lower()


class Normaliser:
    """Holds the office's abbreviations and remembers the words it has already worked out."""

    def __init__(self, spellings: Mapping[str, str], keep: FrozenSet[str]) -> None:
        """`spellings`: teencode or slip → standard words; `keep`: foreign words that are no slips."""
        self._spellings = {unicodedata.normalize("NFC", k.lower()): v.lower() for k, v in spellings.items()}
        self._keep = frozenset(keep)
        self._cache: Dict[str, Tuple[Tuple[str, str], ...]] = {}

    def __call__(self, text: str) -> NormalText:
        text = clean(text)
        if "\u200d" in text or "\ufe0f" in text:
            text = text.replace("\u200d", "").replace("\ufe0f", "")
        for pattern, replacement in _EMOTICONS:
            text = pattern.sub(replacement, text)
        text = _DOTTED.sub(r"\1", text)
        pairs: List[Tuple[str, str]] = []
        for match in _SHAPES.finditer(text):
            kind = match.lastgroup
            found = match.group()
            if kind == "word":
                known = self._cache.get(found)
                if known is None:
                    known = self._word(found)
                    if len(self._cache) < _CACHE_LIMIT:
                        self._cache[found] = known
                pairs.extend(known)
            elif kind == "number":
                pairs.extend(_number(found))
            elif kind == "emoji":
                name = _EMOJI.get(found, "e_other")
                if not pairs or pairs[-1][0] != name:
                    pairs.append((name, name))
            else:
                shape = "x_" + str(kind)
                pairs.append((shape, shape))
        pairs = _myself_or_password(pairs)
        return NormalText(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs))

    def _word(self, raw: str) -> Tuple[Tuple[str, str], ...]:
        if raw.startswith("e_"):
            return ((raw, raw),)
        for candidate in (raw, _RUN.sub(r"\1", raw)):
            spelt = self._spellings.get(candidate)
            if spelt is None and not candidate.isascii():
                spelt = self._spellings.get(fold(candidate)) if not is_syllable(fold(candidate)) else None
            if spelt is not None:
                return tuple((tone_last(w), fold_key(w)) for w in spelt.split())
            if is_syllable(fold(candidate)) or candidate in self._keep:
                return ((tone_last(candidate), fold_key(candidate)),)
        fixed = self._repair(_RUN.sub(r"\1", raw))
        return tuple((tone_last(w), fold_key(w)) for w in fixed.split())

    def _repair(self, word: str) -> str:
        """A word that is no syllable, no abbreviation and not foreign: leftovers, teencode, joined words."""
        if any(c.isdigit() for c in word):
            decoded = unvni(word)
            if decoded is not None:
                return decoded
            if word.isascii() and any(c.isdigit() for c in word) and len(word) > 3:
                return "x_mixed"
            return word
        decoded = untelex(word)
        if decoded is not None:
            return decoded
        single = _DOUBLE.sub(r"\1", word)
        if single != word:
            if single in self._spellings:
                return self._spellings[single]
            if is_syllable(fold(single)) or single in self._keep:
                return single
        for pattern, replacement in _TEEN_RULES:
            changed = pattern.sub(replacement, single)
            if changed != single and is_syllable(fold(changed)):
                return changed
        return self._split(word) or word

    def _split(self, word: str) -> Optional[str]:
        """`matkhau` → `mat khau`: the fewest known pieces, longest first; short pieces are too easy to find."""
        folded = fold(word)
        if not 5 <= len(folded) <= 24 or len(folded) != len(word):
            return None
        best: List[Optional[List[int]]] = [[]] + [None] * len(folded)
        for end in range(2, len(folded) + 1):
            for start in range(max(0, end - 7), end - 1):
                before = best[start]
                piece = folded[start:end]
                if before is None or not (is_syllable(piece) or piece in self._keep):
                    continue
                current = best[end]
                if current is None or len(before) + 1 < len(current):
                    best[end] = [*before, start]
        cuts = best[len(folded)]
        if cuts is None or len(folded) / max(1, len(cuts)) < 2.5:
            return None
        return " ".join(word[a:b] for a, b in zip(cuts, [*cuts[1:], len(word)]))


def _number(found: str) -> List[Tuple[str, str]]:
    digits = "".join(c for c in found if c.isdigit())
    size = len(digits)
    if _MOBILE.match("+" + digits if found[0] == "+" else digits) or _LANDLINE.match(digits):
        shape = "x_phone"
    elif digits[:4] in ("1900", "1800") and 8 <= size <= 10:
        shape = "x_hotline"
    elif size in (15, 13, 14):
        shape = "x_card"
    elif size in (6, 8, 9, 10, 11, 12):
        shape = f"x_n{size}"
    elif size == 5 and digits.startswith("0"):
        shape = "x_agency"
    elif size == 4 and digits[:2] in ("19", "20"):
        shape = "x_year"
    elif size == 3 and digits[0] == "1":
        shape = "x_n3"
    elif size <= 2:
        return [(digits, digits)]
    elif " " in found:
        return [("x_number", "x_number")] * min(3, found.count(" ") + 1)
    else:
        shape = "x_number"
    return [(shape, shape)]


def _myself_or_password(pairs: List[Tuple[str, str]]) -> List[Tuple[str, str]]:
    """`mk` is both `mật khẩu` and `mình`: the word after it tells, and the password is the likelier one here."""
    if not any(p[0] == "mk" for p in pairs):
        return pairs
    out: List[Tuple[str, str]] = []
    for i, pair in enumerate(pairs):
        if pair[0] != "mk":
            out.append(pair)
        elif i + 1 < len(pairs) and pairs[i + 1][1] in _SELF_WORDS:
            out.append((tone_last("mình"), "minh"))
        else:
            out.extend(((tone_last("mật"), "mat"), (tone_last("khẩu"), "khau")))
    return out
