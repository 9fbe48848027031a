"""Accounts and links as they pass between parts, and how their secrets are named without being told."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from helpdesk.errors import InvalidInput
from helpdesk.store import Row

Purpose = Literal["change", "recover"]


@dataclass(frozen=True, slots=True)
class Account:
    """A citizen's account. `first_password`: he still has the one that was mailed."""

    id: str
    bhxh_code: str
    email: str
    full_name: str
    first_password: bool
    conversation_id: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """An open link. `proposal` names the new password that waits for its code, if one does."""

    token_hash: str
    purpose: Purpose
    account: Account
    tries_left: int
    proposal: str | None


class PasswordRefused(InvalidInput):
    """Mật khẩu cũ chưa đúng."""

    def __init__(self, tries_left: int) -> None:
        super().__init__("password_old_wrong")
        self.tries_left = tries_left


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def proposal_of(row: Row) -> str | None:
    return None if row["new_password_hash"] is None else name_of(row["new_password_hash"])


def name_of(password_hash: str) -> str:
    """Names a proposal without telling its hash; salted as that is, no two are alike."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:32]


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
