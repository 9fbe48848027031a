"""The chat page against the contract's API: talking, losing the connection, photos, refusals."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload

from tests.stage.browser import ChatPage, phone
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
HTML = "<img src=x onerror=alert(1)> <b>đậm</b> **sao** [x](javascript:alert(1)) &amp; _gạch_"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    running = FakeServer()
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["the client's id", "the stored id"])
def named_by_the_202(request: pytest.FixtureRequest, server: FakeServer) -> str:
    """The contract leaves open which id a 202 names: the page copes with both."""
    server.api.echoes_client_ids = request.param == "the client's id"
    return str(request.param)


@pytest.fixture
def base_url(server: FakeServer) -> str:
    return server.url


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = phone(browser)
    yield made
    made.close()


@pytest.fixture
def chat(base_url: str, context: BrowserContext) -> ChatPage:
    return ChatPage(context, base_url).open()


def photo(name: str = "the.png") -> FilePayload:
    content = io.BytesIO()
    Image.new("RGB", (80, 60), "#1769c4").save(content, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def test_asks_and_gets_the_answer_once_without_any_complaint_of_the_browser(chat: ChatPage) -> None:
    chat.ask("em quên mk")
    chat.wait_said("assistant", "em nghe: em quên mk")
    chat.ask("em quên mk")
    chat.wait_count("assistant", 3)
    chat.wait_settled()
    assert chat.said("contact") == ["em quên mk", "em quên mk"]
    assert chat.input.inner_text().strip() == ""
    assert chat.all_problems() == []


@pytest.mark.usefixtures("named_by_the_202")
def test_messages_that_are_sent_quickly_keep_their_order(chat: ChatPage, server: FakeServer) -> None:
    for number in range(6):
        chat.ask(f"câu {number}")
    chat.wait_count("assistant", 7)
    chat.wait_settled()
    assert [post["text"] for post in server.api.posts] == [f"câu {n}" for n in range(6)]
    assert chat.said("contact") == [f"câu {n}" for n in range(6)]


@pytest.mark.usefixtures("named_by_the_202")
def test_a_tapped_button_shows_its_title_and_stays_usable(chat: ChatPage, server: FakeServer) -> None:
    chat.starter("Đăng ký tài khoản VssID").click()
    chat.button("Đăng ký ngay").click()
    chat.wait_said("assistant", "em bắt đầu đăng ký")
    chat.starter("Địa chỉ cơ quan BHXH").click()
    chat.wait_said("assistant", "574A Trần Cao Vân")
    chat.wait_settled()
    assert chat.said("contact") == ["Đăng ký tài khoản VssID", "Đăng ký ngay", "Địa chỉ cơ quan BHXH"]
    payloads = [post.get("payload") for post in server.api.posts]
    assert payloads == ["/register_account", "/start_registration", "/lookup_agency"]
    link = chat.page.get_by_role("link", name="Trang VssID")
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in (link.get_attribute("rel") or "")


def test_a_double_tap_is_one_message(chat: ChatPage, server: FakeServer) -> None:
    chat.starter("Đăng ký tài khoản VssID").dblclick()
    chat.wait_said("assistant", "4 bước")
    chat.page.wait_for_timeout(300)
    assert len(server.api.posts) == 1


@pytest.mark.usefixtures("named_by_the_202")
def test_a_reload_keeps_the_conversation(chat: ChatPage) -> None:
    chat.starter("Đăng ký tài khoản VssID").click()
    chat.button("Đăng ký ngay").wait_for()
    chat.ask("nhân viên")
    chat.wait_said("agent", "em là Lan")
    before = {author: chat.said(author) for author in ("contact", "assistant", "agent", "system")}
    chat.page.reload()
    chat.wait_said("agent", "em là Lan")
    assert {author: chat.said(author) for author in before} == before
    assert chat.page.locator('[data-author="agent"]').inner_text().startswith("Nhân viên")
    chat.button("Đăng ký ngay").click()
    chat.wait_said("assistant", "em bắt đầu đăng ký")


@pytest.mark.usefixtures("named_by_the_202")
def test_what_is_sent_without_a_connection_arrives_once(
    chat: ChatPage, context: BrowserContext, server: FakeServer
) -> None:
    chat.ask("xin chào")
    chat.wait_said("assistant", "em nghe: xin chào")
    context.set_offline(True)
    chat.ask("mất mạng rồi")
    chat.banner.get_by_text("Mất kết nối, đang nối lại…").wait_for()
    assert chat.page.locator(".status").inner_text() in ("đang gửi…", "đang chờ gửi lại…")
    context.set_offline(False)
    chat.wait_said("assistant", "em nghe: mất mạng rồi")
    chat.banner.wait_for(state="hidden")
    chat.wait_settled()
    assert chat.said("contact") == ["xin chào", "mất mạng rồi"]
    assert [m["text"] for m in server.api.talk.messages if m["author"] == "contact"] == chat.said("contact")


def test_a_server_that_goes_and_comes_back_gets_everything_in_order(chat: ChatPage, server: FakeServer) -> None:
    chat.ask("một")
    chat.wait_said("assistant", "em nghe: một")
    server.stop()
    chat.ask("hai")
    chat.ask("ba")
    chat.banner.wait_for()
    server.start()
    chat.wait_said("assistant", "em nghe: ba")
    chat.banner.wait_for(state="hidden")
    assert [m["text"] for m in server.api.talk.messages if m["author"] == "contact"] == ["một", "hai", "ba"]
    assert chat.said("contact") == ["một", "hai", "ba"]


@pytest.mark.usefixtures("named_by_the_202")
def test_a_page_that_was_closed_in_between_sends_later(
    chat: ChatPage, context: BrowserContext, base_url: str, server: FakeServer
) -> None:
    context.set_offline(True)
    chat.ask("đóng trang trước khi gửi")
    chat.page.locator("#photo-file").set_input_files(photo())
    chat.page.locator(".photo img").wait_for()
    chat.page.close()
    context.set_offline(False)
    again = ChatPage(context, base_url).open()
    again.wait_said("assistant", "em nghe: đóng trang trước khi gửi")
    again.wait_said("assistant", "nhận được ảnh")
    again.wait_settled()
    again.wait_count("contact", 2)
    assert len(server.api.talk.messages) == 4


def test_an_answer_that_got_lost_is_asked_for_again_under_the_same_id(chat: ChatPage, server: FakeServer) -> None:
    server.api.swallow_answers = 2
    chat.ask("chỉ một lần")
    chat.wait_said("assistant", "em nghe: chỉ một lần")
    chat.wait_settled()
    chat.page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('vssid.outbox.'))")
    assert len({post["id"] for post in server.api.posts}) == 1 and len(server.api.posts) == 3
    assert chat.said("contact") == ["chỉ một lần"]


@pytest.mark.usefixtures("named_by_the_202")
def test_an_answer_that_got_lost_with_the_page_is_not_shown_twice(
    chat: ChatPage, context: BrowserContext, base_url: str, server: FakeServer
) -> None:
    server.api.swallow_answers = 1
    chat.ask("alo")
    chat.wait_said("assistant", "em nghe: alo")
    chat.page.close()
    again = ChatPage(context, base_url).open()
    again.wait_said("assistant", "em nghe: alo")
    again.page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('vssid.outbox.'))")
    again.wait_settled()
    assert again.said("contact") == ["alo"]


def test_markup_is_shown_as_it_was_typed(chat: ChatPage) -> None:
    chat.ask(HTML)
    chat.wait_said("assistant", "em nghe: <img")
    assert chat.said("contact") == [HTML]
    assert chat.said("assistant")[-1] == f"Dạ, em nghe: {HTML}"
    assert chat.page.locator(".words img, .words b, .words strong, .words em, .words a").count() == 0
    assert chat.all_problems() == []


def test_links_and_phone_numbers_can_be_tapped_but_insurance_numbers_and_examples_cannot(chat: ChatPage) -> None:
    chat.ask(
        "https://vssid.gov.vn/a?b=1. gọi 1900 9068, 0977455381 hay mã số BHXH 0712345678, javascript:alert(1). "
        "Số di động (ví dụ 0905123456)"
    )
    chat.wait_said("assistant", "em nghe: https")
    links = chat.page.locator('[data-author="assistant"] .words').last.locator("a")
    assert [link.get_attribute("href") for link in links.all()] == [
        "https://vssid.gov.vn/a?b=1",
        "tel:19009068",
        "tel:0977455381",
    ]


def test_a_photo_is_sent_with_its_words_and_seen_after_a_reload(chat: ChatPage, server: FakeServer) -> None:
    chat.input.fill("thẻ của em")
    chat.page.locator("#photo-file").set_input_files(photo())
    chat.wait_said("assistant", "nhận được ảnh")
    chat.wait_settled()
    assert server.api.posts[0]["text"] == "thẻ của em"
    assert server.api.posts[0]["file"][1] == "image/png"
    assert chat.page.locator(".photo img").count() == 1
    chat.page.reload()
    picture = chat.page.get_by_role("img", name="Ảnh anh/chị đã gửi")
    picture.wait_for()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 80
    assert chat.all_problems() == []


@pytest.mark.parametrize(("status", "message"), [(413, "Ảnh quá 10 MB ạ."), (415, "Tệp này không phải ảnh ạ.")])
def test_a_refused_photo_says_why_and_the_rest_goes_on(
    chat: ChatPage, server: FakeServer, status: int, message: str
) -> None:
    server.api.refuse_next(status, message)
    chat.page.locator("#photo-file").set_input_files(photo())
    chat.wait_said("system", message)
    assert chat.page.locator(".status").inner_text() == "chưa gửi được"
    chat.ask("vẫn hỏi được")
    chat.wait_said("assistant", "em nghe: vẫn hỏi được")
    assert chat.page.locator("[data-author]").last.inner_text() == "Dạ, em nghe: vẫn hỏi được"


def test_too_many_messages_are_sent_again_when_the_server_said(chat: ChatPage, server: FakeServer) -> None:
    server.api.refuse_next(429, "Chậm lại ạ.", Retry_After="1")
    started = time.monotonic()
    chat.ask("nhanh quá")
    chat.page.get_by_text("đang chờ gửi lại…").wait_for()
    chat.wait_said("assistant", "em nghe: nhanh quá")
    assert time.monotonic() - started >= 1
    assert len(server.api.posts) == 2
    assert chat.said("system") == []


@pytest.mark.parametrize("loss", ["unknown conversation", "wrong token"])
def test_a_conversation_that_is_gone_gives_way_to_a_new_one(chat: ChatPage, server: FakeServer, loss: str) -> None:
    chat.ask("trước")
    chat.wait_said("assistant", "em nghe: trước")
    if loss == "wrong token":
        server.api.talk.token = "changed"
    else:
        server.api.talks.clear()
    chat.ask("sau")
    chat.wait_said("assistant", "em nghe: sau")
    chat.wait_settled()
    assert chat.said("contact") == ["trước", "sau"]
    assert len(chat.said("system")) == 1 and "mở cuộc mới" in chat.said("system")[0]
    assert [m["text"] for m in server.api.talk.messages if m["author"] == "contact"] == ["sau"]


def test_the_position_is_sent_when_allowed(chat: ChatPage, context: BrowserContext, server: FakeServer) -> None:
    context.grant_permissions(["geolocation"], origin=chat.url)
    context.set_geolocation({"latitude": 16.0678901, "longitude": 108.19})
    chat.button("Gửi vị trí").click()
    chat.wait_said("assistant", "nhận được vị trí 16.06789")
    assert server.api.posts[0]["location"] == {"latitude": 16.06789, "longitude": 108.19}
    assert chat.said("contact") == ["📍 Vị trí của tôi"]


def test_a_refused_position_is_explained(chat: ChatPage, context: BrowserContext, server: FakeServer) -> None:
    context.clear_permissions()
    chat.button("Gửi vị trí").click()
    chat.wait_said("system", "chưa cho phép gửi vị trí")
    chat.button("Gửi vị trí").wait_for()
    assert server.api.posts == []


def test_long_texts_go_through_and_absurd_ones_stay_in_the_line(chat: ChatPage, server: FakeServer) -> None:
    chat.ask("á" * 3000)
    chat.wait_said("assistant", "em nghe: áá")
    assert len(server.api.posts[0]["text"]) == 3000
    chat.ask("b" * 20_001)
    chat.wait_said("system", "dài quá")
    assert len(server.api.posts) == 1
    assert len(chat.input.inner_text()) >= 20_001


def test_typing_is_shown_while_an_answer_is_on_its_way(chat: ChatPage, server: FakeServer) -> None:
    server.api.answer_delay = 1.2
    chat.ask("từ từ")
    chat.page.locator(".typing").wait_for()
    chat.wait_said("assistant", "em nghe: từ từ")
    chat.page.locator(".typing").wait_for(state="detached")
    assert chat.said("assistant")[-1] == "Dạ, em nghe: từ từ"


def test_shift_enter_makes_a_new_line_that_is_kept(chat: ChatPage, server: FakeServer) -> None:
    chat.input.click()
    chat.page.keyboard.type("dòng một")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("dòng hai")
    chat.button("Gửi").click()
    chat.wait_said("assistant", "dòng hai")
    assert server.api.posts[0]["text"] == "dòng một\ndòng hai"
    assert chat.said("contact") == ["dòng một\ndòng hai"]
