"""The Rasa client: one turn in, replies out.

Owns the HTTP conversation with Rasa's gateway channel (`nlu/serving/channel.py`). Refuses to guess: whatever is not a
complete answer is `Unavailable("rasa")`, so that the message stays in the inbox and is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from helpdesk.conversations import Button
from helpdesk.errors import HelpdeskError, Unavailable


class TurnFailed(HelpdeskError):
    """Rasa đã nhận câu hỏi nhưng không trả lời được."""


@dataclass(frozen=True, slots=True)
class RasaReply:
    """One thing that Rasa says: either an `answer` of the guide, or `text`; both may bring `buttons`.

    `registration` names the application whose values the answer shows; `plain` leaves the guide's own buttons away;
    `forget` asks to erase Rasa's memory of this conversation.
    """

    answer: str | None = None
    text: str = ""
    buttons: tuple[Button, ...] = ()
    registration: str | None = None
    plain: bool = False
    forget: bool = False


class RasaClient:
    """Talks to one Rasa; `timeout` in seconds bounds a whole turn."""

    def __init__(self, http: httpx.AsyncClient, rasa_url: str, timeout: float) -> None:
        self._http = http
        self._url = rasa_url
        self._timeout = timeout

    async def ask(
        self,
        sender_id: str,
        message_id: str,
        *,
        text: str = "",
        payload: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> list[RasaReply]:
        """Run one turn of `sender_id`; `metadata` is what came with it besides words: `photo` (its id), `phone`.

        The same `message_id` again gives the same replies without a second turn.

        Empty only when Rasa says that it is meant to be silent. Raises Unavailable("rasa") when Rasa or its action
        server can't be reached in time, TurnFailed when the turn itself broke.
        """
        request: dict[str, Any] = {"sender": sender_id, "message_id": message_id}
        request.update({"payload": payload} if payload else {"message": text})
        if metadata:
            request["metadata"] = dict(metadata)
        try:
            response = await self._http.post(
                f"{self._url}/webhooks/gateway/webhook", json=request, timeout=self._timeout
            )
        except httpx.HTTPError as error:
            raise Unavailable("rasa", f"Rasa chưa trả lời được ({type(error).__name__}).") from error
        if response.status_code in (404, 502, 503, 504):
            raise Unavailable("rasa", f"Rasa chưa sẵn sàng (HTTP {response.status_code}).")
        try:
            response.raise_for_status()
            answer = response.json()
            replies = [_reply(reply) for reply in answer["replies"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TurnFailed(f"Rasa trả lời không trọn vẹn (HTTP {response.status_code}).") from error
        if not replies and not answer.get("silent"):
            raise TurnFailed("Rasa không nói gì.")
        return replies

    async def forget(self, sender_id: str) -> None:
        """Erase what Rasa remembers of this conversation; Unavailable("rasa") when that can't be done now."""
        try:
            response = await self._http.delete(
                f"{self._url}/webhooks/gateway/conversations/{quote(sender_id, safe='')}", timeout=self._timeout
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("rasa", f"Rasa chưa trả lời được ({type(error).__name__}).") from error

    async def is_ready(self) -> bool:
        """Whether Rasa has a model loaded and answers."""
        try:
            response = await self._http.get(f"{self._url}/status", timeout=3)
            return response.status_code == 200 and bool(response.json().get("model_file"))
        except (httpx.HTTPError, ValueError):
            return False


def _reply(raw: Mapping[str, Any]) -> RasaReply:
    custom = raw.get("custom") or {}
    return RasaReply(
        answer=custom.get("answer"),
        text=str(raw.get("text") or custom.get("text") or ""),
        buttons=_buttons(raw.get("buttons") or custom.get("buttons") or ()),
        registration=custom.get("registration"),
        plain=bool(custom.get("plain")),
        forget=bool(custom.get("forget")),
    )


def _buttons(raw: Sequence[Mapping[str, str]]) -> tuple[Button, ...]:
    return tuple(Button(title=button["title"], payload=button.get("payload"), url=button.get("url")) for button in raw)
