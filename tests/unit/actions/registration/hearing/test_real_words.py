"""The examples that people wrote for the understanding, put to the registration at every question it asks.

What nobody meant as a value must not become one, and a no must never be heard as a yes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from actions.registration.hearing.hear import hear
from actions.said.said import Said
from actions.said.yes_no import says_no, says_yes
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import Progress

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[5]
Extract = Callable[[str], list[dict[str, object]]]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TODAY = date(2026, 11, 22)
VALUES = frozenset({"inform", "correct_info", "change_contact_info"})


def examples(folder: Path = ROOT / "data" / "nlu") -> list[tuple[str, str]]:
    """Every example with its intent."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            if "intent" in block:
                lines = str(block["examples"]).splitlines()
                found += [(str(block["intent"]), line[2:].strip()) for line in lines if line.startswith("- ")]
    return found


@pytest.fixture(scope="module")
def spoken() -> list[tuple[str, str]]:
    found = examples()
    assert len(found) > 10_000
    return found


def test_a_no_is_no_yes_and_a_yes_no_no(spoken: list[tuple[str, str]]) -> None:
    yes = [text for intent, text in spoken if intent == "affirm"]
    no = [text for intent, text in spoken if intent in ("deny", "cancel")]
    # Also where the classifier is not sure of itself.
    for intent in ("deny", "nlu_fallback"):
        assert not [text for text in no if says_yes(Said("m", text, intent))]
    assert not [text for text in yes if says_no(Said("m", text, "affirm"))]
    heard = sum(says_yes(Said("m", text, "affirm")) for text in yes)
    assert heard > 0.97 * len(yes)


def test_no_other_intent_is_a_yes(spoken: list[tuple[str, str]]) -> None:
    others = [(i, text) for i, text in spoken if i not in ("affirm", "resume_registration", *VALUES)]
    assert not [(intent, text) for intent, text in others if says_yes(Said("m", text, intent))]


@pytest.mark.parametrize("asked", ["full_name", "address", "birth_date", "bhxh_code", "phone", "email"])
def test_talk_is_no_value(spoken: list[tuple[str, str]], extract: Extract, asked: str) -> None:
    draft = Registration("r", "c", Status.DRAFT, {}, Progress(), NOW, NOW)
    others = [(intent, text) for intent, text in spoken if intent not in VALUES][::10]
    taken = []
    for intent, text in others:
        heard = hear(Said("m", text, intent, tuple(extract(text))), draft, asked, TODAY)
        taken += [text for name in ("full_name", "address") if name in heard.values]
    assert len(taken) < 0.004 * len(others), taken
