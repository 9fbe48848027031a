"""Bare words are asked about, whatever their spelling; anything more is the model's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nlu.understanding.lexicon import LexiconError, load_concepts, load_spellings
from nlu.understanding.model import Knowledge, Reader
from nlu.understanding.vague import bare, load_vague

ROOT = Path(__file__).resolve().parents[2]
INTENTS = ["forgot_password", "change_password", "lookup_card_validity", "scan_card"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    knowledge = Knowledge(load_spellings(ROOT / "data/nlu/teencode.yml"), load_concepts(ROOT / "data/nlu/lexicon.yml"))
    return Reader(knowledge)


def table(tmp_path: Path, reader: Reader, text: str) -> Any:
    path = tmp_path / "vague.yml"
    path.write_text(text, encoding="utf-8")
    return load_vague(path, INTENTS, reader)


@pytest.mark.parametrize("typed", ["mật khẩu", "mat khau", "MK", "dạ mật khẩu ạ", "ad ơi mật khẩu"])
def test_a_bare_word_is_found_in_any_spelling(tmp_path: Path, reader: Reader, typed: str) -> None:
    offers = table(tmp_path, reader, "mật khẩu: [forgot_password, change_password]")
    assert offers.get(bare(reader.normal(typed).folded)) == ("forgot_password", "change_password")


@pytest.mark.parametrize("typed", ["quên mật khẩu", "đổi mật khẩu", "mật khẩu đâu", "mật khẩu sai"])
def test_more_than_the_word_is_not(tmp_path: Path, reader: Reader, typed: str) -> None:
    offers = table(tmp_path, reader, "mật khẩu: [forgot_password, change_password]")
    assert bare(reader.normal(typed).folded) not in offers


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("thẻ: scan_card", "thẻ"),
        ("thẻ: [scan_card]", "thẻ"),
        ("thẻ: [scan_card, bay_len_troi]", "bay_len_troi"),
        ("- thẻ", "bảng"),
        ("thẻ: [", "vague.yml"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, reader: Reader, text: str, named: str) -> None:
    with pytest.raises(LexiconError, match=named):
        table(tmp_path, reader, text)


def test_a_missing_file_is_an_empty_table(tmp_path: Path, reader: Reader) -> None:
    assert load_vague(tmp_path / "none.yml", INTENTS, reader) == {}
