"""`make test`: every suite that needs no outside account, the quick ones first; stops at the first red one.

Owns the order and what each suite needs from the machine. The last line printed is pytest's closing line.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ops.train import ROOT, ensure_model

CHROMIUM = "/usr/bin/chromium"


def _ensure_chromium() -> None:
    """The page's tests drive a real browser; on Debian and Ubuntu it comes from the packages."""
    if Path(CHROMIUM).exists() or shutil.which("chromium"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SystemExit("Cần trình duyệt Chromium để thử trang chat: sudo apt-get install chromium")
    print("• Cài Chromium để thử trang chat", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], env=environment, **quiet)
    done = subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], env=environment, **quiet)
    if done.returncode:
        raise SystemExit("Không cài được Chromium: sudo apt-get install chromium rồi chạy lại.")


def main() -> int:
    """Exit code of the first suite that fails, 0 when all pass."""
    data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
    rasa = str(data_dir / "env" / "rasa" / "bin" / "python")
    model = str(ensure_model(data_dir))
    _ensure_chromium()
    quick = ["-q", "-p", "no:cacheprovider"]
    suites = [
        ("đơn vị và hợp đồng", [sys.executable, "-m", "pytest", *quick, "tests/unit", "tests/contract"]),
        ("NLU và máy chủ Rasa", [rasa, "-m", "pytest", *quick, "--confcutdir=tests/nlu", "tests/nlu"]),
        ("hội thoại mẫu", [rasa, "-m", "ops.story_test", model]),
        ("thành phần", [sys.executable, "-m", "pytest", *quick, "tests/component"]),
        ("hội thoại đăng ký trọn vẹn", [sys.executable, "-m", "pytest", *quick, "tests/dialogues"]),
        ("trọn hệ thống và trình duyệt", [sys.executable, "-m", "pytest", *quick, "tests/e2e"]),
    ]  # fmt: skip
    environment = os.environ | {"VSSID_TEST_MODEL": model, "DATA_DIR": str(data_dir), "RASA_TELEMETRY_ENABLED": "false"}
    for name, command in suites:
        print(f"\n• Thử: {name}", flush=True)
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        if code:
            print(f"✗ Không đạt: {name}", flush=True)
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
