"""Accounts, their passwords, and one-time codes."""

from helpdesk.accounts.accounts import Accounts
from helpdesk.accounts.keeping import AccountKeeping, CodeKeeping
from helpdesk.accounts.model import Link, Purpose
from helpdesk.accounts.otp import Otp
from helpdesk.accounts.password_rules import COMMON, LONGEST, SHORTEST, Strength

__all__ = [
    "COMMON",
    "LONGEST",
    "SHORTEST",
    "AccountKeeping",
    "Accounts",
    "CodeKeeping",
    "Link",
    "Otp",
    "Purpose",
    "Strength",
]
