"""Who meets in the dialogues; every citizen is somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from helpdesk.guide.guide import load_guide
from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.built import ROOT
from tests.stage.citizen import Citizen, Comes
from tests.stage.officer import Officer, add_officer
from tests.stage.people import Person
from tests.stage.product import Product
from tests.stage.words import Words


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

    def come(person: Person | None = None, **other: Any) -> Citizen:
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
