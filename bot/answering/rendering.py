"""Rendering: what Rasa chose, and what the office and the system have to say, in the guide's words.

Owns how the parts of a turn become one message and how an application's values come into it. Refuses to choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.rasa import RasaReply
from helpdesk.conversations import Author, Button, Conversation, Reply
from helpdesk.errors import NotFound
from helpdesk.guide import Guide
from helpdesk.registration import Registration, Registrations, fill, values_for


class Rendering:
    """Puts answers into words."""

    def __init__(self, guide: Guide, registrations: Registrations) -> None:
        self._guide = guide
        self._registrations = registrations

    async def one_reply(self, conversation: Conversation, parts: Sequence[RasaReply]) -> Reply:
        """All that Rasa said in a turn as one message: one question, one answer."""
        rendered = [await self._render(conversation, part) for part in parts]
        rendered = [reply for reply in rendered if reply.text or reply.buttons] or [self._guide.render("failed")]
        if len(rendered) == 1:
            return rendered[0]
        buttons: dict[tuple[str | None, str | None], Button] = {}
        for reply in rendered:
            for button in reply.buttons:
                buttons.setdefault((button.payload, button.url), button)
        return Reply(
            text="\n\n".join(reply.text for reply in rendered if reply.text),
            buttons=tuple(buttons.values()),
            answer=next((reply.answer for reply in rendered if reply.answer), None),
            pictures=tuple(picture for reply in rendered for picture in reply.pictures),
        )

    async def _render(self, conversation: Conversation, part: RasaReply) -> Reply:
        if not part.answer or part.answer not in self._guide.ids:
            return Reply(text=part.text, buttons=part.buttons)
        reply = self._guide.render(part.answer, repeat=part.answer == conversation.last_answer)
        kept = () if part.plain else reply.buttons
        reply = replace(reply, buttons=(*part.buttons, *kept))
        if part.registration is None:
            return reply
        try:
            values = values_for(await self._registrations.get(part.registration), conversation.id)
        except NotFound:
            # Thrown away in this very turn: what is said about it needs no values.
            values = {}
        return replace(reply, text=fill(reply.text, values))

    def about(self, answer: str, registration: Registration, *buttons: Button) -> Reply:
        """A word to an application's own conversation that answers no message (approved, sent back, late)."""
        reply = self._guide.render(answer)
        text = fill(reply.text, values_for(registration, registration.conversation_id or ""))
        return Reply(text=text, buttons=(*buttons, *reply.buttons), answer=answer)

    def notice(self, answer: str) -> Reply:
        """A word of the system about the conversation itself (late, slowed)."""
        reply = self._guide.render(answer)
        return Reply(text=reply.text, buttons=reply.buttons, author=Author.SYSTEM, answer=None)

    def failed(self) -> Reply:
        """The apology for a message that can't be answered however often it is tried."""
        return self._guide.render("failed")
