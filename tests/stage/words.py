"""Which answers of the guide were said: dialogues are checked by the answers' names, so their wording may change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from helpdesk.guide.guide import Guide

_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")


class Words:
    """Recognises the guide's answers in a text."""

    def __init__(self, guide: Guide) -> None:
        self._patterns = {identifier: _pattern(guide.get(identifier).text) for identifier in guide.ids}

    def names(self, text: str) -> list[str]:
        """The answers in a text, in the order in which they stand there."""
        found = ((match.start(), name) for name, pattern in self._patterns.items() if (match := pattern.search(text)))
        return [name for _, name in sorted(found)]


def _pattern(template: str) -> re.Pattern[str]:
    fixed = [re.escape(part) for part in _PLACEHOLDER.split(template.strip())]
    # At a paragraph's end, so that a short answer is not taken for the beginning of a longer one.
    return re.compile(r"(?:^|\n\n)" + ".*?".join(fixed) + r"(?=\n\n|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the assistant said to one message."""

    text: str
    names: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, message: dict[str, Any], words: Words) -> Answer:
        buttons = tuple((button["title"], button["payload"]) for button in message["buttons"])
        return cls(message["text"], tuple(words.names(message["text"])), buttons)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    @property
    def titles(self) -> list[str]:
        return [title for title, _ in self.buttons]

    @property
    def question(self) -> str:
        """What was asked, as the form names it ("full_name", "confirm"); empty when nothing was."""
        for name in reversed(self.names):
            if name in _QUESTIONS:
                return _QUESTIONS[name]
            if name.startswith("reg_ask_"):
                return name.removeprefix("reg_ask_")
        return ""

    def __repr__(self) -> str:
        return f"<{', '.join(self.names) or '?'}>\n{self.text}\n{self.titles}"


# Questions that go by another name than "reg_ask_…".
_QUESTIONS = {
    "reg_consent": "consent", "reg_consent_short": "consent", "reg_consent_again": "consent",
    "reg_ask_start": "front", "reg_read_cccd": "read", "reg_read_bhyt": "read", "reg_otp_sent": "otp",
}  # fmt: skip
