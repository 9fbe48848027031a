"""The two components inside Rasa's own graph interfaces: training resource, fallback, ranking, entities."""

from __future__ import annotations

import copy
import sys
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.entities.extractor import VietnameseEntityExtractor
from nlu.training.importer import Example, ExampleImporter, TrainingFileError, read_file
from nlu.understanding.classifier import FALLBACK, VietnameseIntentClassifier

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return {
        **VietnameseIntentClassifier.get_default_config(),
        "spellings": str(REPOSITORY / "data/nlu/teencode.yml"),
        "lexicon": str(REPOSITORY / "data/nlu/lexicon.yml"),
        "vague": str(REPOSITORY / "data/nlu/no-such-file.yml"),
    }


@pytest.fixture(scope="module")
def trained(
    config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[VietnameseIntentClassifier, LocalModelStorage, Resource]:
    importer = RasaFileImporter(training_data_paths=[str(REPOSITORY / "data/nlu/passwords.yml")])
    examples = importer.get_nlu_data().intent_examples
    writers = sorted({(m.get("metadata") or {})["intent"]["writer"] for m in examples})
    chosen = [m for m in examples if m.get("metadata")["intent"]["writer"] in writers[:2]]
    storage = LocalModelStorage(tmp_path_factory.mktemp("model"))
    resource = Resource("classifier")
    component = VietnameseIntentClassifier.create(config, storage, resource, _context())
    component.train(TrainingData(chosen))
    return component, storage, resource


def _context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}))


def _parse(component: Any, text: str) -> Message:
    message = Message({"text": text})
    component.process([message])
    return message


def test_a_loaded_model_answers_like_the_trained_one(config: dict[str, Any], trained: Any) -> None:
    component, storage, resource = trained
    loaded = VietnameseIntentClassifier.load(config, storage, resource, _context())
    for text in ("quên mật khẩu", "otp không về", "đổi pass", "ok"):
        assert _parse(loaded, text).get("intent") == _parse(component, text).get("intent")
    assert _parse(loaded, "em quên mật khẩu rồi").get("intent")["name"] == "forgot_password"


def test_unsure_is_a_fallback_with_real_candidates_behind_it(config: dict[str, Any], trained: Any) -> None:
    _, storage, resource = trained
    strict = VietnameseIntentClassifier.load({**config, "threshold": 0.999999}, storage, resource, _context())
    ranking = _parse(strict, "không vào được").get("intent_ranking")
    assert ranking[0]["name"] == FALLBACK
    assert len(ranking) >= 4
    assert all(r["name"] != FALLBACK and 0 <= r["confidence"] <= 1 for r in ranking[1:])
    assert ranking[1]["confidence"] >= ranking[2]["confidence"]


@pytest.mark.parametrize("text", ["", "   ", "...", "\u200b"])
def test_nothing_said_is_a_fallback(trained: Any, text: str) -> None:
    assert _parse(trained[0], text).get("intent") == {"name": FALLBACK, "confidence": 1.0}


def test_an_edited_word_file_changes_the_fingerprint(config: dict[str, Any], tmp_path: Path) -> None:
    edited = tmp_path / "lexicon.yml"
    edited.write_text("password:\n  - mật khẩu\n", encoding="utf-8")
    before = VietnameseIntentClassifier.fingerprint_addon(config)
    assert VietnameseIntentClassifier.fingerprint_addon(config) == before
    assert VietnameseIntentClassifier.fingerprint_addon({**config, "lexicon": str(edited)}) != before


def test_every_module_that_understanding_is_made_of_counts(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit in `names`, `repair` or `shapes` changes what is learned as much as one in `text`."""
    read: set[Path] = set()
    plain = Path.read_bytes

    def noting(path: Path) -> bytes:
        read.add(path)
        return plain(path)

    monkeypatch.setattr(Path, "read_bytes", noting)
    VietnameseIntentClassifier.fingerprint_addon(config)
    loaded = {
        Path(module.__file__)
        for name, module in sys.modules.items()
        if name.startswith("nlu.understanding.") and module.__file__
    }
    assert {"names.py", "repair.py", "shapes.py"} <= {path.name for path in loaded}
    assert loaded <= read


def test_entities_reach_the_message() -> None:
    message = _parse(VietnameseEntityExtractor({}), "sđt 0935 123 456")
    assert message.get("entities") == [
        {
            "entity": "phone",
            "start": 4,
            "end": 16,
            "value": "0935123456",
            "extractor": "VietnameseEntityExtractor",
        }
    ]


def test_our_importer_reads_what_rasas_reads() -> None:
    path = str(REPOSITORY / "data/nlu/trust.yml")
    ours = ExampleImporter(training_data_paths=[path]).get_nlu_data()
    stock = RasaFileImporter(training_data_paths=[path]).get_nlu_data()
    assert [(m.get("text"), m.get("intent"), m.get("metadata")) for m in ours.intent_examples] == [
        (m.get("text"), m.get("intent"), m.get("metadata")) for m in stock.intent_examples
    ]


def test_an_example_keeps_its_identity_when_copied() -> None:
    example = Example(data={"text": "dạ", "intent": "affirm", "metadata": {"intent": {"writer": "an"}}})
    again = copy.deepcopy(example)
    assert again == example and again is not example and hash(again) == hash(example)
    again.set("intent", "deny")
    assert again != example and example.get("intent") == "affirm"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("nlu:\n- intent: a\n  examples: |\n    - x\nresponses: {}\n", "chỉ nhận"),
        ("nlu:\n- synonym: a\n  examples: |\n    - x\n", "mỗi khối"),
        ("nlu:\n- intent: a\n  examples: [x]\n", "mỗi dòng một câu"),
        ("nlu:\n- intent: a\n  examples: |\n    x\n", "không bắt đầu"),
        ("nlu: [", "odd.yml"),
    ],
)
def test_an_odd_training_file_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "odd.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TrainingFileError, match=complaint):
        read_file(path)
