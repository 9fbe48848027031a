"""Where uv comes from on machines that lack one thing or another: fake Pythons, nothing is fetched or installed."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from ops import get_uv
from ops.get_uv import BuildError, uv
from tests.stage.programs import PYTHON

UV = f"{PYTHON}print('uv {get_uv.UV_VERSION}')\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without uv, pyenv, apt or wheels, whose only Python has neither venv nor pip."""
    for name in ("bin", "home", "root"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.setattr(get_uv, "pythons", lambda: iter([bare_python(tmp_path)]))
    wheels = get_uv._pip_wheels
    monkeypatch.setattr(get_uv, "_pip_wheels", lambda: wheels(tmp_path / "root"))
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


def bare_python(machine: Path) -> str:
    """Refuses `-m anything`, as stock Debian's does for venv and pip; runs files as ever."""
    refuse = (
        f'if [ "$1" = -m ] && [ ! -e {machine}/has-venv ]; then echo "No module named $2" >&2; exit 1; fi\n'
        f'if [ "$1" = -m ]; then /bin/mkdir -p "$3/bin"; /bin/cp {machine}/venv-python "$3/bin/python"; exit 0; fi\n'
    )
    # What a working venv's Python does when told to install uv.
    script(machine / "uv", UV)
    script(machine / "venv-python", f'#!/bin/sh\n/bin/cp {machine}/uv "$(/usr/bin/dirname "$0")/uv"\n')
    return str(script(machine / "bin" / "python3", f'#!/bin/sh\n{refuse}exec "{sys.executable}" "$@"\n'))


def pip_wheel(machine: Path) -> None:
    """A wheel with a pip that "installs" uv into its --target."""
    folder = machine / "root" / "usr" / "share" / "python-wheels"
    folder.mkdir(parents=True)
    code = (
        "import pathlib, sys\n"
        "target = pathlib.Path(sys.argv[sys.argv.index('--target') + 1]) / 'bin'\n"
        "target.mkdir(parents=True)\n"
        f"(target / 'uv').write_text({UV!r})\n"
        "(target / 'uv').chmod(0o755)\n"
    )
    with zipfile.ZipFile(folder / "pip-23.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pip/__main__.py", code)


def test_a_working_venv_is_enough(machine: Path) -> None:
    (machine / "has-venv").touch()
    assert uv(machine / "data") == str(machine / "data" / "env" / "uv" / "bin" / "uv")


def test_without_venv_and_pip_a_wheel_on_the_machine_is_used(machine: Path) -> None:
    pip_wheel(machine)
    assert uv(machine / "data") == str(machine / "data" / "env" / "uv" / "bin" / "uv")


def test_root_on_debian_gets_the_package(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    script(machine / "bin" / "apt-get", f'#!/bin/sh\necho "$@" >> {machine}/apt\n/usr/bin/touch {machine}/has-venv\n')
    assert uv(machine / "data").endswith("/bin/uv")
    assert (machine / "apt").read_text().splitlines() == ["update", "install -y --no-install-recommends python3-venv"]
    assert "Cài gói python3-venv" in capsys.readouterr().out


def test_others_are_told_what_to_install(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    script(machine / "bin" / "apt-get", f"#!/bin/sh\n/usr/bin/touch {machine}/apt\n")
    with pytest.raises(BuildError, match="sudo apt-get install python3-venv") as caught:
        uv(machine / "data")
    assert "No module named venv" in str(caught.value)
    assert not (machine / "apt").exists()
    assert not (machine / "data" / "env" / "uv").exists()


def test_uv_on_the_path_is_taken_unless_it_is_too_old(machine: Path) -> None:
    on_path = script(machine / "bin" / "uv", UV)
    assert uv(machine / "data") == str(on_path)
    script(on_path, UV.replace(get_uv.UV_VERSION, "0.1.0"))
    (machine / "has-venv").touch()
    assert uv(machine / "data") != str(on_path)
