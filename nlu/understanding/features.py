"""The four views of a message: folded words, folded letters, accented words, concepts of the domain.

`views` names the features; `Vocabulary` weighs them (TF-IDF, each view brought to length one) without SciPy at
run time. It knows nothing of intents.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from nlu.understanding.lexicon import Lexicon
from nlu.understanding.text import NormalText

WORDS, LETTERS, ACCENTS, CONCEPTS = range(4)
VIEWS = (WORDS, LETTERS, ACCENTS, CONCEPTS)
# The first character of a feature's name says which view it belongs to.
_VIEW_OF = {"w": WORDS, "b": WORDS, "s": WORDS, "x": LETTERS, "a": ACCENTS, "A": ACCENTS, "c": CONCEPTS, "C": CONCEPTS}
_LETTER_SIZES = (3, 4)
_MAX_WORDS = 120
# Above this share of unknown words a message is foreign or keyboard mash.
_NONSENSE = 0.5
# 1 + log(count); nothing in a message counts more often than this.
_LOGS = np.concatenate([[0.0], 1 + np.log(np.arange(1, 64))]).astype(np.float32)


def views(text: NormalText, lexicon: Lexicon) -> list[str]:
    """Every feature of a message, repeated as often as it occurs."""
    folded = text.folded[:_MAX_WORDS]
    framed = ("^", *folded, "$")
    names = ["w" + word for word in folded]
    names += [f"b{a} {b}" for a, b in pairwise(framed)]
    names += [f"s{a} {b}" for a, b in zip(folded, folded[2:], strict=False)]
    letters = "x_" + "_".join(folded) + "_"
    for size in _LETTER_SIZES:
        names += ["x" + letters[i : i + size] for i in range(1, len(letters) - size + 1)]
    if text.accented:
        words = text.words[:_MAX_WORDS]
        names += ["a" + word for word in words]
        names += [f"A{a} {b}" for a, b in pairwise(words)]
    concepts = [concept for _, concept in lexicon.find(text)]
    once = sorted(set(concepts))
    names += ["c" + concept for concept in once] or ["c-"]
    names += [f"C{a} {b}" for i, a in enumerate(once) for b in once[i + 1 :]]
    if text.unknown > _NONSENSE:
        names.append("cx_nonsense")
    if text.named:
        names.append("cx_name")
    return names


class Vocabulary:
    """Feature names → columns, with the weight of each."""

    def __init__(self, names: Sequence[str], idf: np.ndarray, view_weights: Sequence[float]) -> None:
        self.names = list(names)
        self.idf = idf.astype(np.float32)
        self.view_weights = np.asarray(view_weights, dtype=np.float32)
        self._columns: dict[str, int] = {name: i for i, name in enumerate(self.names)}
        self._views = np.fromiter((_VIEW_OF[n[0]] for n in self.names), dtype=np.intp, count=len(self.names))

    @classmethod
    def learn(
        cls, documents: Iterable[Counter[str]], view_weights: Sequence[float], min_documents: int = 2
    ) -> Vocabulary:
        seen: Counter[str] = Counter()
        total = 0
        for document in documents:
            seen.update(document.keys())
            total += 1
        names = sorted(name for name, count in seen.items() if count >= min_documents)
        idf = np.array([math.log((1 + total) / (1 + seen[name])) + 1 for name in names], dtype=np.float32)
        return cls(names, idf, view_weights)

    def __len__(self) -> int:
        return len(self.names)

    def vector(self, names: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one message; unknown features are left out."""
        columns = self._columns
        known = [(columns[name], count) for name, count in names.items() if name in columns]
        pairs = np.array(known, dtype=np.intp).reshape(-1, 2)
        index = pairs[:, 0]
        values = _LOGS[np.minimum(pairs[:, 1], len(_LOGS) - 1)] * self.idf[index]
        view = self._views[index]
        norms = np.sqrt(np.bincount(view, values * values, minlength=len(VIEWS)))
        norms[norms == 0] = 1
        return index, values * (self.view_weights / norms.astype(np.float32))[view]
