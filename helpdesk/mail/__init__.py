"""Mail: a durable queue, its sender, and the words of every mail."""

from helpdesk.mail.caught import CaughtMail, CaughtMails
from helpdesk.mail.keeping import MailKeeping
from helpdesk.mail.message import masked
from helpdesk.mail.queue import MailFailure, MailQueue, UnsentMail
from helpdesk.mail.sender import MailSender
from helpdesk.mail.smtp import SmtpServer
from helpdesk.mail.texts import (
    first_password_mail,
    late_mail,
    link_mail,
    office_reminder,
    otp_mail,
    password_changed_mail,
    received_mail,
    rejected_mail,
)

__all__ = [
    "CaughtMail",
    "CaughtMails",
    "MailFailure",
    "MailKeeping",
    "MailQueue",
    "MailSender",
    "SmtpServer",
    "UnsentMail",
    "first_password_mail",
    "late_mail",
    "link_mail",
    "masked",
    "office_reminder",
    "otp_mail",
    "password_changed_mail",
    "received_mail",
    "rejected_mail",
]
