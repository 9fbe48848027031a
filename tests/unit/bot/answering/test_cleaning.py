"""Invisible tricks go, words stay."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.cleaning import clean_text, has_emoji, has_words


@given(st.text())
def test_cleaning_never_fails_and_can_be_stored(text: str) -> None:
    cleaned = clean_text(text)
    cleaned.encode("utf-8")
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in cleaned)


@given(st.text(alphabet="abcđêôưàảãáạ ĐÊÔ,.?!0123456789", min_size=1))
def test_ordinary_vietnamese_is_left_alone(text: str) -> None:
    assert clean_text(text) == unicodedata.normalize("NFC", text).strip()


@pytest.mark.parametrize("text", ["👍", "👨‍👩‍👧", "❤️"])
def test_emoji_survive(text: str) -> None:
    assert has_emoji(clean_text(text)) and not has_words(clean_text(text))


def test_words_are_seen_in_any_script() -> None:
    assert has_words("ạ") and has_words("1") and has_words("日本")
    assert not has_words("?!… 🤔")
