from __future__ import annotations

import unicodedata

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.full_names import FullName, parse_full_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Nguyễn Văn Thử", "Nguyễn Văn Thử"),
        (unicodedata.normalize("NFD", "Nguyễn Văn Thử"), "Nguyễn Văn Thử"),
        ("  nguyễn   văn\tthử ", "Nguyễn Văn Thử"),
        ("LÊ THỊ VÍ DỤ", "Lê Thị Ví Dụ"),
        ("tôi tên là nguyễn văn thử", "Nguyễn Văn Thử"),
        ("dạ em tên là Trần Thị Mẫu ạ", "Trần Thị Mẫu"),
        ("tên em là phạm văn thí nghiệm nha em", "Phạm Văn Thí Nghiệm"),
        ("dạ chào em, họ và tên: Lê Thị Ví Dụ", "Lê Thị Ví Dụ"),
        ("Họ tên: Lê Thị Ví Dụ", "Lê Thị Ví Dụ"),
        ("tên mẹ em là Bùi Thị Xuân", "Bùi Thị Xuân"),
        ("em là Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("Nguyễn Văn Thử, sinh năm 1990", "Nguyễn Văn Thử"),
        ("Nguyễn Văn Thử sinh năm 1990", "Nguyễn Văn Thử"),
        ("Nguyễn Văn Thử nha", "Nguyễn Văn Thử"),
        ("Nguyễn Văn Em", "Nguyễn Văn Em"),
        ("nguyễn thị thanh nha", "Nguyễn Thị Thanh Nha"),
        ("Đặng Kỳ Anh", "Đặng Kỳ Anh"),
        ("mẹ Nguyễn Thị Lan", "Nguyễn Thị Lan"),
        ("Ông Ích Khiêm", "Ông Ích Khiêm"),
        ("Võ Nguyễn Hoài An", "Võ Nguyễn Hoài An"),
        ("Vàng A Dơ", "Vàng A Dơ"),
        ("Da Cát Y Bình", "Da Cát Y Bình"),
        ("k'brếp", "K'Brếp"),
        ("H’Hen Niê", "H'Hen Niê"),
        ("h' hen niê", "H'Hen Niê"),
        ("Y Moan Êñuôl", "Y Moan Êñuôl"),
        ("công tằng tôn nữ-thị lan", "Công Tằng Tôn Nữ-Thị Lan"),
    ],
)
def test_the_name_alone_and_tidy(typed: str, name: str) -> None:
    assert parse_full_name(typed) == FullName(name, has_accents=True)


@pytest.mark.parametrize("typed", ["nguyen van thu", "toi ten la nguyen van thu", "da nguyen van thu"])
def test_a_name_without_accents_is_told_of(typed: str) -> None:
    assert parse_full_name(typed) == FullName("Nguyen Van Thu", has_accents=False)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "name_empty"),
        ("\u200b", "name_empty"),
        ("Nguyễn", "name_short"),
        ("Nguyễn V Thử", "name_short"),
        ("N. V. Thử", "name_short"),
        ("Nguyễn Văn. An", "name_short"),
        ("Nguyễn Văn 5", "name_digits"),
        ("Nguyễn 😀 Văn", "name_symbols"),
        ("Nguyễn <b>Văn</b>", "name_symbols"),
        ("李小龙 Lý", "name_foreign_script"),
        ("Иван Петров", "name_foreign_script"),
        ("Nguyễn Vаn", "name_foreign_script"),  # a Cyrillic а
        ("Nguyễn " * 20, "name_long"),
        ("a" * 3000, "name_long"),
        ("An Bình Chi Dung Em Giang Hà Lan Mai", "name_words"),
        ("không biết tên", "name_words"),
        ("Chào em", "name_empty"),
        ("chưa có gì", "name_words"),
        ("đăng ký cho mẹ", "name_words"),
        ("sao phải cần tên?", "name_words"),
        ("Ngyn Vn Th", "name_words"),
        ("Nguyễn Văn An và Trần Thị Bé", "name_two"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_full_name(typed)
    assert refused.value.code == code
