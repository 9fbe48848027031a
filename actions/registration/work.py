"""A turn while it is being worked on: the draft as it changes, and what will be said.

Owns when a draft is written (once, at the end of the turn) and that the same message never counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from actions.said import Button, Outcome, Said, Say
from helpdesk.registration import FIELD_WORDS, Registration, Registrations


@dataclass(slots=True)
class Work:
    """One turn of a draft."""

    registration: Registration
    said: Said
    fields: dict[str, str] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    says: list[Say] = field(default_factory=list)
    # Whether the form goes on, and whether the next question is put at the end of the turn.
    open: bool = True
    asks: bool = True
    # Another action that takes over.
    follow: str | None = None

    @classmethod
    def on(cls, registration: Registration, said: Said) -> Work:
        """The work on a message."""
        return cls(registration, said, dict(registration.fields), dict(registration.progress))

    @property
    def asked(self) -> str:
        """The question in front of the citizen."""
        return str(self.progress.get("asked") or "")

    @property
    def draft(self) -> Registration:
        """The draft with what this turn has changed so far."""
        return replace(self.registration, fields=self.fields, progress=self.progress)

    def say(self, answer: str, *buttons: Button, plain: bool = False) -> None:
        """Say one thing."""
        self.says.append(Say(answer, buttons, plain))

    def put(self, values: Mapping[str, str]) -> None:
        """Take values; whatever was being corrected with them is settled."""
        done = list(self.progress.get("filled") or [])
        for name, value in values.items():
            self.fields[name] = value
            if name in FIELD_WORDS:
                done = [earlier for earlier in done if earlier != name] + [name]
        self.progress["filled"] = done
        if self.progress.get("editing") in values:
            self.progress.pop("editing")

    def drop(self, *names: str) -> None:
        """Forget fields."""
        for name in names:
            self.fields.pop(name, None)

    def stop(self) -> None:
        """Leave the form; the draft stays."""
        self.open = self.asks = False

    async def close(self, registrations: Registrations) -> Outcome:
        """Write the draft and what was said, so that the same message again is answered alike."""
        outcome = Outcome(self.says, self.open, self.registration.id, self.follow)
        self.progress["last_message"] = self.said.message_id
        self.progress["last_outcome"] = outcome.dump()
        self.registration = await registrations.save(self.registration, self.fields, self.progress)
        return outcome
