"""Runs a training as a process of its own and says how it goes and what it cost.

Owns the clock: wall time and processor time of the whole command, from an empty cache. The processor time hardly
depends on what else the machine does.
"""

from __future__ import annotations

import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ledger import CannotMeasure
from bench.processes import clean_environment, spawn, stop, tail
from ops.train import ROOT

_SAY_EVERY = 30.0
_PROGRESS = re.compile(r"Epochs:\s+(\d+)%[^\r\n]*?(\d+)/(\d+)")
_STAGE = re.compile(r"Starting to train component '(\w+)'")


@dataclass(frozen=True)
class Cost:
    """What a training took."""

    seconds: float
    cpu_seconds: float


def train(command: Sequence[str], cwd: Path, result: Path, log: Path) -> Cost:
    """Run to the end; CannotMeasure with its last words if `result` isn't there then."""
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-cache-") as cache:
        environment = clean_environment(RASA_CACHE_DIRECTORY=cache, PYTHONPATH=str(ROOT))
        before = _children_cpu()
        started = time.perf_counter()
        process = spawn(command, cwd, environment, log)
        try:
            code = _wait(process, log, started)
        finally:
            stop(process)
        cost = Cost(time.perf_counter() - started, _children_cpu() - before)
    if code or not result.exists():
        raise CannotMeasure(f"huấn luyện không xong (mã {code}): {tail(log)}")
    return cost


def _wait(process: subprocess.Popen[bytes], log: Path, started: float) -> int:
    while True:
        try:
            return process.wait(_SAY_EVERY)
        except subprocess.TimeoutExpired:
            minutes = (time.perf_counter() - started) / 60
            print(f"  … {minutes:.1f} phút, {progress(tail(log, 100_000))}", flush=True)


def progress(text: str) -> str:
    """Where a training is, from Rasa's log."""
    stages = list(_STAGE.finditer(text))
    if not stages:
        return "đang chuẩn bị"
    epochs = _PROGRESS.findall(text, stages[-1].end())
    return f"{stages[-1][1]}: {epochs[-1][1]}/{epochs[-1][2]} vòng" if epochs else stages[-1][1]


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
