"""The fields of a registration: one table with all that is known of each.

Owns what a field is called (in a sentence, to the staff, on a button), how it is read, and what it is good for. Refuses
behaviour: whoever asks, hears, shows or checks a field looks here. What people call a field in their own words is the
listeners' (`actions.registration.hearing`), keyed by this table and held against it by a test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from helpdesk.identity import (
    FieldName,
    parse_bhxh_code,
    parse_birth_date,
    parse_email,
    parse_full_name,
    parse_national_id,
    parse_phone,
)

YES = "1"


@dataclass(frozen=True, slots=True)
class Field:
    """What there is to know of a field; the empty text where something does not apply to it."""

    name: FieldName
    # What it is called in a sentence.
    word: str = ""
    # What the staff and their letters call it.
    heading: str = ""
    # The tap that corrects it; without one it can't be corrected.
    button: str = ""
    # What is typed becomes what is kept; raises InvalidInput(code).
    read: Callable[[str, date], str] | None = None
    # The problem of two different values in one message: that is a question, not a choice.
    two: str = ""
    # The guide's answer to somebody who hasn't got it.
    lacking: str = ""
    repairable: bool = False
    photo: bool = False
    # Digits are its answer, so that six of them are no code here.
    numeric: bool = False
    # Its answer is in plain words: what the classifier never met, or takes for something else.
    prose: bool = False
    on_cccd: bool = False
    # By which an officer sees once more whom he is about to approve.
    identifies: bool = False


# In the order of the case page.
_TABLE = (
    Field(
        FieldName.FULL_NAME, "họ tên", "Họ và tên", "Họ tên",
        read=lambda text, _today: parse_full_name(text).text, repairable=True, prose=True,
        on_cccd=True, identifies=True,
    ),
    Field(
        FieldName.BIRTH_DATE, "ngày sinh", "Ngày sinh", "Ngày sinh",
        read=lambda text, today: parse_birth_date(text, today).iso, two="birth_two", lacking="reg_no_birth_date",
        repairable=True, numeric=True, on_cccd=True, identifies=True,
    ),
    Field(FieldName.SEX, heading="Giới tính"),
    Field(
        FieldName.BHXH_CODE, "mã số BHXH", "Mã số BHXH", "Mã số BHXH",
        read=lambda text, _today: parse_bhxh_code(text), two="bhxh_two",
        repairable=True, numeric=True, identifies=True,
    ),
    Field(FieldName.CARD, heading="Số thẻ BHYT"),
    Field(
        FieldName.NATIONAL_ID, "số CCCD/CMND", "Số CCCD/CMND", "Số CCCD/CMND",
        read=lambda text, _today: parse_national_id(text).number, two="national_id_two", lacking="reg_no_national_id",
        repairable=True, numeric=True, on_cccd=True, identifies=True,
    ),
    Field(FieldName.OLD_ID, heading="Số CMND cũ"),
    Field(
        FieldName.PHONE, "số điện thoại", "Số điện thoại", "Số điện thoại",
        read=lambda text, _today: parse_phone(text), two="phone_two", lacking="reg_no_phone",
        repairable=True, numeric=True,
    ),
    Field(
        FieldName.EMAIL, "email", "Email", "Email",
        read=lambda text, _today: parse_email(text).address, two="email_two", lacking="reg_no_email",
        repairable=True, identifies=True,
    ),
    Field(
        FieldName.ADDRESS, "địa chỉ thường trú", "Địa chỉ thường trú", "Địa chỉ",
        repairable=True, prose=True, on_cccd=True,
    ),
    Field(FieldName.PROVINCE, heading="Tỉnh, thành phố"),
    Field(FieldName.AGENCY, "cơ quan tiếp nhận", "Nơi nhận hồ sơ", "Cơ quan tiếp nhận"),
    Field(
        FieldName.PORTRAIT, "ảnh chân dung", "Ảnh chân dung", "Ảnh chân dung",
        lacking="reg_no_portrait", repairable=True, photo=True,
    ),
    Field(
        FieldName.FRONT, "ảnh mặt trước CCCD", "Ảnh CCCD mặt trước", "Mặt trước CCCD",
        lacking="reg_no_card", repairable=True, photo=True,
    ),
    Field(
        FieldName.BACK, "ảnh mặt sau CCCD", "Ảnh CCCD mặt sau", "Mặt sau CCCD",
        lacking="reg_no_card", repairable=True, photo=True,
    ),
    Field(FieldName.OTP, "mã xác nhận email", numeric=True),
    Field(FieldName.CONTACT_OWNER, "email và điện thoại của ai"),
    # Nobody is asked for these, and the case page tells them in its own way.
    Field(FieldName.FOR_WHOM),
    Field(FieldName.HELPER_RELATION),
    Field(FieldName.EMAIL_CONFIRMED),
    Field(FieldName.SAME_NUMBER),
    Field(FieldName.CARD_CODES),
)  # fmt: skip
FIELDS: Mapping[str, Field] = MappingProxyType({field.name: field for field in _TABLE})
# What a citizen is asked for, in this order; photos of the card's front come first because they save the typing.
ASKED = (
    FieldName.FRONT,
    FieldName.BHXH_CODE,
    FieldName.FULL_NAME,
    FieldName.BIRTH_DATE,
    FieldName.NATIONAL_ID,
    FieldName.ADDRESS,
    FieldName.BACK,
    FieldName.PORTRAIT,
    FieldName.PHONE,
    FieldName.EMAIL,
    FieldName.CONTACT_OWNER,
    FieldName.OTP,
)
PHOTO_FIELDS = tuple(name for name in ASKED if FIELDS[name].photo)
# What the chat has a word for.
FIELD_WORDS: Mapping[str, str] = MappingProxyType({field.name: field.word for field in _TABLE if field.word})
