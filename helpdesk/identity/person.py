"""What a person is known by: birth date and sex. Owns their shapes; refuses parsing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sex(StrEnum):
    """As cards and numbers tell it."""

    MALE = "nam"
    FEMALE = "nữ"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A date of birth; old papers know the year only, then `month` and `day` are None."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """`1990-02-01`, or `1955`: the form that is stored."""
        return f"{self.year:04}" if self.day is None else f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def shown(self) -> str:
        """`01/02/1990`, or `1955`: the form that people read."""
        return f"{self.year}" if self.day is None else f"{self.day:02}/{self.month:02}/{self.year}"

    @classmethod
    def of_iso(cls, text: str) -> BirthDate:
        """The date of its `iso`."""
        return cls(*(int(part) for part in text.split("-")))
