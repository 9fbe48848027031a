"""One list each: nobody keeps a second one of "không", of kin or of number words."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from helpdesk.text.vocabulary import (
    AUNTS_AND_UNCLES,
    COUNTS,
    DENYING,
    DIGITS,
    FAMILY,
    IN_LAWS,
    KIN,
    NOT,
    SPOKEN_DIGITS,
    UNCLEAR_NOT,
    any_of,
    folded,
)

ROOT = Path(__file__).resolve().parents[4]
OWNER = ROOT / "helpdesk" / "text" / "vocabulary.py"
# The guard of passwords weighs its words against another error and has its own.
OTHERS = {ROOT / "helpdesk" / "privacy" / "guard_words.py", OWNER}
READERS = [f for house in ("actions", "bot", "helpdesk") for f in (ROOT / house).rglob("*.py") if f not in OTHERS]


def test_the_longer_word_comes_first() -> None:
    assert any_of(("ba", "bay", "ba")) == "(?:bay|ba)"
    assert re.fullmatch(any_of(SPOKEN_DIGITS), "bay") and not re.fullmatch(any_of(COUNTS), "khong")


def test_folded_words_stand_once() -> None:
    assert folded(("ba", "bà", "bố")) == ("ba", "bo")


def test_the_parts_are_parts_of_the_whole() -> None:
    assert set(FAMILY) < set(KIN) and set(AUNTS_AND_UNCLES) < set(KIN) and not set(IN_LAWS) & set(KIN)
    assert set(NOT) < set(DENYING) and set(NOT) > UNCLEAR_NOT
    assert list(DIGITS.values()) == list(range(10))


@pytest.mark.parametrize(
    "second_list",
    [
        r"kh[oô]ng\|(?:k|ko|kg|khum|khôn|hông)\b|\|(?:ko|hok|hông)\|",
        r"\b(?:mẹ\|má|me\|ma|vợ\|chồng|vo\|chong|ông\|bà|ong\|ba)\b",
        r"\bmot\|hai\b|\bbay\|tam\b|\"tam\": ?\"?\d|\bmot hai ba\b",
    ],
    ids=["không", "kin", "numbers"],
)
def test_nobody_keeps_a_second_list(second_list: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in READERS
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(second_list, line)
    ]
    assert found == []


def test_the_other_environment_reads_the_same_digits() -> None:
    theirs = runpy.run_path(str(ROOT / "nlu" / "entities" / "number_words.py"))["DIGITS"]
    assert theirs.items() <= SPOKEN_DIGITS.items()
