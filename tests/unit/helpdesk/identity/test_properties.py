"""What must hold for every text: only InvalidInput is raised, and what was written is what is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from helpdesk.errors import InvalidInput
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
from helpdesk.identity.national_ids import PROVINCE_CODES
from helpdesk.identity.person import BirthDate, Sex
from helpdesk.places.provinces import find_agency, find_province
from helpdesk.registration.crosschecks import FLAG_TEXTS, crosscheck

TODAY = date(2026, 11, 22)
# Values are what is tested here, not the speed of a busy machine.
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PARSERS: tuple[Callable[[str], Any], ...] = (
    parse_bhxh_code, parse_card, parse_national_id, parse_phone, parse_email, parse_full_name,
    lambda text: parse_birth_date(text, TODAY), read_code,
)  # fmt: skip

digits = st.text("0123456789", min_size=10, max_size=10).filter(lambda code: int(code) > 0)
insured = st.sampled_from(["DN", "HT", "GD", "TE"])
cards = st.builds("{}{}{}{}".format, insured, st.sampled_from("12345"), st.sampled_from(["48", "01"]), digits)
days = st.dates(date(1907, 1, 1), TODAY)
name_words = st.sampled_from("Nguyễn Trần Lê Văn Thị Thử Mẫu Ví Dụ Đặng Y K'Brếp Hữu Ngọc Ánh Ơn Ưng".split())
names = st.lists(name_words, min_size=2, max_size=6).map(" ".join)
sentences = st.sampled_from(["{}", "mã số {} ạ", "dạ {} nha em"])
field_names = st.sampled_from(["birth_date", "national_id", "sex", "card", "bhxh_code", "province"])
date_forms = st.sampled_from(
    """{d}/{m}/{y};{d:02}-{m:02}-{y};{d}.{m}.{y};{d:02}{m:02}{y};{y}-{m:02}-{d:02};ngày {d} tháng {m} năm {y}
{d} thang {m} {y};dạ em sinh ngày {d}/{m}/{y} ạ;sinh {d:02} / {m:02} / {y}, quê Đà Nẵng;{d}t{m} {y}""".replace(
        "\n", ";"
    ).split(";")
)
addresses = st.text("aăâđêôơư ẵộ0123456789,./-()", max_size=80).map(lambda text: " ".join(text.split()))
sexes = st.sampled_from([*Sex])
# Text that is nearly right breaks more than noise does.
nearly = st.text("0123456789 .-/|$@+,OlDN\n\0\r\x1eaăngàytháng", max_size=120)
anything = st.one_of(st.text(max_size=200), nearly, st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")))


@calm
@given(anything)
@example("\ud800")
@example("0" * 1001)
@example("İ" * 20)
@example("²³ 1/2/19⁹0")
def test_any_text_gives_a_value_or_invalid_input(text: str) -> None:
    for parse in PARSERS:
        try:
            parse(text)
        except InvalidInput as refused:
            assert refused.code.replace("_", "").isalpha()
    find_province(text)
    find_agency(text)


@calm
@given(
    st.dictionaries(st.sampled_from(["birth_date", "national_id", "sex", "card", "bhxh_code", "province"]), anything)
)
def test_any_fields_can_be_cross_checked(fields: dict[str, str]) -> None:
    assert set(crosscheck(fields, None)) <= set(FLAG_TEXTS)


@calm
@given(
    digits,
    st.sampled_from(["", " ", ".", "-", " - "]),
    st.integers(1, 9),
    st.sampled_from(["{}", "mã số {} ạ", "dạ {} nha em"]),
)
def test_a_bhxh_code_survives_its_writing(code: str, gap: str, at: int, sentence: str) -> None:
    assert parse_bhxh_code(sentence.format(code[:at] + gap + code[at:])) == code


@calm
@given(st.text("0123456789", min_size=1, max_size=20))
def test_only_ten_digits_are_a_bhxh_code(number: str) -> None:
    try:
        assert parse_bhxh_code(number) == number
        assert len(number) == 10
    except InvalidInput:
        assert len(number) != 10 or not int(number)


@calm
@given(cards, st.sampled_from(["", " ", "-", "."]), st.booleans())
def test_a_card_survives_its_writing(number: str, gap: str, small: bool) -> None:
    written = gap.join([number[:2], number[2], number[3:5], number[5:]])
    card = parse_card(written.lower() if small else written)
    assert (card.number, card.code) == (number, number[5:])
    assert parse_bhxh_code(written) == number[5:]


@calm
@given(cards, st.integers(0, 14), st.sampled_from("OIlSB "))
def test_a_card_with_a_wrong_sign_is_never_another_card(number: str, at: int, sign: str) -> None:
    try:
        found = parse_card(number[:at] + sign + number[at + 1 :]).number
    except InvalidInput:
        return
    # Only the first two are letters, and any two may be.
    assert at < 2
    assert found[2:] == number[2:]


@calm
@given(st.sampled_from(sorted(PROVINCE_CODES)), st.integers(1900, 2099), sexes, st.integers(0, 999_999))
def test_a_national_id_says_what_was_put_in(province: str, year: int, sex: Sex, rest: int) -> None:
    digit = (year // 100 - 19) * 2 + (sex is Sex.FEMALE)
    number = f"{province}{digit}{year % 100:02}{rest:06}"
    found = parse_national_id(f"{number[:3]} {number[3:6]} {number[6:]}")
    assert (found.number, found.sex, found.birth_year, found.province_code) == (number, sex, year, province)


@calm
@given(days, date_forms)
def test_a_birth_date_survives_its_writing(day: date, form: str) -> None:
    written = form.format(d=day.day, m=day.month, y=day.year)
    assert parse_birth_date(written, TODAY).iso == day.isoformat()


@calm
@given(days)
def test_two_digits_give_the_date_or_its_century_before(day: date) -> None:
    found = parse_birth_date(day.strftime("%d/%m/%y"), TODAY)
    assert (found.day, found.month, found.year % 100) == (day.day, day.month, day.year % 100)
    assert date(found.year, day.month, day.day) <= TODAY
    assert found.year > TODAY.year - 101


@calm
@given(st.integers(1, 31), st.integers(1, 12), st.integers(1907, 2026))
def test_a_day_that_does_not_exist_is_never_moved(day: int, month: int, year: int) -> None:
    try:
        date(year, month, day)
    except ValueError:
        try:
            parse_birth_date(f"{day}/{month}/{year}", TODAY)
        except InvalidInput as refused:
            assert refused.code == "birth_no_such_day"
        else:
            raise AssertionError("accepted") from None


@calm
@given(names)
def test_a_name_survives_its_writing(name: str) -> None:
    for written in (name, name.upper(), f"dạ em tên là {name} ạ", f"Họ và tên: {name}"):
        assert parse_full_name(written).text == name
    assert parse_full_name(parse_full_name(name.lower()).text).text == parse_full_name(name.lower()).text


@calm
@given(anything)
def test_an_address_that_is_accepted_is_one_line_of_ascii(text: str) -> None:
    for typed in (text, f"a@{text}", f"{text}@gmail.com", f"a{text}@gmail.com"):
        try:
            address = parse_email(typed).address
        except InvalidInput:
            continue
        assert address.isascii() and address.isprintable() and address.count("@") == 1
        assert not set(address) & set(' ,;:<>()[]"\\')
        assert parse_email(address).address == address


@calm
@given(
    st.sampled_from(sorted(PROVINCE_CODES)), st.integers(0, 999_999), names, days, sexes, addresses,
    st.one_of(st.just(""), st.text("0123456789", min_size=9, max_size=9)), st.booleans(),
)  # fmt: skip
def test_a_cccd_reads_as_it_was_written(
    province: str, rest: int, name: str, born: date, sex: Sex, address: str, old: str, eleven: bool
) -> None:
    number = f"{province}{(born.year // 100 - 19) * 2}{born.year % 100:02}{rest:06}"
    issued = born + timedelta(days=1)
    fields = [number, old, name, born.strftime("%d%m%Y"), sex.value.title(), address, issued.strftime("%d%m%Y")]
    card = read_code("|".join(fields + ["", "Cha", "Mẹ", ""] * eleven), TODAY)
    assert card == CitizenCard(
        number, old or None, name, BirthDate(born.year, born.month, born.day), sex, address, issued
    )


@calm
@given(
    st.one_of(cards, digits), names, days, sexes, addresses, st.sampled_from(["48 - 004", "48 – 01C", "48-004"]),
    st.sampled_from(["|$", "|$\r\n", "|", ""]),
)  # fmt: skip
def test_a_bhyt_card_reads_as_it_was_written(
    number: str, name: str, born: date, sex: Sex, address: str, facility: str, end: str
) -> None:
    assume(born < TODAY)
    fields = [
        number, name.encode().hex(), born.strftime("%d/%m/%Y"), "1" if sex is Sex.MALE else "2",
        address.encode().hex() or "-", facility, TODAY.strftime("%d/%m/%Y"), "-", "01/07/2026", "48020000000001",
        "-", "4", "-", "0123456789abcdef-7102",
    ]  # fmt: skip
    text = "|".join(fields) + end
    card = read_code(text, TODAY)
    assert card == InsuranceCard(
        number[-10:], number if len(number) == 15 else None, name, BirthDate(born.year, born.month, born.day), sex,
        address or None, TODAY,
    )  # fmt: skip
    for at in range(14):
        try:
            read_code("|".join(fields[:at] + fields[at + 1 :]) + end, TODAY)
        except InvalidInput:
            continue
        raise AssertionError(f"field {at} was missing")


@calm
@given(st.data(), names, days)
def test_a_qr_that_lost_or_gained_a_sign_is_never_shifted(data: st.DataObject, name: str, born: date) -> None:
    number = f"0480{born.year % 100:02}000001"
    text = f"{number}||{name}|{born:%d%m%Y}|Nam|Đà Nẵng|"
    at = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(["", "|", "\0", "\x1f", "$", "Z9"]))
    try:
        card = read_code(text[:at] + sign + text[at + 1 :], TODAY)
    except InvalidInput:
        return
    assert isinstance(card, CitizenCard)
    assert card.national_id == number
