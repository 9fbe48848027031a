"""Passwords and one-time codes that somebody types into the chat: found, and hidden before anything is kept.

Owns what counts as a secret that was told. Refuses talk about passwords ("mật khẩu có mấy ký tự", "otp 6 số không
thấy gửi"): a question that is masked is a question that nobody can answer. Nothing is hidden but the secret itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from helpdesk.privacy import secret_words as words_of
from helpdesk.privacy.typed_words import Word, read_words

Kind = Literal["password", "otp"]
MASK = "••••••"
_REACH = 9
# As long as phone numbers, identity numbers and card numbers: told without "là" they are those.
_NUMBER_LENGTHS = frozenset({9, 10, 11, 12, 13, 15})


@dataclass(frozen=True, slots=True)
class Guarded:
    """The text with every secret hidden, and what kinds were found; without any it is the text as it came."""

    text: str
    kinds: tuple[Kind, ...] = ()


def find_secrets(text: str, expecting: str | None = None) -> Guarded:
    """Hide what was told that must not be.

    `expecting` is what the dialogue has just asked for: with "otp" a one-time code passes; six bare digits are taken
    for one only when nothing is expected.
    """
    found = _Message(read_words(text), expecting).secrets()
    hidden, kinds, at = [], [], 0
    for start, end, kind in sorted(found):
        if start >= at:
            hidden += [text[at:start], MASK]
            at = end
            kinds.append(kind)
        elif end > at:  # Two findings overlap: hidden as far as the longer one.
            at = end
    return Guarded("".join([*hidden, text[at:]]), tuple(dict.fromkeys(kinds))) if found else Guarded(text)


_Span = tuple[int, int, Kind]


class _Message:
    """One message's words, and what the dialogue expects of them."""

    def __init__(self, words: list[Word], expecting: str | None) -> None:
        self._words = words
        self._texts = [word.text for word in words]
        self._expecting = expecting

    def secrets(self) -> list[_Span]:
        found = [*self._plain()]
        for index in range(len(self._words)):
            if length := self._head(index, words_of.PASSWORD, words_of.PASSWORD_PHRASES):
                found += self._after_password(index, index + length)
                found += self._before(index, "password")
            elif length := self._head(index, words_of.OTP, words_of.OTP_PHRASES):
                found += self._after_otp(index + length)
                found += self._before(index, "otp")
            elif self._texts[index] == "ma" and self._expecting is None:
                found += self._after_code(index + 1)
        if self._expecting == "otp":
            return [span for span in found if span[2] != "otp" and not self._is_six_digits(span)]
        return found

    def _is_six_digits(self, span: _Span) -> bool:
        told = [w.digits for w in self._words if span[0] <= w.start and w.end <= span[1]]
        return len("".join(told)) == 6 and all(told)

    def _head(self, index: int, single: re.Pattern[str], phrases: tuple[tuple[str, ...], ...]) -> int:
        """How many words from `index` on name a secret; 0 for none."""
        if single.fullmatch(self._texts[index]):
            return 1
        return next((len(p) for p in phrases if tuple(self._texts[index : index + len(p)]) == p), 0)

    def _plain(self) -> Iterator[_Span]:
        """What is a secret by its form alone."""
        for word in self._words:
            if words_of.OWN.fullmatch(word.text) or (self._expecting != "email" and words_of.is_strong(word.text)):
                yield word.start, word.end, "password"
        if self._expecting is None:
            rest = [
                i for i, text in enumerate(self._texts) if text not in words_of.FILLERS and text not in words_of.MARKS
            ]
            if rest and self._is_code(self._group(rest[0])) and self._group(rest[0])[-1] == rest[-1]:
                yield self._span(self._group(rest[0]), "otp")

    def _group(self, index: int) -> range:
        """The words from `index` on that are one number written in groups; none within a number."""
        end = index
        if index and self._words[index - 1].digits and not self._words[index - 1].closes:
            return range(index, index)
        while end < len(self._words) and self._words[end].digits and (end == index or not self._words[end - 1].closes):
            end += 1
        return range(index, end)

    def _number(self, index: int) -> str:
        return "".join(self._words[i].digits for i in self._group(index))

    def _is_code(self, group: range) -> bool:
        """Six digits, in one piece or in groups, but not as a date is written ("12 03 90")."""
        lengths = [len(self._words[i].digits) for i in group]
        return sum(lengths) == 6 and lengths != [2, 2, 2]

    def _span(self, group: range, kind: Kind) -> _Span:
        return self._words[group[0]].start, self._words[group[-1]].end, kind

    def _next(self, index: int) -> str:
        return self._texts[index] if index < len(self._texts) else ""

    def _after_password(self, first: int, index: int) -> Iterator[_Span]:
        before = self._texts[max(0, first - 4) : first]
        short = self._texts[first] == "mk"
        if short and before and before[-1] in words_of.BEFORE_I and self._next(index) not in {"cu", "moi"}:
            return
        heard = words_of.Heard.of(before, slashed="/" in self._texts[first], short=short)
        for at in range(index, min(index + _REACH, len(self._words))):
            word, previous = self._words[at], self._words[at - 1]
            if previous.closes and not (at == index and heard.paired):
                return
            if self._head(at, words_of.OTP, words_of.OTP_PHRASES):
                return
            if word.text in words_of.IS:
                heard.told = heard.near = True
                heard.marked = word.text in words_of.MARKS
                heard.sure = heard.sure or heard.marked
                continue
            span = self._told_number(at, heard) or self._told_word(at, heard)
            if span:
                yield span
                return
            if word.text in words_of.ASKED or (word.text in words_of.VALUES and not heard.near):
                return
            heard.near = False
            heard.sure = heard.sure or word.text in {"cu", "moi", "vssid"}
            first_time = (previous.text, word.text) in {("lan", "dau"), ("ban", "dau")}
            heard.strayed = heard.strayed or not (first_time or word.text in words_of.BETWEEN)

    def _told_number(self, at: int, heard: words_of.Heard) -> _Span | None:
        group, number = self._group(at), self._number(at)
        if not number or heard.strayed or self._next(group.stop) in words_of.UNITS:
            return None
        usual = len(number) in _NUMBER_LENGTHS and not heard.paired
        if heard.told:
            fits = len(number) >= 4 and not (usual and (not heard.sure or (heard.marked and heard.changing)))
        else:
            fits = len(number) >= 6 and not heard.without and not usual
        return self._span(group, "password") if fits else None

    def _told_word(self, at: int, heard: words_of.Heard) -> _Span | None:
        word = self._words[at]
        if heard.slashed and "/" in word.text:
            name, _, secret = word.text.rpartition("/")
            if secret and any(c.isdigit() for c in name):
                return word.end - len(secret), word.end, "password"
        if word.digits:
            return None
        if words_of.is_mixed(word.text, heard.near) and (heard.near or not heard.strayed):
            return word.start, word.end, "password"
        if not (heard.near and heard.sure) or heard.strayed:
            return None
        if words_of.is_joined_word(word.text) and self._is_last(at):
            return word.start, word.end, "password"
        return self._in_parts(at)

    def _is_last(self, at: int) -> bool:
        return self._words[at].closes or all(t in words_of.FILLERS for t in self._texts[at + 1 : at + 3])

    def _in_parts(self, at: int) -> _Span | None:
        """`là Abc 123`: a word and then a number, and nothing more."""
        if self._words[at].closes or at + 1 >= len(self._words):
            return None
        second = self._words[at + 1]
        plain = words_of.ASKED | words_of.UNSURE | words_of.VALUES | words_of.UNITS | words_of.BETWEEN
        fits = self._texts[at].isalpha() and self._texts[at] not in plain and len(second.digits) >= 3
        return (
            (self._words[at].start, second.end, "password")
            if fits and self._next(at + 2) not in words_of.UNITS and self._is_last(at + 1)
            else None
        )

    def _after_otp(self, index: int) -> Iterator[_Span]:
        told = strayed = False
        for at in range(index, min(index + _REACH, len(self._words))):
            word = self._words[at]
            if self._words[at - 1].closes and at > index:
                return
            if word.text in words_of.IS:
                told = True
                continue
            group, number = self._group(at), self._number(at)
            if number and self._next(group.stop) not in words_of.UNITS:
                grouped = "." in self._texts[at]
                if self._is_code(group) and (told or not (strayed and grouped)):
                    yield self._span(group, "otp")
                    return
                if told and not strayed and len(number) in {4, 5, 7, 8}:
                    yield self._span(group, "otp")
                    return
            if word.text in words_of.ASKED or (word.text in words_of.VALUES - {"mail", "email", "gmail", "so"}):
                return
            strayed = strayed or word.text not in words_of.BETWEEN

    def _after_code(self, index: int) -> Iterator[_Span]:
        """`mã người ta gửi về là 739 204`: a code that is not said to be another one's."""
        for at in range(index, min(index + _REACH, len(self._words))):
            text, previous = self._texts[at], self._texts[at - 1]
            if text in words_of.OTHER_CODES or text in words_of.ASKED or (self._words[at - 1].closes and at > index):
                return
            group = self._group(at)
            if group:
                asked = set(self._texts[group.stop : group.stop + 2]) & (words_of.ASKED | words_of.UNSURE | {"dung"})
                near = at == index or previous in words_of.IS
                if self._is_code(group) and near and not asked:
                    yield self._span(group, "otp")
                return

    def _before(self, head: int, kind: Kind) -> Iterator[_Span]:
        """`Abc@123 là mật khẩu của em`, `482913 là mã otp`."""
        at = head - 1
        while at >= 0 and head - at <= 3 and self._texts[at] in {"cai", "chinh", "ma", "day", "do", "ne"}:
            at -= 1
        if at < 1 or self._texts[at] not in words_of.IS | {"lam"}:
            return
        word = self._words[at - 1]
        if word.closes:
            return
        first = at - 1
        while first > 0 and self._words[first].digits and self._words[first - 1].digits:
            first -= 1
        number = self._number(first) if word.digits else ""
        if kind == "otp":
            if self._is_code(range(first, at)):
                yield self._span(range(first, at), "otp")
        elif (len(number) >= 6 and not (self._texts[head] == "mk" and len(number) in _NUMBER_LENGTHS)) or (
            not number and words_of.is_mixed(word.text, told=False)
        ):
            yield self._span(range(first, at), "password")
