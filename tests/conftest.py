"""Shared by all tiers: a scrubbed environment and settings on a temporary folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from helpdesk.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("VSSID_") or name in {"PORT", "RASA_PORT", "ACTIONS_PORT", "DATA_DIR"}:
            monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"DATA_DIR": str(tmp_path / "var"), "VSSID_CONTENT_DIR": str(ROOT / "data")})
