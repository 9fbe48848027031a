"""What the engine says when it refuses, in the house's own errors.

Owns that nobody outside of this room meets the driver's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.errors import Conflict, HelpdeskError, Unavailable

_DUPLICATES = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)


class Duplicate(Conflict):
    """Dữ liệu này đã có."""


class Orphan(Conflict):
    """Dữ liệu mà việc này thuộc về không còn nữa."""


class StoreError(HelpdeskError):
    """Kho dữ liệu từ chối dữ liệu này."""


@contextmanager
def told_as_ours(what: str) -> Iterator[None]:
    """Duplicate where a unique value is there already, Orphan where what a row belongs to is gone, StoreError where a
    rule of the schema is broken, Unavailable("store") where the file can't be used; `what` begins its message.
    """
    try:
        yield
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode in _DUPLICATES:
            raise Duplicate from error
        if error.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
            raise Orphan from error
        # Names the table and column, never a value.
        raise StoreError(f"Kho dữ liệu từ chối dữ liệu này ({error}).") from error
    except sqlite3.DatabaseError as error:
        raise Unavailable("store", f"{what} ({error}).") from error
