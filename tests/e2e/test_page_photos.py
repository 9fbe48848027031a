"""Photos on the chat page, on a phone: the camera, heavy ones, how far they are, what is in sight afterwards."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Route, expect

from samples.cards.faces import portrait
from tests.stage.browser import DESKTOP, ChatPage, phone
from tests.stage.fake_api import FakeServer

pytestmark = pytest.mark.browser
UNDER_WAY = re.compile(r"đang gửi ảnh… \d+ %")


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
    return ChatPage(context, server.url).open()


@pytest.fixture(scope="module")
def heavy() -> FilePayload:
    """Twelve megapixels, held upright: it lies on its side in the file, and its red corner comes to the upper right."""
    grain = np.random.default_rng(1).integers(0, 256, (3000, 4000, 3), dtype=np.uint8)
    grain[:400, :400] = (255, 0, 0)
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(grain).save(file, "JPEG", quality=70, exif=exif)
    assert 4_000_000 < file.tell() < 10_000_000
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def light(name: str = "the.jpg") -> FilePayload:
    file = io.BytesIO()
    portrait(3).save(file, "JPEG", quality=90)
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


def choose(chat: ChatPage, photo: FilePayload) -> None:
    chat.page.locator("#photo-file").set_input_files(photo)


def test_a_heavy_photo_is_sent_smaller_and_upright(chat: ChatPage, server: FakeServer, heavy: FilePayload) -> None:
    choose(chat, heavy)
    chat.page.locator(".photo img").wait_for()
    chat.wait_said("assistant", "nhận được ảnh")
    content, media_type = server.api.posts[0]["file"]
    sent = Image.open(io.BytesIO(content))
    assert (media_type, sent.size) == ("image/jpeg", (2250, 3000))
    assert len(content) < len(heavy["buffer"])
    red, green, _ = sent.convert("RGB").getpixel((2200, 50))  # type: ignore[misc] # three of them in RGB
    assert red > 200 and green < 60
    assert chat.all_problems() == []


def test_a_light_photo_is_sent_as_it_is(chat: ChatPage, server: FakeServer) -> None:
    choose(chat, light())
    chat.wait_said("assistant", "nhận được ảnh")
    assert server.api.posts[0]["file"][0] == light()["buffer"]


def test_what_a_browser_can_not_make_lighter_is_refused_before_it_is_sent(chat: ChatPage, server: FakeServer) -> None:
    choose(chat, {"name": "quet.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + bytes(11_000_000)})
    chat.wait_said("system", "nặng quá")
    assert chat.page.locator('[data-author="contact"]').inner_text().split() == ["quet.pdf", "chưa", "gửi", "được"]
    chat.ask("vẫn hỏi được")
    chat.wait_said("assistant", "em nghe: vẫn hỏi được")
    assert [post.get("text") for post in server.api.posts] == ["vẫn hỏi được"]


def test_a_refused_file_that_no_browser_shows_has_its_name(chat: ChatPage, server: FakeServer) -> None:
    server.api.refuse_next(415, "Đây là ảnh HEIC ạ.")
    choose(chat, {"name": "IMG_7.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(500)})
    chat.wait_said("system", "ảnh HEIC")
    chat.page.locator(".photo", has_text="IMG_7.heic").wait_for()
    assert chat.page.locator(".photo img").count() == 0


def test_how_far_a_photo_is_can_be_seen(
    chat: ChatPage, context: BrowserContext, server: FakeServer, heavy: FilePayload
) -> None:
    line = context.new_cdp_session(chat.page)
    slow = {"offline": False, "latency": 20, "downloadThroughput": 1_000_000, "uploadThroughput": 700_000}
    line.send("Network.emulateNetworkConditions", slow)
    choose(chat, heavy)
    status = chat.page.locator(".status")
    expect(status).to_have_text(UNDER_WAY)
    expect(status).to_be_in_viewport()
    chat.wait_said("assistant", "nhận được ảnh")
    chat.wait_settled()
    assert len(server.api.posts) == 1


def test_a_photo_whose_sending_breaks_off_is_sent_again(chat: ChatPage, server: FakeServer) -> None:
    broken: list[str] = []

    def break_once(route: Route) -> None:
        if route.request.method == "POST" and not broken:
            broken.append(route.request.url)
            return route.abort("connectionreset")
        return route.continue_()

    chat.page.route("**/messages", break_once)
    choose(chat, light())
    chat.wait_said("assistant", "nhận được ảnh")
    chat.wait_settled()
    assert broken and len(server.api.posts) == 1
    chat.wait_count("contact", 1)


def test_the_answer_to_a_photo_is_in_sight_and_so_is_what_is_being_done(chat: ChatPage, server: FakeServer) -> None:
    server.api.answer_delay = 1.0
    for number in (1, 2):
        choose(chat, light(f"{number}.jpg"))
        chat.page.get_by_text("Trợ lý đang xem ảnh").wait_for()
        expect(chat.page.locator(".typing")).to_be_in_viewport(ratio=1)
        expect(chat.page.locator(".photo img").last).to_be_in_viewport()
        chat.wait_count("assistant", 1 + number)
        expect(chat.page.locator('[data-author="assistant"] .words').last).to_be_in_viewport(ratio=1)


def test_the_camera_has_a_button_of_its_own_on_a_phone_only(
    chat: ChatPage, browser: Browser, server: FakeServer
) -> None:
    with chat.page.expect_file_chooser() as opened:
        chat.button("Chụp ảnh").click()
    assert chat.page.locator("#camera-file").get_attribute("capture") == "environment"
    assert not opened.value.is_multiple()
    opened.value.set_files(light())
    chat.wait_said("assistant", "nhận được ảnh")
    with chat.page.expect_file_chooser() as opened:
        chat.button("Chọn ảnh").click()
    assert opened.value.is_multiple()
    desk = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    there = ChatPage(desk, server.url).open()
    shown = [there.button(name).count() for name in ("Chụp ảnh", "Gửi ảnh", "Gửi vị trí")]
    desk.close()
    assert shown == [0, 1, 1]


def test_a_request_for_a_photo_lifts_its_buttons_out_and_closes_the_keyboard(
    chat: ChatPage, server: FakeServer
) -> None:
    camera, answered = chat.page.locator("#camera-button"), "chụp giúp em MẶT SAU thẻ"
    chat.ask(answered)
    chat.wait_said("assistant", answered)
    expect(camera).to_have_class(re.compile("wanted"))
    expect(chat.input).not_to_be_focused()
    server.api.refuse_next(415, "Không phải ảnh ạ.")
    choose(chat, light())
    chat.wait_said("system", "Không phải ảnh")
    expect(camera).to_have_class(re.compile("wanted"))
    choose(chat, light())
    chat.wait_said("assistant", "nhận được ảnh")
    expect(camera).not_to_have_class(re.compile("wanted"))
    chat.ask("một câu hỏi")
    chat.wait_said("assistant", "một câu hỏi")
    expect(camera).not_to_have_class(re.compile("wanted"))
    expect(chat.input).to_be_focused()


def test_what_lies_below_is_said_and_reached_by_a_tap(chat: ChatPage) -> None:
    more, choice = chat.page.locator(".more"), chat.page.locator(".choice", has_text="Xem chi tiết")
    chat.starter("Cài ứng dụng VssID").click()
    chat.wait_said("assistant", "một dòng nữa")
    expect(choice).not_to_be_in_viewport()
    expect(more).to_be_in_viewport(ratio=1)
    more.click()
    expect(choice).to_be_in_viewport(ratio=1)
    expect(more).to_be_hidden()
