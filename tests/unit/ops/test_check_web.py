"""ops/check_web.py with an npm and a node made here: nothing is fetched, nothing is compiled."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from ops.check_web import main
from ops.vendor_web import integrity_of
from tests.stage.programs import PYTHON


def package(version: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        names = ["package.json", "LICENSE.txt", "lib/tsc.js", "lib/_tsc.js", "lib/lib.dom.d.ts", "lib/typescript.js"]
        for name in names:
            member = tarfile.TarInfo(f"package/{name}")
            content = f"{name} {version}".encode()
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Machine:
    """A page folder, a data folder, and the programs on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web, self.data, self.tools = folder / "web", folder / "data", folder / "tools"
        for made in (self.web, self.data, self.tools):
            made.mkdir()
        self.lock("6.0.3")
        self.put("npm", f"import shutil; shutil.copy({str(folder / 'package.tgz')!r}, 'typescript.tgz')")
        self.put_node("v20.1.0")

    def lock(self, version: str) -> None:
        content = package(version)
        (self.folder / "package.tgz").write_bytes(content)
        entry = {"version": version, "integrity": integrity_of(content)}
        (self.web / "package-lock.json").write_text(json.dumps({"packages": {"node_modules/typescript": entry}}))

    def put(self, name: str, does: str) -> None:
        program = self.tools / name
        calls = str(self.folder / "calls")
        program.write_text(f"{PYTHON}import sys\nprint({name!r}, *sys.argv[1:], file=open({calls!r}, 'a'))\n{does}\n")
        program.chmod(0o755)

    def put_node(self, version: str, code: int = 0) -> None:
        self.put("node", f"print({version!r}) if '--version' in sys.argv else sys.exit({code})")

    def calls(self, name: str) -> list[str]:
        lines = (self.folder / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] == name and "--version" not in line]

    @property
    def compiler(self) -> Path:
        return self.data / "env" / "web-tools" / "typescript"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(made.tools))
    monkeypatch.setenv("DATA_DIR", str(made.data))
    return made


def test_the_compiler_is_fetched_once_and_run_over_the_page(machine: Machine) -> None:
    assert main(machine.web) == 0
    assert main(machine.web) == 0
    assert machine.calls("npm") == ["npm pack typescript@6.0.3 --ignore-scripts --loglevel=error"]
    run = f"node {machine.compiler}/lib/tsc.js --project {machine.web}/tsconfig.json --pretty false"
    assert machine.calls("node") == [run, run]
    assert (machine.compiler / "lib" / "lib.dom.d.ts").exists()
    assert not (machine.compiler / "lib" / "typescript.js").exists()
    assert [path.name for path in machine.compiler.parent.iterdir()] == ["typescript"]


def test_another_version_in_the_lock_takes_its_place(machine: Machine) -> None:
    main(machine.web)
    machine.lock("6.0.4")
    assert main(machine.web) == 0
    assert (machine.compiler / "lib" / "tsc.js").read_text() == "lib/tsc.js 6.0.4"
    assert [path.name for path in machine.compiler.parent.iterdir()] == ["typescript"]


def test_a_package_with_another_hash_is_not_unpacked(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    (machine.folder / "package.tgz").write_bytes(package("6.0.3, changed on its way"))
    assert main(machine.web) == 1
    assert "KHÔNG khớp mã kiểm tra" in capsys.readouterr().err
    assert not machine.compiler.exists()


def test_types_that_do_not_agree_fail_the_check(machine: Machine) -> None:
    machine.put_node("v20.1.0", code=2)
    assert main(machine.web) == 2


def test_without_node_it_says_what_to_install(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    (machine.tools / "node").unlink()
    assert main(machine.web) == 1
    said = capsys.readouterr().err
    assert "Máy chưa có Node.js" in said and "sudo apt-get install nodejs npm" in said
    machine.put_node("v12.22.9")
    assert main(machine.web) == 1
    said = capsys.readouterr().err
    assert "v12.22.9" in said and "quá cũ" in said and "sudo apt-get install nodejs npm" in said
