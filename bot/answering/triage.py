"""Triage: what one accepted message is, and who says the answer: Rasa, or the guide alone.

Owns which messages never reach Rasa (stickers, voice notes, taps on details and feedback, texts that are too long). A
citizen's text is never a command: only the four documented ones are known, and a button's payload counts only if this
conversation has been offered it. Refuses words (`bot.answering.rendering`).
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answering.cleaning import has_emoji, has_words
from bot.answering.rasa import RasaClient
from bot.answering.rendering import Rendering
from bot.answering.typed_choices import chosen_button
from helpdesk.conversations import (
    REFUSED_PHOTO,
    ChannelIdentity,
    Conversation,
    Conversations,
    InboxEntry,
    IncomingMessage,
    Message,
    MessageKind,
    Reply,
)
from helpdesk.guide import INTENTS, Guide
from helpdesk.privacy import find_secrets
from helpdesk.registration import Registrations

# A message longer than this is a letter, not a question (see the list of inputs).
TEXT_LIMIT = 2000
# Nobody types more than this to name a button.
_LONGEST_CHOICE = 60

COMMANDS = {
    "/start": "answer:welcome",
    "/help": "/help",
    "/huy": "/cancel",
    "/nhanvien": "/talk_to_human",
}
_KINDS_WITH_OWN_ANSWER = {
    MessageKind.STICKER: "sticker",
    MessageKind.VOICE: "voice",
    MessageKind.FILE: "file",
}
# What people write themselves, captions too.
_KINDS_WITH_WORDS = (MessageKind.TEXT, MessageKind.PHOTO, MessageKind.FILE)
_ATTACHMENT_INTENTS = {
    MessageKind.PHOTO: "/send_photo",
    MessageKind.LOCATION: "/share_location",
    MessageKind.CONTACT: "/share_contact",
}
_LOCAL_PAYLOAD = re.compile(r"(answer|more):([a-z0-9_]+)|helped:([a-z0-9_]+):(yes|no)")
# Words about an application or an errand ("đã gửi", "đã xóa"): true only when the dialogue says them.
_SAID_OF_SOMETHING = ("reg_", "errand_")
_PLAIN_INTENT = re.compile(r"/([a-z_]+)")
_APPROVING_EMOJI = frozenset("👍👌❤♥🥰😍😊🙏💕💖💯👏🫶🌹")


_TOLD = "secret:"


def told_secrets(message: Message) -> list[str]:
    """What kinds of secrets were hidden in a message before it was kept."""
    payload = message.payload or ""
    return payload.removeprefix(_TOLD).split(",") if payload.startswith(_TOLD) else []


class Triage:
    """Turns an inbox entry into replies; asks Rasa where words have to be understood."""

    def __init__(
        self, guide: Guide, conversations: Conversations, rasa: RasaClient, registrations: Registrations
    ) -> None:
        self._guide = guide
        self._conversations = conversations
        self._rasa = rasa
        self._registrations = registrations
        self.rendering = Rendering(guide, registrations)

    async def replies(self, entry: InboxEntry) -> list[Reply]:
        """The replies to one message; empty only for an intended silence.

        Raises Unavailable when Rasa, the actions or the store can't do their part now.
        """
        message = entry.message
        if message.kind is MessageKind.BUTTON:
            return await self._tap(entry, message.payload or "")
        if message.kind in _ATTACHMENT_INTENTS and not has_words(message.text):
            return await self._ask(entry, payload=_ATTACHMENT_INTENTS[message.kind])
        if message.kind in _KINDS_WITH_OWN_ANSWER:
            replies = [self._guide.render(self._own_answer(message))]
        else:
            replies = await self._words(entry, message.text)
        warnings = [self._guide.render(f"secret_{kind}").text for kind in told_secrets(message)]
        if warnings and replies:
            return [replace(replies[0], text="\n\n".join([*warnings, replies[0].text])), *replies[1:]]
        return replies

    def _own_answer(self, message: Message) -> str:
        """A file that was meant as a photo is told why it is none."""
        why = f"reg_photo_{(message.payload or '').removeprefix(REFUSED_PHOTO)}"
        known = message.kind is MessageKind.FILE and why in self._guide.ids
        return why if known else _KINDS_WITH_OWN_ANSWER[message.kind]

    async def _words(self, entry: InboxEntry, text: str) -> list[Reply]:
        if len(text) > TEXT_LIMIT:
            return [self._guide.render("too_long")]
        if not has_words(text):
            if any(character in _APPROVING_EMOJI for character in text):
                return await self._ask(entry, payload="/thank")
            return [self._guide.render("emoji_only" if has_emoji(text) else "empty")]
        command = COMMANDS.get(text.strip().lower())
        if command is not None:
            return await self._tap(entry, command)
        if len(text) <= _LONGEST_CHOICE:
            button = chosen_button(text, await self._conversations.store.last_buttons(entry.message))
            if button is not None:
                return await self._tap(entry, button.payload or "")
        return await self._ask(entry, text=text)

    async def _tap(self, entry: InboxEntry, payload: str) -> list[Reply]:
        local = _LOCAL_PAYLOAD.fullmatch(payload)
        if local:
            return await self._local(entry.conversation, local)
        intent = _PLAIN_INTENT.fullmatch(payload)
        # A bare intent of the guide does no more than the words themselves would.
        known = intent is not None and intent[1] in INTENTS
        if known or await self._conversations.store.was_offered(entry.conversation.id, payload):
            return await self._ask(entry, payload=payload)
        return [self._guide.render("stale_button")]

    async def _local(self, conversation: Conversation, payload: re.Match[str]) -> list[Reply]:
        action, answer, rated, verdict = payload.groups()
        if rated is not None:
            offered = await self._conversations.store.was_offered(conversation.id, payload[0])
            if rated not in self._guide.ids or not offered:
                return [self._guide.render("stale_button")]
            await self._conversations.store.record_feedback(conversation.id, rated, verdict == "yes")
            return [self._guide.render(f"feedback_{verdict}")]
        if answer not in self._guide.ids or answer.startswith(_SAID_OF_SOMETHING):
            return [self._guide.render("stale_button")]
        return [self._guide.render(answer, details=action == "more")]

    async def _ask(self, entry: InboxEntry, *, text: str = "", payload: str = "") -> list[Reply]:
        sender_id = entry.conversation.identity.sender_id
        metadata = await self._metadata(entry)
        replies = await self._rasa.ask(sender_id, entry.message.id, text=text, payload=payload, metadata=metadata)
        if any(reply.forget for reply in replies):
            await self._rasa.forget(sender_id)
        return [await self.rendering.one_reply(entry.conversation, replies)] if replies else []

    async def _metadata(self, entry: InboxEntry) -> dict[str, str]:
        """What came with the message besides words: the id of its photo, a phone number that the platform vouches for.

        Rasa's conversations keep none of the values (`nlu/memory/masking.py`).
        """
        found = {}
        if entry.message.kind is MessageKind.PHOTO:
            photo = await self._conversations.store.attachment_of(entry.message.id)
            if photo is not None:
                found["photo"] = photo
        if entry.phone_number is not None:
            found["phone"] = entry.phone_number
        return found

    async def without_secrets(self, message: IncomingMessage) -> IncomingMessage:
        """The message with typed passwords and stray one-time codes hidden; nothing else ever sees them."""
        if message.kind not in _KINDS_WITH_WORDS or not find_secrets(message.text).kinds:
            return message
        guarded = find_secrets(message.text, await self._registrations.expecting(message.identity))
        if not guarded.kinds:
            return message
        payload = message.payload or f"{_TOLD}{','.join(guarded.kinds)}"
        return replace(message, text=guarded.text, payload=payload)

    async def button_title(self, identity: ChannelIdentity, payload: str) -> str:
        """What stood on the button, for the citizen's side of the history."""
        offered = await self._conversations.store.offered_title(identity, payload)
        return offered or self._guide.titles.get(payload.removeprefix("/").removeprefix("answer:"), "(nút bấm)")
