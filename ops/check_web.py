"""`python -m ops.check_web`: whether the types of the web pages' scripts agree (`tsc` over bot/web; it writes nothing).

Owns the compiler's place, DATA_DIR/env/web-tools: unpacked once from the npm package that package-lock.json names, by
the ways of ops/vendor_web.py. Refuses to install Node.js itself: where there is none it says what to install.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from ops.get_uv import BuildError, uv
from ops.vendor_web import WEB, Locked, VendorError, fetch, read_lock

PACKAGE = "typescript"
# What tsc alone needs: a quarter of the files, less than half of the size.
WANTED = re.compile(r"package/(package\.json|LICENSE\.txt|lib/_?tsc\.js|lib/lib\.[\w.]*d\.ts)")
STAMP = "unpacked.sha512"
OLDEST_NODE = 16


def node() -> str:
    """The machine's Node.js; VendorError with what to do where it is missing or too old."""
    found = shutil.which("node")
    advice = f"Cách xử lý: cài Node.js từ bản {OLDEST_NODE} trở lên (sudo apt-get install nodejs npm), rồi chạy lại."
    if not found:
        raise VendorError(f"Máy chưa có Node.js (lệnh node) nên chưa kiểm được kiểu của trang chat.\n{advice}")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    number = re.match(r"v(\d+)", said)
    if not number or int(number[1]) < OLDEST_NODE:
        raise VendorError(f"Lệnh {found} là bản {said or 'không rõ'}, quá cũ để kiểm kiểu của trang chat.\n{advice}")
    return found


def compiler(data_dir: Path, lock: Path) -> Path:
    """tsc.js of the locked version, fetched unless it is there."""
    locked = read_lock(lock, PACKAGE)
    home = data_dir / "env" / "web-tools" / PACKAGE
    if not _is_current(home, locked):
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="new-", dir=home.parent) as scratch:
            archive = fetch(locked, sys.executable, _uv(data_dir), Path(scratch))
            _unpack(archive, Path(scratch) / "unpacked", locked)
            # Whole before it stands there: another check that runs just now never finds a half.
            if home.exists():
                home.replace(Path(scratch) / "old")
            (Path(scratch) / "unpacked" / "package").replace(home)
    return home / "lib" / "tsc.js"


def _is_current(home: Path, locked: Locked) -> bool:
    try:
        return (home / STAMP).read_text("utf-8") == locked.integrity and (home / "lib" / "tsc.js").is_file()
    except OSError:
        return False


def _uv(data_dir: Path) -> str | None:
    """For a machine that has Node.js and no npm."""
    try:
        return None if shutil.which("npm") else str(uv(data_dir))
    except BuildError:
        return None


def _unpack(archive: bytes, folder: Path, locked: Locked) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [member for member in tar.getmembers() if WANTED.fullmatch(member.name)]
        tar.extractall(folder, members, filter="data")
    if not (folder / "package" / "lib" / "tsc.js").is_file():
        raise VendorError(f"Gói {locked.name} {locked.version} không có tệp lib/tsc.js.")
    (folder / "package" / STAMP).write_text(locked.integrity, "utf-8")


def main(web: Path = WEB) -> int:
    """0 when every script's types agree; otherwise what doesn't has been printed."""
    data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
    try:
        command = [node(), str(compiler(data_dir, web / "package-lock.json")), "--project", str(web / "tsconfig.json")]
    except (VendorError, OSError, tarfile.TarError) as error:
        print(f"LỖI: {error}", file=sys.stderr)
        return 1
    return subprocess.run([*command, "--pretty", "false"], cwd=web, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
