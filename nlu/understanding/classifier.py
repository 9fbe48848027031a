"""Rasa's intent classifier: wraps the model and adds the fallback below the confidence threshold.

Below the threshold the intent is `nlu_fallback` and the real candidates follow it in the ranking, so that the
dialogue can offer them. It refuses to guess on empty text (`nlu_fallback` with nothing behind it).
"""

# ruff: noqa: UP006, UP035, UP045  (Rasa compares the annotations of components with its own typing names)

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.understanding.lexicon import load_concepts, load_spellings
from nlu.understanding.model import IntentModel, Knowledge, Settings, Trainer
from nlu.understanding.vague import Offers, bare, load_vague

logger = logging.getLogger(__name__)
FALLBACK = "nlu_fallback"
_VAGUE_FILE = "vague.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VietnameseIntentClassifier(GraphComponent, IntentClassifier):
    """Intents of Vietnamese chat messages, in any spelling."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {
            # A message whose best intent is less likely than this becomes `nlu_fallback`.
            "threshold": 0.6,
            "ranking_length": 10,
            "spellings": "data/nlu/teencode.yml",
            "lexicon": "data/nlu/lexicon.yml",
            "vague": "data/nlu/vague.yml",
            "regularisation": Settings.regularisation,
            "min_documents": Settings.min_documents,
            "view_weights": list(Settings.view_weights),
        }

    def __init__(
        self,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: Optional[IntentModel] = None,
        vague: Optional[Offers] = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._vague: Offers = vague or {}

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> VietnameseIntentClassifier:
        with model_storage.read_from(resource) as directory:
            model = IntentModel.load(Path(directory))
            rows = json.loads((Path(directory) / _VAGUE_FILE).read_text(encoding="utf-8"))
            vague = {tuple(words): tuple(offered) for words, offered in rows}
            return cls(config, model_storage, resource, model, vague)

    @classmethod
    def fingerprint_addon(cls, config: Dict[str, Any]) -> Optional[str]:
        """An edited word file, or an edited module of ours, must train anew; Rasa hashes the configuration only."""
        settings = {**cls.get_default_config(), **config}
        digest = hashlib.sha256()
        paths = [
            Path(settings["spellings"]),
            Path(settings["lexicon"]),
            Path(settings["vague"]),
            *sorted(Path(__file__).parent.glob("*.py")),
        ]
        for path in paths:
            digest.update(path.read_bytes() if path.exists() else b"")
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT)]
        knowledge = Knowledge(
            load_spellings(Path(self._config["spellings"])), load_concepts(Path(self._config["lexicon"]))
        )
        settings = Settings(
            regularisation=self._config["regularisation"],
            min_documents=self._config["min_documents"],
            view_weights=tuple(self._config["view_weights"]),
        )
        trainer = Trainer(
            [m.get(TEXT) for m in examples],
            [m.get(INTENT) for m in examples],
            [_writer(m) for m in examples],
            knowledge,
            settings,
        )
        self._model = trainer.train()
        intents = {m.get(INTENT) for m in examples}
        self._vague = load_vague(Path(self._config["vague"]), intents, self._model.reader)
        with self._model_storage.write_to(self._resource) as directory:
            self._model.save(Path(directory))
            rows = [[list(words), list(offered)] for words, offered in self._vague.items()]
            (Path(directory) / _VAGUE_FILE).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        logger.info("%d examples, %d features", len(examples), len(self._model.vocabulary))
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            ranking = self.ranking(message.get(TEXT) or "")
            intent, confidence = ranking[0]
            message.set("intent", {"name": intent, "confidence": confidence}, add_to_output=True)
            message.set("intent_ranking", [{"name": n, "confidence": c} for n, c in ranking], add_to_output=True)
        return messages

    def ranking(self, text: str) -> List[Tuple[str, float]]:
        """Best first; headed by `nlu_fallback` when the best is not sure enough."""
        if self._model is None:
            raise RuntimeError("the intent model has not been trained or loaded")
        threshold = float(self._config["threshold"])
        folded = self._model.reader.normal(text).folded
        if not folded:
            return [(FALLBACK, 1.0)]
        offered = self._vague.get(bare(folded))
        if offered:
            # Confidences that add up to one and keep the office's order.
            shares = [1 / (2 + place) for place in range(len(offered))]
            return [(FALLBACK, threshold), *((name, s / sum(shares)) for name, s in zip(offered, shares, strict=True))]
        ranking = self._model.rank(text, int(self._config["ranking_length"]))
        if ranking[0][1] < threshold:
            ranking.insert(0, (FALLBACK, threshold))
        return ranking


def _writer(message: Message) -> str:
    metadata = (message.get("metadata") or {}).get("intent") or {}
    return str(metadata.get("writer", "office"))
