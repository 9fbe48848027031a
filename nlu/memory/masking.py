"""What of a turn is kept in Rasa's conversations: the thread of the talk, never what identifies a citizen.

The running turn sees everything; only what goes to disk passes here. While a form is open nothing that was typed is
kept, only what kind of message it was. At any other time numbers (identity, card, phone, one-time code, birth date) and
e-mail addresses are dotted out. It refuses no event and changes none in place.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered

from nlu.entities import DIGITS, ZEROS, any_of, plain

Fields = dict[str, Any]

IN_A_FORM = "(thông tin đăng ký)"
MASKED = "•••"
_DOT = "•"
_PERSONAL = frozenset({"bhxh_code", "bhyt_card", "national_id", "phone", "email", "date"})
# What a policy, an action or the reader of a report may look back on; anything else may quote the text.
_KEPT_OF_PARSE = ("intent", "intent_ranking", "message_id")
_NAMES_OF_ENTITY = ("entity", "role", "group")
_OWN_METADATA = frozenset({"model_id", "assistant_id", "utter_action"})

_DIGITS = re.compile(r"\d(?:[\W_]{0,3}\d){5,}")
_HOTLINE = re.compile(r"1[89]00\d{4}")
_ADDRESS = re.compile(r"(?<!\S)\S*(?:\s?[@＠]\s?\S+)+")
_HOST = re.compile(r"(?<!\S)(?:\S+\s)?\S*(?:gmail|yahoo|hotmail|outlook|icloud)\s?\.\s?(?:com|vn)\S*", re.IGNORECASE)
_SPOKEN = re.compile(rf"\b(?:{any_of([*DIGITS, *ZEROS, 'muoi', 'tram'])}(?:[\s,.-]+|$)){{6,}}")


def kept(event: Event, in_form: bool) -> tuple[Event, Fields]:
    """The event as it may be kept, and its fields; the very event if there is nothing to hide."""
    fields = event.as_dict()
    if isinstance(event, UserUttered):
        hidden = _user(fields, in_form)
        # Read back, so that what is cached and what is on disk are the same.
        return (event, fields) if hidden == fields else (UserUttered._from_parameters(hidden), hidden)
    if isinstance(event, BotUttered):
        hidden = {**fields, "text": _masked(fields["text"]), "data": _bot_data(fields["data"])}
        return (event, fields) if hidden == fields else (BotUttered._from_parameters(hidden), hidden)
    if isinstance(event, SlotSet) and event.key == SESSION_START_METADATA_SLOT:
        hidden = {**fields, "value": _metadata(event.value, in_form)}
        return (event, fields) if hidden == fields else (SlotSet._from_parameters(hidden), hidden)
    return event, fields


def masked(text: str) -> str:
    """The text with numbers and addresses dotted out, letter for letter."""
    if any(map(str.isdigit, text)):
        text = _DIGITS.sub(_dots_unless_hotline, text)
    if "@" in text or "＠" in text:
        text = _ADDRESS.sub(_dots, text)
    if "." in text:
        text = _HOST.sub(_dots, text)
    if text.count(" ") >= 5:
        letters = plain(text)
        for match in _SPOKEN.finditer(letters.letters):
            start, end = letters.span(match.start(), match.end())
            text = text[:start] + _DOT * (end - start) + text[end:]
    return text


def _user(fields: Fields, in_form: bool) -> Fields:
    parse = fields["parse_data"]
    if in_form:
        text = fields["text"] and IN_A_FORM
        entities = [
            {**{name: entity[name] for name in _NAMES_OF_ENTITY if name in entity}, "value": MASKED}
            for entity in parse.get("entities") or ()
        ]
    else:
        text = _masked(_without_entities(fields["text"], parse.get("entities") or ()))
        entities = [_entity(entity) for entity in parse.get("entities") or ()]
    hidden = {name: parse[name] for name in _KEPT_OF_PARSE if name in parse}
    hidden |= {"entities": entities, "text": text, "metadata": _metadata(parse.get("metadata"), in_form)}
    return {**fields, "text": text, "parse_data": hidden, "metadata": _metadata(fields["metadata"], in_form)}


def _without_entities(text: Any, entities: Any) -> Any:
    """Dates in words and dictated addresses have no shape of their own; the extractor knows where they stand."""
    if not isinstance(text, str):
        return text
    for entity in entities:
        start, end = entity.get("start"), entity.get("end")
        if entity.get("entity") in _PERSONAL and isinstance(start, int) and isinstance(end, int):
            end = min(end, len(text))
            text = text[:start] + _DOT * (end - start) + text[end:]
    return text


def _entity(entity: Fields) -> Fields:
    if entity.get("entity") in _PERSONAL:
        return {**entity, "value": MASKED}
    return {**entity, "value": _masked(entity.get("value"))}


def _bot_data(data: Fields) -> Fields:
    """Custom answers name an answer of the guide; only those with words of their own are looked at."""
    custom = data.get("custom")
    if not isinstance(custom, dict) or not isinstance(custom.get("text"), str):
        return data
    return {**data, "custom": {**custom, "text": masked(custom["text"])}}


def _metadata(metadata: Any, in_form: bool) -> Any:
    """Marks stay, words do not."""
    if not isinstance(metadata, dict):
        return metadata
    return {
        name: value
        if name in _OWN_METADATA or value is None or isinstance(value, bool)
        else (MASKED if in_form or not isinstance(value, str) else masked(value))
        for name, value in metadata.items()
    }


def _masked(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value


def _dots(match: re.Match[str]) -> str:
    return _DOT * len(match.group())


def _dots_unless_hotline(match: re.Match[str]) -> str:
    """The hotlines are in many answers, and a repeated answer must still tell them."""
    return match.group() if _HOTLINE.fullmatch(re.sub(r"\D", "", match.group())) else _dots(match)
