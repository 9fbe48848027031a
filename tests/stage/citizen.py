"""A citizen at the chat page: says, taps, sends photos, reads mail. Everything goes over HTTP, as the page does it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.mailbox import Mailbox
from tests.stage.people import Person
from tests.stage.words import Answer, Words

# How each question is answered by somebody who types what is true and sends good photos.
_FACTS = {
    "bhxh_code": lambda person: person.code,
    "full_name": lambda person: person.name,
    "birth_date": lambda person: person.birth_date,
    "national_id": lambda person: person.national_id,
    "address": lambda person: person.address,
    "phone": lambda person: person.phone,
}
_PHOTOS = {"front": people.plain_front, "back": people.back, "portrait": people.face}
_TAPS = {
    "consent": "Đồng ý",
    "read": "Đúng rồi",
    "found_code": "Đúng rồi",
    "name_plain": "Tên đúng như vậy",
    "contact_owner": "Đều là của tôi",
}


class Citizen:
    """One conversation. What was answered last is `answer`."""

    def __init__(self, http: httpx.Client, words: Words, person: Person, back_room: BackRoom | None = None) -> None:
        """With a `back_room`, photos that a stretch needs are put there; without, they go through the gate."""
        self.http = http
        self._back_room = back_room
        self.words = words
        self.person = person
        self.mailbox = Mailbox(http, person.email)
        self.answer = Answer("", (), ())
        created = http.post("/api/conversations", json={}).json()
        self.id, self.token = created["id"], created["token"]
        self._seq = 0

    @property
    def url(self) -> str:
        return f"/api/conversations/{self.id}/messages"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def moves_to(self, address: str) -> None:
        """Read another mailbox from now on."""
        self.mailbox = Mailbox(self.http, address)

    # Sending

    def post(self, identifier: str | None = None, **message: Any) -> httpx.Response:
        """A message as the page posts it; nothing is waited for."""
        body = {"id": identifier or str(uuid.uuid4()), **message}
        return self.http.post(self.url, json=body, headers=self.headers)

    def upload(self, content: bytes, caption: str = "", name: str = "anh.jpg") -> httpx.Response:
        """A file as the page posts it; nothing is waited for."""
        data = {"id": str(uuid.uuid4()), **({"text": caption} if caption else {})}
        files = {"file": (name, content, "image/jpeg")}
        return self.http.post(self.url, data=data, files=files, headers=self.headers)

    def says(self, text: str, identifier: str | None = None) -> Answer:
        return self._answer_to(self.post(identifier, text=text))

    def sends(self, photo: bytes, caption: str = "") -> Answer:
        return self._answer_to(self.upload(photo, caption))

    def taps(self, title: str) -> Answer:
        """A button of the last answer, by the beginning of what stands on it."""
        payloads = [payload for button, payload in self.answer.buttons if button.startswith(title)]
        assert payloads, f"no button “{title}” on {self.answer!r}"
        return self._answer_to(self.post(payload=payloads[0]))

    def taps_payload(self, payload: str) -> Answer:
        """A button of an earlier answer, or one that was never offered."""
        return self._answer_to(self.post(payload=payload))

    # Hearing

    def history(self, after: int = 0, wait: float = 0) -> list[dict[str, Any]]:
        answer = self.http.get(self.url, params={"after": after, "wait": wait}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

    def _answer_to(self, accepted: httpx.Response) -> Answer:
        assert accepted.status_code == 202, accepted.text
        return self.hears()

    def hears(self, seconds: float = 60) -> Answer:
        """The next thing that the assistant says."""
        deadline = time.monotonic() + seconds
        while True:
            for message in self.history(self._seq, wait=5):
                self._seq = message["seq"]
                if message["author"] == "assistant":
                    self.answer = Answer.of(message, self.words)
                    return self.answer
            assert time.monotonic() < deadline, "nothing was said"

    def settles(self, seconds: float = 60) -> Answer:
        """Wait until everything that was sent is answered; the last answer."""
        deadline = time.monotonic() + seconds
        while self._is_answering():
            assert time.monotonic() < deadline, "still answering"
            time.sleep(0.05)
        for message in self.history(self._seq):
            self._seq = message["seq"]
            if message["author"] == "assistant":
                self.answer = Answer.of(message, self.words)
        return self.answer

    def _is_answering(self) -> bool:
        return bool(self.http.get(self.url, params={"after": 10**9}, headers=self.headers).json()["typing"])

    # Whole stretches of a dialogue

    def answers(self, until: str, facts: Mapping[str, str] | None = None) -> Answer:
        """Go on answering what is asked, truly but for `facts`, until `until` is asked or nothing is any more."""
        own = facts or {}
        for _ in range(40):
            question = self.answer.question
            if question in (until, ""):
                assert question == until, f"{until} was not asked: {self.answer!r}"
                return self.answer
            self._answer_one(question, own)
        raise AssertionError(f"{until} was never asked")

    def answers_once(self, owner: str = "") -> None:
        """Answer the one question that was put."""
        self._answer_one(self.answer.question, {"contact_owner": owner} if owner else {})

    def _answer_one(self, question: str, own: Mapping[str, str]) -> None:
        if question in own:
            self.says(own[question])
        elif question in _TAPS:
            self.taps(_TAPS[question])
        elif question == "front" and "Tôi gõ thay" in self.answer.titles:
            self.taps("Tôi gõ thay")
        elif question in _PHOTOS and self._back_room is not None:
            self._back_room.puts_photo(self.id, question)
            self.says("tiếp tục")
        elif question in _PHOTOS:
            self.sends(_PHOTOS[question]())
        elif question == "email":
            self.says(self.mailbox.address)
        elif question == "otp":
            self.says(self.mailbox.otp())
        elif question in _FACTS:
            self.says(_FACTS[question](self.person))
        else:
            raise AssertionError(f"nobody knows what to say to {self.answer!r}")

    def registers(self, until: str = "confirm", **facts: str) -> Answer:
        """From the first word on by typing, up to a question."""
        self.says("đăng ký vssid cho tôi")
        return self.answers(until, facts)

    def files(self, **facts: str) -> str:
        """A whole registration by typing; its case code."""
        self.registers(**facts)
        self.taps("Đúng, gửi hồ sơ")
        assert "reg_filed" in self.answer, self.answer
        return self.mailbox.new("Đã nhận hồ sơ").code


# Lets somebody open the chat (the fixture `comes`).
Comes = Callable[..., Citizen]
