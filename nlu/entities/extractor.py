"""Rasa's entity extractor: numbers, dates, places, kinds of benefit and insurance, by rules and word lists.

Values are normal forms; start and end refer to the message as it was sent. It learns nothing and guesses nothing.
"""

# ruff: noqa: UP006, UP035, UP045  (Rasa compares the annotations of components with its own typing names)

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Optional, Tuple, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.entities.dates import find_dates
from nlu.entities.numbers import find_numbers
from nlu.entities.places import Gazetteer
from nlu.entities.spans import Found, Plain, plain

# Folded words → value; the first that fits a stretch of text wins.
_BENEFITS: Tuple[Tuple[str, str], ...] = (
    ("tai nạn lao động", r"tai nan (?:lao dong|nghe nghiep)|tnld|benh nghe nghiep"),
    ("thất nghiệp", r"(?:tro cap |tien |huong )?that nghiep|tctn"),
    ("một lần", r"(?:bhxh|bao hiem(?: xa hoi)?|rut|linh|lanh|huong)\s+(?:bhxh |bao hiem )?(?:1|mot) (?:lan|cuc)"),
    ("thai sản", r"thai san|nghi (?:de|sinh)|sinh con|tien sinh|tien de"),
    ("ốm đau", r"om dau|nghi om|che do om|tien om"),
    ("dưỡng sức", r"duong suc|phuc hoi suc khoe"),
    ("hưu trí", r"luong huu|huu tri|nghi huu|ve huu"),
    ("tử tuất", r"tu tuat|tien tuat|mai tang"),
    ("khám chữa bệnh", r"kham chua benh|kcb|lich su kham|di kham"),
)
_INSURANCE: Tuple[Tuple[str, str], ...] = (
    ("BHYT", r"bao hiem y te|bhyt|bh y te|the bao hiem"),
    ("BHTN", r"bao hiem that nghiep|bhtn|bh that nghiep"),
    ("BHXH", r"bao hiem xa hoi|bhxh|bh xa hoi"),
)


def _compile(table: Tuple[Tuple[str, str], ...]) -> List[Tuple[str, re.Pattern[str]]]:
    return [(value, re.compile(rf"\b(?:{pattern})\b")) for value, pattern in table]


_TABLES = (("benefit", _compile(_BENEFITS)), ("insurance", _compile(_INSURANCE)))


def find_entities(text: str, places: Gazetteer) -> List[Found]:
    """All entities of a message, in order of place."""
    letters = plain(text)
    if not letters.letters.strip():
        return []
    found = [*find_numbers(letters)]
    spans = [(f.start, f.end) for f in found]
    for date in find_dates(letters):
        if all(date.end <= a or date.start >= b for a, b in spans):
            found.append(date)
    spans = [(f.start, f.end) for f in found]
    found += [p for p in places.find(letters) if all(p.end <= a or p.start >= b for a, b in spans)]
    offices = [(f.start, f.end) for f in found if f.entity == "agency"]
    found += [w for w in _words(letters) if not any(a <= w.start and w.end <= b for a, b in offices)]
    return sorted(found, key=lambda f: (f.start, f.end))


def _words(text: Plain) -> Iterator[Found]:
    for entity, table in _TABLES:
        taken: List[Tuple[int, int]] = []
        for value, pattern in table:
            for match in pattern.finditer(text.letters):
                if all(match.end() <= a or match.start() >= b for a, b in taken):
                    taken.append((match.start(), match.end()))
                    yield Found(entity, *text.span(match.start(), match.end()), value)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class VietnameseEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Entities of the contract: bhxh_code, bhyt_card, national_id, phone, email, date, location, agency, ..."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return []

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        return {}

    def __init__(self, config: Dict[str, Any], places: Optional[Gazetteer] = None) -> None:
        self._config = config
        self._places = places or Gazetteer.load()

    @classmethod
    def create(
        cls,
        config: Dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VietnameseEntityExtractor:
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            entities = [
                {
                    "entity": f.entity,
                    "start": f.start,
                    "end": f.end,
                    "value": f.value,
                    "extractor": type(self).__name__,
                }
                for f in find_entities(message.get(TEXT) or "", self._places)
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages
