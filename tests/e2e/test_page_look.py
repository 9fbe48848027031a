"""How the chat page looks and reads: sizes, contrast, names for screen readers, keyboard, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize

from tests.stage.browser import DESKTOP, PHONE, ChatPage
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
TALL = ViewportSize(width=412, height=915)
# Everything visible, deep-chat's shadow root included.
ALL = """
const all = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
const seen = all(document.body).filter((e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }));
"""
UNNAMED = (
    "() => {"
    + ALL
    + """
  return seen
    .filter((e) => e.matches("button, a[href], [role=button], [role=textbox], input"))
    .filter((e) => !(e.getAttribute("aria-label") || e.textContent).trim() || e.tabIndex < 0)
    .map((e) => e.outerHTML.slice(0, 120));
}"""
)
SMALL = (
    "() => {"
    + ALL
    + """
  return seen
    .filter((e) => e.matches("button, [role=button], a.choice, .top a, [role=textbox]"))
    .map((e) => [e, e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`);
}"""
)
FAINT = (
    "() => {"
    + ALL
    + """
  const channel = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (e) => {
    for (let at = e; at; at = at.parentElement ?? at.getRootNode().host) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  return seen
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {
      const one = light(parse(getComputedStyle(e).color)), two = light(behind(e));
      return [(Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05), e.textContent.trim().slice(0, 40)];
    })
    .filter(([ratio]) => ratio < 4.5);
}"""
)
LETTERS = (
    "() => {"
    + ALL
    + """
  return seen
    .filter((e) => e.matches(".words, .choice, .tool, [role=textbox], h1"))
    .map((e) => parseFloat(getComputedStyle(e).fontSize));
}"""
)


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    running = FakeServer()
    running.start()
    yield running.url
    running.stop()


def converse(context: BrowserContext, base_url: str) -> ChatPage:
    """A conversation that shows every kind of message."""
    chat = ChatPage(context, base_url).open()
    chat.starter("Đăng ký tài khoản VssID").click()
    chat.button("Đăng ký ngay").wait_for()
    chat.ask("nhân viên")
    chat.wait_said("agent", "em là Lan")
    chat.wait_settled()
    return chat


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def chat(request: pytest.FixtureRequest, browser: Browser, base_url: str) -> Iterator[ChatPage]:
    context = browser.new_context(viewport=request.param, locale="vi-VN")
    yield converse(context, base_url)
    context.close()


def test_everything_fits_and_the_line_to_write_in_is_in_sight(chat: ChatPage) -> None:
    size = chat.page.viewport_size
    assert size
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    inner = chat.page.locator("#messages").evaluate("e => e.scrollWidth - e.clientWidth")
    assert inner <= 0
    # Nothing around the messages can be moved, by whatever scrolls to something in it.
    frame = chat.page.locator("deep-chat").evaluate("e => e.scrollHeight - e.clientHeight")
    assert frame <= 0
    box = chat.input.bounding_box()
    column = chat.page.locator("body").bounding_box()
    assert box and column
    assert box["y"] + box["height"] <= size["height"]
    assert column["width"] <= 760
    assert abs(column["x"] * 2 + column["width"] - size["width"]) <= 1
    assert min(chat.page.evaluate(LETTERS)) >= 17


@pytest.mark.parametrize("height", [320, 280])
def test_the_line_to_write_in_stays_above_an_open_keyboard(browser: Browser, base_url: str, height: int) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    chat = converse(context, base_url)
    log = chat.page.locator("#messages").element_handle()
    chat.page.set_viewport_size(ViewportSize(width=360, height=height))
    chat.page.get_by_text("em là Lan").wait_for()
    chat.page.wait_for_function("e => e.scrollHeight - e.scrollTop - e.clientHeight < 2", arg=log)
    box, messages = chat.input.bounding_box(), chat.page.locator("#messages").bounding_box()
    context.close()
    assert box and messages
    assert box["y"] + box["height"] <= height
    assert messages["height"] >= 150


@pytest.mark.parametrize("size", [PHONE, TALL, DESKTOP], ids=["phone", "tall", "desktop"])
def test_the_line_to_write_in_takes_no_more_room_than_it_needs_on_a_first_visit(
    browser: Browser, base_url: str, size: ViewportSize
) -> None:
    context = browser.new_context(viewport=size, locale="vi-VN")
    chat = ChatPage(context, base_url).open()
    line, messages = chat.page.locator("#input").bounding_box(), chat.page.locator("#messages").bounding_box()
    context.close()
    assert line and messages
    assert line["height"] < 70
    assert abs(messages["y"] + messages["height"] - line["y"]) < 1


def test_every_control_has_a_name_a_place_in_the_tab_order_and_a_size_for_thumbs(chat: ChatPage) -> None:
    assert chat.page.evaluate(UNNAMED) == []
    assert chat.page.evaluate(SMALL) == []
    for name in ("Gửi", "Gửi ảnh", "Gửi vị trí"):
        assert chat.button(name).count() == 1
    assert chat.input.get_attribute("aria-label") == "Gõ tin nhắn cho trợ lý"


def test_letters_stand_out_from_what_is_behind_them(chat: ChatPage) -> None:
    chat.page.evaluate("document.getElementById('banner').hidden = false")
    chat.page.evaluate("document.getElementById('banner').textContent = 'Mất kết nối'")
    assert chat.page.evaluate(FAINT) == []


def test_new_answers_are_read_out_and_the_page_says_what_it_is(chat: ChatPage) -> None:
    log = chat.page.get_by_role("log")
    assert log.get_attribute("aria-live") == "polite"
    assert log.get_attribute("aria-busy") is None
    assert log.locator('[data-author="agent"]').get_attribute("aria-label") == "Nhân viên"
    assert chat.page.locator("html").get_attribute("lang") == "vi"
    assert chat.page.title() == "Trợ lý VssID – BHXH quận Thanh Khê"
    assert chat.page.get_by_role("heading", level=1).count() == 1
    assert chat.page.get_by_role("link", name="1900 9068").first.get_attribute("href") == "tel:19009068"


def test_the_keyboard_reaches_a_button_and_presses_it(browser: Browser, base_url: str) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    chat = ChatPage(context, base_url).open()
    focused = "() => { let e = document.activeElement; while (e.shadowRoot) e = e.shadowRoot.activeElement; return e; }"
    for _ in range(6):
        chat.page.keyboard.press("Tab")
        if chat.page.evaluate(f"({focused})().textContent") == "Đăng ký tài khoản VssID":
            break
    outline = chat.page.evaluate(f"getComputedStyle(({focused})()).outlineWidth")
    chat.page.keyboard.press("Enter")
    chat.wait_said("assistant", "4 bước")
    chat.input.focus()
    chat.page.keyboard.type("bàn phím")
    chat.page.keyboard.press("Tab")
    chat.page.keyboard.press("Space")
    chat.wait_said("assistant", "em nghe: bàn phím")
    context.close()
    assert float(outline.removesuffix("px")) >= 2


def test_without_javascript_there_is_still_a_way_to_get_help(browser: Browser, base_url: str) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(base_url)
    text = page.locator("main").inner_text()
    context.close()
    assert "574A Trần Cao Vân" in text
    assert "1900 9068" in text


def test_a_page_whose_scripts_do_not_come_says_so(browser: Browser, base_url: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    page = context.new_page()
    page.clock.install()
    page.route("**/deepChat.bundle.js", lambda route: route.abort())
    page.goto(base_url)
    page.clock.run_for(25_000)
    page.get_by_text("chưa mở được").wait_for(timeout=5_000)
    context.close()


def test_a_long_answer_is_read_from_its_beginning(browser: Browser, base_url: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="vi-VN")
    chat = converse(context, base_url)
    chat.starter("Cài ứng dụng VssID").click()
    chat.wait_said("assistant", "một dòng nữa")
    chat.page.wait_for_timeout(300)
    answer = chat.page.locator('[data-author="assistant"]').last.bounding_box()
    messages = chat.page.locator("#messages").bounding_box()
    context.close()
    assert answer and messages
    assert 0 < answer["y"] - messages["y"] < 40
