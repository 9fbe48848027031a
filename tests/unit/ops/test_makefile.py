"""The Makefile's own part: where things are built, whatever the folder is called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.train import ROOT


def make(*arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    """What it printed; it has to succeed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run(["make", *arguments], cwd=cwd, env=clean | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with the Makefile and programs that tell how they were called."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "build").write_text('#!/bin/sh\necho "build [$DATA_DIR] $*"\n')
    (tmp_path / "build").chmod(0o755)
    return tmp_path


def put_python(data_dir: Path) -> None:
    python = data_dir / "env" / "app" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "app [$DATA_DIR] [$PORT] [$RASA_PORT] [$ACTIONS_PORT] $*"\n')
    python.chmod(0o755)


@pytest.mark.parametrize("folder", ["dữ liệu", "it's  two", "plain"])
@pytest.mark.parametrize("by", ["environment", "command line"])
def test_any_folder_name_will_do(house: Path, folder: str, by: str) -> None:
    put_python(house / folder)
    given = [f"DATA_DIR={folder}"] if by == "command line" else []
    environment = {"DATA_DIR": folder, "PORT": "81"} if by == "environment" else {"PORT": "81"}
    said = make("run", "PYTHON=./build", *given, cwd=house, **environment)
    assert said.splitlines() == [
        f"build [{folder}] -m ops.build system app rasa web",
        f"app [{folder}] [81] [5005] [5055] -m ops.run",
    ]


def test_empty_means_the_default(house: Path) -> None:
    put_python(house / "var")
    expected = "app [./var] [8080] [5005] [5055] -m ops.train"
    assert expected in make("train", "PYTHON=./build", cwd=house, DATA_DIR="", PORT="", RASA_PORT="", ACTIONS_PORT="")
    assert expected in make("train", "PYTHON=./build", "DATA_DIR=", "PORT=", cwd=house)


def test_clean_removes_what_was_built_and_nothing_else(house: Path) -> None:
    for name in ("env", "models", "cache", "attachments"):
        (house / "my data" / name).mkdir(parents=True)
    for name in ("my", "data/env", "bot/web/vendor"):
        (house / name).mkdir(parents=True)
    make("clean", "DATA_DIR=my data", cwd=house)
    assert [path.name for path in (house / "my data").iterdir()] == ["attachments"]
    assert (house / "my").exists() and (house / "data" / "env").exists()
    assert not (house / "bot" / "web" / "vendor").exists()


def test_staff_takes_the_name_from_the_command_line_only(house: Path) -> None:
    put_python(house / "var")

    def asked(*given: str) -> str:
        said = make("staff", "PYTHON=./build", *given, cwd=house, NAME="MY-COMPUTER", DATA_DIR="")
        return said.splitlines()[1].partition("ops.staff ")[2]

    assert asked() == "--"
    assert asked("NAME=Nguyễn Thị Lan") == "-- Nguyễn Thị Lan"
    assert asked("NAME=$$(id); 'x", "RESET=1") == "--reset -- $(id); 'x"
    assert asked("NAME=lan", "RESET=0", "DISABLE=1") == "--disable -- lan"


def test_a_file_of_any_name_is_imported_and_one_of_the_environment_is_not(house: Path) -> None:
    put_python(house / "var")
    given = make("import", "PYTHON=./build", "FILE=danh sách  11.csv", cwd=house).splitlines()[-1]
    assert given.endswith("-m ops.import_members danh sách  11.csv")
    for arguments in ([], ["FILE="]):
        said = make("import", "PYTHON=./build", *arguments, cwd=house, FILE="/etc/passwd").splitlines()[-1]
        assert said.rstrip().endswith("-m ops.import_members")


def test_a_new_key_is_made_when_it_is_asked_for(house: Path) -> None:
    put_python(house / "var")
    assert make("rotate-keys", "PYTHON=./build", cwd=house).rstrip().endswith("-m ops.rotate_keys")
    assert make("rotate-keys", "PYTHON=./build", "NEW=1", cwd=house).rstrip().endswith("-m ops.rotate_keys --new")
