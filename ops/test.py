"""`make test`: every suite that needs no outside account, in lanes side by side; all that is red is shown at the end.

Owns which suite runs in which lane and what each needs from the machine. Logs lie in DATA_DIR/test-logs. The last line
printed is a closing line as pytest's, of all suites together.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from ops.bonds import interrupt_on_stop_signals
from ops.lanes import INTERRUPTED, Lanes, Step, cores, starting
from ops.progress import say, watched
from ops.train import ROOT, TrainingError, ensure_model

CHROMIUM = "/usr/bin/chromium"
LOGS = "test-logs"
# The pages alone need no product: they go where there is time for them.
WHOLE, PAGES = "product or not browser", "browser and not product"
QUIET = ("-q", "-p", "no:cacheprovider")


def _ensure_chromium() -> None:
    """The page's tests drive a real browser; on Debian and Ubuntu it comes from the packages."""
    if Path(CHROMIUM).exists() or shutil.which("chromium"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit("Cần trình duyệt Chromium để thử trang chat: sudo apt-get install chromium")
    say("Cài Chromium để thử trang chat")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    watched(["apt-get", "update"], "Xem gói của hệ điều hành", env=environment)
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    if watched(install, "Cài Chromium", env=environment).returncode:
        raise SystemExit("Không cài được Chromium: sudo apt-get install chromium rồi chạy lại.")


def lanes(data_dir: Path, model: Path) -> list[list[Step]]:
    """What shares nothing with the other lanes but the model."""
    rasa = str(data_dir / "env" / "rasa" / "bin" / "python")
    pytest = [sys.executable, "-m", "pytest", *QUIET]
    own = ["tests/unit", "tests/contract", "tests/component"]
    # Which lines and branches of helpdesk and actions these run, against the floor in pyproject.toml.
    coverage = ["--cov", f"--cov-report=markdown:{data_dir / LOGS / 'coverage.md'}"]
    return [
        # One product for both.
        [Step("whole", "hội thoại và trọn hệ thống", [*pytest, "-m", WHOLE, "tests/dialogues", "tests/e2e"])],
        [
            Step("nlu", "NLU và máy chủ Rasa", [rasa, "-m", "pytest", *QUIET, "--confcutdir=tests/nlu", "tests/nlu"]),
            Step("stories", "hội thoại mẫu", [rasa, "-m", "ops.story_test", str(model)]),
            Step("pages", "trang trong trình duyệt", [*pytest, "-m", PAGES, "tests/e2e"]),
        ],
        [Step("parts", "đơn vị, hợp đồng và thành phần", [*pytest, "-n", str(cores()), *coverage, *own])],
    ]


def main() -> int:
    """0 when every suite passes, 1 when one is red, 130 when it was told to stop."""
    data_dir = Path(os.environ.get("DATA_DIR", "").strip() or "var").resolve()
    interrupt_on_stop_signals()
    try:
        model = ensure_model(data_dir)
        _ensure_chromium()
    except TrainingError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("• Đã dừng theo yêu cầu.", flush=True)
        return INTERRUPTED
    environment = os.environ | {
        "VSSID_TEST_MODEL": str(model),
        "DATA_DIR": str(data_dir),
        "RASA_TELEMETRY_ENABLED": "false",
    }
    every = lanes(data_dir, model)
    starting("Thử cùng lúc", every)
    return Lanes(ROOT, data_dir / LOGS, environment).run(every)


if __name__ == "__main__":
    sys.exit(main())
