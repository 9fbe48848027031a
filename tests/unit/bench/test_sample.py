"""The shared sample: always the same from the same data, never a text twice, and read back as it was drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.sample import draw, file_of, read, write
from nlu.training.corpus import Example


def corpus(per_intent: int) -> list[Example]:
    intents = ("greet", "forgot_password", "check_scam")
    return [Example(f"{i} câu {n}", i, f"writer{n % 4}") for i in intents for n in range(per_intent)]


def test_so_many_of_each_intent_and_all_where_there_are_fewer() -> None:
    examples = [*corpus(30), Example("duy nhất", "thank", "bà")]
    counts = {i: sum(e.intent == i for e in draw(examples, 10).examples) for i in draw(examples, 10).intents}
    assert counts == {"greet": 10, "forgot_password": 10, "check_scam": 10, "thank": 1}


def test_the_order_of_the_files_makes_no_difference() -> None:
    assert draw(corpus(30), 10).label == draw(corpus(30)[::-1], 10).label


def test_it_is_no_mere_beginning_of_the_list() -> None:
    chosen = {e.text for e in draw(corpus(100), 10).examples if e.intent == "greet"}
    assert chosen != {f"greet câu {n}" for n in range(10)}


def test_one_more_example_displaces_at_most_one() -> None:
    before = {e.text for e in draw(corpus(100), 10).examples}
    after = {e.text for e in draw([*corpus(100), Example("thêm một câu", "greet", "w")], 10).examples}
    assert len(before - after) <= 1


def test_a_text_under_two_intents_is_taken_once() -> None:
    sample = draw([Example("ok", "affirm", "a"), Example("ok", "thank", "b"), Example("cảm ơn", "thank", "b")], 5)
    assert sorted((e.text, e.intent) for e in sample.examples) == [("cảm ơn", "thank"), ("ok", "affirm")]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    examples = [*corpus(9), Example("- gạch: đầu # dòng {x}", "greet", "tên: lạ"), Example('"trích"', "greet", "1")]
    sample = draw(examples, 50)
    path = write(tmp_path, sample)
    assert path == file_of(tmp_path, sample)
    assert read(path) == sample


def test_a_sample_that_was_edited_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, draw(corpus(9), 5))
    path.write_text(path.read_text("utf-8").replace("câu", "lời"), "utf-8")
    with pytest.raises(ValueError, match="changed"):
        read(path)


def test_the_digest_depends_on_the_texts() -> None:
    assert draw(corpus(10), 5).label != draw([Example(e.text + "!", e.intent, e.writer) for e in corpus(10)], 5).label
