"""A registration as it is kept: its fields, photos and states, and which fields it still needs.

Owns the names of the fields and the order in which they are asked. Refuses storage and words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from helpdesk.photos import Side

CONSENT_VERSION = "2026-11"
PRESET_AGENCY = "04802"
# The office's reason for sending an application back, among the fields until it is filed again.
REASON = "_reason"
# What a citizen is asked for, in this order; photos of the card's front come first because they save the typing.
ASKED = (
    "front",
    "bhxh_code",
    "full_name",
    "birth_date",
    "national_id",
    "address",
    "back",
    "portrait",
    "phone",
    "email",
    "contact_owner",
    "otp",
)
PHOTO_FIELDS = (Side.FRONT.value, Side.BACK.value, Side.PORTRAIT.value)
# What a decision may send back to the citizen.
REPAIRABLE = (
    "portrait", "front", "back", "bhxh_code", "full_name", "birth_date", "national_id", "phone", "address", "email",
)  # fmt: skip


class Status(StrEnum):
    """`draft`: being filled in; `submitted`: waits for staff; the rest are ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RegistrationPhoto:
    """A cleaned photo; verdict `accepted`, `doubtful` (the citizen insisted) or `refused` (kept until a better one)."""

    id: str
    side: Side
    verdict: str
    findings: tuple[str, ...] = ()
    size: int = 0


@dataclass(frozen=True, slots=True)
class Registration:
    """One application. `fields` hold what the citizen gave; keys that begin with `_` are the dialogue's own notes."""

    id: str
    conversation_id: str | None
    status: Status
    fields: Mapping[str, str]
    progress: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    case_code: str | None = None
    photos: Mapping[Side, RegistrationPhoto] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    consent_version: str | None = None
    consent_at: datetime | None = None
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    repair: tuple[str, ...] = ()

    @property
    def reason(self) -> str | None:
        """Why the office sent it back."""
        return self.fields.get(REASON)

    @property
    def is_helper(self) -> bool:
        """Whether somebody else than the person types."""
        return self.fields.get("for_whom") == "helper"

    def has(self, name: str) -> bool:
        """Whether the field needs no further question."""
        if name in PHOTO_FIELDS:
            photo = self.photos.get(Side(name))
            return photo is not None and photo.verdict != "refused"
        if name == "otp":
            return self.fields.get("email_confirmed") == "1"
        if name == "contact_owner":
            return not self.is_helper or bool(self.fields.get("contact_owner"))
        if name == "address":
            return bool(self.fields.get("address") and self.fields.get("province"))
        return bool(self.fields.get(name))

    @property
    def asked(self) -> str:
        """The question that the citizen has in front of him; empty before the first."""
        return str(self.progress.get("asked") or "")

    def missing(self) -> list[str]:
        """What is still to be asked, in the order of asking."""
        order = list(ASKED)
        if self.progress.get("front_later"):
            order.remove("front")
            order.insert(order.index("back"), "front")
        if self.progress.get("code_unknown"):
            # The registry finds the number by what is asked here first.
            order.remove("bhxh_code")
            order.insert(order.index("address") + 1, "bhxh_code")
        return [name for name in order if not self.has(name)]


@dataclass(frozen=True, slots=True)
class QueueState:
    """How many applications wait; as long as `version` is the same, their list is."""

    waiting: int
    version: int


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A row of the staff's queue."""

    id: str
    case_code: str
    full_name: str
    submitted_at: datetime
    hours: float
    flags: tuple[str, ...]
    status: Status
    decided_by: str | None = None
    decided_at: datetime | None = None
