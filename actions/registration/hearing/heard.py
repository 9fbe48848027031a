"""What was heard in a message: values for fields, and what is wrong with what could not be taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from helpdesk.errors import InvalidInput

# Two different values for these are a question to ask, not a choice to make.
_ONE_ONLY = {
    "bhxh_code": "bhxh_two",
    "national_id": "national_id_two",
    "phone": "phone_two",
    "birth_date": "birth_two",
    "email": "email_two",
}


@dataclass(slots=True)
class Heard:
    """`values` by field, ready to be kept; `problems` are error codes for what could not be taken, by field."""

    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    # A number that may be a BHXH number or a phone number.
    unclear: str | None = None
    email_hint: str | None = None

    def take(self, name: str, value: str) -> bool:
        """Keep a value; a second one that differs takes both away."""
        if self.problems.get(name) == _ONE_ONLY.get(name, ""):
            return False
        if self.values.get(name, value) != value and name in _ONE_ONLY:
            self.values.pop(name)
            self.problems[name] = _ONE_ONLY[name]
            return False
        self.values[name] = value
        return True

    def parse(self, name: str, read: Callable[[], str]) -> bool:
        """Keep what `read` returns, or the code of what it raises."""
        try:
            value = read()
        except InvalidInput as error:
            self.problems.setdefault(name, error.code)
            return False
        return self.take(name, value)
