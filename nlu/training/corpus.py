"""Reads the training examples with their writers, and the held-back messages, from Rasa's own YAML files.

Shared by the evaluation and the tools; it refuses rows without an intent, and says in which file they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

TRAINING_DIR = Path("data/nlu")
HELD_BACK = Path("tests/nlu/heldback.yml")
UNKNOWN_WRITER = "office"


@dataclass(frozen=True)
class Example:
    text: str
    intent: str
    writer: str
    style: str = ""


def read_examples(directory: Path = TRAINING_DIR) -> list[Example]:
    """Every training example below `directory`, in file order."""
    return [e for path in sorted(directory.glob("**/*.yml")) for e in _read(path)]


def read_held_back(path: Path = HELD_BACK) -> list[Example]:
    return list(_read(path)) if path.exists() else []


def _read(path: Path) -> Iterator[Example]:
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for block in (content or {}).get("nlu", []):
        intent = block.get("intent")
        if not intent:
            raise ValueError(f"{path}: a block without `intent`")
        metadata = block.get("metadata") or {}
        for line in (block.get("examples") or "").splitlines():
            text = line.strip().removeprefix("-").strip()
            if text:
                yield Example(text, intent, metadata.get("writer", UNKNOWN_WRITER), str(metadata.get("style", "")))
