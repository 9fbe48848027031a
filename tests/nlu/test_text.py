"""What a person types, in any spelling, becomes the same words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from nlu.understanding.lexicon import Lexicon, LexiconError, Spellings, load_concepts, load_spellings, normaliser
from nlu.understanding.syllables import fold, tone_last, untelex, unvni
from nlu.understanding.text import MAX_CHARS, Normaliser, NormalText, clean

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def normalise() -> Normaliser:
    return normaliser(load_spellings(REPOSITORY / "data/nlu/teencode.yml"))


@pytest.mark.parametrize(
    "typed",
    [
        "đăng ký tài khoản",
        "dang ky tai khoan",
        "ĐĂNG KÝ TÀI KHOẢN",
        "đăng kí tài khoản",
        "dk tk",
        "đky tk",
        "ddawng kys taif khoanr",
        "d9ang8 ky1 tai2 khoan3",
        unicodedata.normalize("NFD", "đăng ký tài khoản"),
        "đăng\u200b ký\u202e tài\u00a0khoản",
        "dangky taikhoan",
        "đăng kýyyy tài khoảnnnn",
    ],
)
def test_spellings_of_one_request(normalise: Normaliser, typed: str) -> None:
    assert normalise(typed).folded == ("dang", "ki", "tai", "khoan")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("khônggg dc", "khong duoc"),
        ("bê hát ích hát", "bao hiem xa hoi"),
        ("e quên mk", "em quen mat khau"),
        ("mk quên mk", "minh quen mat khau"),
        ("trog chag đúg mìh", "trong chang dung minh"),
        ("hoà", "hoa"),
        ("app", "ung dung"),
        ("574A", "x_mixed"),
        ("t2", "thu hai"),
    ],
)
def test_teencode_and_leftovers(normalise: Normaliser, typed: str, words: str) -> None:
    assert " ".join(normalise(typed).folded) == words


@pytest.mark.parametrize(
    ("typed", "shape"),
    [
        ("0905 123 456", "x_phone"),
        ("+84 905.123.456", "x_phone"),
        ("0236 3822 123", "x_phone"),
        ("048090000001", "x_n12"),
        ("4820000001", "x_n10"),
        ("DN 4 48 0000000001", "x_card"),
        ("12/3/1990", "x_date"),
        ("a.b@gmail.com", "x_email"),
        ("482913", "x_n6"),
        ("04802", "x_agency"),
        ("1900 9068", "x_hotline"),
        ("👍👍👍", "e_ok"),
        ("😭", "e_sad"),
        (":)", "e_happy"),
    ],
)
def test_shapes(normalise: Normaliser, typed: str, shape: str) -> None:
    assert normalise(typed).folded == (shape,)


def test_tone_placement_and_final_i_are_one_spelling() -> None:
    assert tone_last("hoà") == tone_last("hòa")
    assert tone_last("kỹ") == tone_last("kĩ")
    assert tone_last("hoa") != tone_last("hòa")


def test_telex_and_vni_leave_real_words_alone() -> None:
    assert fold(untelex("nhaapj") or "") == "nhap"
    assert untelex("xyz") is None
    assert fold(unvni("ma65t") or "") == "mat"
    assert unvni("k45") is None


def test_names_are_noticed(normalise: Normaliser) -> None:
    assert normalise("em là Trần Thị Lan ạ").named
    assert normalise("nguyen van an").named
    assert not normalise("Hà Nội").named
    assert not normalise("quên mật khẩu").named


@pytest.mark.parametrize("text", ["", " ", "?!", "...", "\x00\x01", "\u202e\u200b", "\ud800", "x" * 100_000, "🫠🫥"])
def test_odd_input_is_harmless(normalise: Normaliser, text: str) -> None:
    result = normalise(text)
    assert len(result.words) == len(result.folded)
    assert len(clean(text)) <= 2 * MAX_CHARS


def test_accented_and_stripped_run_side_by_side(normalise: Normaliser) -> None:
    text = normalise("thẻ của em còn hạn không")
    assert text.accented
    assert len(text.words) == len(text.folded)
    assert not normalise("the cua em con han khong").accented


def _lexicon(concepts: dict[str, list[str]]) -> Lexicon:
    return Lexicon(concepts, normaliser(Spellings({"mk": "mật khẩu"}, frozenset(), {})))


def _text(words: str) -> NormalText:
    return normaliser(Spellings({}, frozenset(), {}))(words)


def test_lexicon_prefers_the_longest_phrase_and_respects_accents() -> None:
    lexicon = _lexicon({"password": ["mật khẩu", "mk"], "code": ["=mã"], "exists": ["đã có", "đã có tài khoản"]})
    assert [c for _, c in lexicon.find(_text("quên mật khẩu"))] == ["password"]
    assert [c for _, c in lexicon.find(_text("quen mat khau"))] == ["password"]
    assert lexicon.find(_text("mà thôi")) == []
    assert [c for _, c in lexicon.find(_text("ma so"))] == ["code"]
    assert lexicon.find(_text("đã có tài khoản")) == [(0, "exists")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("- a", "khóa"),
        ("mật khẩu: [a]", "tên khái niệm"),
        ("a: b", "danh sách"),
        ("a: [1]", "cần là chữ"),
        ("a: ['']", "chưa có từ nào"),
        ("a: [", "lexicon"),
    ],
)
def test_broken_lexicon_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "lexicon.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=complaint):
        load_concepts(path)


def test_a_spelling_cannot_mean_two_things(tmp_path: Path) -> None:
    path = tmp_path / "teencode.yml"
    path.write_text("spellings:\n  không: ko\n  có: ko\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="ko"):
        load_spellings(path)


def test_the_offices_files_are_valid() -> None:
    spellings = load_spellings(REPOSITORY / "data/nlu/teencode.yml")
    concepts = load_concepts(REPOSITORY / "data/nlu/lexicon.yml")
    Lexicon(concepts, normaliser(spellings))
    assert len(concepts) > 40
