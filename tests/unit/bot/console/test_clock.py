"""The 24-hour clock's colours and words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.console.clock import moment, wait_of


@pytest.mark.parametrize(
    ("hours", "level", "waited", "rest"),
    [
        (0, "green", "đã chờ 0 phút", "Còn 1 ngày"),
        (-0.1, "green", "đã chờ 0 phút", "Còn 1 ngày"),
        (0.5, "green", "đã chờ 30 phút", "Còn 23 giờ 30 phút"),
        (11.99, "green", "đã chờ 11 giờ 59 phút", "Còn 12 giờ"),
        (12, "amber", "đã chờ 12 giờ", "Còn 12 giờ"),
        (19.99, "amber", "đã chờ 19 giờ 59 phút", "Còn 4 giờ"),
        (20, "red", "đã chờ 20 giờ", "Gấp: còn 4 giờ"),
        (24, "red", "đã chờ 1 ngày", "Gấp: còn 0 phút"),
        (24.1, "late", "đã chờ 1 ngày", "Quá hạn 6 phút"),
        (75.5, "late", "đã chờ 3 ngày 3 giờ", "Quá hạn 2 ngày 3 giờ"),
    ],
)
def test_colours_and_words(hours: float, level: str, waited: str, rest: str) -> None:
    wait = wait_of(hours)
    assert (wait.level, wait.waited, wait.rest) == (level, waited, rest)


def test_moments_are_in_the_office_s_time() -> None:
    assert moment(datetime(2026, 11, 22, 17, 5, tzinfo=UTC)) == "00:05 ngày 23/11/2026"
    assert moment(None) == ""
