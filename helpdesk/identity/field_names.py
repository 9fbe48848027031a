"""What the data of a person are called, wherever they are kept: in drafts, in the registry, in buttons and questions.

Owns the names and nothing else: what there is to know of a field is `helpdesk.registration.fields`'. They are written
into rows and into buttons that people have on their screens: a name that changes has to be read by its old one too.
"""

from __future__ import annotations

from enum import StrEnum


class FieldName(StrEnum):
    """A name is its own text: the key in a row, the end of a question's and of a button's name."""

    FULL_NAME = "full_name"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    BHXH_CODE = "bhxh_code"
    CARD = "card"
    NATIONAL_ID = "national_id"
    OLD_ID = "old_id"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    PROVINCE = "province"
    AGENCY = "agency"
    FRONT = "front"
    BACK = "back"
    PORTRAIT = "portrait"
    OTP = "otp"
    # What an application holds beside the answers.
    CONTACT_OWNER = "contact_owner"
    FOR_WHOM = "for_whom"
    HELPER_RELATION = "helper_relation"
    EMAIL_CONFIRMED = "email_confirmed"
    SAME_NUMBER = "same_number"
    CARD_CODES = "card_codes"
