"""A headless Chromium and the chat page in it, as the page's tests drive them.

Owns finding the browser, and watching a page for what must never happen: errors on the console, breaches of the
Content-Security-Policy, requests to any other host. Refuses to know whether a fake or the real product serves the page.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize, sync_playwright

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = ViewportSize(width=360, height=640)
DESKTOP = ViewportSize(width=1280, height=800)
_WATCH_POLICY = """
window.breaches = [];
addEventListener("securitypolicyviolation", (event) => breaches.push(event.violatedDirective + " " + event.blockedURI));
"""


def chromium_path() -> str | None:
    """The machine's Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def open_browser(path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def phone(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport=PHONE, is_mobile=True, has_touch=True, locale="vi-VN")


class ChatPage:
    """The page in one tab, and what went wrong in it."""

    def __init__(self, context: BrowserContext, url: str, *, timeout: float = 10_000) -> None:
        self.url = url
        self.problems: list[str] = []
        self.page: Page = context.new_page()
        self.page.set_default_timeout(timeout)
        self.page.add_init_script(_WATCH_POLICY)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self._watch_host(request.url))

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.problems.append(said.text)

    def _watch_host(self, url: str) -> None:
        if not url.startswith(("blob:", "data:")) and urlsplit(url).netloc != urlsplit(self.url).netloc:
            self.problems.append(f"asked another host: {url}")

    def open(self) -> ChatPage:
        self.page.goto(self.url)
        self.starter("Quên mật khẩu").wait_for()
        return self

    def all_problems(self) -> list[str]:
        return [*self.problems, *self.page.evaluate("window.breaches")]

    @property
    def input(self) -> Locator:
        return self.page.get_by_role("textbox")

    @property
    def banner(self) -> Locator:
        return self.page.locator("#banner")

    def _as_a_person(self) -> None:
        # The page takes a second tap within a third of a second for a slipping finger.
        self.page.wait_for_timeout(350)

    def starter(self, title: str) -> Locator:
        self._as_a_person()
        return self.page.get_by_role("button", name=title).first

    def button(self, title: str) -> Locator:
        self._as_a_person()
        return self.page.get_by_role("button", name=title, exact=True)

    def ask(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def said(self, author: str) -> list[str]:
        """Texts of one author ("contact", "assistant", "agent", "system") in the order that they are seen."""
        return self.page.locator(f'[data-author="{author}"] .words').all_inner_texts()

    def wait_said(self, author: str, text: str) -> None:
        self.page.locator(f'[data-author="{author}"] .words', has_text=text).last.wait_for()

    def wait_count(self, author: str, count: int) -> None:
        found = self.page.locator(f'[data-author="{author}"]')
        found.nth(count - 1).wait_for()
        assert found.count() == count, found.all_inner_texts()

    def wait_settled(self) -> None:
        """Until nothing is on its way any more."""
        self.page.locator(".status").first.wait_for(state="detached")
