"""Our side: the product as `make run` runs it, its Rasa alone, and its pipeline trained on the peer's sample.

Owns the throw-away data folders; the built environments and models are linked into them, never written.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bench.ledger import CannotMeasure
from bench.processes import Server, child_running, clean_environment, free_ports, serving
from bench.sample import Sample
from bench.training import Cost, train
from ops.train import ROOT

_CHILDREN = {"rasa": "nlu.serving.server", "actions": "actions.server", "bot": "bot.main"}


@dataclass(frozen=True)
class Product:
    """The running product: its page, and where its Rasa and its actions listen."""

    page: Server
    rasa_url: str
    actions_port: int

    def pids(self) -> dict[str, int]:
        return {name: child_running(self.page.pid, module) for name, module in _CHILDREN.items()}


def rasa_python(data_dir: Path) -> str:
    return str(data_dir / "env" / "rasa" / "bin" / "python")


def limited(command: list[str], descriptors: int, *, hard: bool = False) -> list[str]:
    """The command under a limit of its own; a soft one it may raise."""
    return ["/bin/sh", "-c", f'ulimit {"-n" if hard else "-S -n"} {descriptors} && exec "$0" "$@"', *command]


def told_by_rasa(data_dir: Path, program: str, *arguments: str) -> str:
    """What a few lines print that run in Rasa's environment, where our `nlu` can be imported."""
    lean = f"from nlu import lean_imports; lean_imports.install(); {program}"
    command = [rasa_python(data_dir), "-W", "ignore", "-c", lean, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True)
    if done.returncode:
        raise CannotMeasure(f"môi trường Rasa từ chối: {done.stderr[-300:]}")
    return done.stdout


@contextmanager
def product(
    data_dir: Path, folder: Path, prepare: Callable[[Path], None] | None = None, soft_limit: int | None = None
) -> Iterator[Product]:
    """Everything, on a data folder of its own with nothing in it but what `prepare` puts there."""
    home = folder / "product"
    home.mkdir(parents=True)
    if prepare:
        prepare(home)
    for name in ("env", "models"):
        (home / name).symlink_to((data_dir / name).resolve())
    port, rasa_port, actions_port = free_ports(3)
    environment = clean_environment(
        PORT=str(port), RASA_PORT=str(rasa_port), ACTIONS_PORT=str(actions_port), DATA_DIR=str(home)
    )
    command = [sys.executable, "-m", "ops.run"]
    if soft_limit:
        command = limited(command, soft_limit)
    url = f"http://127.0.0.1:{port}"
    log = folder / "product.log"
    with serving("make run", command, ROOT, environment, log, url, "/readyz", stop_signal=signal.SIGINT) as page:
        yield Product(page, f"http://127.0.0.1:{rasa_port}", actions_port)


@contextmanager
def rasa_alone(data_dir: Path, folder: Path, model: Path) -> Iterator[Server]:
    """Only our Rasa, just as the supervisor starts it."""
    home = folder / f"rasa-{model.name}"
    home.mkdir(parents=True, exist_ok=True)
    port, actions_port = free_ports(2)
    environment = clean_environment(DATA_DIR=str(home), RASA_PORT=str(port), ACTIONS_PORT=str(actions_port))
    command = [rasa_python(data_dir), "-m", "nlu.serving.server", "--model", str(model)]
    url = f"http://127.0.0.1:{port}"
    with serving("Rasa", command, ROOT, environment, folder / "rasa.log", url, "/status") as server:
        yield server


def train_on_sample(data_dir: Path, folder: Path, sample: Sample) -> tuple[Path, Cost]:
    """Our configuration, word files and rules, but only the sample's examples."""
    project = folder / "sample-project"
    (project / "data" / "nlu").mkdir(parents=True)
    for name in ("config.yml", "domain.yml", "data/rules.yml"):
        shutil.copyfile(ROOT / name, project / name)
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        # Word files are part of the pipeline, example files are what the sample stands for.
        if "nlu" not in (yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}):
            shutil.copyfile(path, project / "data" / "nlu" / path.name)
    (project / "data" / "nlu" / "sample.yml").write_text(sample.text, encoding="utf-8")
    return _train(data_dir, folder, project, f"ours-{sample.label}")


def train_on_all(data_dir: Path, folder: Path) -> Cost:
    """Our configuration on all our data, from an empty cache: what an edit costs the office."""
    return _train(data_dir, folder, ROOT, "ours-all")[1]


def _train(data_dir: Path, folder: Path, project: Path, name: str) -> tuple[Path, Cost]:
    model = folder / f"{name}.tar.gz"
    command = [rasa_python(data_dir), "-m", "nlu.training.train", "--out", str(folder), "--name", name]
    return model, train(command, project, model, folder / f"{name}.log")
