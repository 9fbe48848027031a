"""Run the test stories through Rasa's own tester: `python -m ops.story_test MODEL [FILE_OR_FOLDER]`.

Runs in the Rasa environment (Python 3.10). Each citizen's message goes through the NLU of the model, each action is
predicted by its policies; custom actions are predicted, not run. A story fails at any wrong intent or action.
The run fails at any wrong action or entity (those are ours to decide), and when fewer than `UNDERSTOOD` of the messages
are understood: the understanding is statistical, and one more example may move another message across the threshold.
Entities count only in a message that annotates some: Rasa's tester would fail every message with "BHYT" in it that does
not annotate the word, and the extractors have tests of their own. Writes under DATA_DIR and nowhere else.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import tarfile
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

# The share of messages whose intent must be right. The office's edits must not turn it red by a hair.
UNDERSTOOD = 0.985
ROOT = Path(__file__).resolve().parent.parent
STORIES = ROOT / "tests" / "stories"
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["TQDM_DISABLE"] = "1"
os.environ["LOG_LEVEL"] = "ERROR"  # Rasa shows its progress bars at any lower level


class StoriesUnusable(Exception):
    """The tester cannot start: no model, no stories, or stories that Rasa would skip in silence."""


def main() -> int:
    """0 when the run passes, 1 when it fails, 2 when the stories could not be run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("stories", type=Path, nargs="?", default=STORIES)
    arguments = parser.parse_args()
    results = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve() / "story-test"
    results.mkdir(parents=True, exist_ok=True)
    # Rasa leaves the domain and the unpacked model in the temporary folder.
    with tempfile.TemporaryDirectory(dir=results) as scratch:
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        try:
            if not arguments.model.is_file():
                raise StoriesUnusable(f"no model at {arguments.model}")
            if not arguments.stories.exists():
                raise StoriesUnusable(f"no stories at {arguments.stories}")
            return asyncio.run(run(arguments.model, arguments.stories, results))
        except StoriesUnusable as error:
            print(f"story test: {error}", file=sys.stderr)
            return 2


async def run(model: Path, stories: Path, results: Path) -> int:
    """Test the stories, print what failed, keep Rasa's own account of it in `results`."""
    from nlu import lean_imports

    lean_imports.install()
    _quiet()
    from rasa.core import test as tester
    from rasa.core.agent import Agent
    from rasa.shared.exceptions import RasaException

    try:
        agent = Agent.load(str(model))
    except (RasaException, OSError, EOFError, tarfile.TarError) as error:
        raise StoriesUnusable(f"{model} cannot be loaded: {error}") from error
    try:
        trackers = _read(agent, stories)
    except RasaException as error:
        raise StoriesUnusable(str(error)) from error
    _leave_out_unannotated_entities(agent.processor, trackers)
    outcome, _, _ = await tester._collect_story_predictions(trackers, agent, use_e2e=True)
    failed = outcome.failed_stories
    tester._log_stories(failed, str(results / "failed_test_stories.yml"), "None of the test stories failed.")
    misread = [line for tracker in failed for line in failures(tracker)[0]]
    wrong = [line for tracker in failed for line in failures(tracker)[1]]
    for line in (*misread, *wrong):
        print(line)
    messages = sum(1 for tracker in trackers for event in tracker.events if event.type_name == "user")
    understood = 1 - len(misread) / messages
    print(
        f"{len(trackers) - len(failed)} of {len(trackers)} stories passed; {understood:.1%} of {messages} messages "
        f"understood (at least {UNDERSTOOD:.1%}), {len(wrong)} wrong actions or entities (none allowed)"
    )
    return 1 if wrong or understood < UNDERSTOOD or (failed and not misread) else 0


def failures(tracker: Any) -> tuple[list[str], list[str]]:
    """Misread messages and wrong actions or entities, a line each: story, turn, what was expected and predicted."""
    from rasa.core.test import WronglyClassifiedUserUtterance, WronglyPredictedAction

    misread: list[str] = []
    lines: list[str] = []
    turn = 0
    for event in tracker.events:
        # The subclasses keep the `type_name` of their own, so they are told apart by class.
        if event.type_name in ("user", "wrong_utterance"):
            turn += 1
        head = f"FAILED {tracker.sender_id}, turn {turn}: "
        if isinstance(event, WronglyClassifiedUserUtterance):
            expected = event.intent["name"]
            if event.predicted_intent != expected:
                misread.append(f"{head}{event.text!r}: expected {expected}, predicted {event.predicted_intent}")
            else:
                told = [_names(event.target_entities), _names(event.predicted_entities)]
                lines.append(f"{head}{event.text!r}: expected entities {told[0]}, predicted {told[1]}")
        elif isinstance(event, WronglyPredictedAction):
            lines.append(f"{head}expected {event.action_name}, predicted {event.action_name_prediction}")
    return misread, lines


def _names(entities: list[dict[str, Any]]) -> str:
    return ", ".join(f"{entity['entity']}={entity['value']}" for entity in entities) or "none"


def _read(agent: Any, stories: Path) -> list[Any]:
    """The stories as trackers, each named after its story; all of them or an error."""
    import rasa.shared.utils.io
    from rasa.core.test import _create_data_generator

    files = sorted(stories.glob("test_*.yml")) if stories.is_dir() else [stories]
    written = [
        (path.name, story["story"]) for path in files for story in rasa.shared.utils.io.read_yaml_file(path)["stories"]
    ]
    if not written:
        raise StoriesUnusable(f"no test_*.yml under {stories}")
    repeated = [name for name, count in Counter(name for _, name in written).items() if count > 1]
    if repeated:
        raise StoriesUnusable(f"story names used twice: {', '.join(repeated)}")
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        generator = _create_data_generator(str(stories), agent, use_conversation_test_files=True)
        # Two stories with the same intents in the same order are one story to Rasa, whatever their words.
        generator._remove_duplicate_story_end_trackers = list
        trackers: list[Any] = generator.generate_story_trackers()
    # Rasa only warns when it leaves out a step that it cannot read.
    issues = [str(complaint.message) for complaint in complaints if "Issue found in" in str(complaint.message)]
    if issues:
        raise StoriesUnusable("\n".join(issues))
    names = {tracker.sender_id for tracker in trackers}
    lost = [f"{file}: {name}" for file, name in written if name not in names]
    if lost:
        raise StoriesUnusable(f"Rasa skipped {'; '.join(lost)}")
    return trackers


def _leave_out_unannotated_entities(processor: Any, trackers: list[Any]) -> None:
    annotated = {
        event.text for tracker in trackers for event in tracker.events if event.type_name == "user" and event.entities
    }
    parse = processor.parse_message

    async def parse_message(message: Any, *others: Any, **named: Any) -> dict[str, Any]:
        parsed: dict[str, Any] = await parse(message, *others, **named)
        return parsed if message.text in annotated else {**parsed, "entities": []}

    processor.parse_message = parse_message


def _quiet() -> None:
    """Silence what Rasa's frozen libraries say about themselves."""
    logging.disable(logging.WARNING)
    # Some of them set their own filters, so what is caught is thrown away instead.
    warnings.showwarning = lambda *warning, **details: None
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)


if __name__ == "__main__":
    sys.exit(main())
