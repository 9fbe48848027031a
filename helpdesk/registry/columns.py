"""What the columns of a member file mean, and the member that a row of it tells of.

Owns the headings that are understood (docs/import.md lists them), the reading of each cell and the words in which an
office is told what is wrong with it. Refuses a row with any doubtful cell: half a member is worse than none. Reasons
name the column, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from helpdesk.errors import InvalidInput
from helpdesk.identity import Sex, parse_bhxh_code, parse_birth_date, parse_card, parse_full_name, parse_national_id
from helpdesk.places import find_province
from helpdesk.registry.sheets import Cell, SheetRow
from helpdesk.text import fold

# A member's field: its name for people, then the headings, as they are without accents, spaces and signs.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "bhxh_code": (
        *("mã số BHXH", "số BHXH", "mã BHXH", "số sổ BHXH", "mã số bảo hiểm xã hội", "số sổ", "BHXH"),
        *("số sổ bảo hiểm xã hội", "mã số BHXH 10 số"),
    ),
    "full_name": ("họ tên", "họ và tên", "họ tên người tham gia", "tên người tham gia", "họ và tên người tham gia"),
    "birth_date": ("ngày sinh", "ngày tháng năm sinh", "ngày, tháng, năm sinh", "năm sinh", "sinh ngày"),
    "sex": ("giới tính", "giới", "phái", "nam/nữ"),
    "national_id": (
        *("CCCD", "số CCCD", "CMND", "số CMND", "CCCD/CMND", "CMND/CCCD", "số CCCD/CMND", "số CMND/CCCD"),
        *("căn cước", "số căn cước", "căn cước công dân", "số căn cước công dân", "số định danh"),
        *("số định danh cá nhân", "số ĐDCN", "ĐDCN", "ĐDCN/CCCD", "số ĐDCN/CCCD"),
    ),
    "card": ("mã thẻ BHYT", "số thẻ BHYT", "thẻ BHYT", "mã thẻ", "số thẻ", "mã số thẻ BHYT", "mã thẻ bảo hiểm y tế"),
    "province": ("tỉnh", "tỉnh/thành phố", "tỉnh, thành phố", "tỉnh thành", "tỉnh/TP", "tỉnh thường trú"),
    "address": (
        "địa chỉ",
        "địa chỉ thường trú",
        "nơi thường trú",
        "hộ khẩu thường trú",
        "nơi cư trú",
        "địa chỉ cư trú",
    ),
    "card_valid_until": (
        *("giá trị thẻ đến", "giá trị đến", "hạn thẻ", "hạn sử dụng thẻ", "hạn sử dụng", "thẻ có giá trị đến"),
        *("giá trị thẻ đến ngày", "hạn sử dụng đến", "ngày hết hạn thẻ"),
    ),
}
_KEYS = {fold(heading).replace(" ", ""): field for field, headings in HEADINGS.items() for heading in headings}
_EMPTY_ON_PURPOSE = frozenset("-–—")
_DAMAGES = {
    "scientific": "bị Excel đổi thành dạng 4,8E+09 nên mất chữ số – định dạng cột thành Văn bản (Text) rồi nhập lại số",
    "inexact": "là số lẻ, số âm hoặc số quá dài nên không chắc còn đúng – định dạng cột thành Văn bản rồi nhập lại",
    "formula": "là công thức chưa có kết quả – mở tệp bằng Excel, lưu lại rồi nạp lần nữa",
    "error": "là ô báo lỗi của Excel (như #N/A)",
    "unreadable": "có chữ không đọc được – lưu lại tệp với dạng “CSV UTF-8”",
    "time": "là giờ, không phải giá trị cần có",
}
# Of `InvalidInput` codes, by what they begin with: the longest that fits counts.
_REASONS = {
    "bhxh": "chưa phải mã số BHXH",
    "bhxh_length": "phải có đúng 10 chữ số (thiếu số 0 ở đầu là do Excel: định dạng cột thành Văn bản rồi nhập lại)",
    "bhxh_letters": "có chữ cái lẫn trong số (như O thay cho 0)",
    "bhxh_two": "có hai số trong một ô",
    "bhxh_zero": "toàn số 0",
    "bhxh_looks_like_national_id": "có 12 chữ số: đây là số CCCD, không phải mã số BHXH",
    "card": "chưa phải mã thẻ BHYT",
    "card_length": "phải có đúng 15 ký tự",
    "card_letters": "phải là 2 chữ cái rồi 13 chữ số",
    "card_level": "có mức hưởng (ký tự thứ 3) không nằm trong 1 đến 5",
    "card_province": "có mã tỉnh (ký tự thứ 4 và 5) không tồn tại",
    "card_two": "có hai mã trong một ô",
    "national_id": "chưa phải số CCCD hay CMND",
    "national_id_length": "phải có 12 chữ số (CCCD) hoặc 9 chữ số (CMND) – thiếu số 0 ở đầu là do Excel",
    "national_id_letters": "có chữ cái lẫn trong số",
    "national_id_province": "bắt đầu bằng mã tỉnh không tồn tại",
    "national_id_century": "có chữ số thứ 4 không đúng",
    "national_id_two": "có hai số trong một ô",
    "national_id_passport": "là số hộ chiếu",
    "national_id_zero": "toàn số 0",
    "name": "chưa phải họ tên đầy đủ",
    "name_short": "quá ngắn, cần cả họ và tên",
    "name_words": "cần cả họ và tên",
    "name_digits": "có chữ số",
    "name_foreign_script": "không viết bằng chữ Việt",
    "name_long": "quá dài",
    "birth": "chưa phải ngày sinh",
    "birth_shape": "cần dạng 12/03/1956, hoặc chỉ năm 1956 (thấy một dãy số thì định dạng cột thành Ngày)",
    "birth_no_such_day": "là ngày không có thật",
    "birth_future": "ở tương lai",
    "birth_too_old": "quá xa, kiểm tra lại năm",
    "birth_lunar": "ghi theo âm lịch",
    "birth_two": "có thể hiểu thành hai ngày",
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands; of several columns for one field the first that is filled counts."""

    places: Mapping[str, tuple[int, ...]]
    unknown: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether a member can come out of such rows."""
        named = {"full_name", "birth_date"} <= self.places.keys()
        return named and ("bhxh_code" in self.places or "card" in self.places)


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
                values[field] = _READERS[field](cell.text, today)
            except InvalidInput as error:
                reasons.append(f"{label} {reason(error)}")
    code = values.pop("bhxh_code", None)
    card = values.get("card")
    if not reasons:
        code = code or (card[5:] if card else None)
        if code is None:
            reasons.append("thiếu mã số BHXH")
        elif card and card[5:].isdigit() and card[5:] != code:
            reasons.append("10 số cuối của mã thẻ BHYT khác mã số BHXH")
        elif not code.isdigit():
            reasons.append("thẻ kiểu cũ: cần thêm mã số BHXH")
        reasons += [f"thiếu {HEADINGS[field][0]}" for field in ("full_name", "birth_date") if not values.get(field)]
    if reasons or code is None:
        raise BadRow(reasons)
    return MemberValues(row.line, code, values, _remarks(values))


def _cell(row: SheetRow, positions: Sequence[int]) -> Cell:
    cells = [row.cells[position] for position in positions if position < len(row.cells)]
    return next((cell for cell in cells if cell.text or cell.damage), Cell())


def reason(error: InvalidInput) -> str:
    """Why a cell was refused."""
    fitting = [begin for begin in _REASONS if error.code.startswith(begin)]
    return _REASONS[max(fitting, key=len)] if fitting else str(error)


def _remarks(values: Mapping[str, Any]) -> tuple[str, ...]:
    """What doesn't go together, though each value is one."""
    number = values.get("national_id")
    if not number:
        return ()
    known = parse_national_id(number)
    remarks = []
    sex, birth = values.get("sex"), values["birth_date"]
    if known.sex and sex and known.sex is not sex:
        remarks.append("giới tính không khớp số CCCD")
    if known.birth_year is not None and known.birth_year != birth.year:
        remarks.append("năm sinh không khớp số CCCD")
    return tuple(remarks)


