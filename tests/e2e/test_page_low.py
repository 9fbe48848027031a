"""The chat page where there is little height: a phone on its side, an open keyboard, a desk at 200 %.

Whatever the page offers elsewhere is in reach there too, and what is written and read still has room.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, ViewportSize, expect

from tests.e2e.test_page_look import FAINT, SMALL, UNNAMED
from tests.stage.browser import ChatPage
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
PHONES = [(640, 360), (740, 360), (360, 400), (320, 256), (568, 320), (360, 300)]
DESKS = [(640, 360), (960, 450)]
NAMES = {True: ("Chụp ảnh", "Chọn ảnh", "Gửi vị trí"), False: ("Gửi ảnh", "Gửi vị trí")}
# What a finger or a pointer would hit in the middle of it.
HIT = """(e) => {
  const { left, top, width, height } = e.getBoundingClientRect();
  const found = e.getRootNode().elementFromPoint(left + width / 2, top + height / 2);
  return e.contains(found);
}"""
FOCUSED = """() => {
  let e = document.activeElement;
  while (e.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  return e.getAttribute("aria-label") || e.textContent.trim();
}"""


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    running = FakeServer()
    running.start()
    yield running.url
    running.stop()


@pytest.fixture(
    params=[*((size, True) for size in PHONES), *((size, False) for size in DESKS)],
    ids=lambda given: f"{given[0][0]}x{given[0][1]}-{'phone' if given[1] else 'desk'}",
)
def chat(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[ChatPage]:
    (width, height), touch = request.param
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=height), is_mobile=touch, has_touch=touch, locale="vi-VN"
    )
    chat = ChatPage(context, base_url).open()
    chat.touch = touch  # type: ignore[attr-defined]
    chat.starter("Đăng ký tài khoản VssID").click()
    chat.button("Đăng ký ngay").wait_for()
    chat.wait_settled()
    yield chat
    context.close()


def tools(chat: ChatPage) -> list[Locator]:
    return [chat.button(name) for name in NAMES[chat.touch]]  # type: ignore[attr-defined]


def test_photos_the_position_and_the_hotline_are_in_reach(chat: ChatPage) -> None:
    hotline = chat.page.get_by_role("link", name="1900 9068").first
    for control in [*tools(chat), hotline, chat.button("Gửi"), chat.input]:
        expect(control).to_be_in_viewport(ratio=0.99)
        assert control.evaluate(HIT), control
    assert chat.page.evaluate(SMALL) == []
    assert chat.page.evaluate(UNNAMED) == []
    assert chat.page.evaluate(FAINT) == []
    with chat.page.expect_file_chooser():
        tools(chat)[0].click()


def test_there_is_room_to_read_and_to_write(chat: ChatPage) -> None:
    size, messages, line = chat.page.viewport_size, chat.page.locator("#messages"), chat.input.bounding_box()
    log = messages.bounding_box()
    assert size and log and line
    assert log["height"] >= size["height"] - 112 and log["width"] >= 240
    assert line["width"] >= 150 and line["y"] + line["height"] <= size["height"]
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert messages.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    chat.input.click()
    for number in range(8):
        chat.page.keyboard.type(f"dòng {number}")
        chat.page.keyboard.press("Shift+Enter")
    for control in tools(chat):
        expect(control).to_be_in_viewport(ratio=0.99)
    rest = messages.bounding_box()
    assert rest and rest["height"] >= 44
    chat.button("Gửi").click()
    chat.wait_said("assistant", "dòng 7")
    assert chat.all_problems() == []


def test_the_keyboard_goes_the_same_way_as_elsewhere(chat: ChatPage) -> None:
    chat.input.focus()
    way = []
    for _ in range(1 + len(NAMES[chat.touch])):  # type: ignore[attr-defined]
        chat.page.keyboard.press("Tab")
        way.append(chat.page.evaluate(FOCUSED))
    assert way[0] == "Gửi" and way[-1] == "Gửi vị trí"
    assert len(set(way)) == len(way)


def test_a_request_for_a_photo_lifts_the_buttons_out_here_too(chat: ChatPage) -> None:
    chat.ask("chụp giúp em MẶT SAU thẻ")
    chat.wait_said("assistant", "chụp giúp em MẶT SAU thẻ")
    expect(tools(chat)[0]).to_have_class(re.compile("wanted"))
    assert chat.page.evaluate(FAINT) == []


def test_an_opened_keyboard_moves_nothing_out_of_reach(browser: Browser, base_url: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True)
    chat = ChatPage(context, base_url).open()
    for height in (300, 640):
        chat.page.set_viewport_size(ViewportSize(width=360, height=height))
        for name in NAMES[True]:
            expect(chat.button(name)).to_be_in_viewport(ratio=0.99)
    context.close()
