"""What was measured: for each figure and each side (ours, stock) the values of all rounds.

Owns medians, spreads and the comparison round by round. It knows no targets and no words (`table` does).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

OURS = "ours"
STOCK = "stock"


class CannotMeasure(Exception):
    """Why a figure could not be had, in words for the operator."""


@dataclass(frozen=True)
class Spread:
    """The values of one figure over the rounds."""

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("a spread needs a value")

    @property
    def middle(self) -> float:
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        return min(self.values)

    @property
    def high(self) -> float:
        return max(self.values)


def gain(ours: Spread, stock: Spread, lower_is_better: bool) -> float:
    """How many times better ours is, pair by pair: a round's two sides ran close together, the rounds did not."""
    if len(ours.values) == len(stock.values):
        pairs: Sequence[tuple[float, float]] = list(zip(ours.values, stock.values, strict=True))
    else:
        pairs = [(ours.middle, stock.middle)]
    return statistics.median(s / o if lower_is_better else o / s for o, s in pairs)


@dataclass
class Ledger:
    """Filled while measuring; read by the table and written as JSON."""

    values: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    def add(self, side: str, figures: Mapping[str, float]) -> None:
        """One round's values."""
        for key, value in figures.items():
            self.values.setdefault(key, {}).setdefault(side, []).append(float(value))

    def spread(self, side: str, key: str) -> Spread | None:
        found = self.values.get(key, {}).get(side)
        return Spread(tuple(found)) if found else None

    def gap(self, key: str) -> tuple[str, bool] | None:
        """Why a figure isn't there, and whether that is a failure; keys are named by their first part (`turn/`)."""
        part = key.partition("/")[0]
        if part in self.missing:
            return self.missing[part], True
        return (self.skipped[part], False) if part in self.skipped else None

    def as_json(self) -> dict[str, Any]:
        return {
            "about": self.about,
            "values": self.values,
            "missing": self.missing,
            "skipped": self.skipped,
            "notes": self.notes,
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """By the nearest rank, so that it is a value that occurred."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]
