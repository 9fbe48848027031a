"""The peer: Rasa as `rasa init` leaves it, on our intents, trained once on the named sample and kept in DATA_DIR/bench.

Its pipeline and policies are the installed Rasa's own default (what an empty config gets, as `rasa init` writes it),
its tracker store is the one in memory, its dialogue is ours: the same rules, the same action server, so that a turn is
the same work. Stories are added because TEDPolicy and UnexpecTEDIntentPolicy learn from nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.ledger import CannotMeasure
from bench.processes import Server, clean_environment, free_ports, serving
from bench.sample import Sample, file_of, read, write
from bench.training import train
from ops.train import ROOT, is_sound

FULL_EPOCHS = 100
_TURNS_A_STORY = 3


@dataclass(frozen=True)
class Peer:
    """A trained stock model, the sample that it knows, and what its training cost."""

    model: Path
    sample: Sample
    epochs: int
    seconds: float
    cpu_seconds: float
    trained_at: str
    load_average: float


def epochs_wanted() -> int:
    text = os.environ.get("BENCH_STOCK_EPOCHS") or str(FULL_EPOCHS)
    if not text.isdigit() or int(text) < 1:
        raise CannotMeasure(f"BENCH_STOCK_EPOCHS={text!r} chưa đúng: cần số nguyên từ 1")
    return int(text)


def known_peer(folder: Path, intents: frozenset[str], per_intent: int, epochs: int) -> Peer | None:
    """The newest peer that was trained with these settings and knows exactly these intents."""
    pattern = f"stock-sample-{per_intent}-*-e{epochs}.tar.gz"
    for model in sorted(folder.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            about = json.loads(_about(model).read_text(encoding="utf-8"))
            found = Peer(model=model, sample=read(folder / about.pop("sample")), **about)
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if found.sample.intents == intents and is_sound(model):
            return found
    return None


def train_peer(data_dir: Path, sample: Sample, epochs: int) -> Peer:
    """Train it now, with progress; minutes on a short sample, up to an hour or more on `sample-60` with two cores."""
    folder = data_dir / "bench"
    write(folder, sample)
    project = folder / "stock"
    shutil.rmtree(project, ignore_errors=True)
    write_project(project, sample, stock_config(data_dir, epochs))
    model = folder / f"stock-{sample.label}-e{epochs}.tar.gz"
    load = os.getloadavg()[0]
    command = [
        _python(data_dir), "-m", "rasa", "train", "--config", "config.yml", "--domain", "domain.yml",
        "--data", "data", "--out", "out", "--fixed-model-name", "model",
    ]  # fmt: skip
    cost = train(command, project, project / "out" / "model.tar.gz", folder / "stock-train.log")
    (project / "out" / "model.tar.gz").replace(model)
    peer = Peer(model, sample, epochs, cost.seconds, cost.cpu_seconds, time.strftime("%Y-%m-%d %H:%M"), load)
    about = asdict(peer) | {"sample": file_of(folder, sample).name}
    del about["model"]
    _about(model).write_text(json.dumps(about, indent=1), encoding="utf-8")
    return peer


@contextmanager
def serving_peer(data_dir: Path, folder: Path, model: Path, actions_port: int) -> Iterator[Server]:
    """`rasa run` with the REST channel, the action server, and the tracker store left at its default."""
    project = folder / "stock-run"
    project.mkdir(exist_ok=True)
    (project / "credentials.yml").write_text("rest:\n", encoding="utf-8")
    endpoint = {"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}}
    (project / "endpoints.yml").write_text(yaml.safe_dump(endpoint), encoding="utf-8")
    (port,) = free_ports(1)
    command = [
        _python(data_dir), "-m", "rasa", "run", "--enable-api", "-m", str(model), "-p", str(port),
        "-i", "127.0.0.1", "--credentials", "credentials.yml", "--endpoints", "endpoints.yml",
    ]  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    log = folder / "stock.log"
    with serving("Rasa nguyên bản", command, project, clean_environment(), log, url, "/status") as server:
        served = _served_model(url)
        if Path(served).name != model.name:
            # Rasa quietly takes another model of the folder when the one it was given can't be read.
            raise CannotMeasure(f"Rasa nguyên bản nạp {served!r} thay vì {model.name}")
        yield server


def _served_model(url: str) -> str:
    with urllib.request.urlopen(f"{url}/status", timeout=10) as answer:
        return str(json.load(answer).get("model_file"))


def _python(data_dir: Path) -> str:
    """An environment of its own, with all that Rasa asks for (bench/requirements-stock.txt); ours lacks TensorFlow."""
    python = data_dir / "env" / "stock" / "bin" / "python"
    if not python.exists():
        raise CannotMeasure("chưa có môi trường của Rasa nguyên bản; `make bench` sẽ dựng")
    return str(python)


def stock_config(data_dir: Path, epochs: int) -> dict[str, Any]:
    """The installed Rasa's default; `rasa init` itself writes an empty pipeline, which means just this."""
    packages = data_dir / "env" / "stock" / "lib" / "python3.10" / "site-packages" / "rasa"
    initial = _load(packages / "cli" / "initial_project" / "config.yml")
    if initial.get("pipeline") or initial.get("policies"):
        return _with_epochs(initial, epochs)
    return _with_epochs(_load(packages / "engine" / "recipes" / "config_files" / "default_config.yml"), epochs)


def _with_epochs(config: dict[str, Any], epochs: int) -> dict[str, Any]:
    parts = {
        key: [part | {"epochs": epochs} if "epochs" in part else dict(part) for part in config[key]]
        for key in ("pipeline", "policies")
    }
    return config | parts | {"assistant_id": "vssid-stock-peer", "language": "vi"}


def write_project(project: Path, sample: Sample, config: dict[str, Any]) -> None:
    """Our domain and rules, the sample, and the stories."""
    data = project / "data"
    data.mkdir(parents=True)
    (project / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    shutil.copyfile(ROOT / "domain.yml", project / "domain.yml")
    shutil.copyfile(ROOT / "data" / "rules.yml", data / "rules.yml")
    (data / "nlu.yml").write_text(sample.text, encoding="utf-8")
    stories = {"version": "3.1", "stories": stories_of(_load(ROOT / "data" / "rules.yml")["rules"])}
    (data / "stories.yml").write_text(yaml.safe_dump(stories, allow_unicode=True, sort_keys=False), encoding="utf-8")


def stories_of(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Talks of three turns, each plain rule in one of them, topics mixed; rules about the fallback aren't a talk."""
    plain = [rule["steps"] for rule in rules if len(rule["steps"]) == 2 and rule["steps"][0].get("intent")]
    plain = [steps for steps in plain if steps[0]["intent"] != "nlu_fallback"]
    count = -(-len(plain) // _TURNS_A_STORY)
    return [
        {"story": f"talk {number + 1}", "steps": [step for steps in plain[number::count] for step in steps]}
        for number in range(count)
    ]


def _about(model: Path) -> Path:
    return model.with_name(model.name.removesuffix(".tar.gz") + ".json")


def _load(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return content
    except OSError as error:
        raise CannotMeasure(f"không đọc được {path.name} của Rasa ({error.strerror})") from error
