"""The e-mail address in a message, typed or dictated. Its syntax is `helpdesk.identity.emails`'."""

from __future__ import annotations

import re

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import Entity, Message
from actions.said import VALUE_INTENTS, Kind, Said
from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, parse_email
from helpdesk.registration import FIELDS
from helpdesk.text import DIGITS, any_of

_SPOKEN = re.compile(rf"(?:\b{any_of(DIGITS)}\b\s*){{2,}}")
_TRIES = re.compile(r"\S@|@\S|\ba ?(?:cong|moc|vong)\b.*\b(?:cham|mail|com)\b|\w\.(?:com|vn)\b")

# An address in the place of its code is a new one.
_ASKED = (FieldName.EMAIL, FieldName.OTP)


def hear_email(message: Message, said: Said, asked: str, heard: Heard) -> None:
    """Take the address; of several that differ none is taken."""
    found = message.of(Kind.EMAIL)
    if not found:
        if asked in _ASKED and said.intent in VALUE_INTENTS and _TRIES.search(message.letters):
            _keep(message.text.strip(), heard)
        return
    if len({entity.value for entity in found}) > 1:
        heard.problems[FieldName.EMAIL] = FIELDS[FieldName.EMAIL].two
        return
    entity = found[0]
    written = message.text[entity.start : entity.end]
    if "@" not in written:
        _dictated(message, entity, heard)
        return
    before = message.letters[: entity.start].split("\n")[-1].split()
    # `lan nguyen@gmail.com` and nothing else: the space may belong to the address.
    whole = asked in _ASKED and 1 <= len(before) <= 2 and message.label_before(entity.start) is None
    runs_on = message.text[entity.end : entity.end + 1].isalnum()
    _keep(message.text.strip() if whole or runs_on else written, heard)


def _dictated(message: Message, entity: Entity, heard: Heard) -> None:
    """Number words in a dictated address may be digits: both are put to the citizen."""
    if not heard.parse(FieldName.EMAIL, lambda: parse_email(entity.value).address):
        return
    heard.email_hint = parse_email(entity.value).suggestion
    local = re.split(r"\ba\s?(?:cong|moc|vong)\b|@", message.letters[entity.start : entity.end])[0]
    digits = _SPOKEN.sub(lambda m: "".join(str(DIGITS[word]) for word in m[0].split()), local)
    if digits != local:
        host = heard.values[FieldName.EMAIL].partition("@")[2]
        guess = re.sub(r"\s", "", digits.replace(" cham ", ".").replace(" gach duoi ", "_"))
        heard.email_hint = f"{guess}@{host}"


def _keep(written: str, heard: Heard) -> None:
    try:
        email = parse_email(written)
    except InvalidInput as error:
        heard.problems[FieldName.EMAIL] = error.code
        return
    heard.values[FieldName.EMAIL] = email.address
    heard.email_hint = email.suggestion
