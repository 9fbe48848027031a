"""What buttons carry: Telegram takes 64 bytes of UTF-8, and a tap has to come back as it went out."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from actions.registration.questions import fix
from actions.said.said import payload
from bot.channels.telegram.text import LONGEST_PAYLOAD, button_rows
from helpdesk.conversations.model import Button
from helpdesk.guide.guide import load_guide
from helpdesk.photos.report import Side
from helpdesk.registration.fields import FIELDS
from helpdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*(ROOT / "actions").rglob("*.py"), ROOT / "bot" / "notices.py"]
# A button's words begin with a capital; what it does is one word or a payload already.
_CHOICE = re.compile(r"[a-z_]+|/[a-z_]+|answer:[a-z_]+")


def buttons_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every (title, choice) that is written down, an f-string once for each side of a card."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Tuple) or len(node.elts) != 2 or not isinstance(node.elts[0], ast.Constant):
            continue
        title, choice = node.elts[0].value, node.elts[1]
        if not isinstance(title, str) or not title[:1].isupper():
            continue
        if isinstance(choice, ast.Constant) and isinstance(choice.value, str) and _CHOICE.fullmatch(choice.value):
            yield title, choice.value
        elif isinstance(choice, ast.JoinedStr):
            known = [part.value for part in choice.values if isinstance(part, ast.Constant)]
            for side in Side:
                yield title, f"{''.join(map(str, known))}{side.value}"


def all_buttons() -> list[tuple[str, str]]:
    found = [button for source in SOURCES for button in buttons_in(ast.parse(source.read_text("utf-8")))]
    corrections = [fix(field.name) for field in FIELDS.values() if field.button]
    return sorted({*found, *corrections})


def test_the_buttons_are_found() -> None:
    choices = {choice for _, choice in all_buttons()}
    assert {"consent_yes", "fix_national_id", "insist_portrait", "errand_resend", "submit", "otp_resend"} <= choices
    assert len(choices) > 40


@pytest.mark.parametrize(("title", "choice"), all_buttons())
def test_a_button_of_the_dialogue_fits_telegram(title: str, choice: str) -> None:
    carried = payload(choice)
    assert len(carried.encode()) <= LONGEST_PAYLOAD
    assert button_rows([Button(title, carried)])
    if carried.startswith("/inform"):
        assert json.loads(carried.removeprefix("/inform")) == {"choice": choice}


def test_the_office_s_buttons_fit_too() -> None:
    text = (ROOT / "bot" / "notices.py").read_text("utf-8")
    carried = re.findall(r"Button\(\"[^\"]+\", '([^']+)'\)", text)
    assert len(carried) >= 2
    assert [one for one in carried if len(one.encode()) > LONGEST_PAYLOAD] == []


def test_every_answer_of_the_guide_fits_telegram() -> None:
    guide = load_guide(Settings().content_dir)
    for answer in guide.ids:
        for details in (False, True):
            buttons = guide.render(answer, details=details, repeat=True).buttons
            assert [button for row in button_rows(buttons) for button in row] == list(buttons)


def test_the_buttons_of_the_domain_are_written_for_rasa() -> None:
    """Rasa fills {...} in responses from slots: braces that are meant have to be doubled, or each use logs an error."""
    responses = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))["responses"]
    variants = [variant.get("custom") or {} for several in responses.values() for variant in several]
    written = [button["payload"] for custom in variants for button in custom.get("buttons", ())]
    assert len(written) >= 2
    for text in written:
        assert re.fullmatch(r'/inform\{\{"choice":"[a-z_]+"\}\}', text), text
        assert len(text.encode()) - 2 <= LONGEST_PAYLOAD
