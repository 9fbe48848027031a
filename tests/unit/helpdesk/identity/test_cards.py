from __future__ import annotations

from datetime import date

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.cards import CitizenCard, InsuranceCard, read_code
from helpdesk.identity.person import BirthDate, Sex

CCCD = "048090000001|200000001|Nguyễn Văn Thử|01021990|Nam|Số 1 đường Giả Định, Thanh Khê, Đà Nẵng|15042021"
BHYT = (
    "DN4480000000001|4e677579e1bb856e2056c4836e205468e1bbad|01/02/1990|1|"
    "53e1bb91203120c491c6b0e1bb9d6e67204769e1baa320c490e1bb8b6e682c205468616e68204b68c3aa2c20c490c3a0204ee1bab56e67|"
    "48 - 004|01/01/2021|-|01/01/2021|48020000000001|-|4|01/01/2026|0000000000000001-7102|$"
)
PERSON = CitizenCard(
    national_id="048090000001",
    old_id="200000001",
    full_name="Nguyễn Văn Thử",
    birth_date=BirthDate(1990, 2, 1),
    sex=Sex.MALE,
    address="Số 1 đường Giả Định, Thanh Khê, Đà Nẵng",
    issued=date(2021, 4, 15),
)
INSURED = InsuranceCard(
    bhxh_code="0000000001",
    card="DN4480000000001",
    full_name="Nguyễn Văn Thử",
    birth_date=BirthDate(1990, 2, 1),
    sex=Sex.MALE,
    address="Số 1 đường Giả Định, Thanh Khê, Đà Nẵng",
    valid_from=date(2021, 1, 1),
)


def with_field(code: str, at: int, value: str) -> str:
    fields = code.split("|")
    fields[at] = value
    return "|".join(fields)


@pytest.mark.parametrize(
    "text",
    [
        CCCD,
        CCCD + "\r\n",
        "\ufeff" + CCCD,
        CCCD.replace("|", " | "),
        CCCD + "|Nguyễn Văn Cha|Trần Thị Mẹ||",
        CCCD.encode().decode("latin-1"),
    ],
)
def test_the_qr_of_a_cccd(text: str) -> None:
    assert read_code(text) == PERSON


def test_a_cccd_with_empty_fields_and_a_year_only() -> None:
    card = read_code("049155000003||Lê Thị Ví Dụ|1955|||")
    assert card == CitizenCard("049155000003", None, "Lê Thị Ví Dụ", BirthDate(1955), None, "", None)


def test_six_digits_are_a_month_and_a_year() -> None:
    card = read_code(with_field(CCCD, 3, "021990"))
    assert isinstance(card, CitizenCard)
    assert card.birth_date == BirthDate(1990)


@pytest.mark.parametrize(
    "text",
    [
        BHYT,
        BHYT + "\r\n",
        BHYT.removesuffix("$"),
        BHYT.removesuffix("|$"),
        BHYT.removesuffix("|$") + "$",
        BHYT.removesuffix("|$") + "||",
        with_field(BHYT, 5, "48 – 004"),
        with_field(BHYT, 5, "48-004"),
        with_field(BHYT, 5, "48004"),
        with_field(BHYT, 1, "4E677579E1BB856E2056C4836E205468E1BBAD"),
        with_field(BHYT, 0, "dn4480000000001"),
        with_field(BHYT, 10, "5472e1baa76e2056c4836e204769e1baa3"),
        with_field(BHYT, 12, "-"),
    ],
)
def test_the_qr_of_a_bhyt_card(text: str) -> None:
    assert read_code(text) == INSURED


