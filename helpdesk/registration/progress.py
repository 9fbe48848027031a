"""What the dialogue remembers of a draft: where it stands, and what it has to say again.

Owns both shapes and how they are kept. `Progress` holds names of questions and answers only and is kept as it is;
`Notes` may hold a number, an address or a person's name and are sealed with the fields, but are none of them. Drafts
that were written before are read too: what is not known any more is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import Any, Literal

from helpdesk.identity import FieldName

ReadCard = Literal["cccd", "bhyt"]


class Doubt(StrEnum):
    """What has to be settled before the next field is asked for: a question of the dialogue's own, in this order."""

    NUMBER_KIND = "number_kind"
    EMAIL_HINT = "email_hint"
    NAME_PLAIN = "name_plain"
    FOUND_CODE = "found_code"
    READ = "read"


# The question under the summary.
CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Notes:
    """What the next words are filled with: never the citizen's answer, but about him all the same."""

    # A number that may be a BHXH number or a phone number.
    number: str = ""
    email_hint: str = ""
    wait: str = ""
    tries_left: str = ""
    taken: str = ""
    # The office's reason for sending an application back, until it is filed again.
    reason: str = ""

    def dump(self) -> dict[str, str]:
        """Only what is there."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def load(cls, kept: Mapping[str, str]) -> Notes:
        """The notes of their `dump`."""
        return cls(**{note.name: str(kept[note.name]) for note in fields(cls) if note.name in kept})


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the dialogue of a draft stands. No personal data."""

    # The question in front of the citizen; empty before the first.
    asked: str = ""
    # What was answered, the latest last.
    filled: tuple[str, ...] = ()
    # The field that is being corrected.
    editing: str = ""
    paused: bool = False
    # Whether the fastest way has been explained.
    started: bool = False
    # The card comes after the typing; the BHXH number after what it is looked up by.
    front_later: bool = False
    code_unknown: bool = False
    code_sent: bool = False
    # Doubts: a name without accents, a number out of the registry, what was read from a card.
    name_plain: bool = False
    found_code: bool = False
    unconfirmed: ReadCard | None = None
    told_birth: bool = False
    # How often nothing was understood, in a row; how often a photo was refused, by side.
    lost: int = 0
    refusals: Mapping[str, int] = field(default_factory=dict)
    # A message that comes twice is answered alike.
    last_message: str | None = None
    last_outcome: Mapping[str, Any] | None = None

    @property
    def expects(self) -> str | None:
        """What the citizen is about to answer, so that six digits are no slip; None while nothing is open.

        A code that is on its way counts as asked for, whatever the form asks meanwhile.
        """
        if self.paused or not self.asked:
            return None
        return FieldName.OTP if self.code_sent else self.asked

    def dump(self) -> dict[str, Any]:
        """Only what differs from the beginning."""
        start = Progress()
        values = {part.name: getattr(self, part.name) for part in fields(self)}
        kept = {name: value for name, value in values.items() if value != getattr(start, name)}
        # As JSON gives them back.
        return {name: list(v) if isinstance(v, tuple) else dict(v) if isinstance(v, Mapping) else v
                for name, v in kept.items()}  # fmt: skip

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> Progress:
        """The progress of its `dump`, or of a draft from before there was one: names are the same, some have gone."""
        values = {part.name: kept[part.name] for part in fields(cls) if kept.get(part.name) is not None}
        return cls(**(values | {"filled": tuple(values.get("filled", ()))}))
