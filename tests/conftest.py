"""Shared by all tiers: a scrubbed environment, settings on a temporary folder, one running product for a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.settings import Settings, load_settings
from ops.train import current_model
from tests.stage.built import BUILT, ROOT
from tests.stage.product import Product, free_ports, start_product


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"product", "model"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("product")


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VSSID_") or name in {"PORT", "RASA_PORT", "ACTIONS_PORT", "DATA_DIR"}:
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"DATA_DIR": str(tmp_path / "var"), "VSSID_CONTENT_DIR": str(ROOT / "data")})


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
