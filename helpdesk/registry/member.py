"""A person in the insurance registry. Owns the shape; refuses storage."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.identity import BirthDate, Sex


@dataclass(frozen=True, slots=True)
class Member:
    """A person in the insurance registry; `synthetic` ones are made up for the demo."""

    bhxh_code: str
    full_name: str
    birth_date: BirthDate
    sex: Sex | None = None
    national_id: str | None = None
    card: str | None = None
    province: str | None = None
    address: str | None = None
    card_valid_until: str | None = None
    synthetic: bool = False
