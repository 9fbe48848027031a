"""A fault of the chat page itself, while it shows a message: told once, to the console; nothing else stops for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.stage.browser import ChatPage, phone
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
# Each of them stops the drawing at another place.
FAULTY: dict[str, dict[str, Any]] = {
    "a button that is none": {"text": "Tin có nút lạ", "buttons": [None]},
    "no list of buttons": {"text": "Tin không có nút", "buttons": None},
    "an attachment that is none": {"text": "Tin có tệp lạ", "attachments": [None]},
}


@pytest.fixture
def server() -> Iterator[FakeServer]:
    running = FakeServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = phone(browser)
    yield made
    made.close()


@pytest.fixture
def chat(context: BrowserContext, server: FakeServer) -> ChatPage:
    chat = ChatPage(context, server.url).open()
    chat.ask("xin chào")
    chat.wait_said("assistant", "em nghe: xin chào")
    return chat


def put(server: FakeServer, text: Any, **parts: Any) -> None:
    """A message as no server of ours sends it."""
    message = server.api.talk.add("assistant", text)
    message.update(parts)


def wait_and_see(chat: ChatPage) -> None:
    # Longer than the banner waits before it tells of a lost connection, and than the first tries again.
    chat.page.wait_for_timeout(2500)
    assert chat.banner.is_hidden()
    assert len(chat.all_problems()) == 1, chat.all_problems()


@pytest.mark.parametrize("kind", FAULTY)
def test_a_message_that_can_not_be_drawn_is_shown_as_its_words(chat: ChatPage, server: FakeServer, kind: str) -> None:
    parts = dict(FAULTY[kind])
    text = parts.pop("text")
    put(server, text, **parts)
    chat.wait_said("assistant", text)
    chat.ask("còn sau đó")
    chat.wait_said("assistant", "em nghe: còn sau đó")
    wait_and_see(chat)
    assert chat.said("assistant")[-2:] == [text, "Dạ, em nghe: còn sau đó"]
    assert chat.page.locator("[data-slot], .outer-message-container:not([data-author])").count() == 0
    chat.button("Gặp nhân viên").click()
    chat.wait_said("contact", "Gặp nhân viên")


@pytest.mark.parametrize("text", [None, 7, {"no": "text"}])
def test_a_message_without_words_is_passed_over_with_a_word(chat: ChatPage, server: FakeServer, text: Any) -> None:
    put(server, text, buttons=[None])
    chat.wait_said("system", "chưa hiện được")
    chat.ask("còn sau đó")
    chat.wait_said("assistant", "em nghe: còn sau đó")
    wait_and_see(chat)
    assert len(chat.said("system")) == 1


def test_after_a_reload_it_is_the_same(chat: ChatPage, server: FakeServer) -> None:
    put(server, "Tin có nút lạ", buttons=[None])
    chat.wait_said("assistant", "Tin có nút lạ")
    chat.problems.clear()
    chat.page.reload()
    chat.wait_said("assistant", "Tin có nút lạ")
    chat.ask("còn sau đó")
    chat.wait_said("assistant", "em nghe: còn sau đó")
    wait_and_see(chat)
    assert chat.said("assistant").count("Tin có nút lạ") == 1


def test_a_sent_message_is_not_called_refused_because_its_bubble_has_a_fault(
    chat: ChatPage, server: FakeServer
) -> None:
    """A thing that goes wrong in the browser while the page notes that a message got through."""
    chat.page.evaluate(
        """() => {
          const remove = Element.prototype.remove;
          Element.prototype.remove = function () {
            if (!this.classList.contains("status")) return remove.call(this);
            Element.prototype.remove = remove;
            throw new Error("out of order");
          };
        }"""
    )
    chat.ask("đã tới nơi")
    chat.wait_said("assistant", "em nghe: đã tới nơi")
    wait_and_see(chat)
    assert chat.page.get_by_text("chưa gửi được").count() == 0
    assert chat.said("system") == []
    assert [m["text"] for m in server.api.talk.messages if m["author"] == "contact"] == ["xin chào", "đã tới nơi"]
