"""One cell of a member file: what it says for its field, or in plain words why it says nothing.

Owns the reading of each field's cells, and the words in which an office is told what is wrong with one. Never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from helpdesk.errors import InvalidInput
from helpdesk.identity import (
    FieldName,
    Sex,
    parse_bhxh_code,
    parse_birth_date,
    parse_card,
    parse_full_name,
    parse_national_id,
)
from helpdesk.places import find_province
from helpdesk.text import fold

# What only the registry knows.
CARD_VALID_UNTIL = "card_valid_until"
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


def reason(error: InvalidInput) -> str:
    """Why a cell was refused."""
    fitting = [begin for begin in _REASONS if error.code.startswith(begin)]
    return _REASONS[max(fitting, key=len)] if fitting else str(error)


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


READERS: Mapping[str, Callable[[str, date], Any]] = {
    FieldName.BHXH_CODE: lambda text, _today: parse_bhxh_code(text),
    FieldName.FULL_NAME: lambda text, _today: parse_full_name(text).text,
    FieldName.BIRTH_DATE: parse_birth_date,
    FieldName.SEX: _sex,
    FieldName.NATIONAL_ID: lambda text, _today: parse_national_id(text).number,
    FieldName.CARD: lambda text, _today: parse_card(text).number,
    FieldName.PROVINCE: _province,
    FieldName.ADDRESS: _address,
    CARD_VALID_UNTIL: _valid_until,
}
