"""Build the environments: `python3 -m ops.build system app rasa web dev stock` (any of them), idempotent.

Standard library only: this is what runs first on a fresh clone, with whatever Python is there (3.8 or later).
Owns where the two interpreters come from; refuses to write outside of DATA_DIR (uv keeps its own cache, and see
ops/get_uv.py and ops/system_packages.py for what they may need from the system).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Sequence  # noqa: UP035 - Python 3.8 has no other

from ops import get_uv, system_packages
from ops.bonds import interrupt_on_stop_signals
from ops.get_uv import BuildError, identify, run
from ops.progress import say, watched

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("DATA_DIR", "").strip() or "var").resolve()
# Each environment: the interpreters that fit (best first), its lock file.
ENVIRONMENTS = {
    "app": (("3.13", "3.12", "3.11"), "requirements.txt"),
    "rasa": (("3.10",), "nlu/requirements.txt"),
    "stock": (("3.10",), "bench/requirements-stock.txt"),  # all that Rasa asks for: the peer of `make bench`
}


def uv() -> str:
    """uv's path; the machine's, or our own."""
    return get_uv.uv(DATA)


def interpreter(versions: Sequence[str]) -> str | None:
    """A real interpreter of one of these versions: on PATH, in pyenv, or (None) for uv to fetch."""
    for version in versions:
        candidates = [shutil.which(f"python{version}"), sys.executable]
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        candidates += sorted(map(str, pyenv.glob(f"{version}.*/bin/python{version}")), reverse=True)
        for candidate in filter(None, candidates):
            known = identify(candidate)
            if known and ".".join(map(str, known[0])) == version:
                return known[1]
    return None


def _digest(*paths: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def environment(name: str) -> None:
    """Build one of the environments from its lock file unless it is there already."""
    versions, lock = ENVIRONMENTS[name]
    home = DATA / "env" / name
    stamp = home / "lock.sha256"
    wanted = _digest(ROOT / lock)
    if stamp.exists() and stamp.read_text() == wanted and (home / "bin" / "python").exists():
        return
    started = time.monotonic()
    python = interpreter(versions) or versions[-1]
    say(f"Dựng môi trường {name} ({lock}, Python {python})")
    tool = uv()
    shutil.rmtree(home, ignore_errors=True)
    run([tool, "venv", "-q", "--python", python, str(home)], f"Tạo môi trường {name}")
    run([*_install(home), "--compile-bytecode", "-r", str(ROOT / lock)], f"Cài thư viện của {name}")
    stamp.write_text(wanted)
    say(f"Môi trường {name} xong sau {time.monotonic() - started:.0f} giây")


def _install(home: Path) -> list[str]:
    """What a lock file lists and nothing else: what it leaves out on purpose (nlu/unused.txt) must not come back."""
    python = str(home / "bin" / "python")
    return [uv(), "pip", "install", "-q", "--python", python, "--no-deps", "--require-hashes"]


def dev() -> None:
    """Add the tools of `make check` and `make test` to both environments."""
    for name, lock in (("app", "requirements-dev.txt"), ("rasa", "nlu/requirements-dev.txt")):
        stamp = DATA / "env" / name / f"{Path(lock).stem}.sha256"
        wanted = _digest(ROOT / lock)
        if stamp.exists() and stamp.read_text() == wanted:
            continue
        say(f"Thêm công cụ kiểm thử vào môi trường {name}")
        run([*_install(DATA / "env" / name), "-r", str(ROOT / lock)], f"Cài công cụ kiểm thử của {name}")
        stamp.write_text(wanted)


def web() -> None:
    """Vendor the chat component from its npm package."""
    # Its own script, so that it can be run and tested alone.
    python = DATA / "env" / "app" / "bin" / "python"
    command = [str(python), str(ROOT / "ops" / "vendor_web.py"), "--uv", uv(), "--python", str(python)]
    done = watched(command, "Dựng trang chat")
    print(done.stdout, end="", flush=True)
    if done.returncode:
        raise BuildError("Chưa dựng được trang chat (xem dòng báo ở trên).")


def system() -> None:
    """Packages of the system that reading photos is better with."""
    system_packages.ensure(DATA)


def lock() -> None:
    """Write the five lock files anew: versions and hashes, no addresses."""
    tool = uv()
    rasa = str(DATA / "env" / "rasa" / "bin" / "python")
    flags = ["--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "-q"]
    project, universal = "pyproject.toml", ("--universal", "--python-version", "3.11")
    for command in (
        # Universal: the same file serves Python 3.11 to 3.13.
        [tool, "pip", "compile", project, *universal, *flags, "--excludes", "actions/unused.txt",
         "-o", "requirements.txt"],
        [tool, "pip", "compile", project, "--group", "dev", *universal, *flags, "--excludes", "actions/unused.txt",
         "-c", "requirements.txt", "-o", "requirements-dev.txt"],
        [tool, "pip", "compile", "nlu/requirements.in", "--python", rasa, *flags, "--excludes", "nlu/unused.txt",
         "-o", "nlu/requirements.txt"],
        [tool, "pip", "compile", "nlu/requirements-dev.in", "--python", rasa, *flags, "--excludes", "nlu/unused.txt",
         "-c", "nlu/requirements.txt", "-o", "nlu/requirements-dev.txt"],
        # The same Rasa with everything; what both have is of one version.
        [tool, "pip", "compile", "nlu/requirements.in", "--python", rasa, *flags, "-c", "nlu/requirements.txt",
         "-o", "bench/requirements-stock.txt"],
    ):  # fmt: skip
        say(f"Khóa {command[-1]}")
        run(command, f"Khóa {command[-1]}", cwd=ROOT)


def main(targets: Sequence[str]) -> int:
    steps = {"system": system, "dev": dev, "web": web, "lock": lock}
    interrupt_on_stop_signals()
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        for target in targets:
            if target in ENVIRONMENTS:
                environment(target)
            else:
                steps[target]()
    except KeyError as error:
        print(f"Không có mục {error}. Dùng: system, app, rasa, web, dev, stock, lock.", file=sys.stderr)
        return 2
    except BuildError as error:
        print(f"Chưa dựng xong. {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Chưa dựng xong: không ghi được {error.filename or DATA} ({error.strerror}).", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("• Đã dừng theo yêu cầu.", flush=True)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
