"""What of a message are values of the registration, and for which fields.

Owns telling values apart: several in one message are all taken, what was asked for wins where a number could be two
things. Whether a value is right is `helpdesk.identifiers`'.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from actions.registration.said import Said
from helpdesk.errors import InvalidInput
from helpdesk.folding import fold
from helpdesk.identifiers import (
    parse_bhxh_code,
    parse_birth_date,
    parse_card,
    parse_email,
    parse_full_name,
    parse_national_id,
    parse_phone,
)
from helpdesk.places import find_province
from helpdesk.registration_model import Registration

# No province's BHXH numbers begin with these, all mobile numbers do.
_MOBILE_ONLY = re.compile(r"0[3579]\d{8}")
_PHONE_WORDS = re.compile(r"\b(sdt|so dt|dt|dien thoai|phone|zalo|so may|lien he|goi|alo)\b")
_CODE_WORDS = re.compile(r"\b(bhxh|bao hiem|ma so|ma bh|so so|so the|bhyt)\b")
_ID_WORDS = re.compile(r"\b(cccd|can cuoc|cmnd|cmt|chung minh|dinh danh|so can cuoc)\b")
_BIRTH_WORDS = re.compile(r"\b(sinh|ns|ngay sinh|nam sinh|sn)\b")
_OTHER_DATES = re.compile(r"\b(cap|het han|han the|gia tri|ngay cap|dong tu)\b")
_LABELS = re.compile(
    r"\b(ma so bhxh|ma bhxh|bhxh|ma so|so the|the bhyt|bhyt|cccd|can cuoc|cmnd|so cccd|sdt|so dt|dien thoai|email|mail|"
    r"ngay sinh|sinh ngay|sinh nam|nam sinh|sinh|dia chi|dc|thuong tru|ho khau|que quan|que|gioi tinh|nam|nu|o)\b"
)
_NAME_LABEL = re.compile(r"(?:họ\s*(?:và\s*)?tên|ho\s*(?:va\s*)?ten|tên|ten)\s*(?:là|la|của\s+\w+\s+là|:|-)?\s*", re.I)
_ADDRESS_LABEL = re.compile(
    r"(?:địa\s*chỉ|dia\s*chi|đ/?c|thường\s*trú|thuong\s*tru|hộ\s*khẩu|ho\s*khau|quê\s*quán|que\s*quan|quê|nhà\s*ở|nha\s*o|ở)"
    r"\s*(?:thường\s*trú|thuong\s*tru)?\s*(?:là|la|tại|tai|ở|:|-)?\s*",
    re.I,
)
_PLACE_WORDS = re.compile(
    r"\b(to|thon|xa|phuong|quan|huyen|duong|hem|kiet|ngo|ngach|khu pho|khoi|lang|ap|tp|thanh pho|tinh|chung cu|"
    r"so nha)\b"
)
# Polite words and orders are no place to live.
_NO_ADDRESS = frozenset(
    {"affirm", "deny", "greet", "thank", "goodbye", "cancel", "help", "talk_to_human", "complain", "register_account",
     "resume_registration", "delete_my_data", "registration_status", "bot_challenge"}
)  # fmt: skip
_QUESTION = re.compile(
    r"\?|\b(gi|sao|nao|dau|may|bao nhieu|bao lau|the nao|tai sao|vi sao|lam gi|duoc khong|co khong|phai khong|ha|ai)\b"
)
# The family names that nearly all people in the region bear; a word list of names, not of persons.
_SURNAMES = frozenset(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly dinh doan luong mai trinh dao ha cao "
    "truong lam phung thai ta to tang quach chau kieu luu tong vuong ung la giang trieu nghiem tu thach kim son danh "
    "thi ninh khuc luc mac nong hua ba bach cung diep han kha khong lieu mau ong phi quang sam tao thieu tieu trang "
    "viet xa au alang arat bling bhling a y zoram hien colau ating bnuoch briu coor riah hoi tho van trac hau huu "
    "tieu lo vi ca quan".split()
)
# Words that begin what is no name any more.
_NAME_ENDS = re.compile(
    r"\b(sinh|ngay|cccd|cmnd|can|so|sdt|dt|dien|dia|email|mail|ma|que|thuong|gioi|nam|nu|bhxh|the|va|con|nha|nhe|ạ|"
    r"em|toi|minh|dang|o|tuoi|sn|ns)\b"
)


@dataclass(slots=True)
class Heard:
    """`values` by field, ready to be kept; `problems` are error codes for what could not be taken, by field."""

    values: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    # A number that may be a BHXH number or a phone number.
    unclear: str | None = None
    email_hint: str | None = None


def hear(said: Said, registration: Registration, asked: str, today: date) -> Heard:
    """The values in a message. `asked` is the field that was asked for, or empty."""
    heard = Heard()
    folded = said.folded
    if not folded:
        return heard
    _numbers(said, registration, asked, folded, heard)
    _email(said, asked, heard)
    _birth_date(said, registration, asked, folded, today, heard)
    _address(said, registration, asked, heard)
    _name(said, registration, asked, heard)
    _agency_or_specific_error(said, asked, folded, today, heard)
    return heard


def is_question(said: Said) -> bool:
    """Whether the words ask something rather than tell it."""
    return bool(_QUESTION.search(said.folded)) or "?" in said.text


def _take(heard: Heard, name: str, parse: Callable[[], str]) -> None:
    try:
        heard.values[name] = parse()
    except InvalidInput as error:
        heard.problems.setdefault(name, error.code)


def _numbers(said: Said, registration: Registration, asked: str, folded: str, heard: Heard) -> None:
    for card in said.values("bhyt_card"):
        _take(heard, "bhxh_code", lambda card=card: parse_card(card).code)  # type: ignore[misc]
        if "bhxh_code" in heard.values:
            _take(heard, "card", lambda card=card: parse_card(card).number)  # type: ignore[misc]
    for code in said.values("bhxh_code"):
        target = "phone" if asked == "phone" and not _CODE_WORDS.search(folded) else "bhxh_code"
        if target == "bhxh_code":
            _take(heard, "bhxh_code", lambda code=code: parse_bhxh_code(code))  # type: ignore[misc]
        elif not said.values("phone"):
            _take(heard, "phone", lambda code=code: parse_phone(code))  # type: ignore[misc]
    for number in said.values("national_id"):
        _take(heard, "national_id", lambda number=number: parse_national_id(number).number)  # type: ignore[misc]
        taken = heard.values.get("national_id", "")
        # Since August 2025 the personal id stands for the BHXH number.
        named_otherwise = bool(_ID_WORDS.search(folded)) and not _CODE_WORDS.search(folded)
        if len(taken) == 12 and asked == "bhxh_code" and not registration.has("bhxh_code") and not named_otherwise:
            heard.values.setdefault("bhxh_code", taken)
    for phone in said.values("phone"):
        _phone_or_code(phone, asked, folded, heard)


def _phone_or_code(number: str, asked: str, folded: str, heard: Heard) -> None:
    about_phone = bool(_PHONE_WORDS.search(folded))
    wants_code = asked in ("bhxh_code", "front") and "bhxh_code" not in heard.values and len(number) == 10
    if wants_code and not about_phone and not heard.values:
        if _MOBILE_ONLY.fullmatch(number):
            heard.unclear = number
        else:
            _take(heard, "bhxh_code", lambda: parse_bhxh_code(number))
        return
    _take(heard, "phone", lambda: parse_phone(number))


def _email(said: Said, asked: str, heard: Heard) -> None:
    if "@" in said.text and asked in ("email", "otp"):
        written = said.text
    else:
        found = said.values("email")
        if not found:
            return
        written = found[0] if len(found) == 1 else said.text
    try:
        email = parse_email(written)
    except InvalidInput as error:
        heard.problems["email"] = error.code
        return
    heard.values["email"] = email.address
    heard.email_hint = email.suggestion


def _birth_date(said: Said, registration: Registration, asked: str, folded: str, today: date, heard: Heard) -> None:
    dates = said.values("date")
    about_birth = bool(_BIRTH_WORDS.search(folded))
    if not dates or (_OTHER_DATES.search(folded) and not about_birth and asked != "birth_date"):
        return
    if asked == "birth_date" or about_birth or not registration.has("birth_date"):
        _take(heard, "birth_date", lambda: parse_birth_date(dates[0], today).iso)


def _address(said: Said, registration: Registration, asked: str, heard: Heard) -> None:
    if asked == "address":
        if said.intent in _NO_ADDRESS or (is_question(said) and said.intent not in ("inform", "nlu_fallback")):
            return
        text = said.text.strip()
        label = _ADDRESS_LABEL.match(text)
        text = text[label.end() :] if label else text
        # The second question is for the province alone; a corrected address is a whole one.
        only_province = bool(registration.fields.get("address")) and not registration.fields.get("province")
        if _reads_as_address(text, needs_province=only_province):
            _keep_address(text.strip(" .,;:-\n"), heard)
        return
    for part in _segments(said):
        label = _ADDRESS_LABEL.match(part.strip())
        if label and len(label[0].strip()) > 1 and part.strip()[label.end() :] and not is_question(said):
            rest = said.text[said.text.find(part) :].strip()
            _keep_address(_until_label(_ADDRESS_LABEL.sub("", rest, count=1)), heard)
            return
    if heard.values and not registration.has("address") and not is_question(said):
        for part in _segments(said):
            # "12 Trần Cao Vân, Thanh Khê, Đà Nẵng": from the house number to the province.
            if find_province(part) is not None and len(part.split()) >= 2:
                _keep_address(_from_house_number(said, part), heard)
                return


def _reads_as_address(text: str, needs_province: bool) -> bool:
    words = fold(text).split()
    if find_province(text) is not None:
        return True
    worded = any(c.isdigit() for c in text) or bool(_PLACE_WORDS.search(" ".join(words))) or len(words) >= 3
    return worded and not needs_province


def _from_house_number(said: Said, last: str) -> str:
    """The run of segments that ends with `last` and begins with a house number, where there is one."""
    segments = _segments(said)
    end = segments.index(last)
    for start in range(end, max(-1, end - 4), -1):
        if re.match(r"\s*(?:số\s*)?[kK]?\d", segments[start]):
            return ", ".join(part.strip() for part in segments[start : end + 1])
    return last.strip()


def _keep_address(text: str, heard: Heard) -> None:
    if not 2 <= len(text) <= 200 or not any(c.isalpha() for c in text):
        return
    heard.values["address"] = text
    province = find_province(text)
    if province is not None:
        heard.values["province"] = province.name


def _name(said: Said, registration: Registration, asked: str, heard: Heard) -> None:
    labelled = _NAME_LABEL.search(said.text)
    if asked == "full_name" and not heard.values and not heard.problems:
        if is_question(said) and said.intent not in ("inform", "nlu_fallback", "out_of_scope"):
            return
        _take(heard, "full_name", lambda: parse_full_name(said.text).text)
        return
    if labelled and len(fold(said.text[labelled.end() :]).split()) >= 2 and not is_question(said):
        candidate = _name_run(said.text[labelled.end() :], needs_surname=False)
        if candidate:
            _take(heard, "full_name", lambda: parse_full_name(candidate).text)
            return
    # A street is often named after a person: without "tên" a name counts only where none is known yet.
    if asked == "full_name" or (heard.values and asked != "address" and not registration.has("full_name")):
        for part in _segments(said):
            if any(c.isdigit() for c in part):
                continue
            candidate = _name_run(part, needs_surname=True)
            if candidate:
                _take(heard, "full_name", lambda c=candidate: parse_full_name(c).text)  # type: ignore[misc]
                return


def _name_run(text: str, needs_surname: bool) -> str:
    """The words of `text` that read as a name; empty if there is none."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text.split("@")[0])
    for start, word in enumerate(words):
        if needs_surname and fold(word) not in _SURNAMES:
            continue
        run = [word]
        for following in words[start + 1 : start + 6]:
            if _NAME_ENDS.fullmatch(fold(following)) and fold(following) not in ("nam",):
                break
            run.append(following)
        # "Nam" ends many names and begins "nam/nữ": it belongs to the name only as its last word.
        if len(run) >= 2 and (not needs_surname or all(w[0].isupper() for w in run) or len(words) <= 6):
            return " ".join(run)
        if needs_surname:
            return ""
        break
    return ""


