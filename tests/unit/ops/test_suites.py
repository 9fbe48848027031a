"""What `make quick` and `make test` run: in the environments of the DATA_DIR that was given, and mypy in any case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops import quick, test
from ops.train import ROOT


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tools, where each notes how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    return folder


def tool(folder: Path, name: str, code: int) -> None:
    path = folder / name
    path.write_text(f'#!/bin/sh\necho "{name} $*" >> "$(dirname "$0")/calls"\nexit {code}\n')
    path.chmod(0o755)


@pytest.mark.parametrize("code", [0, 1])
def test_the_daemon_s_word_counts(tools: Path, tmp_path: Path, code: int) -> None:
    tool(tools, "dmypy", code)
    tool(tools, "mypy", 7)
    assert quick.types(tmp_path / "my data") == code
    (called,) = (tools / "calls").read_text().splitlines()
    assert called.startswith(f"dmypy --status-file {tmp_path / 'my data'}/cache/dmypy.json run ")


@pytest.mark.parametrize("code", [0, 1])
def test_mypy_steps_in_for_a_broken_daemon(tools: Path, tmp_path: Path, code: int) -> None:
    tool(tools, "dmypy", 2)
    tool(tools, "mypy", code)
    assert quick.types(tmp_path) == code
    assert [line.split()[0] for line in (tools / "calls").read_text().splitlines()] == ["dmypy", "dmypy", "mypy"]


def test_every_suite_is_in_one_lane_and_none_in_two(tmp_path: Path) -> None:
    steps = [step for lane in test.lanes(tmp_path, tmp_path / "m.tar.gz") for step in lane]
    asked = [Path(word).name for step in steps for word in step.command if word.startswith("tests/")]
    suites = {folder.name for folder in (ROOT / "tests").iterdir() if any(folder.glob("**/test_*.py"))}
    # The end-to-end tests in two: those on a product, and the pages alone.
    assert sorted(asked) == sorted([*suites, "e2e"])
    assert any("ops.story_test" in step.command for step in steps)
    assert len({step.key for step in steps}) == len(steps)


def test_rasa_s_suites_run_in_the_environment_that_was_given(tmp_path: Path) -> None:
    folder = tmp_path / "my data"
    used = {step.key: step.command[0] for lane in test.lanes(folder, folder / "m.tar.gz") for step in lane}
    assert used["nlu"] == used["stories"] == str(folder / "env" / "rasa" / "bin" / "python")


@pytest.mark.parametrize("given", ["my data", ""])
def test_whoever_starts_the_product_finds_what_was_built(given: str) -> None:
    code = "from tests.stage import built, product; print(product.BUILT); print(built.RASA_PYTHON)"
    environment = os.environ | {"DATA_DIR": given}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    built = ROOT / (given or "var")
    assert done.stdout.splitlines() == [str(built), str(built / "env" / "rasa" / "bin" / "python")], done.stderr
