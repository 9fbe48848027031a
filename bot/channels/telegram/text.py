"""What a reply becomes on Telegram: its parts, each short enough, and the rows of its buttons.

Owns Telegram's limits on what is sent. Refuses sending, and markup: everything is plain text, so that whatever
stands in a text is shown as it is.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.conversations import Button, Message, offer_key

log = logging.getLogger(__name__)

# In UTF-16 code units, as Telegram counts: an emoji is two.
LONGEST_TEXT = 4096
LONGEST_PAYLOAD = 64
# Two buttons share a row of a narrow phone only if both titles stay readable beside each other.
_SHORT_TITLE = 18
# Best first; a number before the dot is a list's ("1. Mở ứng dụng"), not a sentence's end.
_ENDS = tuple(re.compile(end) for end in (r"\n\s*\n", r"\n", r"(?<!\d)[.!?…]+[\"”’)]*\s+", r"\s+"))
_INVITATION = "Anh/chị chọn giúp em ạ:"
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class TextPart:
    """One text message; buttons hang under the last one only."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class PicturePart:
    """A picture of the guide, by its file name."""

    name: str


def reply_parts(message: Message) -> list[TextPart | PicturePart]:
    """Pictures first, so that the buttons end up where the citizen looks: at the bottom. Always the same list for the
    same message: what was sent of it is remembered by count."""
    pictures = [PicturePart(attachment.id) for attachment in message.attachments if attachment.kind == "picture"]
    texts = split_text(message.text)
    if not texts and message.buttons:
        texts = [_INVITATION]
    last = len(texts) - 1
    return [
        *pictures,
        *(TextPart(text, message.buttons if index == last else ()) for index, text in enumerate(texts)),
    ]


def utf16_length(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """Cut at the end of a paragraph, a line, a sentence or a word, whichever comes first in this order."""
    # A lone surrogate can't be sent at all.
    rest = text.encode("utf-8", "replace").decode("utf-8").strip()
    parts = []
    while utf16_length(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int) -> int:
    longest = len(text.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore"))
    for end in _ENDS:
        # One character more, for the blank may be the first that doesn't fit; it is stripped anyway.
        cuts = [match.end() for match in end.finditer(text, 0, longest + 1)]
        if cuts and cuts[-1] > longest // 3:
            return cuts[-1]
    cut = longest
    while cut > 1 and _belongs_to_previous(text, cut):
        cut -= 1
    return cut if cut > 1 else longest


def _belongs_to_previous(text: str, position: int) -> bool:
    character = text[position]
    joined = _ZERO_WIDTH_JOINER in (character, text[position - 1])
    return joined or unicodedata.category(character) in ("Mn", "Me", "Sk")


def button_rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """One button a row, or two where both titles are short. A button that Telegram can't hold is left out: the citizen
    gets the reply without it rather than nothing."""
    rows: list[list[Button]] = []
    for button in buttons:
        if not button.title.strip() or not (button.url or button.payload):
            log.error("a button that Telegram can't hold is left out: %s", button.payload or button.url)
            continue
        pair = rows and len(rows[-1]) == 1 and _is_short(rows[-1][0]) and _is_short(button)
        if pair:
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _is_short(button: Button) -> bool:
    return len(button.title) <= _SHORT_TITLE


def callback_data(payload: str) -> str:
    """What a button carries on Telegram: the payload, or the key of one that is too long."""
    return payload if len(payload.encode()) <= LONGEST_PAYLOAD else offer_key(payload)
