"""ops/vendor_web.py with an npm that hands out a package made here: nothing is fetched."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from ops.vendor_web import integrity_of, main
from tests.stage.programs import PYTHON

BUNDLE = b"customElements.define('deep-chat', class {});"


def package(*, bundle: bytes = BUNDLE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in {"package/dist/deepChat.bundle.js": bundle, "package/LICENSE": b"MIT"}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page folder whose lock names the package that the npm on the PATH gives."""
    archive = tmp_path / "package.tgz"
    archive.write_bytes(package())
    tools = tmp_path / "tools"
    tools.mkdir()
    npm = tools / "npm"
    npm.write_text(
        f"{PYTHON}import pathlib, shutil, sys\n"
        f"pathlib.Path({str(tmp_path / 'calls')!r}).open('a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        f"shutil.copy({str(archive)!r}, 'deep-chat-2.4.2.tgz')\n"
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    folder = tmp_path / "web"
    folder.mkdir()
    write_lock(folder, integrity_of(archive.read_bytes()))
    return folder


def write_lock(folder: Path, integrity: str) -> None:
    entry = {"version": "2.4.2", "integrity": integrity}
    (folder / "package-lock.json").write_text(json.dumps({"packages": {"node_modules/deep-chat": entry}}))


def calls(web: Path) -> list[str]:
    log = web.parent / "calls"
    return log.read_text().splitlines() if log.exists() else []


def test_puts_bundle_and_licence_in_place_once(web: Path) -> None:
    assert main(["--web", str(web)]) == 0
    assert (web / "vendor" / "deepChat.bundle.js").read_bytes() == BUNDLE
    assert (web / "vendor" / "LICENSE").read_bytes() == b"MIT"
    assert main(["--web", str(web)]) == 0
    assert calls(web) == ["pack deep-chat@2.4.2 --ignore-scripts --loglevel=error"]


def test_a_changed_bundle_is_put_right_again(web: Path) -> None:
    main(["--web", str(web)])
    (web / "vendor" / "deepChat.bundle.js").write_bytes(b"something else")
    assert main(["--web", str(web)]) == 0
    assert (web / "vendor" / "deepChat.bundle.js").read_bytes() == BUNDLE


def test_a_package_with_another_hash_is_not_unpacked(web: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_lock(web, integrity_of(b"what was locked"))
    assert main(["--web", str(web)]) == 1
    assert "KHÔNG khớp mã kiểm tra" in capsys.readouterr().err
    assert not (web / "vendor").exists()


def test_without_any_npm_it_says_what_was_tried(
    web: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(web))
    assert main(["--web", str(web), "--uv", str(web / "no-uv")]) == 1
    said = capsys.readouterr().err
    assert "qua uv: không chạy được" in said
    assert "cài Node.js" in said


@pytest.mark.parametrize("content", ["", "{}", '{"packages": {}}'])
def test_a_damaged_lock_is_named(web: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    (web / "package-lock.json").write_text(content)
    assert main(["--web", str(web)]) == 1
    assert "package-lock.json" in capsys.readouterr().err
