"""What counts as right, as a confident error, as offered; and the measure's own accent stripping."""

from __future__ import annotations

import pytest

from bench.ledger import CannotMeasure
from bench.parsing import Understood, accuracy, strip_accents, understood


def test_the_fallback_makes_it_unsure_and_is_no_candidate() -> None:
    ranking = [{"name": "nlu_fallback", "confidence": 0.6}, {"name": "greet", "confidence": 0.4}]
    answer: dict[str, object] = {"intent": {"name": "nlu_fallback"}, "intent_ranking": ranking}
    assert understood(answer) == Understood(sure=False, ranking=("greet",))


@pytest.mark.parametrize("answer", [{"intent": {"name": None}, "intent_ranking": []}, {}])
def test_no_intent_at_all_is_unsure(answer: dict[str, object]) -> None:
    assert understood(answer) == Understood(sure=False, ranking=())


def test_the_percentages() -> None:
    truth = ["a", "a", "a", "a", "out_of_scope"]
    read = [
        Understood(True, ("a", "b")),  # right at once
        Understood(True, ("b", "a")),  # a confident error: what stands second is not offered
        Understood(False, ("b", "c", "a")),  # unsure, and the right one is offered
        Understood(False, ("b", "c", "d", "a")),  # unsure, offered in vain
        Understood(False, ("out_of_scope",)),  # right, but it would ask
    ]
    found = accuracy(truth, read)
    assert (found.right, found.right_at_once, found.confident_errors) == (40.0, 20.0, 20.0)
    assert (found.off_topic, found.right_or_offered) == (100.0, 60.0)


def test_nothing_to_judge_is_said() -> None:
    with pytest.raises(CannotMeasure):
        accuracy([], [])


def test_accents_are_stripped_in_either_normal_form() -> None:
    assert strip_accents("Đăng ký thẻ ƯỚT, hoà nhã đ") == "Dang ky the UOT, hoa nha d"
    assert strip_accents("e\u0302\u0323") == "e"
    assert strip_accents("\U0001f600 mk ko dc") == "\U0001f600 mk ko dc"
