"""`make quick`: what can be said of a change within a minute: form, types, import rules, the tests without processes.

Owns what belongs to it; the whole is `make check` and `make test`. mypy runs as a daemon whose status lies in DATA_DIR.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.check import nlu_types
from ops.lanes import Lanes, Step, cores, starting
from ops.test import LOGS, QUIET
from ops.train import ROOT

# Left alone for an hour, the daemon ends.
_DAEMON_SECONDS = 3600
# Of dmypy: mistakes were found. Anything else is about the daemon.
_MISTAKES = 1


def types(data_dir: Path) -> int:
    """The exit code of mypy's daemon, or of mypy itself when the daemon is broken."""
    tools = Path(sys.executable).parent
    status = data_dir / "cache" / "dmypy.json"
    status.parent.mkdir(parents=True, exist_ok=True)
    daemon = [str(tools / "dmypy"), "--status-file", str(status)]
    code = subprocess.run([*daemon, "run", "--timeout", str(_DAEMON_SECONDS), "--"], cwd=ROOT).returncode
    if code in (0, _MISTAKES):
        return code
    print("mypy's daemon is broken: without it this time", flush=True)
    subprocess.run([*daemon, "kill"], cwd=ROOT, capture_output=True)
    status.unlink(missing_ok=True)
    return subprocess.run([str(tools / "mypy")], cwd=ROOT).returncode


def lanes(data_dir: Path) -> list[list[Step]]:
    """What reads the files | what runs them."""
    tools = Path(sys.executable).parent
    tests = ["-n", str(cores()), "-m", "not slow and not product", "tests/unit", "tests/contract"]
    return [
        [Step("quick-tests", "đơn vị và hợp đồng", [sys.executable, "-m", "pytest", *QUIET, *tests])],
        [
            Step("quick-format", "định dạng", [str(tools / "ruff"), "format", "--check", "."]),
            Step("quick-lint", "lint", [str(tools / "ruff"), "check", "."]),
            Step("quick-types", "kiểu", [sys.executable, "-m", "ops.quick", "types"]),
            Step("quick-types-nlu", "kiểu của nlu", nlu_types(data_dir)),
            Step("quick-imports", "luật import", [str(tools / "lint-imports")]),
        ],
    ]


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when something is red, 130 when it was told to stop."""
    data_dir = Path(os.environ.get("DATA_DIR", "").strip() or "var").resolve()
    if arguments == ["types"]:
        return types(data_dir)
    every = lanes(data_dir)
    starting("Kiểm nhanh", every)
    return Lanes(ROOT, data_dir / LOGS, os.environ | {"DATA_DIR": str(data_dir)}).run(every)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
