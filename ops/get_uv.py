"""Where uv comes from: the one on the machine, else our own under DATA_DIR, by whichever way works here.

Standard library only, Python 3.8 or later: it runs before anything is built. Names no registry: pip's own settings say
where packages come from. Outside of DATA_DIR it installs one thing only, and only as root on Debian or Ubuntu, whose
`python3` comes without venv and pip: the package python3-venv.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator, Sequence  # noqa: UP035 - Python 3.8 has no other

from ops.progress import say, watched

UV_VERSION = "0.13.9"
_OLDEST_PYTHON = (3, 8)
# Below the root: where Debian and Python itself keep a pip that isn't installed.
_WHEELS = (
    "usr/share/python-wheels",
    "usr/lib/python3*/ensurepip/_bundled",
    "usr/local/lib/python3*/ensurepip/_bundled",
)
_APT_PACKAGE = "python3-venv"


class BuildError(Exception):
    """What went wrong and what to do about it, in Vietnamese."""


def run(command: Sequence[str], what: str, **options: Any) -> str:
    """Run quietly; on failure show what it printed and say what was being done."""
    result = watched(command, what, **options)
    if result.returncode:
        tail = "\n".join(result.stdout.strip().splitlines()[-25:])
        raise BuildError(f"{what} không xong (mã {result.returncode}):\n{tail}")
    return result.stdout


def uv(data: Path) -> str:
    """uv's path: one on the machine if it is new enough, else our own under the data folder."""
    for found in (shutil.which("uv"), str(Path.home() / ".local" / "bin" / "uv")):
        if found and _version(found) >= _numbers(UV_VERSION)[:2]:
            return found
    home = data / "env" / "uv"
    own = home / "bin" / "uv"
    if own.exists() and _version(str(own)):
        return str(own)
    say("Lấy công cụ uv (một lần)")
    errors: list[str] = []
    if _try_all(home, errors):
        return str(own)
    if _install_venv(errors) and _try_all(home, errors):
        return str(own)
    raise BuildError(
        "Chưa có uv và cũng không tự cài được. Chạy lệnh sau rồi thử lại:\n"
        f"    sudo apt-get install {_APT_PACKAGE}\n(hoặc tự cài uv). Lỗi gặp phải:\n" + "\n".join(dict.fromkeys(errors))
    )


def _try_all(home: Path, errors: list[str]) -> bool:
    """Whether one of the ways put uv into home; what the first Python's ways complained of is added to errors."""
    for number, python in enumerate(pythons()):
        for commands, environment in ways(python, home):
            shutil.rmtree(str(home), ignore_errors=True)
            try:
                for command in commands:
                    run(command, "Cài uv", env={**os.environ, **environment})
                if _version(str(home / "bin" / "uv")):
                    return True
                errors.append(f"{commands[-1][0]}: cài xong mà uv không chạy được")
            except (BuildError, OSError) as error:
                if number == 0:
                    errors.append(str(error).strip())
    shutil.rmtree(str(home), ignore_errors=True)
    return False


def ways(python: str, home: Path) -> Iterator[tuple[list[list[str]], dict[str, str]]]:
    """The ways of this Python, the cleanest first: the commands of each, and what they need in the environment."""
    spec = f"uv=={UV_VERSION}"
    install = ["install", "-q", "--no-warn-script-location"]
    for maker in ("venv", "virtualenv"):
        yield [[python, "-m", maker, str(home)], [str(home / "bin" / "python"), "-m", "pip", *install, spec]], {}
    yield [[python, "-m", "pip", *install, "--target", str(home), spec]], {}
    # pip runs from its wheel, not installed; Debian's older one finds its parts in the wheels beside it.
    for wheel in _pip_wheels():
        beside = os.pathsep.join(sorted(map(str, wheel.parent.glob("*.whl"))))
        command = [python, str(wheel / "pip"), *install, "--target", str(home), spec]
        yield [command], {"PYTHONPATH": beside}
    pipx = shutil.which("pipx")
    for pipx_command in ([pipx] if pipx else [], [python, "-m", "pipx"]):
        if pipx_command:
            folders = {"PIPX_HOME": str(home / "pipx"), "PIPX_BIN_DIR": str(home / "bin")}
            yield [[*pipx_command, "install", spec]], folders


def pythons() -> Iterator[str]:
    """Every Python here that is new enough: our own, those on the PATH and in the usual places, pyenv's."""
    names = ["python3"] + [f"python3.{minor}" for minor in range(14, _OLDEST_PYTHON[1] - 1, -1)]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    candidates = [sys.executable, *map(shutil.which, names), "/usr/bin/python3", "/usr/local/bin/python3"]
    candidates += sorted(map(str, pyenv.glob("3.*/bin/python3")), reverse=True)
    seen = set()
    for candidate in filter(None, candidates):
        known = identify(candidate)
        if known and known[0] >= _OLDEST_PYTHON and known[1] not in seen:
            seen.add(known[1])
            yield known[1]


def identify(python: str) -> tuple[tuple[int, int], str] | None:
    """Its version and its real path, or None: pyenv's shims exist for versions that don't run here."""
    try:
        shown = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2], sys.executable)"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30,
        ).stdout.split(maxsplit=2)  # fmt: skip
        return (int(shown[0]), int(shown[1])), shown[2].strip()
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return None


def _pip_wheels(root: Path = Path("/")) -> Iterator[Path]:
    for pattern in _WHEELS:
        yield from sorted(root.glob(f"{pattern}/pip-*.whl"), reverse=True)


def _install_venv(errors: list[str]) -> bool:
    """Debian's own package, where we may install it."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"Cài gói {_APT_PACKAGE} của hệ điều hành (một lần)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        # Failing to refresh one source of several is no reason to give up yet.
        watched(["apt-get", "update"], "Xem gói của hệ điều hành", env=environment)
        run(["apt-get", "install", "-y", "--no-install-recommends", _APT_PACKAGE], f"Cài {_APT_PACKAGE}",
            env=environment)  # fmt: skip
        return True
    except (BuildError, OSError) as error:
        errors.insert(0, str(error))
        return False


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def _version(path: str) -> tuple[int, ...]:
    try:
        shown = subprocess.run([path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return _numbers(shown.stdout.split()[1])
    except (OSError, IndexError):
        return ()
