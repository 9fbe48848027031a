"""`python -m ops.settings_table`: prints the table of docs/settings.md from the code, so that the two never part."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from helpdesk.calendar import OfficeHours
from helpdesk.settings import Settings


def rows() -> list[str]:
    """One Markdown row per setting: variable, default, what is expected."""
    return [
        f"| `{field.metadata['variable']}` | {_shown(field.default)} | {field.metadata['expected']} |"
        for field in fields(Settings)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, OfficeHours):
        value = ",".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in value.spans)
    return f"`{value}`" if str(value) else "(trống)"


if __name__ == "__main__":
    print("\n".join(rows()))
