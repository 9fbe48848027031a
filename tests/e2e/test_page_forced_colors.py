"""The chat page in forced colours (Windows' contrast themes): each control is still seen as one."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, ViewportSize

from tests.stage.browser import DESKTOP, PHONE, ChatPage
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
LOW = ViewportSize(width=640, height=360)


@pytest.fixture(params=[(PHONE, True), (DESKTOP, False), (LOW, True)], ids=["phone", "desktop", "low"])
def chat(request: pytest.FixtureRequest, browser: Browser) -> Iterator[ChatPage]:
    server = FakeServer()
    server.start()
    size, touch = request.param
    context = browser.new_context(
        viewport=size, is_mobile=touch, has_touch=touch, locale="vi-VN", forced_colors="active"
    )
    opened = ChatPage(context, server.url).open()
    opened.server = server  # type: ignore[attr-defined]
    yield opened
    context.close()
    server.stop()


def picture(part: Locator) -> Image.Image:
    return Image.open(io.BytesIO(part.screenshot())).convert("L")


def spread(image: Image.Image) -> int:
    darkest, lightest = image.getextrema()
    return int(lightest) - int(darkest)  # type: ignore[arg-type] # one band


def test_every_control_has_an_edge_and_something_in_it(chat: ChatPage) -> None:
    chat.starter("Đăng ký tài khoản VssID").click()
    chat.button("Đăng ký ngay").wait_for()
    chat.starter("Cài ứng dụng VssID").click()
    chat.wait_said("assistant", "một dòng nữa")
    chat.wait_settled()
    # Scrolled up, so that the button that leads down is there; it goes once the others are looked for.
    chat.page.locator("#messages").evaluate("e => (e.scrollTop = 0)")
    more = chat.page.locator(".more")
    more.wait_for()
    controls = [one for one in chat.page.locator("button, .choice, [role=button]").all() if one.is_visible()]
    assert len(controls) >= 10
    for control in [more, *(one for one in controls if one.get_attribute("class") != "more")]:
        control.scroll_into_view_if_needed()
        shot = picture(control)
        width, height = shot.size
        name = control.get_attribute("aria-label") or control.inner_text()
        # Down the middle of its upper edge, and what is within its edges.
        assert spread(shot.crop((width // 2 - 1, 0, width // 2 + 1, 6))) > 100, f"{name}: no edge"
        assert spread(shot.crop((8, 8, width - 8, height - 8))) > 100, f"{name}: nothing in it"
    assert chat.all_problems() == []


def test_what_is_on_its_way_and_what_is_asked_for_are_seen(chat: ChatPage) -> None:
    asked = "chụp giúp em MẶT SAU thẻ"
    before = chat.page.locator("#photo-button").evaluate("e => getComputedStyle(e).borderColor")
    chat.ask(asked)
    chat.wait_said("assistant", asked)
    after = chat.page.locator("#photo-button").evaluate("e => getComputedStyle(e).borderColor")
    assert before != after
    chat.server.api.answer_delay = 3  # type: ignore[attr-defined]
    chat.ask("từ từ")
    dots = chat.page.locator(".dots")
    dots.wait_for()
    chat.page.emulate_media(reduced_motion="reduce")
    assert spread(picture(dots)) > 100


def test_the_head_of_the_page_ends_somewhere(chat: ChatPage) -> None:
    head = picture(chat.page.locator(".top"))
    width, height = head.size
    assert spread(head.crop((width // 2, height - 4, width // 2 + 2, height))) > 100
