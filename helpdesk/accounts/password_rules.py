"""What a citizen's password must be, how strong it is, how one is made and kept.

Owns the rules (docs/decisions/0005-passwords.md), their codes and Argon2. Refuses to know accounts; what a citizen is
told for a code is the page's.
"""

from __future__ import annotations

import asyncio
import math
import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import pairwise
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from helpdesk.errors import InvalidInput, Overloaded
from helpdesk.text import fold

SHORTEST = 8
LONGEST = 64
# None of them is taken for another one, in print or in somebody's handwriting: no 0 o, 1 l i, 2 z, 5 s, 6 8 b, g q.
_LETTERS = "acdefhkmnprtuwxy"
_DIGITS = "3479"
_HASHERS = 2
_MOST_WAITING = 64
_T = TypeVar("_T")

# What people take first; with a run of digits around they are no better.
COMMON = frozenset(
    "a aa aaa ab abc abcd abcde abcdef qwe qwer qwert qwerty qwertyuiop asd asdf asdfgh zxc zxcvbn qaz qazwsx password "
    "passw pass passwd matkhau matkhaumoi mk matma admin administrator root user test guest login welcome hello "
    "xinchao chao iloveyou loveyou love anhyeuem emyeuanh yeuem yeuanh yeu em anh vo chong bo me con meo cho "
    "vssid vneid bhxh bhyt baohiem baohiemxahoi thanhkhe danang vietnam hanoi saigon quangnam viettel vinaphone "
    "mobifone facebook zalo google gmail iphone samsung hoilamgi khongnho khongbiet khongco".split()
)
_RUNS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)


class Strength(IntEnum):
    """How long guessing takes, in steps that have a word each."""

    WEAK = 1
    FAIR = 2
    GOOD = 3
    STRONG = 4


def tidy_new(text: str) -> str:
    """A new password in the form that is hashed: NFC, so that every keyboard makes the same of "ề"."""
    return unicodedata.normalize("NFC", text)


def tidy_old(text: str) -> str:
    """A password as it was typed to prove that it is known; copied from a mail it may bring spaces with it."""
    return unicodedata.normalize("NFC", text).strip()


def check_rules(password: str, bhxh_code: str, full_name: str) -> None:
    """Raise InvalidInput with the first rule that a tidied new `password` breaks.

    Codes: password_empty, password_short, password_long, password_control, password_spaces, password_letters,
    password_digits, password_number, password_name, password_common.
    """
    broken = {
        "password_empty": not password.strip(),
        "password_control": any(unicodedata.category(c) in {"Cc", "Cs", "Co", "Cn"} for c in password),
        "password_spaces": password != password.strip(),
        "password_short": len(password) < SHORTEST,
        "password_long": len(password) > LONGEST,
        "password_letters": not any(c.isalpha() for c in password),
        "password_digits": not any(c.isdecimal() for c in password),
        "password_number": _holds_number(password, bhxh_code),
        "password_name": _holds_name(password, full_name),
        "password_common": is_common(password),
    }
    code = next((code for code, is_broken in broken.items() if is_broken), None)
    if code is not None:
        raise InvalidInput(code)


def _holds_number(password: str, bhxh_code: str) -> bool:
    digits = "".join(c for c in password if c.isdecimal())
    return bool(bhxh_code) and bhxh_code in digits


def _holds_name(password: str, full_name: str) -> bool:
    """The whole name, its last two words or first and last; a given name alone is too short to forbid."""
    joined = fold(password).replace(" ", "")
    words = fold(full_name).split()
    names = {"".join(words), "".join(words[-2:]), words[0] + words[-1]} if len(words) >= 2 else set(words)
    return any(len(name) >= 4 and name in joined for name in names)


def is_common(password: str) -> bool:
    """A word that everybody takes with a few digits, a run of the keyboard, or next to nothing repeated."""
    plain = fold(password).replace(" ", "")
    letters = "".join(c for c in plain if c.isalpha())
    digits = "".join(c for c in plain if c.isdigit())
    if len(set(plain)) <= 3:
        return True
    usual_digits = (
        len(digits) <= 3 or _is_run(digits) or len(set(digits)) <= 2 or bool(re.fullmatch(r"(19|20)\d\d", digits))
    )
    return usual_digits and (letters in COMMON or _is_run(letters) or len(set(letters)) == 1)


def _is_run(text: str) -> bool:
    half = text[: len(text) // 2]
    return any(text in run for run in _RUNS) or (
        bool(half) and half + half == text and (len(half) <= 3 or _is_run(half))
    )


def strength(password: str) -> Strength:
    """Length counts most; kinds of characters count a little; what repeats or follows in a row counts nothing.

    bot/web/password/password.js shows the same while one types: keep the two alike.
    """
    kinds = (str.islower, str.isupper, str.isdecimal)
    sizes = (26, 26, 10)
    pool = sum(size for kind, size in zip(kinds, sizes, strict=True) if any(kind(c) for c in password))
    if any(not c.isalnum() for c in password):
        pool += 20
    if any(ord(c) > 127 for c in password):
        pool += 40
    counted = len(set(password[:1])) + sum(
        1 for before, after in pairwise(password) if abs(ord(after) - ord(before)) > 1
    )
    bits = counted * math.log2(max(pool, 2))
    if len(password) < SHORTEST or bits < 40 or is_common(password):
        return Strength.WEAK
    return Strength.FAIR if bits < 55 else Strength.GOOD if bits < 72 else Strength.STRONG


def first_password() -> str:
    """A first password: three groups of four (52 bits), easily read and typed, with a few digits and no odd runs."""
    while True:
        text = "-".join("".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(4)) for _ in range(3))
        if sum(c in _DIGITS for c in text) >= 2 and strength(text) >= Strength.GOOD:
            return text


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A first password, and the hash that is all that is kept of it once its mail has gone."""

    text: str = field(repr=False)
    hashed: str = field(repr=False)


class Hashing:
    """Argon2 in threads: a hash takes 64 MiB and a twentieth of a second, so two at once and no long queue of them."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._slots = asyncio.Semaphore(_HASHERS)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Raises Overloaded when too many wait."""
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def first_password(self) -> FirstPassword:
        """A new one. Raises Overloaded when too many wait."""
        text = first_password()
        return FirstPassword(text, await self.hash(text))

    async def matches(self, hashed: str, password: str) -> bool:
        """Raises Overloaded when too many wait."""

        def verify() -> bool:
            try:
                return self._hasher.verify(hashed, password)
            except (VerificationError, InvalidHashError):
                return False

        return await self._in_thread(verify)

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        if self._waiting >= _MOST_WAITING:
            raise Overloaded(5, "Nhiều người đang dùng cùng lúc. Anh/chị thử lại sau ít giây ạ.")
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
