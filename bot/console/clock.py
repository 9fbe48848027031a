"""The 24 hours an application may wait, and moments as the staff read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.calendar import VIETNAM

PROMISED_HOURS = 24
_URGENT_HOURS = 20
_SOON_HOURS = 12


@dataclass(frozen=True, slots=True)
class Wait:
    """How long an application has waited; `level` is its colour: green, amber, red or late."""

    level: str
    waited: str
    rest: str


def wait_of(hours: float) -> Wait:
    """The colour and the words for `hours` of waiting."""
    waited = f"đã chờ {_span(hours)}"
    if hours > PROMISED_HOURS:
        return Wait("late", waited, f"Quá hạn {_span(hours - PROMISED_HOURS)}")
    rest = f"còn {_span(PROMISED_HOURS - hours)}"
    if hours >= _URGENT_HOURS:
        return Wait("red", waited, f"Gấp: {rest}")
    return Wait("amber" if hours >= _SOON_HOURS else "green", waited, rest.capitalize())


def _span(hours: float) -> str:
    minutes = max(int(hours * 60), 0)
    days, rest = divmod(minutes // 60, 24)
    if days:
        return f"{days} ngày {rest} giờ" if rest else f"{days} ngày"
    if minutes < 60:
        return f"{minutes} phút"
    return f"{rest} giờ {minutes % 60} phút" if minutes % 60 else f"{rest} giờ"


def moment(at: datetime | None) -> str:
    """`14:05 ngày 22/11/2026`, in Đà Nẵng's time."""
    return "" if at is None else f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
