"""One running product for all dialogues; every citizen is somebody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from helpdesk.guide.guide import load_guide
from ops.train import current_model
from tests.conftest import ROOT
from tests.dialogues import people
from tests.dialogues.back_room import BackRoom
from tests.dialogues.citizen import Citizen
from tests.dialogues.officer import Officer
from tests.dialogues.people import Person
from tests.dialogues.words import Words
from tests.e2e.conftest import Product, free_ports, start_product

Comes = Callable[..., Citizen]


@pytest.fixture(scope="session")
def rasa_port() -> int:
    return free_ports(1)[0]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, rasa_port: int) -> Iterator[Product]:
    built = Path(os.environ.get("VSSID_BUILT") or ROOT / "var")
    assert current_model(built).exists(), "no current model: run `make train` first"
    running = start_product(
        tmp_path_factory.mktemp("product"),
        VSSID_LATE_NOTICE_AFTER="60",
        VSSID_FLOOD_PAUSE="0.02",
        RASA_PORT=str(rasa_port),
    )
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


@pytest.fixture(scope="session")
def words() -> Words:
    return Words(load_guide(ROOT / "data"))


@pytest.fixture(scope="session")
def http(product: Product) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=product.url, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def back_room(product: Product, http: httpx.Client, words: Words) -> BackRoom:
    room = BackRoom(product.data_dir)
    model = Citizen(http, words, people.persona(1))
    model.registers("phone")
    room.takes_as_model(model.id)
    return room


@pytest.fixture(scope="session")
def crowd() -> Iterator[Person]:
    return people.grown_ups()


@pytest.fixture
def comes(http: httpx.Client, words: Words, crowd: Iterator[Person], back_room: BackRoom) -> Comes:
    """Somebody opens the chat; who, if it matters."""

    def come(person: Person | None = None, **other: str) -> Citizen:
        return Citizen(http, words, replace(person or next(crowd), **other), back_room)

    return come


@pytest.fixture
def citizen(comes: Comes) -> Citizen:
    return comes()


@pytest.fixture(scope="session")
def officer(product: Product) -> Iterator[Officer]:
    """The demo's own log-in."""
    password = (product.data_dir / "demo-staff.txt").read_text("utf-8").strip()
    one = Officer(product.url, "demo", password)
    yield one
    one.http.close()


@pytest.fixture(scope="session")
def colleague(product: Product) -> Iterator[Officer]:
    """A second officer."""
    one = add_officer(product, "Lan")
    yield one
    one.http.close()


def add_officer(product: Product, name: str, **settings: str) -> Officer:
    """Added as an operator adds one, and logged in."""
    told = subprocess.run(
        [sys.executable, "-m", "ops.staff", "--", name],
        cwd=ROOT,
        # Without the test run's own variables: settings refuse what they don't know.
        env={n: v for n, v in os.environ.items() if not n.startswith("VSSID_")}
        | {"DATA_DIR": str(product.data_dir), **settings},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (password,) = (line.split()[-1] for line in told.splitlines() if "Mật khẩu:" in line)
    return Officer(product.url, name, password)
