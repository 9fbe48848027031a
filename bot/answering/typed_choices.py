"""When words stand for a tap: "số 2", "cái đầu tiên", or a button's own title typed out.

Many people don't tap: they dictate, or their screen shows no buttons. Owns reading such a choice off the buttons of the
assistant's last message; everything else is for the dialogue.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from helpdesk.conversations import Button
from helpdesk.text import COUNTS, DIGITS, fold

_NAMED = {"nhat": 0, "dau": 0, "tren": 0, "nhi": 1, "giua": 1, "tu": 3}
_SPELT = {word: DIGITS[word] - 1 for word in COUNTS} | _NAMED
_ORDINALS = {str(number): number - 1 for number in range(1, 10)} | _SPELT | {"cuoi": -1}
_POLITE = r"(?:da|vang|uh?|em|toi|minh|cho)"
_NAMING = r"(?:chon|lay|bam|so|cai|thu|y|cau|muc|nut|dong|o)"
_TAIL = r"(?:tien|cung|a|di|do|nha|nhe|nghe|em|ban|ad|giup)"
# "so 2", "cai thu hai a", "dau tien": an ordinal with nothing else of weight around it.
_CHOICE = re.compile(rf"(?:{_POLITE}\s+)*(?P<naming>(?:{_NAMING}\s+)*)(?P<ordinal>\w+)(?:\s+{_TAIL})*")
# "tư", "năm", "ba" alone are rather words than numbers, and "thứ hai" alone is Monday: these need "số", "cái", "ý".
_WORDS = frozenset(_SPELT)


def chosen_button(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button that the text stands for; only those that can be tapped back count."""
    taps = [button for button in buttons if button.payload]
    folded = fold(text)
    if not taps or not folded:
        return None
    for button in taps:
        if fold(button.title) == folded:
            return button
    match = _CHOICE.fullmatch(folded)
    if match is None:
        return None
    naming = match["naming"].split()
    if match["ordinal"] in _WORDS and naming in ([], ["thu"]) and "tien" not in folded:
        return None
    if match["ordinal"] == "sau" and not {"so", "thu"}.intersection(naming):
        # "Cái sau" is the latter, not the sixth.
        return None
    index = _ORDINALS.get(match["ordinal"])
    # Whether an answer helped is not a topic of the list.
    taps = [button for button in taps if not (button.payload or "").startswith("helped:")]
    return taps[index] if index is not None and index < len(taps) else None
