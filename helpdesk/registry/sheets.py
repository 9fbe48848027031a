"""Sheets as offices keep them: rows of cells out of a CSV or an Excel file, one row at a time.

Owns the file's kind (told by its first bytes, not by its name), its encoding, separator and sheet, and what Excel did
to numbers: a value that may have lost digits comes with its `damage`, never guessed at. Refuses other kinds of files
with InvalidInput whose message says what to do. Refuses to know what the columns mean (`helpdesk.registry.columns`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from helpdesk.errors import InvalidInput

# Titles and remarks stand above many a table; its headings are looked for this far down.
HEADINGS_WITHIN = 20
_SEPARATORS = (",", ";", "\t")
_SNIFFED = 64 * 1024
_LONGEST_CELL = 10_000
_AS_XLSX = "Hãy mở bằng Excel rồi lưu thành .xlsx hoặc “CSV UTF-8”."
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", f"Tệp Excel đời cũ (.xls) hoặc có đặt mật khẩu. {_AS_XLSX}"),
    (b"%PDF", "Đây là tệp PDF, không lấy được bảng từ đó. Cần tệp CSV hoặc Excel (.xlsx)."),
    (b"{\\rtf", f"Đây là tệp văn bản Word (.rtf). {_AS_XLSX}"),
    (b"\xff\xd8\xff", "Đây là tệp ảnh. Cần tệp CSV hoặc Excel (.xlsx)."),
    (b"\x89PNG", "Đây là tệp ảnh. Cần tệp CSV hoặc Excel (.xlsx)."),
)
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_WHOLE_FLOAT = re.compile(r"([0-9]+)[.,]0{1,2}")
_QUOTED_FORMULA = re.compile(r'="([^"]*)"')
# A damaged or foreign archive breaks in as many ways as it has parts.
_BROKEN = (OSError, BadZipFile, zlib.error, EOFError, SyntaxError, KeyError, ValueError, TypeError, AttributeError)
# Beyond this a number of Excel's has lost its last digits.
_EXACT = 10**15


@dataclass(frozen=True, slots=True)
class Cell:
    """What a person sees in the cell. damage: scientific, inexact, formula, error, unreadable, time."""

    text: str = ""
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty; `line` is the line in the file, or the row of the sheet."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


Score = Callable[[Sequence[str]], int]


@contextmanager
def open_sheet(path: Path, score: Score) -> Iterator[Iterator[SheetRow]]:
    """The rows of the table in a file. `score` counts the headings it knows in a row: the separator of a CSV file and
    the sheet of a workbook are those with the best headings. Raises InvalidInput("file").
    """
    with ExitStack() as stack:
        try:
            if not path.is_file():
                raise _refused("Không có tệp này. Kiểm tra lại tên và thư mục.")
            with path.open("rb") as file:
                start = file.read(_SNIFFED)
        except OSError as error:
            raise _refused(f"Không đọc được tệp: {error.strerror}.") from error
        _refuse_foreign(start)
        rows = _workbook_rows(path, score, stack) if start.startswith(b"PK") else _text_rows(path, score, start, stack)
        yield _whole(rows)


def _whole(rows: Iterator[SheetRow]) -> Iterator[SheetRow]:
    """The rows, and a plain word where the file breaks off under them."""
    try:
        yield from rows
    except _BROKEN as error:
        raise _refused("Đọc tệp giữa chừng thì hỏng: tệp bị cắt ngang hoặc bị đổi trong lúc đọc.") from error


def _refused(message: str) -> InvalidInput:
    return InvalidInput("file", message)


def _refuse_foreign(start: bytes) -> None:
    if not start.strip():
        raise _refused("Tệp trống.")
    for signature, message in _FOREIGN:
        if start.startswith(signature):
            raise _refused(message)
    if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise _refused(f"Đây là trang web (HTML hoặc XML) dù mang tên khác. {_AS_XLSX}")
    if b"\0" in start and not start.startswith((b"PK", b"\xff\xfe", b"\xfe\xff")):
        raise _refused("Đây không phải tệp CSV hay Excel.")


# CSV


def _text_rows(path: Path, score: Score, start: bytes, stack: ExitStack) -> Iterator[SheetRow]:
    # Excel's “Unicode text” is UTF-16; a byte that is no UTF-8 is shown at its row.
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoding, errors = ("utf-16", "replace") if utf16 else ("utf-8-sig", "surrogateescape")
    first_lines = start.decode(encoding, "replace").splitlines(keepends=True)[: HEADINGS_WITHIN * 2]

    def best_heading(separator: str) -> int:
        return max((score([*map(_plain, row)]) for row in _csv(iter(first_lines), separator)), default=0)

    separator = max(_SEPARATORS, key=best_heading)
    file = stack.enter_context(path.open(encoding=encoding, errors=errors, newline=""))
    return _lines(file, separator)


def _csv(lines: Iterator[str], separator: str) -> Iterator[list[str]]:
    """As far as it can be read: only for a first look."""
    try:
        yield from csv.reader(lines, delimiter=separator)
    except csv.Error:
        return


def _lines(file: Any, separator: str) -> Iterator[SheetRow]:
    reader = csv.reader(file, delimiter=separator)
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            message = f"Dòng {line} có dấu ngoặc kép mở mà không đóng, hoặc một ô quá dài; từ đó trở đi không đọc được."
            raise _refused(message) from error
        if any(value.strip() for value in values):
            yield SheetRow(line, tuple(map(_text_cell, values)))


def _text_cell(value: str) -> Cell:
    if any("\ud800" <= sign <= "\udfff" or sign == "\ufffd" for sign in value):
        return Cell(_plain(value), damage="unreadable")
    text = _plain(value)
    quoted = _QUOTED_FORMULA.fullmatch(text)
    if quoted:
        return Cell(quoted[1].strip())
    if text.startswith("=") and len(text) > 1:
        return Cell(text, damage="formula")
    if text.startswith("#") and text.rstrip("!?").isupper():
        return Cell(text, damage="error")
    if _SCIENTIFIC.fullmatch(text):
        return Cell(text, damage="scientific")
    whole = _WHOLE_FLOAT.fullmatch(text)
    if whole:
        return Cell(whole[1])
    return Cell(text)


def _plain(value: str) -> str:
    """One line, in normal form C, without the apostrophe that tells Excel to leave a value alone."""
    return " ".join(unicodedata.normalize("NFC", value[:_LONGEST_CELL]).split()).removeprefix("'")


# Excel


def _workbook_rows(path: Path, score: Score, stack: ExitStack) -> Iterator[SheetRow]:
    # Imported only when a file is read: it costs 0.2 s and 20 MiB that the bot and the actions never need.
    from openpyxl import load_workbook

    # openpyxl warns of styles and extensions that it leaves out; none of them holds a value.
    stack.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    books = []
    for data_only in (True, False):  # the values, and where they are formulas
        try:
            # By its content: openpyxl would judge a path by its ending.
            book = load_workbook(stack.enter_context(path.open("rb")), read_only=True, data_only=data_only)
        except _BROKEN as error:
            raise _refused(f"Tệp này không phải bảng Excel (.xlsx) hoặc bị hỏng. {_AS_XLSX}") from error
        stack.callback(book.close)
        books.append([sheet for sheet in book.worksheets if sheet.sheet_state == "visible"])
    pairs = list(zip(*books, strict=True))
    if not pairs:
        raise _refused("Tệp Excel này không có trang tính nào.")

    def best_heading(pair: Sequence[Any]) -> int:
        return max((score(row.texts) for row in islice(_whole(_sheet_rows(*pair)), HEADINGS_WITHIN)), default=0)

    return _sheet_rows(*max(pairs, key=best_heading))


def _sheet_rows(values: Any, formulas: Any) -> Iterator[SheetRow]:
    for sheet in (values, formulas):
        # What a file says of its own size is wrong in many an export; without it every row is read.
        sheet.reset_dimensions()
    rows = zip_longest(values.iter_rows(), formulas.iter_rows(), fillvalue=())
    for line, (shown, written) in enumerate(rows, start=1):
        cells = tuple(_excel_cell(*pair) for pair in zip_longest(shown, written))
        if any(cell.text or cell.damage for cell in cells):
            yield SheetRow(line, cells)


def _excel_cell(shown: Any, written: Any) -> Cell:
    value = None if shown is None else shown.value
    if value is None:
        # A program that wrote a formula without its value leaves nothing to read.
        return Cell(damage="formula") if written is not None and written.data_type == "f" else Cell()
    if shown.data_type == "e":
        return Cell(str(value), damage="error")
    if isinstance(value, bool):
        return Cell(str(value))
    if isinstance(value, int | float):
        return _number_cell(value, shown.number_format or "")
    if isinstance(value, datetime | date):
        return Cell(f"{value.day:02}/{value.month:02}/{value.year:04}")
    if isinstance(value, str):
        return _text_cell(value)
    return Cell(str(value), damage="time")


def _number_cell(value: float, number_format: str) -> Cell:
    if abs(value) >= _EXACT or value != int(value) or value < 0:
        return Cell(str(value), damage="inexact")
    digits = str(int(value))
    # The format `0000000000` shows ten digits: then the zeros in front are certain.
    if number_format and not number_format.strip("0") and len(digits) <= len(number_format) > 1:
        return Cell(digits.zfill(len(number_format)))
    return Cell(digits)
