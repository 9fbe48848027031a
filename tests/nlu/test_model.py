"""The intent model on a few real examples: learns, saves, loads, answers anything without falling over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.training.corpus import read_examples, read_held_back
from nlu.training.import_writers import TOPICS, read_writer, settle, write_blocks
from nlu.understanding.lexicon import load_concepts, load_spellings, normaliser
from nlu.understanding.model import IntentModel, Knowledge, Settings, Trainer, fit_temperature, softmax

REPOSITORY = Path(__file__).resolve().parents[2]
INTENTS = ["forgot_password", "lookup_agency", "out_of_scope", "affirm", "inform"]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    folder = REPOSITORY / "data/nlu"
    return Knowledge(load_spellings(folder / "teencode.yml"), load_concepts(folder / "lexicon.yml"))


@pytest.fixture(scope="module")
def model(knowledge: Knowledge) -> IntentModel:
    rows = [e for e in read_examples(REPOSITORY / "data/nlu") if e.intent in INTENTS]
    # Two writers are enough here; the whole set is what `make eval` is for.
    chosen = [e for e in rows if e.writer in sorted({r.writer for r in rows})[:2]]
    trainer = Trainer(
        [e.text for e in chosen], [e.intent for e in chosen], [e.writer for e in chosen], knowledge, Settings()
    )
    return trainer.train()


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("em quên mật khẩu rồi", "forgot_password"),
        ("quen mk r lam sao", "forgot_password"),
        ("bhxh thanh khê ở đâu", "lookup_agency"),
        ("mai trời có mưa không", "out_of_scope"),
        ("dạ đúng rồi", "affirm"),
        ("0935123456", "inform"),
    ],
)
def test_understands(model: IntentModel, text: str, intent: str) -> None:
    assert model.rank(text)[0][0] == intent


def test_accents_cost_nothing(model: IntentModel) -> None:
    assert model.rank("quên mật khẩu")[0][0] == model.rank("quen mat khau")[0][0] == "forgot_password"


@pytest.mark.parametrize("text", ["", "?", "👍", "\x00", "zzzz qqqq", "x" * 10_000, "/restart", "<b>hi</b>"])
def test_any_text_gets_a_ranking(model: IntentModel, text: str) -> None:
    ranking = model.rank(text)
    assert len(ranking) == len(INTENTS)
    chances = [chance for _, chance in ranking]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1.0, abs=1e-5)


def test_a_saved_model_answers_alike(model: IntentModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = IntentModel.load(tmp_path)
    for text in ("quên mk", "ở đâu", "dạ", "Thanh Khê"):
        assert again.rank(text) == pytest.approx(model.rank(text))


def test_temperature_makes_confidence_honest() -> None:
    generator = np.random.default_rng(1)
    scores = generator.normal(size=(4000, 5))
    chances = softmax(scores * 3.0)
    targets = np.array([generator.choice(5, p=row) for row in chances])
    assert fit_temperature(scores, targets) == pytest.approx(3.0, rel=0.1)


def test_one_intent_is_not_enough(knowledge: Knowledge) -> None:
    with pytest.raises(ValueError, match="hai ý định"):
        Trainer(["a", "b"], ["greet", "greet"], ["x", "x"], knowledge, Settings())


def test_training_data_covers_the_contract() -> None:
    examples = read_examples(REPOSITORY / "data/nlu")
    counts: dict[str, int] = {}
    for example in examples:
        counts[example.intent] = counts.get(example.intent, 0) + 1
    typed = {intent for intents in TOPICS.values() for intent in intents}
    assert set(counts) == typed
    assert min(counts.values()) >= 150
    assert counts["out_of_scope"] >= 400


def test_held_back_messages_are_not_training_data() -> None:
    held_back = read_held_back(REPOSITORY / "tests/nlu/heldback.yml")
    assert len(held_back) > 1000
    writers = {e.writer for e in read_examples(REPOSITORY / "data/nlu")}
    assert writers.isdisjoint({e.writer for e in held_back})


def test_import_keeps_provenance_and_settles_conflicts(tmp_path: Path, knowledge: Knowledge) -> None:
    (tmp_path / "an.txt").write_text("# affirm\nđúng\nđúng\nokla nha\n# deny\nsai\n", encoding="utf-8")
    (tmp_path / "binh.txt").write_text("# deny\nđúng\nkhông phải\n", encoding="utf-8")
    rows = [*read_writer(tmp_path / "an.txt"), *read_writer(tmp_path / "binh.txt")]
    normalise = normaliser(knowledge.spellings)
    kept = settle(rows, normalise, {"okla nha": None})
    assert [(e.text, e.intent, e.writer) for e in kept if e.text != "đúng"] == [
        ("sai", "deny", "an"),
        ("không phải", "deny", "binh"),
    ]
    write_blocks(tmp_path / "out.yml", kept, ["affirm", "deny"])
    assert read_examples(tmp_path) == [e for e in kept if e.intent == "affirm"] + [
        e for e in kept if e.intent == "deny"
    ]


def test_unknown_intent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "an.txt").write_text("# grete\nhi\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"an\.txt:1"):
        read_writer(tmp_path / "an.txt")
