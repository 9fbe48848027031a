"""A running product for each module of tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.train import current_model
from tests.stage.product import ROOT, Product, start_product


@pytest.fixture(scope="session")
def model() -> Path:
    built = Path(os.environ.get("VSSID_BUILT") or ROOT / "var").resolve()
    path = current_model(built)
    assert path.exists(), "no current model: run `make train` first"
    return path


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, model: Path) -> Iterator[Product]:
    running = start_product(tmp_path_factory.mktemp("product"))
    try:
        running.wait_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