def _sex(text: str, _today: date) -> Sex:
    sexes = {"nam": Sex.MALE, "nu": Sex.FEMALE, "male": Sex.MALE, "female": Sex.FEMALE}
    found = sexes.get(fold(text))
    if found is None:
        raise InvalidInput("sex", "cần ghi Nam hoặc Nữ")
    return found


def _province(text: str, _today: date) -> str:
    found = find_province(text)
    if found is None:
        raise InvalidInput("province", "không phải tên một tỉnh, thành phố")
    return found.name


def _address(text: str, _today: date) -> str:
    if len(text) > 300:
        raise InvalidInput("address", "quá dài")
    return text


def _valid_until(text: str, _today: date) -> str:
    match = re.fullmatch(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", text) or re.fullmatch(
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", text
    )
    try:
        if match:
            return date(int(match["year"]), int(match["month"]), int(match["day"])).isoformat()
    except ValueError as error:
        raise InvalidInput("valid_until", "là ngày không có thật") from error
    raise InvalidInput("valid_until", "cần dạng 31/12/2026")


_READERS: Mapping[str, Callable[[str, date], Any]] = {
    "bhxh_code": lambda text, _today: parse_bhxh_code(text),
    "full_name": lambda text, _today: parse_full_name(text).text,
    "birth_date": parse_birth_date,
    "sex": _sex,
    "national_id": lambda text, _today: parse_national_id(text).number,
    "card": lambda text, _today: parse_card(text).number,
    "province": _province,
    "address": _address,
    "card_valid_until": _valid_until,
}
