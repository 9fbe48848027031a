"""A package is entered by its face: from outside, only names in its `__init__`'s `__all__` are imported.

Tests and the bench measure parts and may look inside. `nlu.serving` has no face: it is started by name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("helpdesk", "actions", "bot", "nlu")
CALLERS = (*HOUSES, "ops")


def _rooms() -> list[str]:
    """Every package below a house, deepest first, so that a module's own room is found before the one around it."""
    found = [file.parent for house in HOUSES for file in (ROOT / house).glob("*/**/__init__.py")]
    return sorted((".".join(folder.relative_to(ROOT).parts) for folder in found), key=len, reverse=True)


ROOMS = _rooms()


@cache
def _room_of(module: str) -> str | None:
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), None)


@cache
def _face(room: str) -> set[str]:
    tree = ast.parse((ROOT / room.replace(".", "/") / "__init__.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


@cache
def _imports(file: Path) -> tuple[tuple[int, str, str], ...]:
    """Line, module and name of each import from one of the houses."""
    return tuple(_found(file))


def _found(file: Path) -> Iterator[tuple[int, str, str]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in HOUSES:
            yield from ((node.lineno, node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, a.name, "") for a in node.names if a.name.split(".")[0] in HOUSES)


def _trespasses(file: Path) -> Iterator[str]:
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    mine = _room_of(module)
    for line, source, name in _imports(file):
        room = _room_of(source)
        # A room may look into those below it by their faces, and into itself freely.
        if room is None or room == mine:
            continue
        if source != room or name not in _face(room):
            yield f"{file.relative_to(ROOT)}:{line}: {source} {name}"


@pytest.mark.parametrize("house", CALLERS)
def test_from_outside_only_the_face_is_imported(house: str) -> None:
    files = [file for file in sorted((ROOT / house).rglob("*.py")) if "node_modules" not in file.parts]
    assert files
    assert [trespass for file in files for trespass in _trespasses(file)] == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "nlu.serving"])
def test_a_face_shows_nothing_that_is_not_asked_for(room: str) -> None:
    """A name that nobody outside imports is the room's own business."""
    asked = {
        name
        for house in (*CALLERS, "bench")
        for file in (ROOT / house).rglob("*.py")
        if _room_of(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")) != room
        for _, source, name in _imports(file)
        if source == room
    }
    assert _face(room) - asked == set()
