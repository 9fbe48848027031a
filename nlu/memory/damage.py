"""A damaged file of conversations: told cheaply, put aside, never in the way of an answer.

Owns what counts as damage and where the damaged file goes. Only the thread of each talk is in it, so that going on
without it beats not answering at all. Refuses looking through the whole file, which takes minutes where there is much:
that is `make check-data`; what is damaged deep inside is told by the read that comes upon it.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path

log = logging.getLogger(__name__)

_DAY = 24 * 60 * 60


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite says that the file is no database or a malformed one; locked or full is no damage."""
    # Python 3.10 hands on no code; of all that SQLite reports, these two alone are of the bare class.
    return type(error) is sqlite3.DatabaseError


def set_aside_if_damaged(file: Path, retention_days: float) -> None:
    """Look at the file's head, its length and the top of each table; forget old damaged ones."""
    for old in _aside(file):
        # Damaged or not, what citizens wrote is not kept for longer than was promised.
        if time.time() - old.stat().st_mtime > retention_days * _DAY:
            old.unlink()
    if file.is_file() and not _looks_sound(file):
        set_aside(file)


def forget_set_aside(file: Path) -> None:
    """Delete every damaged file: nobody's words can be picked out of one, and somebody wants theirs gone."""
    for old in _aside(file):
        old.unlink(missing_ok=True)


def _aside(file: Path) -> list[Path]:
    return list(file.parent.glob(f"{file.name}.damaged-*"))


def set_aside(file: Path) -> None:
    """Move a damaged file out of the way; whoever has it open goes on with the moved one."""
    aside = f"{file.name}.damaged-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    # SQLite would take the old side files for the new file's own.
    for suffix in ("", "-wal", "-shm"):
        if (part := file.with_name(file.name + suffix)).exists():
            part.rename(file.with_name(aside + suffix))
    log.error("%s is damaged: moved to %s, conversations start afresh", file, aside)


def _looks_sound(file: Path) -> bool:
    database = sqlite3.connect(file, timeout=5)
    try:
        # Reads the head, and compares the length of the file with what the head says.
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            database.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()  # noqa: S608 - the file's own names
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise  # locked, unreadable, no room: nothing is known about what is inside
        return False
    finally:
        database.close()
    return True
