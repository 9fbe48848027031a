"""What the documents call by name is there: files, rooms and their parts, the glossary's names in code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("helpdesk", "actions", "bot", "nlu")
TOPS = (*HOUSES, "ops", "bench", "samples", "tests", "data", "docs")
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
# Reports and tables that are written by programs, at the time of their run.
WRITTEN = {"docs/bench.md", "docs/bench-reader.md", "docs/nlu-report.md"}
_PATH = re.compile(rf"(?<![\w/.-])((?:{'|'.join(TOPS)})/[\w*.{{}},/-]*[\w*}}/])")
_ROOM = re.compile(r"^\| `([a-z_]+(?:/[a-z_]+)*)/?` \| ([^|]*) \|")
_NAME = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)`")


@cache
def _text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def _rows() -> dict[str, set[str]]:
    """The architecture's tables of rooms: the folder, and the parts that are named beside it."""
    found = (_ROOM.match(line) for line in _text("docs/architecture.md").splitlines())
    return {match[1]: set(_NAME.findall(match[2])) for match in found if match and match[1].split("/")[0] in HOUSES}


def _is_there(path: str) -> bool:
    """Whether a path, with `*` or `{a,b}` in it, names anything."""
    choice = re.search(r"\{([^{}]*)\}", path)
    if choice:
        return all(_is_there(path.replace(choice[0], one, 1)) for one in choice[1].split(","))
    return any(ROOT.glob(path.rstrip("/")))


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if name not in WRITTEN])
def test_every_path_is_there(document: str) -> None:
    assert [path for path in _PATH.findall(_text(document)) if not _is_there(path)] == []


def test_every_room_is_drawn_with_every_part() -> None:
    """Each folder of Python has a row that names its files, and no row names one that is gone."""
    drawn = _rows()
    built: dict[str, set[str]] = {}
    for house in HOUSES:
        for file in (ROOT / house).rglob("*.py"):
            built.setdefault(str(file.parent.relative_to(ROOT)), set()).add(file.stem)
    assert drawn == {folder: parts - {"__init__"} for folder, parts in built.items() if parts != {"__init__"}}


@cache
def _identifiers() -> frozenset[str]:
    """Every word of the houses' sources; a name of the glossary is one of them, or a part of a longer one."""
    sources = [file.read_text("utf-8") for house in HOUSES for file in (ROOT / house).rglob("*.py")]
    return frozenset(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", "\n".join(sources)))


def test_the_glossary_names_what_the_code_names() -> None:
    rows = [line.split("|") for line in _text("docs/glossary.md").splitlines() if line.startswith("| ")]
    named = {name for row in rows if len(row) > 3 for name in _NAME.findall(row[2])}
    assert len(named) > 30
    assert sorted(named - _identifiers()) == []


def test_the_names_of_the_architecture_are_classes() -> None:
    section = _text("docs/architecture.md").split("## Names", 1)[1].split("\n## ", 1)[0]
    named = set(re.findall(r"`([A-Z]\w+)", section))
    sources = "\n".join(file.read_text("utf-8") for house in HOUSES for file in (ROOT / house).rglob("*.py"))
    assert len(named) > 8
    assert [name for name in sorted(named) if not re.search(rf"^class {name}\b", sources, re.M)] == []
