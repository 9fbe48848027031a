"""Train the model when what it is made from has changed: `python -m ops.train`.

Owns the model's name: `vssid-<digest of its inputs>.tar.gz`, so "is there a current model" is one look at the folder,
and a half-written file is never taken for one (training writes elsewhere and renames).
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
import time
import zlib
from pathlib import Path

from ops.bonds import dying_with_parent, interrupt_on_stop_signals
from ops.progress import watched

ROOT = Path(__file__).resolve().parent.parent
_INPUTS = ("config.yml", "domain.yml", "data/rules.yml", "nlu/requirements.txt")
_INPUT_FOLDERS = (("data/nlu", "*"), ("data/stories", "*.yml"), ("nlu", "*.py"))
# Rooms of nlu/ that run beside the model, not in it.
_NOT_IN_MODEL = (ROOT / "nlu" / "serving", ROOT / "nlu" / "memory")
_KEPT_MODELS = 3
_WORK_PREFIX = ".training-"
_LONGEST_TRAINING = 60 * 60.0


class TrainingError(Exception):
    """What training complained of, in Vietnamese."""


def digest() -> str:
    """What the model depends on, as sixteen hexadecimal digits."""
    files = [ROOT / name for name in _INPUTS]
    for folder, pattern in _INPUT_FOLDERS:
        files += [path for path in sorted((ROOT / folder).rglob(pattern)) if path.is_file()]
    total = hashlib.sha256()
    for path in files:
        if any(path.is_relative_to(room) for room in _NOT_IN_MODEL):
            continue
        if "__pycache__" in path.parts or not path.exists():
            continue
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def current_model(data_dir: Path) -> Path:
    """Where the model for today's inputs lies (or will lie)."""
    return data_dir / "models" / f"vssid-{digest()}.tar.gz"


def is_sound(model: Path) -> bool:
    """Whether the file is a whole archive, byte for byte, with Rasa's metadata in it."""
    try:
        with gzip.open(model) as content:
            with tarfile.open(fileobj=content, mode="r:") as archive:
                names = {Path(member.name).name for member in archive}
            # The checksum stands at the very end, and is compared only when that is reached.
            while content.read(1 << 20):
                pass
        return "metadata.json" in names
    # A header that is damaged may break in any of these ways before the checksum tells.
    except (OSError, tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError):
        return False


def ensure_model(data_dir: Path) -> Path:
    """The current model, trained now if it is missing or damaged. Raises TrainingError with Rasa's last words."""
    model = current_model(data_dir)
    if model.exists():
        if is_sound(model):
            return model
        print(f"• Mô hình {model.name} bị hỏng, huấn luyện lại", flush=True)
    print("• Huấn luyện mô hình hiểu tiếng Việt", flush=True)
    started = time.monotonic()
    model.parent.mkdir(parents=True, exist_ok=True)
    _drop_left_overs(model.parent)
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=_WORK_PREFIX) as folder:
        _train(data_dir, Path(folder))
        (Path(folder) / "model.tar.gz").replace(model)
    for old in sorted(model.parent.glob("vssid-*.tar.gz"), key=lambda path: path.stat().st_mtime)[:-_KEPT_MODELS]:
        old.unlink()
    print(f"• Mô hình xong sau {time.monotonic() - started:.0f} giây", flush=True)
    return model


def _drop_left_overs(folder: Path) -> None:
    """Half-made models of trainings that were killed; one that runs beside us is younger than that."""
    for left in folder.glob(f"{_WORK_PREFIX}*"):
        if time.time() - left.stat().st_mtime > _LONGEST_TRAINING:
            shutil.rmtree(left, ignore_errors=True)


def _train(data_dir: Path, out: Path) -> None:
    command = [
        str(data_dir / "env" / "rasa" / "bin" / "python"), "-m", "nlu.training.train",
        "--out", str(out), "--name", "model",
    ]  # fmt: skip
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(data_dir / "cache" / "rasa"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # It is killed when we are interrupted; the death signal does it when we are killed.
    done = watched(command, "Huấn luyện mô hình", cwd=ROOT, env=environment, preexec_fn=dying_with_parent())
    if done.returncode or not (out / "model.tar.gz").exists():
        tail = "\n".join(done.stdout.strip().splitlines()[-20:])
        raise TrainingError(f"Huấn luyện không xong (mã {done.returncode}):\n{tail}")


def main() -> int:
    """Exit code 0 when the model is there, 1 when training failed, 130 when it was told to stop."""
    data_dir = Path(os.environ.get("DATA_DIR", "").strip() or "var").resolve()
    interrupt_on_stop_signals()
    try:
        print(f"• Mô hình hiện hành: {ensure_model(data_dir).name}")
    except TrainingError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"✗ Chưa huấn luyện được: {error.filename or data_dir} ({error.strerror}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("• Đã dừng theo yêu cầu.", flush=True)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
