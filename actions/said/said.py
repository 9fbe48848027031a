"""One turn in the dialogue's own terms: what was said, and what is answered.

Owns the shapes only, and reading them off Rasa's tracker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from helpdesk.text import fold

Button = tuple[str, str]
# With these intents a message may be the answer to whatever was asked; any other is sure to be something else.
VALUE_INTENTS = frozenset({"inform", "nlu_fallback", "correct_info", ""})


class Kind(StrEnum):
    """What the extractor calls what it finds (`domain.yml`): which field it is for is another question."""

    AGENCY = "agency"
    BENEFIT = "benefit"
    BHXH_CODE = "bhxh_code"
    BHYT_CARD = "bhyt_card"
    DATE = "date"
    EMAIL = "email"
    INSURANCE = "insurance"
    LOCATION = "location"
    NATIONAL_ID = "national_id"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Said:
    """What the citizen sent: words, a photo, or a tapped `choice` of the form."""

    message_id: str
    text: str = ""
    intent: str = ""
    entities: tuple[Mapping[str, Any], ...] = ()
    photo: str | None = None
    choice: str | None = None

    @property
    def folded(self) -> str:
        """The text in lower case without accents and signs."""
        return fold(self.text)

    def values(self, entity: str) -> list[str]:
        """The values of an entity, in order."""
        return [str(found["value"]) for found in self.entities if found.get("entity") == entity]

    @classmethod
    def of_tracker(cls, tracker: Tracker) -> Said:
        """The latest message. A photo's id comes in the gateway's metadata, never from the text."""
        message = tracker.latest_message
        text = message.get("text") or ""
        intent = (message.get("intent") or {}).get("name") or ""
        metadata = message.get("metadata") or {}
        entities = tuple(message.get("entities") or ())
        tapped = text.startswith("/") and metadata.get("typed") is False
        if metadata.get("phone"):
            # A contact that was shared is a phone number said.
            text, tapped = str(metadata["phone"]), False
            entities = ({"entity": Kind.PHONE, "value": text, "start": 0, "end": len(text)},)
        choice = next((str(e["value"]) for e in entities if e.get("entity") == "choice"), None) if tapped else None
        return cls(
            message_id=str(message.get("message_id") or ""),
            text="" if tapped else text,
            intent=intent,
            entities=() if tapped else entities,
            photo=metadata.get("photo"),
            choice=choice,
        )


@dataclass(frozen=True, slots=True)
class Say:
    """One thing to say: an answer of the guide with buttons of the moment (title, choice).

    `plain` leaves away the buttons that the guide gives the answer.
    """

    answer: str
    buttons: tuple[Button, ...] = ()
    plain: bool = False


@dataclass(slots=True)
class Outcome:
    """What a turn comes to. `open`: whether the form goes on listening; `follow`: the action that takes over."""

    says: list[Say] = field(default_factory=list)
    open: bool = True
    registration_id: str | None = None
    follow: str | None = None

    def dump(self) -> dict[str, Any]:
        """As kept for a message that comes twice: holds names only, no personal data."""
        return {
            "says": [[say.answer, [list(button) for button in say.buttons], say.plain] for say in self.says],
            "open": self.open,
            "follow": self.follow,
        }

    @classmethod
    def load(cls, kept: Mapping[str, Any], registration_id: str) -> Outcome:
        """The outcome of its `dump`."""
        says = [Say(answer, tuple((t, c) for t, c in buttons), plain) for answer, buttons, plain in kept["says"]]
        return cls(says, bool(kept["open"]), registration_id, kept.get("follow"))

    def utter(self, dispatcher: CollectingDispatcher) -> None:
        """Hand everything to Rasa; words and values are put in by the gateway."""
        for say in self.says:
            message: dict[str, Any] = {"answer": say.answer}
            if say.buttons:
                message["buttons"] = [{"title": title, "payload": payload(choice)} for title, choice in say.buttons]
            if say.plain:
                message["plain"] = True
            if self.registration_id:
                message["registration"] = self.registration_id
            dispatcher.utter_message(json_message=message)


def payload(choice: str) -> str:
    """A button's payload: a choice of the form, or what is a payload already ("/intent", "answer:ID")."""
    return choice if choice.startswith("/") or ":" in choice else f'/inform{{"choice":"{choice}"}}'
