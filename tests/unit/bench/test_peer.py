"""The stock peer's project, its reuse, and what its training says of itself."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bench.ledger import CannotMeasure
from bench.measuring import Messages, action_intents, mixed_in
from bench.sample import Sample, draw, write
from bench.stock import epochs_wanted, known_peer, stock_config, stories_of
from bench.training import progress
from nlu.training.corpus import Example

DEFAULT = """
recipe: default.v1
language: en
pipeline:
  - name: WhitespaceTokenizer
  - name: DIETClassifier
    epochs: 100
policies:
  - name: RulePolicy
  - name: TEDPolicy
    epochs: 100
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    rasa = tmp_path / "env" / "stock" / "lib" / "python3.10" / "site-packages" / "rasa"
    for folder in ("cli/initial_project", "engine/recipes/config_files"):
        (rasa / folder).mkdir(parents=True)
    (rasa / "cli/initial_project/config.yml").write_text("recipe: default.v1\npipeline:\npolicies:\n")
    (rasa / "engine/recipes/config_files/default_config.yml").write_text(DEFAULT)
    return tmp_path


def test_an_empty_pipeline_means_rasa_s_default(data_dir: Path) -> None:
    config = stock_config(data_dir, 100)
    assert [part["name"] for part in config["pipeline"]] == ["WhitespaceTokenizer", "DIETClassifier"]
    assert (config["language"], config["policies"][1]["epochs"]) == ("vi", 100)


def test_fewer_epochs_reach_every_part_that_has_some_and_no_other(data_dir: Path) -> None:
    config = stock_config(data_dir, 3)
    assert config["pipeline"] == [{"name": "WhitespaceTokenizer"}, {"name": "DIETClassifier", "epochs": 3}]
    assert config["policies"] == [{"name": "RulePolicy"}, {"name": "TEDPolicy", "epochs": 3}]


def test_a_rasa_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotMeasure, match=r"config\.yml"):
        stock_config(tmp_path, 100)


@pytest.mark.parametrize("text", ["0", "-1", "ten", "1.5"])
def test_epochs_that_make_no_sense_are_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_STOCK_EPOCHS", text)
    with pytest.raises(CannotMeasure, match="BENCH_STOCK_EPOCHS"):
        epochs_wanted()


def test_each_rule_is_in_one_story_and_the_fallback_in_none() -> None:
    names = [f"ask_{n}" for n in range(7)]
    rules = [{"rule": n, "steps": [{"intent": n}, {"action": f"utter_{n}"}]} for n in (*names, "nlu_fallback")]
    stories = stories_of(rules)
    steps = [step for story in stories for step in story["steps"]]
    assert sorted(step["intent"] for step in steps if "intent" in step) == names
    assert all(len(story["steps"]) <= 6 for story in stories) and len(stories) == 3
    assert steps[::2] == [{"intent": step["action"].removeprefix("utter_")} for step in steps[1::2]]


def test_the_intents_that_need_the_action_server(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text(
        "rules:\n- rule: a\n  steps:\n  - intent: greet\n  - action: utter_greet\n"
        "- rule: b\n  steps:\n  - intent: deny\n  - action: action_correct_answer\n"
        "- rule: a form ends\n  condition:\n  - active_loop: f\n  steps:\n  - action: action_listen\n"
    )
    assert action_intents(rules) == {"deny", "nlu_fallback"}


def test_the_rules_of_today_can_be_read() -> None:
    assert {"deny", "inform", "register_account"} <= action_intents()


def test_every_fourth_turn_of_the_mix_is_a_rare_one() -> None:
    assert mixed_in("abcdef", "XY") == ["a", "b", "c", "X", "d", "e", "f", "Y"]
    assert mixed_in("abcdefghi", "X").count("X") == 3


def test_rounds_time_messages_that_were_not_heard_before() -> None:
    messages = Messages.shuffled([Example(f"câu {n}", "greet", "w") for n in range(1000)])
    heard = set(messages.candidates)
    for number in range(4):
        fresh = set(messages.unseen(number))
        assert len(fresh) == 200 and not fresh & heard
        heard |= fresh
    assert messages.unseen(4) == messages.unseen(0)


def test_few_messages_still_make_rounds() -> None:
    messages = Messages.shuffled([Example(f"câu {n}", "greet", "w") for n in range(30)])
    assert len(messages.unseen(2)) == 30


def drawn() -> Sample:
    return draw([Example(f"{i} {n}", i, "w") for i in ("greet", "thank") for n in range(5)], 3)


def put_peer(folder: Path, sample: Sample, epochs: int, sound: bool = True) -> Path:
    write(folder, sample)
    model = folder / f"stock-{sample.label}-e{epochs}.tar.gz"
    if sound:
        with tarfile.open(model, "w:gz") as archive:
            archive.addfile(tarfile.TarInfo("metadata.json"), io.BytesIO())
    else:
        model.write_bytes(b"half a file")
    about = {"sample": f"{sample.label}.yml", "epochs": epochs, "seconds": 9.0, "cpu_seconds": 12.0}
    about |= {"trained_at": "2026-11-22 15:00", "load_average": 0.5}
    (folder / f"stock-{sample.label}-e{epochs}.json").write_text(json.dumps(about))
    return model


def test_a_peer_that_was_trained_is_found_with_its_sample(tmp_path: Path) -> None:
    sample = drawn()
    model = put_peer(tmp_path, sample, 100)
    found = known_peer(tmp_path, sample.intents, 3, 100)
    assert found is not None
    assert (found.model, found.sample, found.seconds) == (model, sample, 9.0)


def test_a_peer_of_other_epochs_sizes_or_intents_is_none_of_ours(tmp_path: Path) -> None:
    sample = drawn()
    put_peer(tmp_path, sample, 1)
    assert known_peer(tmp_path, sample.intents, 3, 100) is None
    assert known_peer(tmp_path, sample.intents, 60, 1) is None
    assert known_peer(tmp_path, sample.intents | {"new"}, 3, 1) is None


def test_a_damaged_peer_is_passed_over(tmp_path: Path) -> None:
    sample = drawn()
    put_peer(tmp_path, sample, 100, sound=False)
    assert known_peer(tmp_path, sample.intents, 3, 100) is None


def test_progress_is_read_from_rasa_s_log() -> None:
    assert progress("loading") == "đang chuẩn bị"
    log = "INFO Starting to train component 'DIETClassifier'.\nEpochs:  12%|█ | 12/100 [00:09<01:10, t_loss=4.2]\r"
    assert progress(log) == "DIETClassifier: 12/100 vòng"
    log += "Epochs: 100%|██| 100/100 [01:10<00:00]\nINFO Starting to train component 'TEDPolicy'.\n"
    assert progress(log) == "TEDPolicy"
