"""Medians, spreads, paired comparison."""

from __future__ import annotations

import pytest

from bench.ledger import OURS, STOCK, Ledger, Spread, gain, percentile


def test_the_middle_is_the_median_and_not_the_mean() -> None:
    spread = Spread((10.0, 12.0, 95.0))
    assert (spread.middle, spread.low, spread.high) == (12.0, 10.0, 95.0)


def test_an_empty_spread_is_refused() -> None:
    with pytest.raises(ValueError):
        Spread(())


def test_a_duration_is_better_when_it_is_shorter_and_a_rate_when_it_is_higher() -> None:
    assert gain(Spread((10.0,)), Spread((40.0,)), lower_is_better=True) == 4.0
    assert gain(Spread((80.0,)), Spread((10.0,)), lower_is_better=False) == 8.0


def test_rounds_are_compared_in_pairs() -> None:
    # The machine was three times slower in the second round, for both alike.
    assert gain(Spread((10.0, 30.0)), Spread((40.0, 120.0)), lower_is_better=True) == 4.0
    # With different numbers of rounds only the middles are left.
    assert gain(Spread((10.0, 30.0)), Spread((40.0,)), lower_is_better=True) == 2.0


def test_rounds_add_up_by_side_and_figure() -> None:
    ledger = Ledger()
    ledger.add(OURS, {"parse/p50": 1})
    ledger.add(STOCK, {"parse/p50": 9})
    ledger.add(OURS, {"parse/p50": 3})
    assert ledger.spread(OURS, "parse/p50") == Spread((1.0, 3.0))
    assert ledger.spread(STOCK, "parse/p50") == Spread((9.0,))
    assert ledger.spread(STOCK, "turn/p50") is None


def test_a_gap_is_a_failure_unless_it_was_skipped_on_purpose() -> None:
    ledger = Ledger(missing={"turn": "Rasa dừng"}, skipped={"clone": "--no-clone"})
    assert ledger.gap("turn/p50") == ("Rasa dừng", True)
    assert ledger.gap("clone/answer") == ("--no-clone", False)
    assert ledger.gap("parse/p50") is None


@pytest.mark.parametrize(("percent", "expected"), [(50, 50.0), (95, 95.0), (100, 100.0), (1, 1.0)])
def test_percentiles_are_values_that_occurred(percent: int, expected: float) -> None:
    assert percentile([float(n) for n in range(100, 0, -1)], percent) == expected


def test_percentile_of_one_value() -> None:
    assert percentile([7.0], 95) == 7.0
