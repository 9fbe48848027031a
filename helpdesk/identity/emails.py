"""One mailbox of a citizen, fit to stand in an envelope.

Owns reading an address out of what was typed or dictated, its syntax, and the question about a likely slip in the
host. Refuses two addresses, line breaks and every sign that mail software could take for more than an address.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from helpdesk.errors import InvalidInput
from helpdesk.identity.email_hosts import likely_host
from helpdesk.text import MAX_CHARS, letters_of, tidy

_LOCAL = re.compile(r"[a-z0-9_+%'&=~-]+(?:\.[a-z0-9_+%'&=~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{1,59}")
# Said or typed with the words for the signs. `a` before `còng` is the at sign's name, not the end of the address.
_AT = re.compile(r"\s*\b(?:a\s?cong|a\s?moc|a\s?vong|at)\b\s*")
_SPELT = (
    (re.compile(r"\s*\b(?:cham|dot)\b\s*"), "."),
    (re.compile(r"\s*\bgach\s(?:duoi|chan)\b\s*"), "_"),
    (re.compile(r"\s*\b(?:gach\sngang|gach\snoi|tru)\b\s*"), "-"),
)
_GAPS = (
    (re.compile(r"\s*@\s*"), "@"),
    (re.compile(r"(?<=[a-z0-9])\s*\.\s*(?=(?:com|vn|net|org|edu|gov)\b)"), "."),
)
# What may stand before an address and is no part of it.
_LEAD = re.compile(
    r"(?:^|.*[\s:=,])(?:la|gmail|email|e-mail|mail|meo|thu|dia chi|da|vang|qua|vao|cho|chi|em|toi|chau|con|minh|ne|nay|"
    r"day|sua thanh|doi thanh|thanh|dung|lay|day la|cua \w+)\s*[:=,]?\s*$|^.*[:=]\s*$|^$"
)


@dataclass(frozen=True, slots=True)
class Email:
    """`address` in small letters; `suggestion` is the same with the host that was probably meant."""

    address: str
    suggestion: str | None = None


def parse_email(text: str) -> Email:
    """Codes: email_empty, email_shape, email_no_at, email_host, email_two, email_newline, email_accents, email_space,
    email_long.
    """
    stripped = text.strip(" \t\r\n\f\v\u00a0\u200b\ufeff")
    if len(stripped) > MAX_CHARS:
        raise InvalidInput("email_long")
    if re.search(r"[\r\n\f\v\0\u0085\u2028\u2029]|%0[ad]", stripped, re.IGNORECASE):
        raise InvalidInput("email_newline")
    plain = unicodedata.normalize("NFC", tidy(stripped, "email_long")).lower()
    if not plain:
        raise InvalidInput("email_empty")
    if "@" in plain:
        written = _token_around_at(plain)
    elif _AT.search(letters_of(plain)):
        written = _dictated(letters_of(plain))
    else:
        raise InvalidInput("email_no_at")
    return _checked(written)


def _token_around_at(plain: str) -> str:
    for gap, sign in _GAPS:
        plain = gap.sub(sign, plain)
    if plain.count("@") > 1:
        raise InvalidInput("email_two" if re.search(r"@[^@\s]*[\s,;/]", plain) else "email_shape")
    at = plain.index("@")
    start = max(plain.rfind(" ", 0, at), plain.rfind("<", 0, at), plain.rfind(":", 0, at)) + 1
    end = next((i for i in range(at, len(plain)) if plain[i] in " >"), len(plain))
    written, before = plain[start:end], plain[:start]
    if re.search(r"[,;]", written.rstrip(",;.!?")):
        raise InvalidInput("email_two")
    if not before.endswith(("<", ":")) and not _LEAD.match(letters_of(before)):
        raise InvalidInput("email_space")
    return written.rstrip(",;.!?)\"'").lstrip("(\"'")


def _dictated(letters: str) -> str:
    if len(_AT.findall(letters)) > 1:
        raise InvalidInput("email_two")
    for pattern, sign in ((_AT, "@"), *_SPELT):
        letters = pattern.sub(sign, letters)
    local, _, host = letters.partition("@")
    lead = re.match(r".*(?:\b(?:la|email|e-mail|gmail|mail|dia chi)\b|:)\s*", local)
    local = local[lead.end() :] if lead and lead.end() < len(local) else local
    if local.count(" ") > 6:
        raise InvalidInput("email_space")
    host = re.sub(r"\bg mail\b", "gmail", host)
    return local.replace(" ", "") + "@" + (host.split() or [""])[0]


def _checked(written: str) -> Email:
    if not written.isascii():
        raise InvalidInput("email_accents")
    local, _, host = written.partition("@")
    if len(local) > 64 or len(written) > 254:
        raise InvalidInput("email_long")
    if not _LOCAL.fullmatch(local):
        raise InvalidInput("email_shape")
    labels = host.split(".")
    if not host or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidInput("email_shape")
    if len(labels) < 2 or not _TOP.fullmatch(labels[-1]):
        raise InvalidInput("email_host")
    meant = likely_host(host)
    return Email(written, f"{local}@{meant}" if meant else None)
