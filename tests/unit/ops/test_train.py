"""What counts as a sound model, and that a trainer never outlives who started it."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from ops import train
from ops.train import ROOT, TrainingError, ensure_model, is_sound


def archive(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            content = random.Random(1).randbytes(50_000)
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_a_whole_archive_is_sound(tmp_path: Path) -> None:
    assert is_sound(archive(tmp_path / "m.tar.gz", "./metadata.json", "./components/a"))
    assert not is_sound(archive(tmp_path / "n.tar.gz", "./components/a"))
    assert not is_sound(tmp_path / "none.tar.gz")
    assert not is_sound(tmp_path)


def test_one_changed_byte_anywhere_is_found(tmp_path: Path) -> None:
    model = archive(tmp_path / "m.tar.gz", "./metadata.json", "./components/a")
    whole = model.read_bytes()
    for place in (*range(20, len(whole), 4099), len(whole) - 6, len(whole) - 1):
        model.write_bytes(whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :])
        assert not is_sound(model), place
    for end in (0, 1, 40, len(whole) // 2, len(whole) - 1):
        model.write_bytes(whole[:end])
        assert not is_sound(model), end


def fake_trainer(data_dir: Path, script: str) -> None:
    """Stands where Rasa's Python would; $4 is the folder for the model."""
    python = data_dir / "env" / "rasa" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def test_a_damaged_model_is_trained_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = archive(tmp_path / "good.tar.gz", "./metadata.json")
    fake_trainer(tmp_path, f'cp {good} "$4/model.tar.gz"')
    model = ensure_model(tmp_path)
    whole = model.read_bytes()
    middle = len(whole) // 2
    model.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    assert ensure_model(tmp_path).read_bytes() == whole
    assert "bị hỏng, huấn luyện lại" in capsys.readouterr().out
    assert [path.name for path in model.parent.iterdir()] == [model.name]


def test_what_training_said_last_is_shown_and_left_overs_go(tmp_path: Path) -> None:
    fake_trainer(tmp_path, "echo dữ liệu thiếu; exit 3")
    left = tmp_path / "models" / ".training-old"
    left.mkdir(parents=True)
    os.utime(left, (0, 0))
    with pytest.raises(TrainingError, match=r"(?s)mã 3.*dữ liệu thiếu"):
        ensure_model(tmp_path)
    assert not list((tmp_path / "models").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_the_trainer_ends_with_who_started_it(tmp_path: Path, number: signal.Signals) -> None:
    fake_trainer(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    started = start(tmp_path)
    pid = pid_of_trainer(tmp_path)
    started.send_signal(number)
    out, errors = started.communicate(timeout=60)
    assert gone(pid)
    assert "Traceback" not in errors
    if number != signal.SIGKILL:
        assert started.returncode == 130
        assert "Đã dừng theo yêu cầu" in out
        assert not list((tmp_path / "models").iterdir())


def test_nohup_stays_in_force(tmp_path: Path) -> None:
    fake_trainer(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 60")
    started = start(tmp_path, "nohup")
    pid_of_trainer(tmp_path)
    started.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        started.communicate(timeout=1)
    started.terminate()
    started.communicate(timeout=60)
    assert started.returncode == 130


def start(data_dir: Path, *before: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, sys.executable, "-m", "ops.train"],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(data_dir)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_as_from_a_terminal,
    )


def _as_from_a_terminal() -> None:
    # Whoever runs the tests in the background or under nohup has these ignored, and children would inherit that.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def pid_of_trainer(folder: Path) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (folder / "pid").exists() and (text := (folder / "pid").read_text().strip()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("the trainer was never started")


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            # "Z": dead already, only not yet collected by whoever adopts orphans here.
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_the_digest_knows_every_part_of_nlu() -> None:
    """A name in the list that no file bears any more would hide a renamed part."""
    assert {path for path in train._NOT_IN_MODEL if not (ROOT / "nlu" / path).exists()} == set()
