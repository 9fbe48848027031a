"""The mail server that takes our mails: one conversation a mail, encrypted and certified unless settings say otherwise.

Owns what a server's refusal means: `Unavailable("smtp")`: nobody's mail goes now; `Unavailable("recipient")`: this one
has to wait; `InvalidInput("address_refused")` and `InvalidInput("message_refused")`: this one never goes. What servers
say is never kept or logged, only their numbers: the words quote addresses.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from helpdesk.errors import HelpdeskError, InvalidInput, Unavailable

_COMMAND_SECONDS = 20.0
_GOODBYE_SECONDS = 3.0
_CLOSING = 421
# Replies to RCPT that speak of us (log in first), not of the address.
_ABOUT_US = frozenset({530, 535, 538})
_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.\d{1,3}\b")


class SmtpServer:
    """Where to and how; `tls` replaces the system's list of authorities."""

    def __init__(
        self,
        host: str,
        port: int,
        security: str = "none",
        user: str = "",
        password: str = "",
        *,
        own_name: str = "localhost",
        tls: ssl.SSLContext | None = None,
        timeout: float = _COMMAND_SECONDS,
    ) -> None:
        self._host = host
        self._port = port
        self._security = security
        self._user = user
        self._password = password
        self._own_name = own_name
        self._tls = None if security == "none" else tls or ssl.create_default_context()
        self._timeout = timeout

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SmtpConversation]:
        """A conversation, secured and logged in; Unavailable("smtp") when it does not come about."""
        client = SMTP(
            hostname=self._host,
            port=self._port,
            username=self._user or None,
            password=self._password or None,
            # The system's own guess asks the DNS, which may take long, and tells the machine's name.
            local_hostname=self._own_name,
            timeout=self._timeout,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
        except (SMTPException, OSError, ValueError) as error:
            raise Unavailable("smtp", _numbers(error)) from error
        try:
            yield SmtpConversation(client)
        except BaseException:
            client.close()
            raise
        # Whatever happens while saying goodbye, the mail has gone.
        with suppress(SMTPException, OSError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await client.quit()
        client.close()


class SmtpConversation:
    """An open conversation; made by `SmtpServer.connected`."""

    def __init__(self, client: SMTP) -> None:
        self._client = client

    async def send(self, sender: str, to: str, content: bytes) -> None:
        """Hand over one mail; returns when the server has taken it. Raises as the module says."""
        try:
            await self._client.sendmail(sender, [to], content)
        except SMTPRecipientsRefused as error:
            refusal = error.recipients[0]
            raise _meaning(refusal.code, refusal.message, "address_refused") from error
        except SMTPSenderRefused as error:
            raise Unavailable("smtp", _numbers(error)) from error
        except SMTPDataError as error:
            raise _meaning(error.code, error.message, "message_refused") from error
        except (SMTPException, OSError) as error:
            raise Unavailable("recipient", _numbers(error)) from error


def _meaning(code: int, words: str, refusal: str) -> HelpdeskError:
    enhanced = _ENHANCED.match(words)
    area = enhanced[2] if enhanced else ""
    if code == _CLOSING or code in _ABOUT_US:
        return Unavailable("smtp", str(code))
    # x.7.x is policy: more often a mistake in our set-up (relaying, SPF) than in the address, so it may be mended.
    if code < 500 or area == "7":
        return Unavailable("recipient", str(code))
    # Some servers look at the recipient only once they have the text: x.1.x and x.2.x speak of the mailbox.
    return InvalidInput("address_refused" if area in {"1", "2"} else refusal, str(code))


def _numbers(error: Exception) -> str:
    """What may be kept of an error: its reply code, or its kind."""
    return str(error.code) if isinstance(error, SMTPResponseException) else type(error).__name__
