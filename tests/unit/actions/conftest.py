"""Messages as the dialogue gets them: the entities are found by the product's own extractor, in its own environment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest

from actions.said.said import Said
from tests.stage.built import RASA_PYTHON, ROOT

_EXTRACT = """
import json, sys
from nlu import lean_imports
lean_imports.install(serving=True)
from nlu.entities.extractor import find_entities
from nlu.entities.places import Gazetteer
places = Gazetteer.load()
for line in sys.stdin:
    found = [vars(entity) for entity in find_entities(json.loads(line), places)]
    print(json.dumps(found), flush=True)
"""

Extract = Callable[[str], list[dict[str, object]]]
Hearer = Callable[..., Said]


@pytest.fixture(scope="session")
def extract() -> Iterator[Extract]:
    """The entities of a text, from one process of the Rasa environment."""
    with subprocess.Popen(
        [RASA_PYTHON, "-c", _EXTRACT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        asking, answers = process.stdin, process.stdout

        def ask(text: str) -> list[dict[str, object]]:
            asking.write(json.dumps(text) + "\n")
            asking.flush()
            found = json.loads(answers.readline())
            assert isinstance(found, list)
            return found

        yield ask
        asking.close()


@pytest.fixture
def said(extract: Extract) -> Hearer:
    """A message of words, with the intent that the classifier would give it."""

    def make(text: str, intent: str = "inform") -> Said:
        return Said("m1", text, intent, tuple(extract(text)))

    return make
