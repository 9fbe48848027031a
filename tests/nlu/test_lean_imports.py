"""What is left out of Rasa's environment: not installed, replaced by what says its name, refused where it is needed."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from nlu import lean_imports
from nlu.lean_imports import ABSENT, PLACEHOLDERS, PlaceholderUsed, Unavailable
from tests.nlu.conftest import ROOT

UNUSED = [line for line in (ROOT / "nlu" / "unused.txt").read_text().splitlines() if line and not line.startswith("#")]
LOCKED = re.findall(r"^([a-z0-9-]+)==", (ROOT / "nlu" / "requirements.txt").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", UNUSED)
def test_what_is_unused_is_not_installed_but_asked_for_by_rasa(name: str) -> None:
    asked = {re.split(r"[ (\[;]", line)[0].lower().replace("_", "-") for line in importlib.metadata.requires("rasa")}
    assert name in asked, "Rasa doesn't ask for it: the line is of no use"
    assert name not in LOCKED
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version(name)


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_a_placeholder_stands_only_for_what_is_absent(name: str) -> None:
    assert importlib.machinery.PathFinder.find_spec(name) is None


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_a_placeholder_that_is_used_says_its_name(name: str) -> None:
    module = importlib.import_module(name)
    with pytest.raises(PlaceholderUsed, match=re.escape(f"{name}.Something")):
        module.Something(1)
    with pytest.raises(PlaceholderUsed, match=re.escape(f"{name}.Something.create")):
        module.Something.create()


def test_the_components_that_are_left_out_are_in_rasa() -> None:
    spec = importlib.machinery.PathFinder.find_spec("rasa")
    assert spec and spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0])
    for component, module, _ in lean_imports._UNAVAILABLE:
        source = folder.joinpath(*module.split(".")[1:]).with_suffix(".py").read_text()
        assert f"class {component}(" in source


@pytest.mark.parametrize(
    "component",
    ["DIETClassifier", "rasa.nlu.classifiers.diet_classifier", "rasa.nlu.classifiers.diet_classifier.DIETClassifier"],
)
def test_a_component_without_its_library_is_refused_by_name(component: str) -> None:
    with pytest.raises(Unavailable, match=f"{re.escape(component)} .*TensorFlow"):
        lean_imports.refuse(["nlu.understanding.classifier", component])


def test_our_own_configuration_is_not_refused() -> None:
    from nlu.training.train import components

    names = components(ROOT / "config.yml")
    assert "RulePolicy" in names
    lean_imports.refuse(names)


def test_a_model_with_such_a_component_does_not_start(tmp_path: Path) -> None:
    nodes = {"run_diet": {"uses": "rasa.nlu.classifiers.diet_classifier.DIETClassifier"}}
    content = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    member = tarfile.TarInfo("metadata.json")
    member.size = len(content)
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.addfile(member, io.BytesIO(content))
    done = run("nlu.serving.server", "--model", str(tmp_path / "model.tar.gz"), "--port", "0")
    assert done.returncode == 2
    assert "diet_classifier (cần TensorFlow)" in done.stderr and "Traceback" not in done.stderr


def test_a_configuration_with_such_a_component_is_not_trained(tmp_path: Path) -> None:
    text = "recipe: default.v1\npipeline:\n- name: DIETClassifier\npolicies:\n- name: TEDPolicy\n"
    (tmp_path / "config.yml").write_text(text)
    done = run("nlu.training.train", "--out", str(tmp_path), "--name", "model", cwd=tmp_path)
    assert done.returncode == 1
    assert "config.yml" in done.stderr and "DIETClassifier (cần TensorFlow), TEDPolicy (cần TensorFlow)" in done.stderr
    assert "Traceback" not in done.stderr


def run(module: str, *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
