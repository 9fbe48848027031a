"""The chat page in a browser, on the whole product: ask, tap, reload, lose the connection and come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from helpdesk.guide.guide import load_guide
from tests.stage.browser import DESKTOP, ChatPage, phone
from tests.stage.product import ROOT, Product

pytestmark = pytest.mark.browser


@pytest.fixture
def chat(browser: Browser, product: Product) -> Iterator[ChatPage]:
    context = phone(browser)
    yield ChatPage(context, product.url, timeout=20_000).open()
    context.close()


def first_line(answer: str) -> str:
    return load_guide(ROOT / "data").get(answer).text.strip().splitlines()[0]


def test_asks_taps_reloads(chat: ChatPage) -> None:
    chat.ask("em quen mk vssid roi lay lai sao a")
    chat.wait_said("assistant", first_line("forgot_password"))
    chat.button("Xem chi tiết").last.click()
    chat.wait_said("contact", "Xem chi tiết")
    chat.wait_count("assistant", 3 if chat.said("assistant")[0].startswith("Dạ, em chào") else 2)
    before = [chat.said("contact"), chat.said("assistant")[-2:]]
    chat.page.reload()
    chat.wait_said("contact", "Xem chi tiết")
    chat.wait_said("assistant", before[1][-1].splitlines()[0])
    assert [chat.said("contact"), chat.said("assistant")[-2:]] == before
    assert chat.all_problems() == []


def test_what_was_written_without_a_connection_arrives_once(chat: ChatPage) -> None:
    chat.ask("xin chào")
    chat.wait_said("assistant", first_line("greet"))
    chat.page.context.set_offline(True)
    chat.ask("bhxh thanh khê nằm ở đâu")
    chat.banner.wait_for()
    chat.page.context.set_offline(False)
    chat.wait_said("assistant", first_line("lookup_agency"))
    assert chat.said("contact").count("bhxh thanh khê nằm ở đâu") == 1


def test_the_bot_is_killed_and_the_page_goes_on(chat: ChatPage, product: Product) -> None:
    chat.ask("xin chào")
    chat.wait_said("assistant", first_line("greet"))
    assert product.kill("bot")
    chat.ask("chưa nhận được mã otp")
    chat.wait_said("assistant", first_line("otp_not_received"))
    assert chat.said("contact").count("chưa nhận được mã otp") == 1


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_nothing_sticks_out(browser: Browser, product: Product, size: str, tmp_path: Path) -> None:
    context = phone(browser) if size == "phone" else browser.new_context(viewport=DESKTOP, locale="vi-VN")
    chat = ChatPage(context, product.url, timeout=20_000).open()
    chat.ask("đăng ký tài khoản vssid")
    chat.wait_said("assistant", first_line("reg_consent"))
    width = chat.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    chat.page.screenshot(path=str(tmp_path / f"{size}.png"))
    context.close()
