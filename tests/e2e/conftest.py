"""One browser for all; whoever needs none comes first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.stage.browser import chromium_path, open_browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Once started, Playwright runs a loop in this thread till the end, and no test can have one of its own beside it.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    assert path, "needs Chromium: apt-get install chromium"
    with open_browser(path) as running:
        yield running
