"""The sample that both sides learn from when accuracy is compared: `sample-60`, 60 examples an intent.

Owns how it is drawn (the same data always gives the same sample), its digest, and its file. A drawn sample is kept with
the stock model that was trained on it: training that model takes long, so it outlives edits of the training data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlu.training import Example, read_held_back

_SEED = "vssid-bench-1"
_FILE = re.compile(r"sample-(\d+)-([0-9a-f]{12})\.yml")


@dataclass(frozen=True)
class Sample:
    """Examples in the order of their file; `name` says how many there are of an intent at most."""

    per_intent: int
    examples: tuple[Example, ...]

    @property
    def name(self) -> str:
        return f"sample-{self.per_intent}"

    @property
    def label(self) -> str:
        """The name with the digest: what a model that was trained on it carries in its file name."""
        return f"{self.name}-{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"

    @property
    def intents(self) -> frozenset[str]:
        return frozenset(example.intent for example in self.examples)

    @property
    def text(self) -> str:
        """Rasa's training format, a block an intent and writer (our calibration wants to know the writers)."""
        blocks: dict[tuple[str, str], list[str]] = defaultdict(list)
        for example in self.examples:
            blocks[(example.intent, example.writer)].append(example.text)
        lines = ['version: "3.1"', "nlu:"]
        for (intent, writer), texts in sorted(blocks.items()):
            lines += [f"- intent: {intent}", f"  metadata: {{writer: {json.dumps(writer)}}}", "  examples: |"]
            lines += [f"    - {text}" for text in texts]
        return "\n".join(lines) + "\n"


def draw(examples: Sequence[Example], per_intent: int) -> Sample:
    """The examples of each intent whose seeded hashes are smallest; new data displaces few of them."""
    if per_intent < 1:
        raise ValueError("at least one example an intent")
    by_intent: dict[str, dict[str, Example]] = defaultdict(dict)
    taken: set[str] = set()
    for example in examples:
        # A text under two intents would teach both sides nonsense: the first one keeps it.
        if example.text not in taken:
            taken.add(example.text)
            by_intent[example.intent][_rank(example)] = example
    chosen = [ranked[key] for _, ranked in sorted(by_intent.items()) for key in sorted(ranked)[:per_intent]]
    return Sample(per_intent, tuple(sorted(chosen, key=lambda e: (e.intent, e.writer, e.text))))


def _rank(example: Example) -> str:
    return hashlib.sha256(f"{_SEED}\0{example.intent}\0{example.text}".encode()).hexdigest()


def file_of(folder: Path, sample: Sample) -> Path:
    return folder / f"{sample.label}.yml"


def write(folder: Path, sample: Sample) -> Path:
    path = file_of(folder, sample)
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(sample.text, encoding="utf-8")
    return path


def read(path: Path) -> Sample:
    """A sample that was written earlier; ValueError if its content isn't what its name says."""
    named = _FILE.fullmatch(path.name)
    if named is None:
        raise ValueError(f"{path}: not the name of a sample")
    found = Sample(int(named[1]), tuple(read_held_back(path)))
    if found.label != path.stem:
        raise ValueError(f"{path}: changed since it was drawn")
    return found
