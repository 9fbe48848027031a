"""The system's own packages that make reading photos better: libzbar0 and tesseract with Vietnamese.

Standard library only, Python 3.8 or later, like all that builds. Installs them only as root where there is apt-get,
says in one line what is missing otherwise, and never stops the build: the product runs without them.
"""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Sequence  # noqa: UP035 - Python 3.8 has no other

from ops.progress import say, watched

_AGAIN_AFTER = 24 * 3600
_UPDATE_SECONDS, _INSTALL_SECONDS = 120, 300
_OPTIONS = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=60"]


def ensure(data: Path) -> None:
    """Install what is missing if we may; otherwise say so."""
    wanted = missing()
    if not wanted:
        return
    tried = data / "env" / "system.tried"
    if _may_install() and not _tried_lately(tried):
        say(f"Cài gói hệ điều hành để đọc ảnh tốt hơn (một lần): {' '.join(wanted)}")
        _install(wanted)
        wanted = missing()
        if not wanted:
            return
        _note(tried)
    say(f"Đọc ảnh thẻ sẽ yếu hơn vì máy chưa có {', '.join(wanted)} (sudo apt-get install {' '.join(wanted)})")


def missing() -> list[str]:
    """The Debian packages whose work nothing here can do."""
    packages = [] if ctypes.util.find_library("zbar") else ["libzbar0"]
    languages = _languages()
    if languages is None:
        packages.append("tesseract-ocr")
    if "vie" not in (languages or ()):
        packages.append("tesseract-ocr-vie")
    return packages


def _languages() -> list[str] | None:
    """What tesseract here can read; None: there is no tesseract."""
    program = shutil.which("tesseract")
    if not program:
        return None
    try:
        shown = subprocess.run(
            [program, "--list-langs"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shown.stdout.split()


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install(packages: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (
        # Failing to refresh one source of several is no reason to give up yet.
        (["apt-get", *_OPTIONS, "update"], _UPDATE_SECONDS),
        (["apt-get", *_OPTIONS, "install", "-y", "--no-install-recommends", *packages], _INSTALL_SECONDS),
    )
    for command, seconds in steps:
        try:
            watched(command, "Cài gói hệ điều hành", timeout=seconds, env=environment)
        except (OSError, subprocess.TimeoutExpired):
            continue


def _tried_lately(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < _AGAIN_AFTER
    except OSError:
        return False


def _note(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    except OSError:
        # Then it is tried again at the next start: slower, but not wrong.
        return
