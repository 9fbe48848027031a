"""The office's console in a browser, on a phone and on a desk: log in, look, decide, with two officers at once."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect

from helpdesk.registration.model import Registration
from tests.stage.browser import DESKTOP, ChatPage, phone
from tests.stage.console_desk import Desk, open_desk

pytestmark = pytest.mark.browser
QR = "048155000001|201234567|Trần Thị Bẩy|08031955|Nữ|Tân Chính, Thanh Khê, Đà Nẵng|02092021"
# Set to a folder to keep a picture of every page that the tests come by.
_PICTURES = os.environ.get("CONSOLE_PICTURES")


class Office:
    """The console on a free port, in a thread of its own; `run` does something behind the pages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._stack = AsyncExitStack()
        self.desk: Desk
        self.url = ""

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def start(self) -> None:
        self._thread.start()
        self.run(self._open())

    async def _open(self) -> None:
        self.desk = await self._stack.enter_async_context(open_desk(self._folder))
        # Its own address is known only once it listens: the console gets it with the requests' Host.
        config = uvicorn.Config(self.desk.app(), port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

        async def stop() -> None:
            server.should_exit = True
            await serving

        self._stack.push_async_callback(stop)

    def stop(self) -> None:
        self.run(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


class Officer:
    """A person of the staff and what went wrong on the pages."""

    def __init__(self, office: Office, context: BrowserContext, name: str) -> None:
        self.tab = ChatPage(context, f"{office.url}/console")
        self.page: Page = self.tab.page
        self._office = office
        self._name = name
        self._device = "phone" if context.pages[0].viewport_size == {"width": 360, "height": 640} else "desk"

    def log_in(self) -> Officer:
        password = self._office.run(self._office.desk.agents.create(self._name))
        self.page.goto(f"{self._office.url}/console")
        self.picture("login")
        self.page.get_by_label("Tên đăng nhập").fill(self._name)
        self.page.get_by_label("Mật khẩu").fill(password)
        self.page.get_by_role("button", name="Đăng nhập").click()
        self.page.get_by_role("heading", level=1).wait_for()
        return self

    def open(self, case: Registration) -> None:
        self.page.goto(f"{self._office.url}/console/cases/{case.id}")

    def picture(self, name: str, whole: bool = True) -> None:
        self.page.wait_for_load_state("load")
        # Whatever the page: nothing sticks out sideways.
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), self.page.url
        if _PICTURES:
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=f"{_PICTURES}/{name}-{self._device}.png", full_page=whole)

    def problems(self) -> list[str]:
        return self.tab.all_problems()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    running = Office(tmp_path)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["phone", "desk"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    made = phone(browser) if request.param == "phone" else browser.new_context(viewport=DESKTOP, locale="vi-VN")
    yield made
    made.close()


@pytest.fixture
def lan(office: Office, context: BrowserContext) -> Officer:
    return Officer(office, context, "Lan").log_in()


@pytest.fixture
def minh(office: Office, browser: Browser) -> Iterator[Officer]:
    other = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    yield Officer(office, other, "Minh").log_in()
    other.close()


def file_some(office: Office) -> list[Registration]:
    return [
        office.run(office.desk.file(hours, full_name=name))
        for hours, name in ((26, "Lê Văn Tám"), (21, "Nguyễn Hoàng Phương Thảo Vy"), (13, "Trần Thị Bảy"), (1, "Đỗ Ba"))
    ]


def test_the_queue_comes_to_life_by_itself(office: Office, lan: Officer) -> None:
    lan.page.get_by_role("heading", name="Không có hồ sơ nào chờ").wait_for()
    lan.picture("queue-empty")
    file_some(office)
    lan.page.get_by_role("heading", name="4 hồ sơ đang chờ").wait_for(timeout=15_000)
    assert lan.page.title().startswith("Hồ sơ chờ (4)")
    lan.picture("queue")
    names = lan.page.locator(".queue-name").all_inner_texts()
    assert names[0] == "Lê Văn Tám" and names[-1] == "Đỗ Ba"
    assert lan.problems() == []


def test_photos_turn_and_grow_and_stay_turned(office: Office, lan: Officer) -> None:
    lan.open(office.run(office.desk.file(13, codes=(QR,), sex="nam", full_name="Lê Văn Tám")))
    lan.picture("case")
    image = lan.page.locator(".photo img").nth(1)
    lan.page.get_by_role("button", name="Xoay CCCD mặt trước").click()
    expect(image).to_have_attribute("data-turns", "1")
    lan.page.get_by_role("button", name="Phóng to CCCD mặt trước").click()
    viewer = lan.page.locator("dialog[open]")
    canvas = viewer.locator("canvas")
    upright = canvas.bounding_box()
    assert upright and upright["height"] > upright["width"]
    lan.picture("viewer", whole=False)
    for _ in range(4):
        viewer.get_by_role("button", name="Phóng to").click()
    grown = canvas.bounding_box()
    assert grown and grown["width"] > 4 * upright["width"]
    ground = viewer.locator(".viewer-ground")
    assert ground.evaluate("(it) => it.scrollWidth > it.clientWidth && it.scrollLeft > 0")
    lan.picture("viewer-grown", whole=False)
    viewer.get_by_role("button", name="Xoay").click()
    lan.page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(image).to_have_attribute("data-turns", "2")
    looks = office.run(office.desk.deeds("photo_viewed"))
    assert sorted(look[3] for look in looks) == ["back", "front", "portrait"]
    assert lan.problems() == []


def test_approving_takes_two_taps_and_leads_on(office: Office, lan: Officer) -> None:
    first, second, *_ = file_some(office)
    lan.page.goto(f"{office.url}/console")
    lan.page.get_by_role("link", name="Xử lý hồ sơ chờ lâu nhất").click()
    lan.page.wait_for_url(f"**/cases/{first.id}")
    lan.page.get_by_role("button", name="Duyệt hồ sơ").click()
    lan.picture("approve")
    lan.page.get_by_role("button", name="Đúng, duyệt hồ sơ").click()
    lan.page.wait_for_url(f"**/cases/{second.id}*")
    lan.page.get_by_text(f"Đã duyệt hồ sơ {first.case_code}.").wait_for()
    lan.picture("next")
    assert [told.id for told in office.desk.told] == [first.id]
    lan.page.goto(f"{office.url}/console/decided")
    lan.picture("decided")
    lan.page.goto(f"{office.url}/console/audit")
    lan.picture("audit")
    assert lan.problems() == []


def test_sending_back_shows_the_very_words_first(office: Office, lan: Officer) -> None:
    case = office.run(office.desk.file(3))
    lan.open(case)
    lan.page.get_by_role("link", name="Trả lại để sửa").click()
    lan.page.get_by_label("Ảnh CCCD mặt trước", exact=True).check()
    lan.page.get_by_label("Lý do: Ảnh CCCD mặt trước").select_option("blurred")
    lan.page.get_by_label("Lời nhắn thêm").fill("Bác chụp gần cửa sổ nhé.")
    lan.picture("reject-form")
    lan.page.get_by_role("button", name="Xem lại rồi trả lại").click()
    letter = lan.page.locator("blockquote")
    expect(letter).to_contain_text("Ảnh CCCD mặt trước: ảnh bị mờ")
    lan.picture("reject")
    lan.page.get_by_role("button", name="Sửa lời nhắn").click()
    expect(lan.page.get_by_label("Lời nhắn thêm")).to_have_value("Bác chụp gần cửa sổ nhé.")
    expect(lan.page.get_by_label("Ảnh CCCD mặt trước", exact=True)).to_be_checked()
    lan.page.get_by_role("button", name="Xem lại rồi trả lại").click()
    lan.page.get_by_role("button", name="Đúng, trả lại hồ sơ").click()
    lan.page.get_by_text(f"Đã trả lại hồ sơ {case.case_code}.").wait_for()
    [told] = office.desk.told
    assert told.repair == ("front",) and told.reason and told.reason.endswith("Bác chụp gần cửa sổ nhé.")
    assert lan.problems() == []


def test_the_second_officer_sees_it_while_looking_and_when_deciding(
    office: Office, lan: Officer, minh: Officer
) -> None:
    case = office.run(office.desk.file(5))
    for officer in (lan, minh):
        officer.open(case)
    minh.page.get_by_text("Lan đã mở lúc").wait_for()
    minh.picture("colleague")
    lan.page.get_by_role("button", name="Duyệt hồ sơ").click()
    lan.page.get_by_role("button", name="Đúng, duyệt hồ sơ").click()
    lan.page.get_by_role("heading", name="Không có hồ sơ nào chờ").wait_for()
    # Without a reload: the buttons go as soon as the page hears of it.
    minh.page.get_by_text("Lan đã duyệt hồ sơ này lúc").wait_for(timeout=15_000)
    expect(minh.page.get_by_role("button", name="Duyệt hồ sơ")).to_be_hidden()
    # And whoever was faster than that gets the same answer.
    minh.page.evaluate("document.querySelector('.bar').hidden = false")
    minh.page.get_by_role("button", name="Duyệt hồ sơ").click()
    minh.page.get_by_text("Quyết định của anh/chị chưa được ghi. Lan đã duyệt hồ sơ này lúc").wait_for()
    minh.picture("too-late")
    assert len(office.desk.told) == 1
    # The browser itself notes the 409 on its console.
    assert [problem for problem in minh.problems() if "409" not in problem] == []


def test_everything_is_done_with_the_keyboard(office: Office, lan: Officer) -> None:
    case = office.run(office.desk.file(3))
    lan.page.goto(f"{office.url}/console")

    def tab_to(name: str) -> None:
        for _ in range(80):
            lan.page.keyboard.press("Tab")
            held = lan.page.evaluate(
                "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
            )
            if held.startswith(name):
                return
        raise AssertionError(f"the keyboard never gets to {name}")

    tab_to("Trần Thị Bảy")
    lan.page.keyboard.press("Enter")
    lan.page.wait_for_url(f"**/cases/{case.id}")
    tab_to("Phóng to Ảnh chân dung")
    lan.page.keyboard.press("Enter")
    lan.page.locator("dialog[open]").wait_for()
    lan.page.keyboard.press("+")
    lan.page.keyboard.press("Escape")
    tab_to("Duyệt hồ sơ")
    lan.page.keyboard.press("Enter")
    # A second Enter that slipped confirms nothing.
    expect(lan.page.get_by_role("heading", name="Duyệt hồ sơ này?")).to_be_focused()
    lan.page.keyboard.press("Enter")
    lan.page.keyboard.press("Tab")
    expect(lan.page.get_by_role("button", name="Đúng, duyệt hồ sơ")).to_be_focused()
    lan.page.keyboard.press("Enter")
    lan.page.get_by_text(f"Đã duyệt hồ sơ {case.case_code}.").wait_for()
    assert lan.problems() == []


def test_what_needs_a_look_is_listed_sent_again_and_seen(office: Office, lan: Officer) -> None:
    case, desk = office.run(office.desk.file(3)), office.desk
    lan.page.goto(f"{office.url}/console/attention")
    expect(lan.page.get_by_text("Không có mục nào.")).to_have_count(3)
    lan.picture("attention-empty")
    office.run(desk.give_up("1"))
    office.run(desk.give_up("9", "Telegram chưa nhận tin (TimedOut)."))
    office.run(desk.fail_mail("first_password", case.id))
    for number in range(3):
        office.run(desk.fail_mail("otp", str(number), timedelta(minutes=5)))
    office.run(desk.thumbs_down("Máy tôi cũ quá, mở CH Play lên không thấy ứng dụng thì cài kiểu gì hả cháu?"))
    office.run(desk.thumbs_down(f"{'Chữ' * 60} {'dài lắm ' * 60}", "89"))
    lan.page.get_by_role("link", name="Cần xem").click()
    expect(lan.page.get_by_role("link", name="Cần xem")).to_contain_text("8")
    lan.picture("attention")
    replies = lan.page.get_by_role("region", name="Tin nhắn không tới người dân")
    replies.locator("li", has_text=case.case_code or "").get_by_role("button", name="Gửi lại").click()
    lan.page.get_by_text("Trợ lý đang gửi lại tin này.").wait_for()
    lan.picture("attention-again")
    mails = lan.page.get_by_role("region", name="Thư không gửi được")
    mails.get_by_role("button", name="Đã xem cả 3 mục không gửi lại được").click()
    lan.page.get_by_text("Đã ghi là anh/chị đã xem.").wait_for()
    expect(mails.get_by_role("listitem")).to_have_count(1)
    answers = lan.page.get_by_role("region", name="Câu trả lời chưa giúp được")
    answers.get_by_role("button", name="Đã xem", exact=True).first.click()
    expect(answers.get_by_role("listitem")).to_have_count(1)
    expect(lan.page.get_by_role("link", name="Cần xem")).to_contain_text("3")
    mails.get_by_role("link", name=case.case_code).click()
    lan.page.get_by_text("Ai đã xem và làm gì").click()
    expect(lan.page.locator(".history")).to_contain_text("Lan gửi lại tin không tới nơi")
    lan.picture("attention-case")
    assert lan.problems() == []


def test_lost_connections_are_told_and_mend_themselves(lan: Officer) -> None:
    lan.page.context.set_offline(True)
    lan.page.get_by_text("Mất kết nối với máy chủ").wait_for(timeout=15_000)
    lan.page.context.set_offline(False)
    lan.page.get_by_text("Mất kết nối với máy chủ").wait_for(state="hidden", timeout=15_000)


def test_an_ended_session_leads_to_the_log_in(office: Office, lan: Officer) -> None:
    office.run(office.desk.agents.disable("Lan"))
    lan.page.get_by_label("Tên đăng nhập").wait_for(timeout=15_000)
