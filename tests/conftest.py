"""Shared by all tiers: a scrubbed environment, settings on a temporary folder, one running product for a session."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import hypothesis
import pytest

from helpdesk.settings import Settings, load_settings
from helpdesk.store.database import open_database
from ops.train import current_model
from tests.stage.built import BUILT, ROOT
from tests.stage.product import Product, free_ports, start_product

# A machine that is busy with other things is no mistake of ours.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"product", "model"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("product")


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VSSID_") or name in {"PORT", "RASA_PORT", "ACTIONS_PORT", "DATA_DIR"}:
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the first start leaves it: a copy costs less than all migrations and their waits for the disk."""
    path = tmp_path_factory.mktemp("new") / "helpdesk.db"

    async def make() -> None:
        async with open_database(path) as database:
            await database.empty_log()

    # A thread of its own: this one's loop belongs to the tests.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, make()).result()
    return path


@pytest.fixture
def data_dir(tmp_path: Path, new_database: Path) -> Path:
    """A folder for the product's data with a new database in it."""
    shutil.copyfile(new_database, tmp_path / "helpdesk.db")
    return tmp_path


@pytest.fixture
def untouched(tmp_path: Path) -> Settings:
    """Settings before the first start: no folder, no database."""
    return load_settings({"DATA_DIR": str(tmp_path / "var"), "VSSID_CONTENT_DIR": str(ROOT / "data")})


@pytest.fixture
def settings(untouched: Settings, new_database: Path) -> Settings:
    untouched.data_dir.mkdir()
    shutil.copyfile(new_database, untouched.database_path)
    return untouched


@pytest.fixture(scope="session")
def model() -> Path:
    path = current_model(BUILT)
    assert path.exists(), f"no current model in {BUILT}: run `make train` first"
    return path


@pytest.fixture(scope="session")
def rasa_port() -> int:
    return free_ports(1)[0]


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, model: Path, rasa_port: int) -> Iterator[Product]:
    """For all who don't mind each other; citizens are somebody else each time."""
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
