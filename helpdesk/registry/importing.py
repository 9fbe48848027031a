"""Filling the registry from a file of members.

Owns that a bad row never keeps a good one out, that a person stands in a file once, and that a second import updates:
what the file says takes the place of what was known, what it leaves empty stays, `-` clears. Written in portions, so
an import that is broken off is simply started again. Refuses the reading of files (`helpdesk.registry.sheets`) and of
cells (`helpdesk.registry.columns`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from pathlib import Path

from helpdesk.errors import InvalidInput
from helpdesk.identity import BirthDate, FieldName
from helpdesk.registry.columns import BadRow, Columns, MemberValues, read_headings, read_member, score
from helpdesk.registry.member import Member
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.registry.sheets import HEADINGS_WITHIN, SheetRow, open_sheet

_PORTION = 500


@dataclass(slots=True)
class ImportReport:
    """What became of a file's rows. `said` is told of each remark as it comes: line, words, whether it is left out."""

    said: Callable[[int, str, bool], None]
    ignored_columns: tuple[str, ...] = ()
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    left_out: int = 0
    remarked: int = 0
    # The BHXH and the national numbers so far, with their lines.
    codes: dict[str, int] = field(default_factory=dict)
    national_ids: dict[str, int] = field(default_factory=dict)

    @property
    def read(self) -> int:
        """How many rows there were."""
        return self.added + self.updated + self.unchanged + self.left_out

    def leave_out(self, line: int, words: str) -> None:
        self.left_out += 1
        self.said(line, words, True)

    def remark(self, line: int, words: str) -> None:
        self.remarked += 1
        self.said(line, words, False)


async def import_members(
    registry: EmbeddedRegistry, path: Path, today: date, said: Callable[[int, str, bool], None]
) -> ImportReport:
    """Import a file. Raises InvalidInput("file" or "columns"), whose message says what to do, for one that is no table
    of members; rows that are wrong are told of and left out.
    """
    report = ImportReport(said)
    with open_sheet(path, score) as rows:
        columns, following = _headings(rows)
        report.ignored_columns = columns.unknown
        good = _good_rows(columns, following, today, report)
        while portion := list(islice(good, _PORTION)):
            await _put(registry, portion, report)
    return report


def _headings(rows: Iterator[SheetRow]) -> tuple[Columns, Iterator[SheetRow]]:
    """The columns, and the rows below their headings."""
    first = list(islice(rows, HEADINGS_WITHIN))
    columns = [read_headings(row.texts) for row in first]
    best = max(range(len(first)), key=lambda at: len(columns[at].places), default=None)
    if best is None or not columns[best].is_enough:
        raise InvalidInput(
            "columns",
            "Không thấy hàng tiêu đề có các cột: họ tên, ngày sinh, và mã số BHXH (hoặc mã thẻ BHYT). "
            "Xem tên cột dùng được trong docs/import.md.",
        )

    def following() -> Iterator[SheetRow]:
        yield from first[best + 1 :]
        yield from rows

    return columns[best], following()


def _good_rows(columns: Columns, rows: Iterator[SheetRow], today: date, report: ImportReport) -> Iterator[MemberValues]:
    for row in rows:
        try:
            found = read_member(columns, row, today)
        except BadRow as bad:
            report.leave_out(row.line, str(bad))
            continue
        earlier = report.codes.setdefault(found.code, row.line)
        if earlier != row.line:
            report.leave_out(row.line, f"mã số BHXH trùng với dòng {earlier}")
            continue
        for words in (*found.remarks, *_shared_number(found, report)):
            report.remark(row.line, words)
        yield found


def _shared_number(found: MemberValues, report: ImportReport) -> Iterator[str]:
    number = found.values.get(FieldName.NATIONAL_ID)
    if number:
        earlier = report.national_ids.setdefault(number, found.line)
        if earlier != found.line:
            yield f"số CCCD/CMND trùng với dòng {earlier} mà mã số BHXH khác"


async def _put(registry: EmbeddedRegistry, portion: list[MemberValues], report: ImportReport) -> None:
    known = await registry.find_many([found.code for found in portion])
    changed = []
    for found in portion:
        before = known.get(found.code)
        blank = Member(found.code, "", BirthDate(1))
        after = replace(before or blank, synthetic=False, **found.values)
        if before is None:
            report.added += 1
        elif before == after:
            report.unchanged += 1
            continue
        else:
            report.updated += 1
        changed.append(after)
    await registry.put(changed)
