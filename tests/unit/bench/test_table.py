"""The table says what was reached, what was not, and what could not be measured."""

from __future__ import annotations

import pytest

from bench.ledger import OURS, STOCK, Ledger
from bench.table import LINES, NO_PEER, complete, markdown, rows

PARSE = "`/model/parse` p50"
RIGHT = "tin giữ riêng, học toàn bộ dữ liệu: đúng ý định"


def full(with_peer: bool = True) -> Ledger:
    ledger = Ledger()
    for line in LINES:
        ledger.add(OURS, {line.key: 1.0})
        if line.against and with_peer:
            ledger.add(STOCK, {line.key: 10.0})
    return ledger


def cells(ledger: Ledger, what: str) -> tuple[str, ...]:
    return next(row.cells for row in rows(ledger) if row.cells[0] == what)


def with_values(key: str, ours: float, stock: float | None = None) -> Ledger:
    ledger = full()
    ledger.values[key] = {OURS: [ours]} | ({} if stock is None else {STOCK: [stock]})
    return ledger


def test_every_figure_has_a_row_of_its_own() -> None:
    keys = [line.key for line in LINES]
    assert len(set(keys)) == len(keys)
    assert len(rows(full())) == len(LINES)


@pytest.mark.parametrize(("ours", "verdict"), [(93.0, "đạt"), (92.9, "CHƯA ĐẠT")])
def test_a_target_for_our_value(ours: float, verdict: str) -> None:
    assert cells(with_values("all/right", ours), RIGHT)[-1] == verdict


@pytest.mark.parametrize(("ours", "verdict"), [(2.5, "đạt"), (2.6, "CHƯA ĐẠT")])
def test_a_target_for_the_ratio(ours: float, verdict: str) -> None:
    assert cells(with_values("parse/p50", ours, 10.0), PARSE)[-1] == verdict


def test_accuracy_is_compared_by_points() -> None:
    row = cells(with_values("sample/right", 81.5, 79.0), "cùng một mẫu: đúng ý định, có dấu")
    assert row[4:] == ("+2.5 điểm", "đạt")


@pytest.mark.parametrize(("ours", "stock", "verdict"), [(80, 10, "đạt"), (79, 10, "CHƯA ĐẠT")])
def test_more_turns_a_second_are_better(ours: float, stock: float, verdict: str) -> None:
    assert cells(with_values("turn/rate", ours, stock), "lượt mỗi giây, 8 người cùng lúc")[-1] == verdict


def test_the_spread_of_the_rounds_is_shown() -> None:
    ledger = with_values("parse/p50", 2.0, 20.0)
    ledger.add(OURS, {"parse/p50": 4.0})
    assert cells(ledger, PARSE)[2] == "3.00 ms (2.00–4.00)"


def test_complete_when_everything_is_there() -> None:
    assert complete(full())


def test_without_a_peer_on_purpose_nothing_is_missing_and_nothing_is_judged_against_it() -> None:
    ledger = full(with_peer=False)
    ledger.skipped[NO_PEER] = "chưa có"
    assert complete(ledger)
    assert cells(ledger, PARSE)[3:] == ("", "", "")


def test_a_peer_that_was_not_measured_is_missing() -> None:
    ledger = full(with_peer=False)
    assert not complete(ledger)
    assert cells(ledger, PARSE)[3] == "(không đo được)"


def test_a_failed_step_is_named_and_counts() -> None:
    ledger = full()
    del ledger.values["page/p50"]
    ledger.missing["page"] = "không có | câu trả lời\nsau 30 giây"
    row = next(line for line in markdown(ledger).splitlines() if "câu trả lời, p50" in line)
    assert "(không đo được: không có \\| câu trả lời sau 30 giây)" in row
    assert not complete(ledger)


def test_a_step_that_failed_half_way_counts_too() -> None:
    ledger = full()
    ledger.missing["start"] = "lần 2 không khởi động"
    assert not complete(ledger)


def test_a_step_left_out_on_purpose_does_not_count() -> None:
    ledger = full()
    del ledger.values["clone/answer"]
    ledger.skipped["clone"] = "--no-clone"
    assert "(bỏ qua: --no-clone)" in markdown(ledger)
    assert complete(ledger)


def test_every_line_has_six_cells_and_the_notes_follow() -> None:
    ledger = full()
    ledger.notes.append("ghi chú")
    lines = markdown(ledger).splitlines()
    assert lines[-1] == "- ghi chú"
    assert all(line.count("|") == 7 for line in lines if line.startswith("| "))
