"""What names a person: numbers, names, dates, addresses of mail, what cards hold. Parsers raise `InvalidInput`."""

from helpdesk.identity.bhxh import (
    parse_bhxh_code,
    parse_birth_date,
    parse_card,
    parse_email,
    parse_full_name,
    parse_national_id,
    parse_phone,
)
from helpdesk.identity.cards import CitizenCard, InsuranceCard, read_code
from helpdesk.identity.field_names import FieldName
from helpdesk.identity.national_ids import NationalId, national_id_of
from helpdesk.identity.person import BirthDate, Sex

__all__ = [
    "BirthDate",
    "CitizenCard",
    "FieldName",
    "InsuranceCard",
    "NationalId",
    "Sex",
    "national_id_of",
    "parse_bhxh_code",
    "parse_birth_date",
    "parse_card",
    "parse_email",
    "parse_full_name",
    "parse_national_id",
    "parse_phone",
    "read_code",
]
