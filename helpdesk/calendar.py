"""The office's clock: what time it is in Đà Nẵng and whether somebody is at the desk.

Owns the time zone and the office hours. The hours themselves come from settings: no public source confirms the
exact ones (see `data/guide/contact.yml`), so answers never state them as certain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

# Việt Nam has had no daylight saving time since 1975, so a fixed offset needs no tz database.
VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")


def utc_now() -> datetime:
    """The present moment, aware, in UTC: the only form that is stored."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When staff can be reached, on Monday to Friday, in local time; each span is [start, end)."""

    spans: tuple[tuple[time, time], ...]

    def is_open(self, moment: datetime) -> bool:
        """Whether `moment` (aware) falls into working time; public holidays are not known here."""
        local = moment.astimezone(VIETNAM)
        return local.weekday() < 5 and any(start <= local.time() < end for start, end in self.spans)

    @classmethod
    def parse(cls, text: str) -> OfficeHours:
        """Read `07:30-11:30,13:30-17:00`; ValueError when it is not of that form."""
        spans = []
        for part in text.split(","):
            start_text, separator, end_text = part.strip().partition("-")
            if not separator:
                raise ValueError(f"{part!r} is not HH:MM-HH:MM")
            start, end = time.fromisoformat(start_text.strip()), time.fromisoformat(end_text.strip())
            if start >= end:
                raise ValueError(f"{part!r} ends before it starts")
            spans.append((start, end))
        return cls(tuple(spans))
