"""A turn while it is being worked on: the draft as it changes, and what will be said.

Owns when a draft is written (once, at the end of the turn) and that the same message never counts twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from actions.said import Button, Outcome, Said, Say
from helpdesk.identity import FieldName
from helpdesk.registration import (
    CONFIRM,
    FIELD_WORDS,
    Doubt,
    Notes,
    Progress,
    Registration,
    Registrations,
    without_copies,
)

# The field that a question of the dialogue's own is about; the others are about none.
_ABOUT: Mapping[str, FieldName] = {
    Doubt.NAME_PLAIN: FieldName.FULL_NAME,
    Doubt.EMAIL_HINT: FieldName.EMAIL,
    Doubt.FOUND_CODE: FieldName.BHXH_CODE,
}


@dataclass(slots=True)
class Work:
    """One turn of a draft."""

    registration: Registration
    said: Said
    fields: dict[str, str] = field(default_factory=dict)
    progress: Progress = Progress()
    notes: Notes = Notes()
    says: list[Say] = field(default_factory=list)
    # Whether the form goes on, and whether the next question is put at the end of the turn.
    open: bool = True
    asks: bool = True
    # Another action that takes over.
    follow: str | None = None

    @classmethod
    def on(cls, registration: Registration, said: Said) -> Work:
        """The work on a message."""
        return cls(registration, said, dict(registration.fields), registration.progress, registration.notes)

    @property
    def asked(self) -> str:
        """The question in front of the citizen."""
        return self.progress.asked

    @property
    def about(self) -> str:
        """The field that the question in front of the citizen is about; empty where it is about several."""
        asked = self.asked
        return _ABOUT.get(asked, "") if asked in (*Doubt, CONFIRM) else asked

    @property
    def draft(self) -> Registration:
        """The draft with what this turn has changed so far."""
        return replace(self.registration, fields=self.fields, progress=self.progress, notes=self.notes)

    def say(self, answer: str, *buttons: Button, plain: bool = False) -> None:
        """Say one thing."""
        self.says.append(Say(answer, buttons, plain))

    def put(self, values: Mapping[str, str]) -> None:
        """Take values; whatever was being corrected with them is settled."""
        done = list(self.progress.filled)
        for name in values:
            if name in FIELD_WORDS:
                done = [earlier for earlier in done if earlier != name] + [name]
        self.fields = without_copies({**self.fields, **values})
        editing = self.progress.editing
        self.progress = replace(self.progress, filled=tuple(done), editing="" if editing in values else editing)

    def drop(self, *names: str) -> None:
        """Forget fields."""
        for name in names:
            self.fields.pop(name, None)

    def edited(self, name: str) -> None:
        """A correction is settled, if it is this field that was being corrected."""
        if self.progress.editing == name:
            self.progress = replace(self.progress, editing="")

    def stop(self) -> None:
        """Leave the form; the draft stays."""
        self.open = self.asks = False

    async def close(self, registrations: Registrations) -> Outcome:
        """Write the draft and what was said, so that the same message again is answered alike."""
        outcome = Outcome(self.says, self.open, self.registration.id, self.follow)
        self.progress = replace(self.progress, last_message=self.said.message_id, last_outcome=outcome.dump())
        self.registration = await registrations.save(self.registration, self.fields, self.progress, self.notes)
        return outcome
