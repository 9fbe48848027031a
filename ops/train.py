"""Train the model when what it is made from has changed: `python -m ops.train`.

Owns the model's name: `vssid-<digest of its inputs>.tar.gz`, so "is there a current model" is one look at the folder,
and a half-written file is never taken for one (training writes elsewhere and renames).
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_INPUTS = ("config.yml", "domain.yml", "data/rules.yml", "nlu/requirements.txt")
_INPUT_FOLDERS = (("data/nlu", "*"), ("data/stories", "*.yml"), ("nlu", "*.py"))
# Parts of nlu/ that run beside the model, not in it.
_NOT_IN_MODEL = {
    *("action_server.py", "application.py", "channel.py", "evaluate.py", "import_writers.py", "lean_imports.py"),
    *("locks.py", "logs.py", "payloads.py", "report.py", "rule_policy.py", "runner.py", "server.py", "snapshot.py"),
    *("tracker_store.py", "turns.py", "window.py"),
}
_KEPT_MODELS = 3


class TrainingError(Exception):
    """What training complained of, in Vietnamese."""


def digest() -> str:
    """What the model depends on, as sixteen hexadecimal digits."""
    files = [ROOT / name for name in _INPUTS]
    for folder, pattern in _INPUT_FOLDERS:
        files += [path for path in sorted((ROOT / folder).rglob(pattern)) if path.is_file()]
    total = hashlib.sha256()
    for path in files:
        if path.parent.name == "nlu" and path.parent.parent == ROOT and path.name in _NOT_IN_MODEL:
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
    """Whether the file is a whole archive with Rasa's metadata in it."""
    try:
        with tarfile.open(model) as archive:
            return "metadata.json" in {Path(member.name).name for member in archive}
    except (OSError, tarfile.TarError, EOFError):
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
    with tempfile.TemporaryDirectory(dir=model.parent, prefix=".training-") as folder:
        _train(data_dir, Path(folder))
        (Path(folder) / "model.tar.gz").replace(model)
    for old in sorted(model.parent.glob("vssid-*.tar.gz"), key=lambda path: path.stat().st_mtime)[:-_KEPT_MODELS]:
        old.unlink()
    print(f"• Mô hình xong sau {time.monotonic() - started:.0f} giây", flush=True)
    return model


def _train(data_dir: Path, out: Path) -> None:
    command = [
        str(data_dir / "env" / "rasa" / "bin" / "python"), "-m", "nlu.train",
        "--out", str(out), "--name", "model",
    ]  # fmt: skip
    environment = os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(data_dir / "cache" / "rasa"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode or not (out / "model.tar.gz").exists():
        tail = "\n".join(done.stdout.strip().splitlines()[-20:])
        raise TrainingError(f"Huấn luyện không xong (mã {done.returncode}):\n{tail}")


def main() -> int:
    data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
    try:
        print(f"• Mô hình hiện hành: {ensure_model(data_dir).name}")
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
