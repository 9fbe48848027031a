"""An officer at the console's pages, in a browser of his own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import httpx

from tests.stage.product import ROOT, Product


class Officer:
    """Logged in; decides on the pages as he sees them."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.name = name
        self.http = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
        page = self.http.get("/console/login")
        form = {"csrf": field_of(page, "csrf"), "name": name, "password": password}
        answer = self.http.post("/console/login", data=form)
        assert answer.status_code == 200, answer.text
        assert "Đăng nhập</title>" not in answer.text

    def opens(self, case_code: str) -> httpx.Response:
        """The page of a case, found in the queue."""
        queue = self.http.get("/console")
        for address in re.findall(r'href="(/console/cases/[^"/?]+)"', queue.text):
            page = self.http.get(address)
            if case_code in page.text:
                return page
        raise AssertionError(f"{case_code} is not in the queue")

    def looks_at(self, page: httpx.Response, side: str) -> httpx.Response:
        return self.http.get(f"{_case(page)}/photos/{side}")

    def approves(self, page: httpx.Response, **fields: str) -> httpx.Response:
        return self._decides(page, "approve", fields)

    def rejects(self, page: httpx.Response, **fields: str) -> httpx.Response:
        return self._decides(page, "reject", fields)

    def _decides(self, page: httpx.Response, deed: str, fields: dict[str, str]) -> httpx.Response:
        form = {"csrf": field_of(page, "csrf"), "seen": field_of(page, "seen"), "step": "send", **fields}
        return self.http.post(f"{_case(page)}/{deed}", data=form)


def _case(page: httpx.Response) -> str:
    found = re.search(r'action="(/console/cases/[^/"]+)/', page.text)
    assert found, page.text
    return found[1]


def field_of(page: httpx.Response, name: str) -> str:
    """A hidden field's value on a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


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
