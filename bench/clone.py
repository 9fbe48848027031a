"""From a fresh clone to the first answer, with this machine's package caches: `git clone`, `make run`, one question.

It measures what is committed; uncommitted edits don't take part.
"""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

from bench.ledger import CannotMeasure
from bench.page import Talk
from bench.processes import clean_environment, free_ports, serving
from ops.train import ROOT

_PATIENCE = 1800
_QUESTION = "làm sao đăng ký tài khoản vssid vậy em"


def first_answer_seconds(folder: Path) -> float:
    """Clone into `folder`, start, ask; everything is stopped again."""
    target = folder / "clone"
    started = time.perf_counter()
    cloned = subprocess.run(["git", "clone", "-q", str(ROOT), str(target)], capture_output=True, text=True)
    if cloned.returncode:
        raise CannotMeasure(f"git clone không xong: {cloned.stderr.strip()[-300:]}")
    port, rasa_port, actions_port = free_ports(3)
    ports = [f"PORT={port}", f"RASA_PORT={rasa_port}", f"ACTIONS_PORT={actions_port}"]
    command = ["make", "run", *ports]
    url = f"http://127.0.0.1:{port}"
    log = folder / "clone.log"
    environment = clean_environment()
    with serving("make run", command, target, environment, log, url, "/readyz", _PATIENCE, signal.SIGINT) as server:
        talk = Talk(server.url)
        try:
            talk.ask(_QUESTION)
        finally:
            talk.close()
        return time.perf_counter() - started
