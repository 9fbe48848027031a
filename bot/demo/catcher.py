"""A mail server for the demo: takes every mail on a loopback port and keeps it for the mailbox page.

Owns reading a mail back into words. A mail that comes again (same Message-ID, same recipient) is acknowledged and
dropped, as mailboxes do. Refuses other machines: it listens on 127.0.0.1 only, on a port of the system's choice.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from helpdesk.calendar import utc_now
from helpdesk.errors import Unavailable, where
from helpdesk.mail import CaughtMail, CaughtMails

log = logging.getLogger(__name__)

_LARGEST_MAIL = 1024 * 1024


@asynccontextmanager
async def catching(mails: CaughtMails) -> AsyncIterator[tuple[str, int]]:
    """Catch mails into `mails`; yields host and port. Raises Unavailable("smtp") when no port is to be had."""
    # aiosmtpd logs every address and command.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    loop = asyncio.get_running_loop()

    def conversation() -> SMTP:
        return SMTP(
            _Handler(mails),
            hostname="localhost",
            ident="demo",
            data_size_limit=_LARGEST_MAIL,
            loop=loop,
        )

    try:
        server = await loop.create_server(conversation, "127.0.0.1", 0)
    except OSError as error:
        raise Unavailable("smtp", f"Không mở được hộp thư thử ({error.strerror}).") from error
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield host, port
    finally:
        server.close()


class _Handler:
    """What aiosmtpd asks; the names are its own."""

    def __init__(self, mails: CaughtMails) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        try:
            content = envelope.content
            assert isinstance(content, bytes)
            for recipient in envelope.rcpt_tos:
                await self._mails.keep(_read(content, recipient))
        except Exception as error:  # whatever broke, the sender keeps the mail and comes again
            log.error("a mail could not be kept: %s", where(error))
            return "451 4.3.0 Not kept, try again"
        return "250 2.0.0 Kept"


def _read(content: bytes, recipient: str) -> CaughtMail:
    message = message_from_bytes(content, policy=default)
    identifier = str(message["Message-ID"] or uuid4())
    return CaughtMail(
        id=hashlib.sha256(f"{_clean(identifier)}\0{recipient}".encode()).hexdigest(),
        to=recipient,
        subject=_clean(str(message["Subject"] or "")),
        text=_clean(_text(message)),
        received_at=utc_now(),
    )


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    try:
        return str(body.get_content())
    except (LookupError, UnicodeError):  # a character set that nobody knows
        raw = body.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def _clean(text: str) -> str:
    """Lines end as people's do, and what is no character can't get into the store."""
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode().strip()
