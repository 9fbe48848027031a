"""The password page in a real browser, on a phone and on a desk: both purposes, without scripts, and how it looks."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.http.app import WEB_FOLDER, _SecurityHeaders
from bot.http.pages import Pages
from bot.password_page.pages import routes
from helpdesk.accounts.password_rules import strength
from tests.e2e.test_page_look import FAINT
from tests.stage.accounts import AccountsStage, open_accounts
from tests.stage.browser import DESKTOP, PHONE
from tests.stage.product import free_ports
from tests.stage.stack import serving

pytestmark = pytest.mark.browser
NEW = "CaPheSua79"
_T = TypeVar("_T")
# Links within a sentence are as high as its line.
SMALL = """() => [...document.querySelectorAll("button, a.button, input:not([type=hidden])")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 48 || box.width < 48)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
BREACHES = """
window.breaches = [];
addEventListener("securitypolicyviolation", (event) => breaches.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Site:
    """The page on a real socket, in a thread of its own, and the stage behind it."""

    folder: Path
    port: int = field(default_factory=lambda: free_ports(1)[0])
    told: list[str] = field(default_factory=list)
    stage: AccountsStage = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _ready: Future[None] = field(default_factory=Future)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with open_accounts(self.folder, self.url) as self.stage:
                app = Starlette(
                    routes=[
                        *routes(self.stage.accounts, Pages(), self.url, self._changed),
                        Mount("/static", StaticFiles(directory=WEB_FOLDER)),
                    ],
                    middleware=[Middleware(_SecurityHeaders)],
                )
                async with serving(app, self.port):
                    self._ready.set_result(None)
                    await self._over.wait()
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    async def _changed(self, conversation_id: str) -> None:
        self.told.append(conversation_id)

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        """In the server's thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    thread = threading.Thread(target=site.run)
    thread.start()
    try:
        site._ready.result(30)
        yield site
        site.stop()
    finally:
        thread.join(30)


