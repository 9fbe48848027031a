"""The officers' YAML: the fast parser changes nothing of what is read or said."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from helpdesk.guide.parsing import BadField, PatientLoader, parse, parse_with

CONTENT = Path(__file__).parents[4] / "data"


def test_the_fast_parser_reads_as_the_other_does() -> None:
    """Whatever slips into a file: a character lost, doubled or pasted from elsewhere, a line gone or moved."""
    chance = random.Random(4)
    strange = ["\t", "\u00a0", "\ufeff", "\x07", "\x85", "\u2028", "😀", ":", "#", "- ", "'", '"', "|", "&a", "*a", "%"]
    for path in sorted((CONTENT / "guide").glob("*.yml")):
        text = path.read_text(encoding="utf-8-sig")
        lines = text.splitlines(keepends=True)[:40]
        spoilt = [text]
        for _ in range(30):
            kept = list(lines)
            at = chance.randrange(len(kept))
            place = chance.randrange(len(kept[at]))
            kept[at : at + 1] = chance.choice(
                ([], [kept[at]] * 2, [" " + kept[at]], [kept[at][:place] + chance.choice(strange) + kept[at][place:]])
            )
            spoilt.append("".join(kept))
        for one in spoilt:
            assert read_with(parse, one) == read_with(partial(parse_with, PatientLoader), one), one


@pytest.mark.parametrize(
    "text", ["- id: mật\tkhẩu\n", "\ufeff- id: a\n", "- id: a\n  text: |#\n    b\n", "- id: a\n\tb: c\n"]
)
def test_what_libyaml_lets_pass_is_refused_as_before(text: str) -> None:
    assert read_with(parse, text) == read_with(partial(parse_with, PatientLoader), text)


def read_with(parse: Callable[[str], tuple[yaml.Node | None, object]], text: str) -> tuple[object, ...]:
    try:
        node, said = parse(text)
    except (yaml.YAMLError, BadField) as error:
        return type(error), str(error)
    if not isinstance(node, yaml.SequenceNode):
        return type(node), said
    return said, [entry.start_mark.line for entry in node.value]
