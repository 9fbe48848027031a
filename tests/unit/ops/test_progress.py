"""Long work tells of itself: a line now and then, all of the output at the end, nothing left when it is broken off."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest

from ops import progress
from ops.progress import watched


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TELL_EVERY", 0.1)


def test_it_tells_what_is_being_done_and_keeps_what_was_said(capfd: pytest.CaptureFixture[str]) -> None:
    done = watched(["sh", "-c", "echo một; sleep 0.5; echo hai >&2; sleep 0.5; exit 3"], "Dựng nhà")
    assert (done.returncode, done.stdout) == (3, "một\nhai\n")
    told = capfd.readouterr().out.splitlines()
    assert len(told) >= 3 and all(re.fullmatch(r"  … Dựng nhà: \d+ giây", line) for line in told)


def test_what_is_quick_says_nothing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "TELL_EVERY", 60)
    assert watched(["echo", "xong"], "Dựng nhà").stdout == "xong\n"
    assert capfd.readouterr().out == ""


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        watched(["sh", "-c", "echo $$ > pid; exec sleep 600"], "Dựng nhà", timeout=0.5, cwd=tmp_path)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_broken_off_it_takes_the_work_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        while not (tmp_path / "pid").exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "print", interrupt, raising=False)
    with pytest.raises(KeyboardInterrupt):
        watched(["sh", "-c", "echo $$ > part; mv part pid; exec sleep 600"], "Dựng nhà", cwd=tmp_path)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()
