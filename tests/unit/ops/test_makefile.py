"""The Makefile's own part: where things are built, whatever the folder is called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ops.train import ROOT


def run_make(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=cwd, env=clean | environment, capture_output=True, text=True)


def make(*arguments: str, cwd: Path = ROOT, **environment: str) -> str:
    """What it printed; it has to succeed."""
    done = run_make(*arguments, cwd=cwd, **environment)
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

    assert asked("NAME=Nguyễn Thị Lan") == "-- Nguyễn Thị Lan"
    assert asked("NAME=$$(id); 'x", "RESET=1") == "--reset -- $(id); 'x"
    assert asked("NAME=lan", "RESET=0", "DISABLE=1") == "--disable -- lan"


def test_a_file_of_any_name_is_imported_and_one_of_the_environment_is_not(house: Path) -> None:
    put_python(house / "var")
    given = make("import", "PYTHON=./build", "FILE=danh sách  11.csv", cwd=house).splitlines()[-1]
    assert given.endswith("-m ops.import_members danh sách  11.csv")
    for arguments in ([], ["FILE="]):
        done = run_make("import", "PYTHON=./build", *arguments, cwd=house, FILE="/etc/passwd")
        assert done.returncode and "make import FILE=members.csv" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("given", [[], ["NAME="], ["NAME=  "], ["RESET=1"]])
def test_staff_without_a_name_is_told_before_anything_is_built(house: Path, given: list[str]) -> None:
    done = run_make("staff", "PYTHON=./build", *given, cwd=house, NAME="MY-COMPUTER")
    assert done.returncode and "make staff NAME=lan" in done.stderr and done.stdout == ""


def test_help_names_the_commands_in_the_order_of_use() -> None:
    said = make("help", "PORT=8181", "DATA_DIR=my data")
    commands = [line.split()[0] for line in said.partition("\n\n")[0].splitlines()]
    assert commands[:9] == [*"help run staff import rotate-keys check-data quick check test".split()]
    assert len(commands) == len(set(commands)) and commands[-2:] == ["clean", "env-dev"]
    assert "PORT=8181" in said and "DATA_DIR=my data" in said


def test_hooks_remember_where_the_tools_are(house: Path) -> None:
    put_python(house / "my data")
    subprocess.run(["git", "init", "-q"], cwd=house, check=True)
    assert make("hooks", "PYTHON=./build", "DATA_DIR=my data", cwd=house).rstrip().endswith("-m pre_commit install")
    shutil.copy(ROOT / "ops" / "tool.sh", house)
    tool = house / "my data" / "env" / "app" / "bin" / "ruff"
    tool.write_text('#!/bin/sh\necho "ruff $*"\n')
    tool.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if k != "DATA_DIR"}
    call = ["./tool.sh", "ruff", "check", "a b.py"]
    assert (
        subprocess.run(call, cwd=house, env=environment, capture_output=True, text=True).stdout == "ruff check a b.py\n"
    )
    missing = subprocess.run(call, cwd=house, env=environment | {"DATA_DIR": "x"}, capture_output=True, text=True)
    assert missing.returncode and "make hooks" in missing.stderr


def test_a_new_key_is_made_when_it_is_asked_for(house: Path) -> None:
    put_python(house / "var")
    assert make("rotate-keys", "PYTHON=./build", cwd=house).rstrip().endswith("-m ops.rotate_keys")
    assert make("rotate-keys", "PYTHON=./build", "NEW=1", cwd=house).rstrip().endswith("-m ops.rotate_keys --new")