def test_the_card_of_2021_knows_ten_digits() -> None:
    card = read_code(
        "0000000003|4cc3aa205468e1bb8b2056c3ad2044e1bba5|1955|2|-|48 - 001|01/04/2021|30/06/2030|01/04/2021|"
        "48010000000003|-|-|01/04/2026|0000000000000003-1202|$"
    )
    assert card == InsuranceCard(
        "0000000003", None, "Lê Thị Ví Dụ", BirthDate(1955), Sex.FEMALE, None, date(2021, 4, 1), date(2030, 6, 30)
    )


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("0000000001", InsuranceCard("0000000001")),
        ("DN4480000000001", InsuranceCard("0000000001", "DN4480000000001")),
        ("dn4480000000001\r\n", InsuranceCard("0000000001", "DN4480000000001")),
        ("DN448AB12345678", InsuranceCard("AB12345678", "DN448AB12345678")),
    ],
)
def test_the_bar_code_of_a_bhyt_card(text: str, card: InsuranceCard) -> None:
    assert read_code(text) == card


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, "code_link") for text in ("https://vssid.gov.vn", "HTTP://x.y/|a|b", "www.gmail.com", "vssid.vn/a", "zalo://x")),
        *((text, "code_not_a_card") for text in (
            "", " \r\n", "\0", "xin chào", "WIFI:S:nha;T:WPA;P:x;;", "BEGIN:VCARD\nN:x", "000201010212", "123456789012",
            "8934567890123", "a|b", "0" * 11, "x" * 100_000, "|" * 100_000, "DN44800000000011",
        )),
        *((text, "code_foreign") for text in (
            "SURNAME|NAMES|M|RSA|8001015009087|01 JAN 1980|RSA|CITIZEN", '{"DateIssued":"2021","Subject":{}}',
            "@\n\x1e\rANSI 636000090002", "<?xml version='1.0'?><PrintLetterBarcodeData uid='1'/>",
            "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6",
        )),
        (CCCD + "|", "code_fields"),
        (CCCD.rpartition("|")[0], "code_fields"),
        (CCCD + "|a|b|c|d|e", "code_fields"),
        (BHYT + "|x", "code_fields"),
        (BHYT.replace("|$", "|x|$"), "code_fields"),
        ("0000000001|" + BHYT, "code_fields"),
        (BHYT.replace("|1|", "|"), "code_fields"),
        (BHYT.rpartition("-7102")[0], "code_fields"),
        (BHYT.rpartition("|0000")[0], "code_fields"),
        ("DN448000000001|" + BHYT.partition("|")[2], "code_damaged"),
        ("DN6480000000001|" + BHYT.partition("|")[2], "code_damaged"),
        ("DN6480000000001", "code_damaged"),
        ("0000000000", "code_damaged"),
    ],
)  # fmt: skip
def test_every_other_code_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_code(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, "003090000001"), (0, "048990000001"), (0, "000000000000"),
        (1, "12345678"), (1, "abc"),
        (2, ""), (2, "Nguyễn 1"), (2, "李小龙"), (2, "Nguy\0n"), (2, "Nguy\ufffdn Thử"), (2, "HÃ\u00a0"),
        (3, ""), (3, "29022001"), (3, "00001990"), (3, "01/02/1990"), (3, "1021990"), (3, "1855"), (3, "131990"),
        (3, "٠١٠٢١٩٩٠"), (3, "01021990\n"),
        (4, "Male"), (4, "1"),
        (5, "Đà\x1fNẵng"), (5, "Đà\u202eNẵng"), (5, "x" * 500), (5, "Ханой"),
        (6, "31022021"), (6, "15/04/2021"), (6, "15041980"), (6, "x"),
    ],
)  # fmt: skip
def test_one_impossible_field_refuses_a_cccd(at: int, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_code(with_field(CCCD, at, value))
    assert refused.value.code == "code_damaged"


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, "DN0480000000001"), (0, "DN44800000O0001"), (0, "0000000000"),
        (1, ""), (1, "-"), (1, "Nguyễn Văn Thử"), (1, "4e6"), (1, "4g"), (1, "4e 67"),
        (1, "ff"), (1, "4e00"), (1, "c3"),
        (2, "29/02/2001"), (2, "1/2/1990"), (2, "90"), (2, "-"), (2, "00/02/1990"),
        (3, "0"), (3, "Nam"), (3, ""),
        (4, "zz"), (4, "0a"), (4, "c3a"),
        (5, "Đà Nẵng"), (5, "4"),
        (6, "2021"), (6, "31/02/2021"), (6, "01/01/1980"),
        (7, "01/01/2020"), (7, "x"),
        (8, "99/99/9999"), (8, "01/01/1970"),
        (10, "cha"), (10, "e1bb"),
        (12, "4"),
    ],
)  # fmt: skip
def test_one_impossible_field_refuses_a_bhyt_card(at: int, value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_code(with_field(BHYT, at, value))
    assert refused.value.code == "code_damaged"


def test_nobody_is_born_tomorrow() -> None:
    today = date(1990, 1, 31)
    for code in (CCCD, BHYT):
        with pytest.raises(InvalidInput) as refused:
            read_code(code, today)
        assert refused.value.code == "code_damaged"