@pytest.fixture(params=["phone", "desktop", "no-script"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    if request.param == "desktop":
        opened = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    else:
        script = request.param == "phone"
        opened = browser.new_context(
            viewport=PHONE, is_mobile=True, has_touch=True, locale="vi-VN", java_script_enabled=script
        )
    opened.set_default_timeout(10_000)
    opened.kind = request.param  # type: ignore[attr-defined]
    yield opened
    opened.close()


class Watched:
    """A tab, and what went wrong in it; pictures go to VSSID_SHOTS, where one wants to look."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.kind: str = context.kind  # type: ignore[attr-defined]
        self.site = site
        self.problems: list[str] = []
        self.page: Page = context.new_page()
        self.page.add_init_script(BREACHES)
        # A page that tells of a mistake comes with the status of one; Chromium notes that on its console.
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and "Failed to load resource" not in said.text:
            self.problems.append(said.text)

    def look(self, name: str) -> None:
        """What every page must be, whatever it says."""
        shots = os.environ.get("SHOTS")
        if shots:
            self.page.screenshot(path=f"{shots}/{name}-{self.kind}.png", full_page=True)
        assert self.problems == []
        if self.kind != "no-script":
            assert self.page.evaluate(WIDE) == 0
            assert self.page.evaluate(SMALL) == []
            assert self.page.evaluate(FAINT) == []
            assert self.page.evaluate("window.breaches") == []

    def open(self, token: str) -> Watched:
        self.page.goto(f"{self.site.url}/password/{token}")
        return self

    def fill(self, **fields: str) -> Watched:
        for name, value in fields.items():
            self.page.locator(f"#{name}").fill(value)
        return self

    def press(self, name: str) -> Watched:
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def alert(self) -> str:
        return self.page.get_by_role("alert").inner_text()

    def title(self) -> str:
        return self.page.locator("h1").inner_text()


@pytest.fixture
def tab(context: BrowserContext, site: Site) -> Watched:
    return Watched(context, site)


def test_change_with_every_slip(site: Site, tab: Watched) -> None:
    conversation = site.do(site.stage.conversation())
    first = site.do(site.stage.approve(conversation))
    tab.open(site.do(site.stage.link("change")))
    assert tab.title() == "Đổi mật khẩu"
    tab.look("change")
    tab.fill(old="sai-roi-nhe1", new=NEW, repeat=NEW).press("Tiếp tục")
    assert "còn nhập được 4 lần" in tab.alert()
    tab.look("change-old-wrong")
    tab.fill(old=first, new="matkhau123", repeat="matkhau123").press("Tiếp tục")
    assert "nhiều người dùng" in tab.alert()
    tab.fill(old=first, new=NEW, repeat=NEW + "x")
    if tab.kind != "no-script":
        assert tab.page.locator("#strength").inner_text() == "Mật khẩu này khá mạnh."
        assert "Chưa giống" in tab.page.locator("#repeat-hint").inner_text()
        tab.look("change-typing")
    tab.press("Tiếp tục")
    assert "chưa giống nhau" in tab.alert()
    tab.fill(old=first, new=NEW, repeat=NEW).press("Tiếp tục")
    assert tab.title() == "Nhập mã xác nhận"
    tab.look("code")
    tab.fill(code="000 000").press("Hoàn tất")
    assert "Mã chưa đúng" in tab.alert()
    tab.look("code-wrong")
    code = site.do(site.stage.last_code())
    tab.fill(code=f"{code[:3]} {code[3:]}").press("Hoàn tất")
    assert tab.title() == "Xong rồi ạ"
    tab.look("done")
    tab.page.reload()
    assert tab.title() == "Xong rồi ạ"
    assert site.told == [conversation]
    assert site.do(site.stage.has_password(NEW))


def test_recover_and_used_link(site: Site, tab: Watched) -> None:
    site.do(site.stage.approve(None))
    token = site.do(site.stage.link("recover"))
    tab.open(token)
    assert tab.page.locator("#old").count() == 0
    tab.look("recover")
    tab.fill(new=NEW, repeat=NEW).press("Tiếp tục")
    # A phone drops the tab while its owner reads the mail.
    tab.page.goto("about:blank")
    tab.page.go_back()
    assert tab.title() == "Nhập mã xác nhận"
    tab.fill(code=site.do(site.stage.last_code())).press("Hoàn tất")
    assert tab.title() == "Xong rồi ạ"
    tab.open(token)
    assert tab.title() == "Đường dẫn này không còn dùng được"
    tab.look("gone")


def test_resend(site: Site, tab: Watched) -> None:
    site.do(site.stage.approve(None))
    tab.open(site.do(site.stage.link("recover"))).fill(new=NEW, repeat=NEW).press("Tiếp tục")
    button = tab.page.locator("button[value=resend]")
    if tab.kind == "no-script":
        button.click()
        assert "sau 60 giây" in tab.alert()
        tab.look("resend-early")
        site.stage.clock.move(seconds=61)
    else:
        assert button.is_disabled()
        assert "(sau " in button.inner_text()
        site.stage.clock.move(seconds=61)
        tab.page.clock.install()
        tab.page.reload()
        tab.page.clock.run_for(61_000)
        assert button.inner_text() == "Gửi lại mã"
    button.click()
    tab.page.wait_for_load_state()
    assert len(site.do(site.stage.mails("otp"))) == 2


def test_show_and_hide(site: Site, tab: Watched) -> None:
    site.do(site.stage.approve(None))
    tab.open(site.do(site.stage.link("recover")))
    peek = tab.page.locator("[data-peek=new]")
    if tab.kind == "no-script":
        assert not peek.is_visible()
        return
    tab.fill(new=NEW)
    assert peek.get_attribute("aria-pressed") == "false"
    peek.click()
    assert tab.page.locator("#new").get_attribute("type") == "text"
    assert peek.inner_text() == "Ẩn"
    tab.look("shown")
    peek.click()
    assert tab.page.locator("#new").get_attribute("type") == "password"


def test_keyboard_alone(site: Site, tab: Watched) -> None:
    site.do(site.stage.approve(None))
    tab.open(site.do(site.stage.link("recover")))
    tab.page.locator("#new").focus()
    tab.page.keyboard.type(NEW)
    tab.page.locator("#repeat").focus()
    tab.page.keyboard.type(NEW)
    tab.page.keyboard.press("Enter")
    tab.page.locator("#code").focus()
    tab.page.keyboard.type(site.do(site.stage.last_code()))
    tab.page.keyboard.press("Enter")
    tab.page.get_by_role("heading", name="Xong rồi ạ").wait_for()


def test_strength_is_the_same_here_and_there(site: Site, browser: Browser) -> None:
    site.do(site.stage.approve(None))
    page = browser.new_page()
    page.goto(f"{site.url}/password/{site.do(site.stage.link('recover'))}")
    words = "a abc 12345678a matkhau123 Mật Khẩu@123 abcd1234 Hoa@2020 hoamai1960".split()
    words += ["k7mn-w4xq-3hfp", "CaPheSua79", "qwerty123"]
    words += [
        "mùa thu Hà Nội 1990",
        "aaaaaaa1",
        "日本語パス12",
        "đá bóng 2030",
        "conmeo12",
        "😀😀mèo12345",
        "thanhkhe2025",
    ]
    seen = page.evaluate(
        """async (words) => {
          const { strength } = await import("/static/password/password.js");
          const common = new Set(document.getElementById("strength").dataset.common.split(" "));
          return words.map((word) => strength(word, common));
        }""",
        words,
    )
    page.close()
    assert dict(zip(words, seen, strict=True)) == {word: int(strength(word)) for word in words}