def _segments(said: Said) -> list[str]:
    """The message cut at commas and line ends, without what is a number, a date or an address already."""
    text = said.text
    for entity in sorted(said.entities, key=lambda e: -int(e.get("start", 0))):
        if entity.get("entity") in ("bhxh_code", "bhyt_card", "national_id", "phone", "email", "date"):
            text = f"{text[: entity['start']]},{text[entity['end'] :]}"
    return [part for part in re.split(r"[,;\n|]+", text) if part.strip()]


def _until_label(text: str) -> str:
    """The beginning of `text` up to the next field's name or number."""
    cut = re.split(
        r"[;\n|]|\b(?:cccd|cmnd|căn cước|sđt|sdt|số điện thoại|điện thoại|email|mail|sinh ngày|ngày sinh|mã số)\b",
        text,
        maxsplit=1, flags=re.I,
    )[0]  # fmt: skip
    return cut.strip(" .,;:-\n")


def _agency_or_specific_error(said: Said, asked: str, folded: str, today: date, heard: Heard) -> None:
    """Where the asked field got nothing although something was written for it: say what is wrong with that."""
    if asked in heard.values or asked in heard.problems or heard.unclear or heard.values:
        return
    digits = sum(c.isdigit() for c in said.text)
    if asked == "bhxh_code" and digits >= 5:
        _take(heard, asked, lambda: parse_bhxh_code(said.text))
    elif asked == "front" and digits >= 7:
        _take(heard, "bhxh_code", lambda: parse_bhxh_code(said.text))
    elif asked == "national_id" and digits >= 5:
        _take(heard, asked, lambda: parse_national_id(said.text).number)
    elif asked == "phone" and digits >= 5:
        _take(heard, asked, lambda: parse_phone(said.text))
    elif asked == "birth_date" and (digits >= 2 or _BIRTH_WORDS.search(folded) or "thang" in folded):
        _take(heard, asked, lambda: parse_birth_date(said.text, today).iso)
    elif asked == "email" and ("@" in said.text or "gmail" in folded or "a cong" in folded or "cham com" in folded):
        try:
            email = parse_email(said.text)
        except InvalidInput as error:
            heard.problems[asked] = error.code
        else:
            heard.values[asked], heard.email_hint = email.address, email.suggestion
