"""What the columns of a member file mean, and the member that a row of it tells of.

Owns the headings that are understood (docs/import.md lists them) and what a row is left out for. Refuses a row with any
doubtful cell (`helpdesk.registry.cells`): half a member is worse than none. Reasons name the column, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, parse_national_id
from helpdesk.registry.cells import CARD_VALID_UNTIL, READERS, reason
from helpdesk.registry.sheets import Cell, SheetRow
from helpdesk.text import fold

# A member's field: its name for people, then the headings, as they are without accents, spaces and signs.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    FieldName.BHXH_CODE: (
        *("mã số BHXH", "số BHXH", "mã BHXH", "số sổ BHXH", "mã số bảo hiểm xã hội", "số sổ", "BHXH"),
        *("số sổ bảo hiểm xã hội", "mã số BHXH 10 số"),
    ),
    FieldName.FULL_NAME: (
        *("họ tên", "họ và tên", "họ tên người tham gia", "tên người tham gia", "họ và tên người tham gia"),
    ),
    FieldName.BIRTH_DATE: ("ngày sinh", "ngày tháng năm sinh", "ngày, tháng, năm sinh", "năm sinh", "sinh ngày"),
    FieldName.SEX: ("giới tính", "giới", "phái", "nam/nữ"),
    FieldName.NATIONAL_ID: (
        *("CCCD", "số CCCD", "CMND", "số CMND", "CCCD/CMND", "CMND/CCCD", "số CCCD/CMND", "số CMND/CCCD"),
        *("căn cước", "số căn cước", "căn cước công dân", "số căn cước công dân", "số định danh"),
        *("số định danh cá nhân", "số ĐDCN", "ĐDCN", "ĐDCN/CCCD", "số ĐDCN/CCCD"),
    ),
    FieldName.CARD: (
        *("mã thẻ BHYT", "số thẻ BHYT", "thẻ BHYT", "mã thẻ", "số thẻ", "mã số thẻ BHYT", "mã thẻ bảo hiểm y tế"),
    ),
    FieldName.PROVINCE: ("tỉnh", "tỉnh/thành phố", "tỉnh, thành phố", "tỉnh thành", "tỉnh/TP", "tỉnh thường trú"),
    FieldName.ADDRESS: (
        *("địa chỉ", "địa chỉ thường trú", "nơi thường trú", "hộ khẩu thường trú", "nơi cư trú", "địa chỉ cư trú"),
    ),
    CARD_VALID_UNTIL: (
        *("giá trị thẻ đến", "giá trị đến", "hạn thẻ", "hạn sử dụng thẻ", "hạn sử dụng", "thẻ có giá trị đến"),
        *("giá trị thẻ đến ngày", "hạn sử dụng đến", "ngày hết hạn thẻ"),
    ),
}
_KEYS = {fold(heading).replace(" ", ""): field for field, headings in HEADINGS.items() for heading in headings}
_NEEDED = (FieldName.FULL_NAME, FieldName.BIRTH_DATE)
_EMPTY_ON_PURPOSE = frozenset("-–—")
_DAMAGES = {
    "scientific": "bị Excel đổi thành dạng 4,8E+09 nên mất chữ số – định dạng cột thành Văn bản (Text) rồi nhập lại số",
    "inexact": "là số lẻ, số âm hoặc số quá dài nên không chắc còn đúng – định dạng cột thành Văn bản rồi nhập lại",
    "formula": "là công thức chưa có kết quả – mở tệp bằng Excel, lưu lại rồi nạp lần nữa",
    "error": "là ô báo lỗi của Excel (như #N/A)",
    "unreadable": "có chữ không đọc được – lưu lại tệp với dạng “CSV UTF-8”",
    "time": "là giờ, không phải giá trị cần có",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands; of several columns for one field the first that is filled counts."""

    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a member can come out of such rows."""
        named = self.places.keys() >= set(_NEEDED)
        return named and (FieldName.BHXH_CODE in self.places or FieldName.CARD in self.places)


class BadRow(Exception):
    """A row that is left out; `reasons` say why, for people."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


@dataclass(frozen=True, slots=True)
class MemberValues:
    """What a row says. A field that is not in `values` was left empty; None clears what was known."""

    line: int
    code: str
    values: Mapping[str, Any]
    remarks: tuple[str, ...]


def read_headings(texts: Sequence[str]) -> Columns:
    """The columns of a row of headings."""
    places: dict[str, tuple[int, ...]] = {}
    unknown = []
    for position, text in enumerate(texts):
        field = _KEYS.get(fold(text).replace(" ", ""))
        if field is not None:
            places[field] = (*places.get(field, ()), position)
        elif text:
            unknown.append(text)
    return Columns(places, tuple(unknown))


def score(texts: Sequence[str]) -> int:
    """How many fields a row of headings names."""
    return len(read_headings(texts).places)


def read_member(columns: Columns, row: SheetRow, today: date) -> MemberValues:
    """What the row says of its member. Raises BadRow with every reason at once."""
    reasons: list[str] = []
    values: dict[str, Any] = {}
    for field, positions in columns.places.items():
        cell = _cell(row, positions)
        label = HEADINGS[field][0]
        if cell.damage:
            reasons.append(f"{label} {_DAMAGES[cell.damage]}")
        elif cell.text in _EMPTY_ON_PURPOSE:
            values[field] = None
        elif cell.text:
            try:
                values[field] = READERS[field](cell.text, today)
            except InvalidInput as error:
                reasons.append(f"{label} {reason(error)}")
    code = values.pop(FieldName.BHXH_CODE, None)
    card = values.get(FieldName.CARD)
    if not reasons:
        code = code or (card[5:] if card else None)
        if code is None:
            reasons.append("thiếu mã số BHXH")
        elif card and card[5:].isdigit() and card[5:] != code:
            reasons.append("10 số cuối của mã thẻ BHYT khác mã số BHXH")
        elif not code.isdigit():
            reasons.append("thẻ kiểu cũ: cần thêm mã số BHXH")
        reasons += [f"thiếu {HEADINGS[field][0]}" for field in _NEEDED if not values.get(field)]
    if reasons or code is None:
        raise BadRow(reasons)
    return MemberValues(row.line, code, values, _remarks(values))


def _cell(row: SheetRow, positions: Sequence[int]) -> Cell:
    cells = [row.cells[position] for position in positions if position < len(row.cells)]
    return next((cell for cell in cells if cell.text or cell.damage), Cell())


def _remarks(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What doesn't go together, though each value is one."""
    number = values.get(FieldName.NATIONAL_ID)
    if not number:
        return ()
    known = parse_national_id(number)
    remarks = []
    sex, birth = values.get(FieldName.SEX), values[FieldName.BIRTH_DATE]
    if known.sex and sex and known.sex is not sex:
        remarks.append("giới tính không khớp số CCCD")
    if known.birth_year is not None and known.birth_year != birth.year:
        remarks.append("năm sinh không khớp số CCCD")
    return tuple(remarks)
