"""Packages of the system: installed where we may, named where we may not, and never in the way of the build."""

from __future__ import annotations

import ctypes.util
import os
import time
from pathlib import Path

import pytest

from ops import build, system_packages

ALL = "libzbar0 tesseract-ocr tesseract-ocr-vie"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ours to be root on, with nothing installed and no apt-get."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        ctypes.util, "find_library", lambda name: "libzbar.so.0" if (tmp_path / "zbar").exists() else None
    )
    return tmp_path


def program(machine: Path, name: str, text: str) -> None:
    path = machine / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def tesseract(languages: str) -> str:
    return f"#!/bin/sh\necho 'List of available languages (2):'\nprintf '{languages}'\n"


def apt_get(machine: Path, works: bool = True) -> None:
    (machine / "tesseract").write_text(tesseract("eng\\nvie\\n"))
    install = f"/usr/bin/touch {machine}/zbar; /usr/bin/install {machine}/tesseract {machine}/bin/tesseract"
    note = f'echo "$@" >> {machine}/apt; echo noise; echo noise >&2'
    program(machine, "apt-get", f'{note}\ncase "$*" in *install*) {install if works else "exit 100"};; esac')


def asked(machine: Path) -> list[str]:
    path = machine / "apt"
    return [line.split("Timeout=60 ")[1] for line in path.read_text().splitlines()] if path.exists() else []


def test_root_gets_what_is_missing_and_only_once(machine: Path, capfd: pytest.CaptureFixture[str]) -> None:
    apt_get(machine)
    system_packages.ensure(machine)
    assert asked(machine) == ["update", f"install -y --no-install-recommends {ALL}"]
    said = capfd.readouterr()
    assert said.out == f"• Cài gói hệ điều hành để đọc ảnh tốt hơn (một lần): {ALL}\n"
    assert said.err == ""
    system_packages.ensure(machine)
    assert len(asked(machine)) == 2
    assert capfd.readouterr().out == ""


def test_only_what_is_missing(machine: Path) -> None:
    apt_get(machine)
    (machine / "zbar").touch()
    program(machine, "tesseract", tesseract("eng\\nosd\\n"))
    assert system_packages.missing() == ["tesseract-ocr-vie"]


@pytest.mark.parametrize("why", ["no root", "no apt-get"])
def test_where_we_may_not_one_line_says_so(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], why: str
) -> None:
    if why == "no root":
        apt_get(machine)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    system_packages.ensure(machine)
    assert asked(machine) == []
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("• Đọc ảnh thẻ sẽ yếu hơn") and ALL in line


def test_a_failure_stops_nothing_and_is_not_repeated_at_every_start(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    apt_get(machine, works=False)
    for _ in range(2):
        system_packages.ensure(machine / "data")
        assert "Đọc ảnh thẻ sẽ yếu hơn" in capsys.readouterr().out
    assert len(asked(machine)) == 2
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(machine / "data" / "env" / "system.tried", (long_ago, long_ago))
    system_packages.ensure(machine / "data")
    assert len(asked(machine)) == 4


def test_an_apt_get_that_hangs_or_a_folder_that_cannot_be_written(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(machine, "apt-get", "exec /bin/sleep 20")
    monkeypatch.setattr(system_packages, "_UPDATE_SECONDS", 0.2)
    monkeypatch.setattr(system_packages, "_INSTALL_SECONDS", 0.2)
    (machine / "file").touch()
    system_packages.ensure(machine / "file")
    assert "yếu hơn" in capsys.readouterr().out


def test_it_is_a_step_of_the_build(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "DATA", machine / "data")
    monkeypatch.setattr(build, "interrupt_on_stop_signals", lambda: None)
    assert build.main(["system"]) == 0
    assert build.main(["sistem"]) == 2
