"""Rules, strength and generation of passwords."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.accounts.password_rules import (
    LONGEST,
    SHORTEST,
    Hashing,
    Strength,
    check_rules,
    first_password,
    is_common,
    strength,
    tidy_new,
    tidy_old,
)
from helpdesk.errors import InvalidInput
from helpdesk.privacy.typed_secrets import find_secrets

CODE = "0412887356"
NAME = "Nguyễn Thị Bưởi"


def _broken(password: str, name: str = NAME) -> str | None:
    try:
        check_rules(tidy_new(password), CODE, name)
    except InvalidInput as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_empty"),
        ("   ", "password_empty"),
        ("abc1234", "password_short"),
        ("cà phê 7", None),
        ("caphe1da" * 8, None),
        ("xy1" * 22, "password_long"),
        (" caphe1990", "password_spaces"),
        ("caphe1990 ", "password_spaces"),
        ("ca\tphe1990", "password_control"),
        ("ca\x00phe1990", "password_control"),
        ("3141592653", "password_letters"),
        ("caphesuada", "password_digits"),
        ("cà phê sữa đá ①", "password_digits"),
        ("ca phe ٣٤", None),
        (f"ma{CODE}", "password_number"),
        ("0412-887-356x", "password_number"),
        ("buoi.nguyen.thi.79", None),
        ("NguyenThiBuoi9", "password_name"),
        ("nguyễn thị bưởi 52", "password_name"),
        ("thibuoi1952", "password_name"),
        ("nguyenbuoi52", "password_name"),
        ("12345678a", "password_common"),
        ("MatKhau@123", "password_common"),
        ("Mật khẩu 2025", "password_common"),
        ("aaaaaaa1", "password_common"),
        ("qwerty123456", "password_common"),
        ("thanhkhe2025", "password_common"),
        ("password1!", "password_common"),
        ("Hoa@2020x", None),
        ("k7mn-w4xq-3hfp", None),
        ("日本語パスワ12", None),
    ],
)
def test_rules(password: str, code: str | None) -> None:
    assert _broken(password) == code


@pytest.mark.parametrize("name", ["", "An", "Lê An"])
def test_short_names_forbid_little(name: str) -> None:
    assert _broken("Danang79x", name) is None


def test_forms_of_the_same_letters() -> None:
    assert tidy_new("e\u0302\u0300") == "ề"
    assert tidy_old(" k7mn-w4xq-3hfp\n") == "k7mn-w4xq-3hfp"


@pytest.mark.parametrize(
    ("password", "step"),
    [
        ("", Strength.WEAK),
        ("abc", Strength.WEAK),
        ("12345678a", Strength.WEAK),
        ("hoa12345", Strength.WEAK),
        ("Hoa@2020", Strength.FAIR),
        ("CaPheSua79", Strength.GOOD),
        ("mùa thu Hà Nội 1990", Strength.STRONG),
    ],
)
def test_strength(password: str, step: Strength) -> None:
    assert strength(password) == step


def test_first_passwords() -> None:
    made = {first_password() for _ in range(500)}
    assert len(made) == 500
    for password in made:
        assert re.fullmatch(r"(?:[acdefhkmnprtuwxy3479]{4}-){2}[acdefhkmnprtuwxy3479]{4}", password)
        assert _broken(password) is None
        assert strength(password) >= Strength.GOOD
        # Pasted into the chat, it is recognised by its form alone.
        assert password not in find_secrets(f"em vào bằng {password} không được").text


@given(st.text(max_size=LONGEST + 8))
def test_any_text_is_judged(text: str) -> None:
    password = tidy_new(text)
    code = _broken(text)
    assert strength(password) in set(Strength)
    assert is_common(password) in {True, False}
    if code is None:
        assert SHORTEST <= len(password) <= LONGEST
        assert any(c.isalpha() for c in password)
        assert any(c.isdecimal() for c in password)


async def test_hashing() -> None:
    hashing = Hashing()
    hashed = await hashing.hash("Cà phê 79")
    assert hashed.startswith("$argon2id$")
    assert await hashing.matches(hashed, "Cà phê 79")
    assert not await hashing.matches(hashed, "ca phe 79")
    assert not await hashing.matches("not a hash", "ca phe 79")
