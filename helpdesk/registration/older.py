"""Records of registrations as they were written before notes, flags and fields were told apart.

Owns what of an older record is a field, what a note and what follows from the rest. Such rows are read for as long as
they are kept, which for an application is years; the next time one is written it is like the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, national_id_of
from helpdesk.registration.model import without_copies
from helpdesk.registration.progress import Notes

# A note lay among the fields under its name with a `_`; with these it counted only while a key of the progress said so.
_COUNTED = {"number": "unclear", "email_hint": "email_hint"}


def of_older(record: Mapping[str, str], progress: Mapping[str, Any]) -> tuple[dict[str, str], Notes]:
    """The fields and the notes of an older record."""
    notes = {name[1:]: value for name, value in record.items() if name.startswith("_")}
    for note, flag in _COUNTED.items():
        if not progress.get(flag):
            notes.pop(note, None)
    fields = without_copies({name: value for name, value in record.items() if not name.startswith("_")})
    if FieldName.CARD_CODES not in fields and fields.get(FieldName.SEX) == _told(fields):
        # No card was read: it was taken out of the CCCD, and has to follow it when it is corrected.
        fields.pop(FieldName.SEX, None)
    return fields, Notes.load(notes)


def _told(fields: Mapping[str, str]) -> str | None:
    try:
        return national_id_of(fields.get(FieldName.NATIONAL_ID, "")).sex
    except InvalidInput:
        return None
