"""`make check`: what a machine can say about the code and the content without running the product."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from ops.train import ROOT

_TOOLS = Path(sys.executable).parent


def nlu_types(data_dir: Path) -> list[str]:
    """mypy over what runs in the Rasa environment, as that one's Python sees it."""
    rasa = data_dir / "env" / "rasa" / "bin" / "python"
    # Named one by one: pyproject's `exclude` keeps tests/nlu from the other run.
    files = sorted(str(path.relative_to(ROOT)) for room in ("nlu", "tests/nlu") for path in (ROOT / room).rglob("*.py"))
    return [str(_TOOLS / "mypy"), "--python-executable", str(rasa), "--python-version", "3.10", *files]


def _steps(data_dir: Path) -> list[tuple[str, list[str]]]:
    rasa = data_dir / "env" / "rasa" / "bin" / "python"
    return [
        ("định dạng", [str(_TOOLS / "ruff"), "format", "--check", "."]),
        ("lint", [str(_TOOLS / "ruff"), "check", "."]),
        ("kiểu", [str(_TOOLS / "mypy")]),
        ("kiểu của nlu", nlu_types(data_dir)),
        ("kiểu của trang chat", [sys.executable, "-m", "ops.check_web"]),
        ("luật import", [str(_TOOLS / "lint-imports")]),
        ("nội dung và hợp đồng tên", [sys.executable, "-m", "pytest", "-q", "tests/contract"]),
        ("nlu/ biên dịch được trên Python 3.10", [str(rasa), "-m", "compileall", "-q", "nlu"]),
    ]


def main() -> int:
    """Exit code 0 when every step passes; stops at the first that doesn't."""
    data_dir = Path(os.environ.get("DATA_DIR", "").strip() or "var").resolve()
    for name, command in _steps(data_dir):
        print(f"• Kiểm {name}", flush=True)
        if subprocess.run(command, cwd=ROOT).returncode:
            print(f"✗ {name}: chưa đạt", file=sys.stderr)
            return 1
    print("• Mọi mục đều đạt.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
