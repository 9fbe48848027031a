"""The intent model itself, free of Rasa: trains on (text, intent, writer), answers with calibrated confidences.

A balanced linear SVC on four views; every message is learnt twice, as written and without its accents, so that
accents help when they are there and cost nothing when they are not. Confidences come from a temperature that is
fitted on writers whom the model had not seen. It saves itself as plain arrays and text, never as a pickle.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from nlu.features import Vocabulary, views
from nlu.lexicon import Lexicon
from nlu.syllables import fold
from nlu.text import Normaliser, NormalText


@dataclass(frozen=True)
class Settings:
    regularisation: float = 0.3
    min_documents: int = 2
    view_weights: Tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    folds: int = 3


@dataclass(frozen=True)
class Knowledge:
    """The office's word files as they were at training; a model carries its own copy."""

    spellings: Mapping[str, str]
    keep: FrozenSet[str]
    concepts: Mapping[str, Sequence[str]]


class IntentModel:
    def __init__(
        self,
        knowledge: Knowledge,
        vocabulary: Vocabulary,
        intents: Sequence[str],
        weights: np.ndarray,
        bias: np.ndarray,
        temperature: float,
    ) -> None:
        self.knowledge = knowledge
        self.vocabulary = vocabulary
        self.intents = list(intents)
        self.weights = weights
        self.bias = bias
        self.temperature = temperature
        self.reader = Reader(knowledge)

    def scores(self, text: str) -> np.ndarray:
        index, values = self.vocabulary.vector(self.reader.names(text))
        return values @ self.weights[index] + self.bias

    def probabilities(self, text: str) -> np.ndarray:
        return softmax(self.scores(text) * self.temperature)

    def rank(self, text: str, limit: int = 10) -> List[Tuple[str, float]]:
        """The likeliest intents, best first, with confidences that mean what they say."""
        chances = self.probabilities(text)
        best = np.argsort(-chances, kind="stable")[:limit]
        return [(self.intents[i], float(chances[i])) for i in best]

    def save(self, directory: Path) -> None:
        np.savez(
            directory / "weights.npz",
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            idf=self.vocabulary.idf,
            view_weights=self.vocabulary.view_weights,
        )
        (directory / "features.txt").write_text("\n".join(self.vocabulary.names), encoding="utf-8")
        about: Dict[str, Any] = {
            "intents": self.intents,
            "temperature": self.temperature,
            "spellings": dict(self.knowledge.spellings),
            "keep": sorted(self.knowledge.keep),
            "concepts": {name: list(words) for name, words in self.knowledge.concepts.items()},
        }
        (directory / "model.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> IntentModel:
        about = json.loads((directory / "model.json").read_text(encoding="utf-8"))
        names = (directory / "features.txt").read_text(encoding="utf-8").split("\n")
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            vocabulary = Vocabulary(names, arrays["idf"], arrays["view_weights"])
            weights, bias = arrays["weights"].astype(np.float32), arrays["bias"]
        knowledge = Knowledge(about["spellings"], frozenset(about["keep"]), about["concepts"])
        return cls(knowledge, vocabulary, about["intents"], weights, bias, about["temperature"])


class Reader:
    """Text → feature names, with one normaliser and lexicon."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.normalise = Normaliser(knowledge.spellings, knowledge.keep)
        self.lexicon = Lexicon(knowledge.concepts, self.normalise)

    def normal(self, text: str) -> NormalText:
        return self.normalise(text)

    def names(self, text: str) -> List[str]:
        return views(self.normalise(text), self.lexicon)


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


class Trainer:
    """Turns examples into features once and fits as many models on parts of them as are asked for."""

    def __init__(
        self,
        texts: Sequence[str],
        intents: Sequence[str],
        writers: Sequence[str],
        knowledge: Knowledge,
        settings: Settings,
    ) -> None:
        if len(set(intents)) < 2:
            raise ValueError("cần ít nhất hai ý định khác nhau để huấn luyện")
        self.settings = settings
        self.knowledge = knowledge
        self.labels, self.targets = np.unique(np.asarray(intents), return_inverse=True)
        self.writers = np.asarray(writers)
        reader = Reader(knowledge)
        written = [Counter(reader.names(text)) for text in texts]
        stripped = [Counter(reader.names(fold(text))) for text in texts]
        self.vocabulary = Vocabulary.learn(written, settings.view_weights, settings.min_documents)
        self.written = self._matrix(written)
        self.stripped = self._matrix(stripped)

    def _matrix(self, documents: Sequence[Counter[str]]) -> Any:
        from scipy.sparse import csr_matrix

        pairs = list(self.vocabulary.rows(document.elements() for document in documents))
        pointers = np.cumsum([0, *(len(index) for index, _ in pairs)])
        index = np.concatenate([index for index, _ in pairs])
        values = np.concatenate([values for _, values in pairs])
        return csr_matrix((values, index, pointers), shape=(len(pairs), len(self.vocabulary)), dtype=np.float64)

    def fit(self, chosen: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
        """Weights and bias from the chosen rows, each learnt with and without its accents."""
        from scipy.sparse import vstack
        from sklearn.svm import LinearSVC

        matrix = vstack([self.written[chosen], self.stripped[chosen]], format="csr")
        targets = np.concatenate([self.targets[chosen]] * 2)
        machine = LinearSVC(C=self.settings.regularisation, class_weight="balanced", tol=1e-2, random_state=1)
        machine.fit(matrix, targets)
        coefficients, intercept = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:
            coefficients, intercept = np.vstack([-coefficients, coefficients]), np.r_[-intercept, intercept]
        weights = np.zeros((len(self.vocabulary), len(self.labels)), dtype=np.float32)
        bias = np.full(len(self.labels), -10.0, dtype=np.float32)
        weights[:, machine.classes_] = coefficients.T
        bias[machine.classes_] = intercept
        return weights, bias

    def folds(self) -> List[np.ndarray]:
        """Masks of the rows to hold out: whole writers together, or every n-th row when there is one writer."""
        names = sorted(set(self.writers))
        count = self.settings.folds
        if len(names) < 2:
            return [np.arange(len(self.writers)) % count == i for i in range(count)]
        groups = [names[i::count] for i in range(min(count, len(names)))]
        return [np.isin(self.writers, group) for group in groups]

    def temperature(self) -> float:
        """What the scores are multiplied by so that 0.7 is right seven times in ten for unseen writers."""
        held_scores: List[np.ndarray] = []
        held_targets: List[np.ndarray] = []
        for held in self.folds():
            if not held.any() or len(set(self.targets[~held])) < 2:
                continue
            weights, bias = self.fit(~held)
            held_scores.append(self.written[held] @ weights + bias)
            held_targets.append(self.targets[held])
        if not held_scores:
            return 3.0
        return fit_temperature(np.concatenate(held_scores), np.concatenate(held_targets))

    def train(self, temperature: Optional[float] = None) -> IntentModel:
        heat = self.temperature() if temperature is None else temperature
        weights, bias = self.fit(np.ones(len(self.targets), dtype=bool))
        # float16 is what a saved model holds; the fresh one must answer exactly alike.
        weights = weights.astype(np.float16).astype(np.float32)
        return IntentModel(self.knowledge, self.vocabulary, self.labels.tolist(), weights, bias, heat)


def fit_temperature(scores: np.ndarray, targets: np.ndarray) -> float:
    """The factor of least log loss, by golden-section search."""

    def loss(factor: float) -> float:
        chances = softmax(scores * factor)
        return float(-np.log(chances[np.arange(len(targets)), targets] + 1e-12).mean())

    low, high = 0.2, 20.0
    ratio = (5**0.5 - 1) / 2
    for _ in range(40):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        if loss(a) < loss(b):
            high = b
        else:
            low = a
    return round((low + high) / 2, 3)
