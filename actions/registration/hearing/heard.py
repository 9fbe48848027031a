"""What was heard in a message: values for fields, and what is wrong with what could not be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from helpdesk.errors import InvalidInput
from helpdesk.registration import FIELDS


@dataclass(slots=True)
class Heard:
    """`values` by field, ready to be kept; `problems` are error codes for what could not be taken, by field."""

    # Dates are read against it.
    today: date
    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    # A number that may be a BHXH number or a phone number.
    unclear: str | None = None
    email_hint: str | None = None

    def take(self, name: str, value: str) -> bool:
        """Keep a value; a second one that differs takes both away."""
        two = FIELDS[name].two
        if two and self.problems.get(name) == two:
            return False
        if two and self.values.get(name, value) != value:
            self.values.pop(name)
            self.problems[name] = two
            return False
        self.values[name] = value
        return True

    def read(self, name: str, text: str) -> bool:
        """Keep what the text is as a value of the field, or the code of why it is none."""
        read = FIELDS[name].read
        assert read is not None, name
        return self.parse(name, lambda: read(text, self.today))

    def parse(self, name: str, read: Callable[[], str]) -> bool:
        """Keep what `read` returns, or the code of what it raises."""
        try:
            value = read()
        except InvalidInput as error:
            self.problems.setdefault(name, error.code)
            return False
        return self.take(name, value)
