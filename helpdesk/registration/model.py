"""A registration as it is kept: its fields, photos and states, and which fields it still needs.

Owns what follows from the fields without being kept: the BHXH number that the CCCD stands for, the sex that it tells.
Refuses storage and words; what there is to know of a field is `helpdesk.registration.fields`'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, national_id_of
from helpdesk.photos import Side
from helpdesk.registration.fields import ASKED, PHOTO_FIELDS, YES
from helpdesk.registration.progress import Doubt, Notes, Progress

CONSENT_VERSION = "2026-11"
PRESET_AGENCY = "04802"


class Status(StrEnum):
    """`draft`: being filled in; `submitted`: waits for staff; the rest are ends."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


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
    """One application. `fields` hold what the citizen gave and nothing else; readers ask for what is `known`."""

    id: str
    conversation_id: str | None
    status: Status
    fields: Mapping[str, str]
    progress: Progress
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
    notes: Notes = Notes()
    # What a list holds in the place of one that no key opens: without fields and notes, never to be written back.
    readable: bool = True

    @property
    def reason(self) -> str | None:
        """Why the office sent it back."""
        return self.notes.reason or None

    @property
    def known(self) -> Mapping[str, str]:
        """The fields with what follows from them."""
        known = dict(self.fields)
        number = known.get(FieldName.NATIONAL_ID, "")
        if known.get(FieldName.SAME_NUMBER) == YES and stands_for_bhxh(number):
            known.setdefault(FieldName.BHXH_CODE, number)
        sex = _sex_told_by(number)
        if sex:
            known.setdefault(FieldName.SEX, sex)
        return known

    @property
    def bhxh_code(self) -> str:
        """The BHXH number, its own or the CCCD's in its place; empty where neither is known."""
        return self.known.get(FieldName.BHXH_CODE, "")

    @property
    def confirmed_email(self) -> str:
        """The address whose code came back; empty before."""
        return self.fields.get(FieldName.EMAIL, "") if self.has(FieldName.OTP) else ""

    @property
    def is_helper(self) -> bool:
        """Whether somebody else than the person types."""
        return self.fields.get(FieldName.FOR_WHOM) == "helper"

    def has(self, name: str) -> bool:
        """Whether the field needs no further question."""
        if name in PHOTO_FIELDS:
            photo = self.photos.get(Side(name))
            return photo is not None and photo.verdict != "refused"
        match name:
            case FieldName.OTP:
                return self.fields.get(FieldName.EMAIL_CONFIRMED) == YES
            case FieldName.CONTACT_OWNER:
                return not self.is_helper or bool(self.fields.get(name))
            case FieldName.ADDRESS:
                return bool(self.fields.get(name) and self.fields.get(FieldName.PROVINCE))
            case FieldName.BHXH_CODE | FieldName.SEX:
                return bool(self.known.get(name))
        return bool(self.fields.get(name))

    @property
    def asked(self) -> str:
        """The question that the citizen has in front of him; empty before the first."""
        return self.progress.asked

    @property
    def waits_for(self) -> Doubt | None:
        """What has to be settled before the next field is asked for; of several doubts the first."""
        # Only now: with these the registry may have spelt the name by itself.
        may_ask_name = self.has(FieldName.BIRTH_DATE) and self.has(FieldName.NATIONAL_ID)
        waiting = {
            Doubt.NUMBER_KIND: bool(self.notes.number),
            Doubt.EMAIL_HINT: bool(self.notes.email_hint),
            Doubt.NAME_PLAIN: self.progress.name_plain and may_ask_name,
            Doubt.FOUND_CODE: self.progress.found_code,
            Doubt.READ: self.progress.unconfirmed is not None,
        }
        return next((doubt for doubt in Doubt if waiting[doubt]), None)

    def missing(self) -> list[FieldName]:
        """What is still to be asked, in the order of asking."""
        order = list(ASKED)
        if self.progress.front_later:
            order.remove(FieldName.FRONT)
            order.insert(order.index(FieldName.BACK), FieldName.FRONT)
        if self.progress.code_unknown:
            # The registry finds the number by what is asked here first.
            order.remove(FieldName.BHXH_CODE)
            order.insert(order.index(FieldName.ADDRESS) + 1, FieldName.BHXH_CODE)
        return [name for name in order if not self.has(name)]


def stands_for_bhxh(national_id: str) -> bool:
    """Whether a personal number can take the BHXH number's place, as it does since August 2025: a CMND can't."""
    return len(national_id) == 12


def without_copies(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields as they are kept: the CCCD in the place of the BHXH number is a flag, so that both stay one number."""
    kept = dict(fields)
    code = kept.get(FieldName.BHXH_CODE)
    if code:
        kept.pop(FieldName.SAME_NUMBER, None)
        if stands_for_bhxh(code) and code == kept.get(FieldName.NATIONAL_ID):
            kept.pop(FieldName.BHXH_CODE)
            kept[FieldName.SAME_NUMBER] = YES
    return kept


def _sex_told_by(national_id: str) -> str:
    try:
        sex = national_id_of(national_id).sex
    except InvalidInput:
        return ""
    return sex.value if sex else ""


@dataclass(frozen=True, slots=True)
class CaseReference:
    """What a case is called, and where it came from: enough to lead to it."""

    id: str
    case_code: str
    conversation_id: str | None


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
    readable: bool = True
