"""The web files: each stands in a room, and every address that a page, a template or a script names is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "bot" / "web"
PAGES = [WEB / "chat" / "index.html", *sorted((ROOT / "bot" / "templates").rglob("*.html"))]
# What `make run` fetches isn't there on a fresh clone.
SCRIPTS = [path for path in sorted(WEB.rglob("*.js")) if "vendor" not in path.parts]


def test_no_script_and_no_style_sheet_lies_outside_of_a_room() -> None:
    assert [path.name for path in WEB.iterdir() if path.suffix in (".js", ".css", ".html")] == []


def test_every_address_that_is_named_is_there() -> None:
    named = {
        address: path.name
        for path in [*PAGES, *SCRIPTS]
        for address in re.findall(r'"/static/([^"]+)"', path.read_text("utf-8"))
        if not address.startswith("vendor/")
    }
    assert len(named) > 10
    assert {address: by for address, by in named.items() if not (WEB / address).is_file()} == {}


def test_every_script_is_checked_by_the_compiler() -> None:
    rooms = set(json.loads((WEB / "tsconfig.json").read_text("utf-8"))["include"])
    assert {path.relative_to(WEB).parts[0] for path in SCRIPTS} == rooms
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        assert text.startswith("// @ts-check\n") and "@ts-ignore" not in text and "@ts-nocheck" not in text, path.name


def test_the_lock_file_carries_hashes_and_no_addresses() -> None:
    text = (WEB / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text and "://" not in text
    packages = json.loads(text)["packages"]
    assert all(entry["integrity"].startswith("sha512-") for name, entry in packages.items() if name)


def test_every_script_that_is_imported_is_there() -> None:
    for path in SCRIPTS:
        for imported in re.findall(r'from "(\.[^"]+)"', path.read_text("utf-8")):
            assert (path.parent / imported).is_file(), f"{path.name}: {imported}"
