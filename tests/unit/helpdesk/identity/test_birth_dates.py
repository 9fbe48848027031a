from __future__ import annotations

from datetime import date

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.birth_dates import parse_birth_date

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    """1/2/1990;01-02-90;1.2.1990;1,2,1990;01021990;010290;01 02 1990;01 / 02 / 1990;1990-02-01;1990/2/1;19900201
ngày 1 tháng 2 năm 1990;ngay 1 thang 2 nam 1990;1 thang 2 90;1 tháng 2, 1990;1t2 1990;ngày 1/2 năm 1990;1-II-1990
ngày: 01 tháng: 02 năm: 1990;dạ em sinh ngày 1/2/1990 ạ;sinh 1/2/1990, cccd 048090000001;１/２/１９９０;1–2–1990
mùng một tháng hai năm một chín chín mươi;mồng 1 tháng 2 năm chín mươi;ngày một tháng hai năm một chín chín không
ngày mùng 1 tháng hai năm một nghìn chín trăm chín mươi;1/2/1990 0905123456""".replace("\n", ";").split(";"),
)
def test_one_date_in_many_ways(typed: str) -> None:
    assert parse_birth_date(typed, TODAY).iso == "1990-02-01"


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("1990", "1990"),
        ("sinh năm 1955", "1955"),
        ("năm 55", "1955"),
        ("sn 90", "1990"),
        ("năm sinh: 1968 nha em", "1968"),
        ("sinh năm bảy mươi", "1970"),
        ("sinh năm năm mươi lăm", "1955"),
        ("sinh năm một chín năm lăm", "1955"),
        ("mùng 3 tháng giêng năm 85", "1985-01-03"),
        ("hăm ba tháng chạp năm 62", "1962-12-23"),
        ("rằm tháng bảy năm sáu mươi", "1960-07-15"),
        ("mùng năm tháng năm năm năm lăm", "1955-05-05"),
        ("mung nam thang nam nam nam muoi lam", "1955-05-05"),
        ("ngày hai mươi mốt tháng tư năm một chín tám lăm", "1985-04-21"),
        ("hai mươi tháng mười một năm một nghìn chín trăm bảy mươi lăm", "1975-11-20"),
        ("ngày ba mươi tháng tư năm bảy lăm", "1975-04-30"),
        ("mùng một tháng một năm hai nghìn lẻ năm", "2005-01-01"),
        ("29/2/2000", "2000-02-29"),
        ("22/11/2026", "2026-11-22"),
        ("22/11/1906", "1906-11-22"),
    ],
)
def test_words_and_years_alone(typed: str, iso: str) -> None:
    assert parse_birth_date(typed, TODAY).iso == iso


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("1/1/27", "1927-01-01"), ("22/11/26", "2026-11-22"), ("23/11/26", "1926-11-23"), ("3/4/10", "2010-04-03")],
)
def test_two_digits_are_the_past_century_unless_nobody_is_so_old(typed: str, iso: str) -> None:
    assert parse_birth_date(typed, TODAY).iso == iso


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "birth_empty"),
        ("không nhớ", "birth_shape"),
        ("55", "birth_shape"),
        ("35 tuổi", "birth_shape"),
        ("1/2", "birth_shape"),
        ("2/1990", "birth_shape"),
        ("tháng 2 năm 1990", "birth_shape"),
        ("1/2/199", "birth_shape"),
        ("01/02/199O", "birth_shape"),
        ("1/2/0000", "birth_shape"),
        ("01020055", "birth_shape"),
        ("0905123456", "birth_shape"),
        ("0905 12 34 56", "birth_shape"),
        ("1.2.1990.5", "birth_shape"),
        ("năm Giáp Tý", "birth_shape"),
        ("1" * 5000, "birth_shape"),
        ("29/02/2001", "birth_no_such_day"),
        ("31/04/1990", "birth_no_such_day"),
        ("02/13/1990", "birth_no_such_day"),
        ("00/00/1990", "birth_no_such_day"),
        ("1990-02-30", "birth_no_such_day"),
        ("ngày 31 tháng 2 năm 1990", "birth_no_such_day"),
        ("23/11/2026", "birth_future"),
        ("sinh năm 2027", "birth_future"),
        ("21/11/1906", "birth_too_old"),
        ("1850", "birth_too_old"),
        ("10/10/1990 âm lịch", "birth_lunar"),
        ("1/2/1990 hay 2/2/1990", "birth_two"),
        ("1/2/1990 hay 31/2/1990", "birth_two"),
    ],
)
def test_what_is_no_birth_date_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_birth_date(typed, TODAY)
    assert refused.value.code == code
