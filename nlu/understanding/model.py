"""The intent model itself, free of Rasa: trains on (text, intent, writer), answers with calibrated confidences.

A linear SVC on four views; every message is learnt twice, as written and without its accents, so that
accents help when they are there and cost nothing when they are not. Confidences come from a temperature that is
fitted on writers whom the model had not seen. It saves itself as plain arrays and text, never as a pickle.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu.understanding.features import Vocabulary, views
from nlu.understanding.lexicon import Lexicon, Spellings, normaliser
from nlu.understanding.syllables import fold
from nlu.understanding.text import NormalText

# For a training set too small to measure one; about what the full set gives.
DEFAULT_TEMPERATURE = 5.0


@dataclass(frozen=True)
class Settings:
    regularisation: float = 0.6
    min_documents: int = 2
    # Words, letters, accents, concepts.
    view_weights: tuple[float, ...] = (1.5, 1.0, 1.0, 0.25)
    # One writer in so many is held out to fit the temperature.
    held_share: int = 3


@dataclass(frozen=True)
class Knowledge:
    """The office's word files as they were at training; a model carries its own copy."""

    spellings: Spellings
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
        index, values = self.vocabulary.vector(Counter(self.reader.names(text)))
        return values @ self.weights[index] + self.bias

    def probabilities(self, text: str) -> np.ndarray:
        return softmax(self.scores(text) * self.temperature)

    def rank(self, text: str, limit: int = 10) -> list[tuple[str, float]]:
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
        about: dict[str, Any] = {
            "intents": self.intents,
            "temperature": self.temperature,
            "spellings": self.knowledge.spellings.words,
            "keep": sorted(self.knowledge.spellings.keep),
            "phrases": self.knowledge.spellings.phrases,
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
        spellings = Spellings(about["spellings"], frozenset(about["keep"]), about["phrases"])
        knowledge = Knowledge(spellings, about["concepts"])
        return cls(knowledge, vocabulary, about["intents"], weights, bias, about["temperature"])


class Reader:
    """Text → feature names, with one normaliser and lexicon."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.normalise = normaliser(knowledge.spellings)
        self.lexicon = Lexicon(knowledge.concepts, self.normalise)

    def normal(self, text: str) -> NormalText:
        return self.normalise(text)

    def names(self, text: str) -> list[str]:
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

        pairs = [self.vocabulary.vector(document) for document in documents]
        pointers = np.cumsum([0, *(len(index) for index, _ in pairs)])
        index = np.concatenate([index for index, _ in pairs])
        values = np.concatenate([values for _, values in pairs])
        return csr_matrix((values, index, pointers), shape=(len(pairs), len(self.vocabulary)), dtype=np.float64)

    def fit(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Weights and bias from the chosen rows, each learnt with and without its accents."""
        from scipy.sparse import vstack
        from sklearn.svm import LinearSVC

        matrix = vstack([self.written[chosen], self.stripped[chosen]], format="csr")
        targets = np.concatenate([self.targets[chosen]] * 2)
        counts = np.bincount(targets, minlength=len(self.labels))
        # Half-way to balance: full balance makes the big off-topic class too shy, none drowns the small ones.
        balance = {i: float((counts[counts > 0].mean() / n) ** 0.5) for i, n in enumerate(counts) if n}
        machine = LinearSVC(C=self.settings.regularisation, class_weight=balance, tol=0.5, random_state=1)
        machine.fit(matrix, targets)
        coefficients, intercept = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:
            coefficients, intercept = np.vstack([-coefficients, coefficients]), np.r_[-intercept, intercept]
        weights = np.zeros((len(self.vocabulary), len(self.labels)), dtype=np.float32)
        bias = np.full(len(self.labels), -10.0, dtype=np.float32)
        weights[:, machine.classes_] = coefficients.T
        bias[machine.classes_] = intercept
        return weights, bias

    def held_out(self) -> np.ndarray:
        """Rows to fit the temperature on: whole writers, or every n-th row when there is one writer."""
        names = sorted(set(self.writers))
        if len(names) < 2:
            return np.arange(len(self.writers)) % self.settings.held_share == 0
        return np.isin(self.writers, names[1 :: self.settings.held_share])

    def temperature(self) -> float:
        """What the scores are multiplied by so that 0.7 is right seven times in ten for unseen writers."""
        held = self.held_out()
        if len(set(self.targets[~held])) < 2:
            return DEFAULT_TEMPERATURE
        weights, bias = self.fit(~held)
        return fit_temperature(self.written[held] @ weights + bias, self.targets[held])

    def train(self) -> IntentModel:
        everything = np.ones(len(self.targets), dtype=bool)
        # liblinear works outside the interpreter's lock, so the two fits share two cores.
        with ThreadPoolExecutor(max_workers=2) as pool:
            final = pool.submit(self.fit, everything)
            heat = pool.submit(self.temperature)
            weights, bias = final.result()
            # float16 is what a saved model holds; the fresh one must answer exactly alike.
            weights = weights.astype(np.float16).astype(np.float32)
            return IntentModel(self.knowledge, self.vocabulary, self.labels.tolist(), weights, bias, heat.result())


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
