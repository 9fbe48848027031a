"""What arrives in a mailbox of the demo, read as its page's list gives it."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as its reader sees it."""

    subject: str
    text: str

    @property
    def code(self) -> str:
        """What stands on a line of its own: a one-time code, a case code, a first password."""
        (line,) = (line for line in self.text.splitlines() if line.startswith("    "))
        return line.strip()

    @property
    def link(self) -> str:
        found = re.search(r"https?://\S+/password/\S+", self.text)
        assert found, self.text
        return found[0]


@dataclass
class Mailbox:
    """One person's; `new` waits for the next mail that was not read yet."""

    http: httpx.Client
    address: str
    _read: int = field(default=0)

    def all(self) -> list[Mail]:
        """Everything that arrived, oldest first."""
        listed = self.http.get("/demo/mailbox.json", params={"to": self.address}).json()
        return [Mail(mail["subject"], mail["text"]) for mail in reversed(listed)]

    def new(self, subject: str = "", seconds: float = 20) -> Mail:
        """The next mail whose subject has these words in it; those before it count as read."""
        deadline = time.monotonic() + seconds
        while True:
            mails = self.all()
            for number, mail in enumerate(mails[self._read :], self._read + 1):
                if subject in mail.subject:
                    self._read = number
                    return mail
            assert time.monotonic() < deadline, f"no mail “{subject}”; there are {[m.subject for m in mails]}"
            time.sleep(0.1)

    def otp(self) -> str:
        """The next one-time code."""
        return self.new("Mã").code
