"""One mail as it is kept and as it is sent: plain text, one sender, one recipient.

Owns the headers. Refuses an address that is none (or several, or brings a line break with it), so that nothing a
citizen typed can become a header or a second recipient.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from helpdesk.calendar import VIETNAM
from helpdesk.errors import InvalidInput

SENDER_NAME = "Trợ lý VssID - BHXH quận Thanh Khê"
# Narrower than RFC 5321 on purpose: no quoted local parts, no comments, no address literals.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LONGEST_ADDRESS = 254
# Everything that ends a line somewhere (C0, C1, the Unicode separators).
_NOT_IN_A_SUBJECT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent to whom; `id` and `created_at` make the Message-ID and the Date, so a repeat is the same mail."""

    id: str
    to: str
    subject: str
    text: str
    created_at: datetime


def check_recipient(address: str) -> str:
    """The address itself; InvalidInput("email_shape") unless it is exactly one that can be sent to."""
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        raise InvalidInput("email_shape", "Địa chỉ email chưa đúng.")
    return address


def masked(address: str) -> str:
    """`ho•••@gmail.com`: enough for its owner to know which mailbox."""
    name, _, host = address.rpartition("@")
    return f"{name[:2] if len(name) > 3 else name[:1]}•••@{host}"


def tidy_subject(subject: str) -> str:
    """The subject as one line."""
    return _NOT_IN_A_SUBJECT.sub(" ", subject).strip()


def compose(mail: Mail, sender: str) -> bytes:
    """The mail in 7-bit form, the same bytes every time."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME, addr_spec=sender)
    message["To"] = Address(addr_spec=check_recipient(mail.to))
    message["Subject"] = tidy_subject(mail.subject)
    message["Date"] = format_datetime(mail.created_at.astimezone(VIETNAM))
    message["Message-ID"] = message_id(mail, sender)
    # No out-of-office answers to a machine (RFC 3834, and what Exchange listens to).
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = "vi"
    message.set_content(mail.text, cte="quoted-printable")
    return message.as_bytes()


def message_id(mail: Mail, sender: str) -> str:
    """Made of the mail's id: the same however often the mail is sent."""
    return f"<{mail.id}@{sender.rpartition('@')[2]}>"
