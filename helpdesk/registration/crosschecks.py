"""What in an application does not fit together, for the officer who decides.

Owns comparing the fields with each other and with the registry. Refuses nothing: a flag is a reason to look closer,
and there are honest reasons for each of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from helpdesk.errors import InvalidInput
from helpdesk.identity import BirthDate, FieldName, NationalId, Sex, national_id_of
from helpdesk.places import find_province, provinces
from helpdesk.registry import Member
from helpdesk.text import fold

FLAG_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "account_exists": (
            "Mã số này đã có tài khoản. Duyệt sẽ chuyển tài khoản sang email trong hồ sơ này và đặt lại mật khẩu: "
            "hãy chắc chắn đúng người."
        ),
        "birth_vs_national_id": "Năm sinh khai khác năm sinh trong số CCCD.",
        "sex_vs_national_id": "Giới tính khai khác chữ số giới tính trong số CCCD.",
        "province_vs_national_id": (
            "Tỉnh khai khác tỉnh đăng ký khai sinh trong số CCCD. Chỉ để tham khảo: nhiều người chuyển nơi ở."
        ),
        "card_vs_code": "Mã số BHXH khai khác 10 ký tự cuối của số thẻ BHYT.",
        "name_vs_registry": "Họ tên khai khác danh sách tham gia BHXH.",
        "birth_vs_registry": "Ngày sinh khai khác danh sách tham gia BHXH.",
        "national_id_vs_registry": "Số CCCD/CMND khai khác danh sách tham gia BHXH.",
        "not_in_registry": "Mã số này chưa có trong danh sách của cơ quan, cần tra cứu thêm.",
    }
)


def crosscheck(fields: Mapping[str, str], member: Member | None, has_account: bool = False) -> tuple[str, ...]:
    """Codes of `FLAG_TEXTS`, the telling ones first; a field that is missing or unreadable raises no flag.

    `has_account`: whether the number has an account already, which an approval would hand over.
    """
    flags = ["account_exists"] if has_account else []
    flags += [*_against_registry(fields, member), *_among_themselves(fields)]
    return tuple(flag for flag in _ORDER if flag in flags)


_ORDER = (
    "account_exists",
    "national_id_vs_registry",
    "birth_vs_registry",
    "name_vs_registry",
    "card_vs_code",
    "birth_vs_national_id",
    "sex_vs_national_id",
    "not_in_registry",
    "province_vs_national_id",
)


def _against_registry(fields: Mapping[str, str], member: Member | None) -> list[str]:
    if member is None:
        return ["not_in_registry"]
    flags = []
    name = fold(fields.get(FieldName.FULL_NAME, ""))
    if name and name != fold(member.full_name):
        flags.append("name_vs_registry")
    born = _birth_date(fields)
    if born and not _same_birth(born, member.birth_date):
        flags.append("birth_vs_registry")
    number = fields.get(FieldName.NATIONAL_ID, "")
    # A CMND in the registry and a CCCD in the application may well be the same person's.
    if number and member.national_id and len(number) == len(member.national_id) and number != member.national_id:
        flags.append("national_id_vs_registry")
    return flags


def _among_themselves(fields: Mapping[str, str]) -> list[str]:
    flags = []
    card, code = fields.get(FieldName.CARD, ""), fields.get(FieldName.BHXH_CODE, "")
    if card and len(code) == 10 and card[-10:] != code:
        flags.append("card_vs_code")
    number = _national_id(fields)
    if number is None:
        return flags
    born = _birth_date(fields)
    if born and number.birth_year and born.year != number.birth_year:
        flags.append("birth_vs_national_id")
    sex = fields.get(FieldName.SEX, "")
    if sex in [known.value for known in Sex] and number.sex and sex != number.sex.value:
        flags.append("sex_vs_national_id")
    if _moved(fields, number):
        flags.append("province_vs_national_id")
    return flags


def _moved(fields: Mapping[str, str], number: NationalId) -> bool:
    lives = find_province(fields.get(FieldName.PROVINCE, "")) or find_province(fields.get(FieldName.ADDRESS, ""))
    registered = next((p for p in provinces() if p.code == number.province_code), None)
    # Quảng Nam is Đà Nẵng now: people write either.
    return bool(lives and registered and lives.name_2025 != registered.name_2025)


def _national_id(fields: Mapping[str, str]) -> NationalId | None:
    try:
        return national_id_of(fields.get(FieldName.NATIONAL_ID, ""))
    except InvalidInput:
        return None


def _birth_date(fields: Mapping[str, str]) -> BirthDate | None:
    try:
        return BirthDate.of_iso(fields.get(FieldName.BIRTH_DATE, ""))
    except (ValueError, TypeError):
        return None


def _same_birth(one: BirthDate, other: BirthDate) -> bool:
    if one.day is None or other.day is None:
        return one.year == other.year
    return one == other
