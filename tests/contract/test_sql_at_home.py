"""SQL lives in `helpdesk`, and each table's in the room whose domain names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATEMENT = re.compile(r"^(SELECT|INSERT INTO|UPDATE|DELETE FROM) ")
TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE) ([a-z_]+)\b(?! SET excluded)")
# One statement that looks across, and why.
GUESTS = {
    # Every message asks what its sender was asked for: one read instead of three.
    ("registration", "conversations"),
    ("registration", "errands"),
}


def _texts(file: Path) -> Iterator[str]:
    """The texts of a module as they are put together by the parser; what is filled in counts as nothing."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _tables_of(room: Path) -> set[str]:
    """What the room's domains name."""
    found: set[str] = set()
    for file in room.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            # `tables: ClassVar[...] = (...)`, as `helpdesk.store.domain` has it.
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "tables" and node.value is not None:
                found |= set(ast.literal_eval(node.value))
    return found


OWNED = {room.name: _tables_of(room) for room in sorted((ROOT / "helpdesk").iterdir()) if room.is_dir()}
TABLES = {table for tables in OWNED.values() for table in tables}


@pytest.mark.parametrize("room", [room for room in OWNED if room not in ("store", "__pycache__")])
def test_a_room_s_statements_touch_its_own_tables(room: str) -> None:
    touched = {
        (room, table)
        for file in (ROOT / "helpdesk" / room).rglob("*.py")
        for text in _texts(file)
        for table in TABLE.findall(text)
        if table in TABLES
    }
    assert touched - {(room, table) for table in OWNED[room]} - GUESTS == set()
    # Named and never written to would be a table without a home.
    assert OWNED[room] <= {table for _, table in touched}


@pytest.mark.parametrize("house", ["bot", "actions"])
def test_no_statement_stands_outside_of_the_helpdesk(house: str) -> None:
    found = {
        f"{file.relative_to(ROOT)}: {text}"
        for file in (ROOT / house).rglob("*.py")
        for text in _texts(file)
        if STATEMENT.match(text)
    }
    assert found == set()
