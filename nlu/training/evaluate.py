"""`make eval`: how well strangers will be understood. Leaves one writer out at a time, then the held-back messages.

Writes `docs/nlu-report.md` and `docs/nlu-confusion.svg`; `--quick` only prints, with three writers left out.
It never lets a held-back message, or the writer under test, into what a figure was trained or calibrated on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nlu.training.corpus import Example, read_examples, read_held_back
from nlu.training.figures import Answers, figures
from nlu.training.picture import draw_confusion
from nlu.training.report import write_report
from nlu.understanding import (
    Knowledge,
    Settings,
    Trainer,
    fit_temperature,
    fold,
    load_concepts,
    load_spellings,
    softmax,
)

REPORT = Path("docs/nlu-report.md")
PICTURE = Path("docs/nlu-confusion.svg")


def settings_from_config(path: Path = Path("config.yml")) -> tuple[Settings, Knowledge, float]:
    """The very settings that Rasa trains with."""
    pipeline = yaml.safe_load(path.read_text(encoding="utf-8"))["pipeline"]
    own: dict[str, Any] = next(c for c in pipeline if c["name"].endswith("VietnameseIntentClassifier"))
    settings = Settings(
        regularisation=own.get("regularisation", Settings.regularisation),
        min_documents=own.get("min_documents", Settings.min_documents),
        view_weights=tuple(own.get("view_weights", Settings.view_weights)),
    )
    spellings = load_spellings(Path(own.get("spellings", "data/nlu/teencode.yml")))
    concepts = load_concepts(Path(own.get("lexicon", "data/nlu/lexicon.yml")))
    return settings, Knowledge(spellings, concepts), float(own.get("threshold", 0.65))


def leave_writers_out(trainer: Trainer, examples: Sequence[Example], writers: Sequence[str]) -> Answers:
    """Each writer answered by a model, and a temperature, that know only the others."""
    scores: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for writer in writers:
        started = time.perf_counter()
        held = trainer.writers == writer
        weights, bias = trainer.fit(~held)
        scores[writer] = (trainer.written[held] @ weights + bias, trainer.stripped[held] @ weights + bias)
        guess = trainer.labels[scores[writer][0].argmax(1)]
        right = np.mean(guess == trainer.labels[trainer.targets[held]])
        print(f"  {writer:12s} {100 * right:.1f} %  ({time.perf_counter() - started:.0f} s)", flush=True)
    rows, chances, stripped = [], [], []
    for writer in writers:
        others = [w for w in writers if w != writer] or [writer]
        known = np.concatenate([scores[w][0] for w in others])
        targets = np.concatenate([trainer.targets[trainer.writers == w] for w in others])
        heat = fit_temperature(known, targets)
        rows += [e for e in examples if e.writer == writer]
        chances.append(softmax(scores[writer][0] * heat))
        stripped.append(softmax(scores[writer][1] * heat))
    return Answers(rows, trainer.labels.tolist(), np.concatenate(chances), np.concatenate(stripped))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m nlu.training.evaluate", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three writers, printed only")
    parser.add_argument("--errors", type=Path, help="write every error to this file")
    options = parser.parse_args(arguments)
    settings, knowledge, threshold = settings_from_config()
    examples = read_examples()
    held_back = read_held_back()
    started = time.perf_counter()
    trainer = Trainer(
        [e.text for e in examples],
        [e.intent for e in examples],
        [e.writer for e in examples],
        knowledge,
        settings,
    )
    model = trainer.train()
    seconds = time.perf_counter() - started
    print(f"{len(examples)} examples, {len(trainer.vocabulary)} features, trained in {seconds:.0f} s")
    names = sorted(set(trainer.writers))
    crossed = leave_writers_out(trainer, examples, names[:: max(1, len(names) // 3)][:3] if options.quick else names)
    unseen = Answers(
        held_back,
        model.intents,
        np.array([model.probabilities(e.text) for e in held_back]),
        np.array([model.probabilities(fold(e.text)) for e in held_back]),
    )
    for title, answers in (("left-out writers", crossed), ("held back", unseen)):
        print(title, figures(answers, threshold))
    if options.errors:
        _write_errors(options.errors, [("crossed", crossed), ("held back", unseen)])
    if not options.quick:
        REPORT.parent.mkdir(exist_ok=True)
        draw_confusion(PICTURE, list(crossed.truth), list(crossed.guesses()), trainer.labels.tolist())
        REPORT.write_text(write_report(crossed, unseen, threshold, seconds, figures), encoding="utf-8")
        print(f"{REPORT}, {PICTURE}")
    return 0


def _write_errors(path: Path, parts: Sequence[tuple[str, Answers]]) -> None:
    lines = []
    for title, answers in parts:
        guess, sure = answers.guesses(), answers.chances.max(1)
        order = np.argsort(-answers.chances, axis=1)
        for i in np.flatnonzero(guess != answers.truth):
            rank = [answers.labels[k] for k in order[i, :3]]
            row = answers.examples[i]
            lines.append(f"{title}\t{row.writer}\t{row.style}\t{row.intent}\t{rank}\t{sure[i]:.2f}\t{row.text}")
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
