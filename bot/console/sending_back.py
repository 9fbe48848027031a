"""What an officer fills in to send an application back, and the plain words that the citizen gets for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.console.words import GENERAL_REASONS, PART_ONLY, REASONS
from helpdesk.errors import InvalidInput

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class SendingBack:
    """`parts`: what is to be repaired, each with a ready-made reason's key or nothing."""

    parts: Mapping[str, str]
    general: str
    note: str

    @classmethod
    def of_form(cls, fields: Mapping[str, str]) -> SendingBack:
        """What was ticked, chosen and written; names and keys that we don't have are left out."""
        parts = {}
        for part, (_, reasons) in REASONS.items():
            reason = fields.get(f"reason_{part}", "")
            if fields.get(f"repair_{part}") == "1" or reason in reasons:
                parts[part] = reason if reason in reasons else ""
        general = fields.get("general", "")
        return cls(parts, general if general in GENERAL_REASONS else "", _tidy(fields.get("note", "")))

    @property
    def repair(self) -> tuple[str, ...]:
        return tuple(self.parts)

    def reason(self) -> str:
        """The citizen's text; InvalidInput("reason") when nothing says why."""
        lines = [f"{REASONS[part][0]}: {REASONS[part][1].get(key, PART_ONLY)}" for part, key in self.parts.items()]
        if self.general:
            lines.append(GENERAL_REASONS[self.general])
        if self.note:
            lines.append(self.note)
        if not lines:
            raise InvalidInput("reason", "Anh/chị chọn ít nhất một phần cần sửa, hoặc ghi lý do cho người dân.")
        if len(self.note) > LONGEST_NOTE:
            raise InvalidInput("reason", f"Lời nhắn dài quá {LONGEST_NOTE} ký tự. Anh/chị viết ngắn lại.")
        return "\n".join(lines)

    def fields(self) -> dict[str, str]:
        """The same as form fields: a page carries them on to the next step."""
        kept = {"general": self.general, "note": self.note}
        for part, key in self.parts.items():
            kept |= {f"repair_{part}": "1", f"reason_{part}": key}
        return kept


NOTHING = SendingBack({}, "", "")


def _tidy(text: str) -> str:
    """One paragraph without control characters."""
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in unicodedata.normalize("NFC", text))
    return " ".join(shown.split())
