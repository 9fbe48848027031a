"""Somebody who registers, in front of the dialogue without Rasa and channels between."""

from __future__ import annotations

from typing import Any, cast

from actions.registration.life import RegistrationLife
from actions.registration.turn import RegistrationTurns
from actions.said.said import Outcome, Said
from helpdesk.photos.reader import PhotoReader
from helpdesk.registration.model import Registration
from helpdesk.services import Services


class Citizen:
    """Says things to the dialogue as Rasa would hand them over."""

    def __init__(self, services: Services, conversation_id: str) -> None:
        turns = RegistrationTurns(
            services.guide, services.registrations, services.conversations, services.otp, cast(PhotoReader, None)
        )
        self.dialogue = RegistrationLife(services.registrations, services.errands, turns)
        self.services = services
        self.cid = conversation_id
        self.number = 0

    def said(self, text: str = "", intent: str = "inform", choice: str | None = None, **entities: str) -> Said:
        self.number += 1
        found: list[dict[str, Any]] = []
        for entity, value in entities.items():
            # A date's value is ISO, as Rasa's extractor gives it; in these texts it is written last.
            start = text.find(value) if value in text else len(text) - 10
            found.append({"entity": entity, "value": value, "start": start, "end": start + len(value)})
        return Said(f"m{self.number}", text, intent, tuple(found), None, choice)

    async def says(self, text: str, intent: str = "inform", **entities: str) -> list[str]:
        return await self.hears(self.said(text, intent, **entities))

    async def taps(self, choice: str) -> list[str]:
        return await self.hears(self.said(choice=choice))

    async def hears(self, said: Said) -> list[str]:
        outcome = await self.dialogue.turn(self.cid, said)
        assert outcome is not None
        return answers(outcome)

    async def opens(self, text: str = "đăng ký vssid", **entities: str) -> list[str]:
        return answers(await self.dialogue.open(self.cid, self.said(text, "register_account", **entities)))

    async def draft(self) -> Registration:
        found = await self.services.registrations.draft(self.cid)
        assert found is not None
        return found

    async def code(self) -> str:
        """The last code that was mailed, as the queue holds it."""
        row = await self.services.database.fetch_one("SELECT sealed FROM mails ORDER BY created_at DESC LIMIT 1")
        assert row is not None
        text = str(self.services.sealer.open(row["sealed"]))
        return next(word for word in text.replace("\\n", " ").split() if word.isdigit() and len(word) == 6)


def answers(outcome: Outcome) -> list[str]:
    return [say.answer for say in outcome.says]


async def begun(citizen: Citizen) -> Citizen:
    await citizen.opens()
    await citizen.taps("consent_yes")
    return citizen
