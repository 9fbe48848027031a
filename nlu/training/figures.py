"""What the model said to a list of examples, and the figures of it. Owns how right, sure and offered are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.training.corpus import Example

OFF_TOPIC = "out_of_scope"


@dataclass(frozen=True)
class Answers:
    """What the model said to a list of examples."""

    examples: Sequence[Example]
    labels: Sequence[str]
    chances: np.ndarray
    stripped: np.ndarray

    def __post_init__(self) -> None:
        object.__setattr__(self, "_truth", np.array([e.intent for e in self.examples]))

    @property
    def truth(self) -> np.ndarray:
        return self._truth  # type: ignore[attr-defined]

    def guesses(self, chances: np.ndarray | None = None) -> np.ndarray:
        return np.array(self.labels)[(self.chances if chances is None else chances).argmax(1)]

    def part(self, mask: np.ndarray) -> Answers:
        chosen = [e for e, keep in zip(self.examples, mask, strict=True) if keep]
        return Answers(chosen, self.labels, self.chances[mask], self.stripped[mask])


@dataclass(frozen=True)
class Figures:
    count: int
    right: float
    stripped: float
    confident_errors: float
    unsure: float
    right_or_offered: float
    off_topic: float
    off_topic_not_taken: float


def figures(answers: Answers, threshold: float) -> Figures:
    """Percentages; `right_or_offered`: right when sure, among the best three when unsure."""
    truth, guess = answers.truth, answers.guesses()
    sure = answers.chances.max(1) >= threshold
    right = truth == guess
    best = np.argsort(-answers.chances, axis=1)[:, :3]
    offered = np.array([t in np.array(answers.labels)[b] for t, b in zip(truth, best, strict=True)])
    off = truth == OFF_TOPIC
    return Figures(
        count=len(truth),
        right=_percent(right),
        stripped=_percent(answers.guesses(answers.stripped) == truth),
        confident_errors=_percent(~right & sure),
        unsure=_percent(~sure),
        right_or_offered=_percent(np.where(sure, right, offered)),
        off_topic=_percent(guess[off] == OFF_TOPIC),
        off_topic_not_taken=_percent((guess[off] == OFF_TOPIC) | ~sure[off]),
    )


def _percent(hits: np.ndarray) -> float:
    return round(100 * float(np.mean(hits)), 2) if len(hits) else float("nan")
