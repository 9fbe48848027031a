"""A whole registration as an old citizen meets it: her phone's browser, the product, an officer at another screen."""

from __future__ import annotations

import os
import re
import time

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, FilePayload, Page, expect

from samples.cards.camera import Shot, flat, photograph
from samples.cards.drawing import citizen_back, citizen_front, insurance_card
from samples.cards.faces import portrait
from samples.cards.people import Person
from tests.stage.browser import DESKTOP, ChatPage, phone
from tests.stage.product import ROOT, Product

pytestmark = pytest.mark.browser
# Set to a folder to keep a picture of every step.
_PICTURES = os.environ.get("REGISTRATION_PICTURES")
_PATIENCE = 30_000


class Mailbox:
    """What the demo's mail server has caught for one address."""

    def __init__(self, product: Product, address: str) -> None:
        self._url = f"{product.url}/demo/mailbox.json"
        self._address = address

    def find(self, subject: str, pattern: str) -> str:
        """What `pattern` captures in the newest mail with these words in its subject, which may yet have to come."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            for mail in httpx.get(self._url, params={"to": self._address}, timeout=10).json():
                if subject in mail["subject"] and (found := re.search(pattern, mail["text"])):
                    return found.group(1)
            time.sleep(0.2)
        raise AssertionError(f"no mail about {subject}")

    def code(self, subject: str) -> str:
        return self.find(subject, r"\n\s+(\d{6})\n")


def old_woman() -> tuple[Person, str, str]:
    """The first persona, who is in the demo's registry, her phone number and her grandson's address."""
    personas = yaml.safe_load((ROOT / "data" / "demo" / "personas.yml").read_text("utf-8"))
    her = next(one for one in personas if one["id"] == "ba_lanh")
    given = {key: her[key] for key in ("sex", "birth_date", "address", "national_id", "bhxh_code", "card")}
    return Person(name=her["full_name"], old_id="", issued="15/04/2021", **given), her["phone"], her["email"]


def picture(page: Page, name: str) -> None:
    if _PICTURES:
        page.wait_for_timeout(700)
        page.screenshot(path=f"{_PICTURES}/{name}.png")


class Citizen:
    """Taps, types and photographs, and sees to it that the newest answer is where it can be read."""

    def __init__(self, chat: ChatPage) -> None:
        self.chat = chat

    def tap(self, title: str, answer: str) -> None:
        button = self.chat.button(title).last
        more = self.chat.page.locator(".more")
        if more.is_visible():
            more.click()
        expect(button).to_be_in_viewport(ratio=1)
        button.click()
        self.reads(answer)

    def types(self, text: str, answer: str) -> None:
        self.chat.ask(text)
        self.reads(answer)

    def sends(self, name: str, content: bytes, answer: str, button: str = "photo") -> None:
        page = self.chat.page
        before = page.locator(".photo img").count()
        expect(page.locator(f"#{button}-button")).to_have_class(re.compile("wanted"))
        photo: FilePayload = {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": content}
        page.locator(f"#{button}-file").set_input_files(photo)
        expect(page.locator(".photo img")).to_have_count(before + 1)
        self.reads(answer)
        picture(page, name)

    def reads(self, answer: str) -> None:
        newest = self.chat.page.locator('[data-author="assistant"] .words').last
        expect(newest).to_contain_text(answer, timeout=_PATIENCE)
        expect(newest).to_be_in_viewport()


def heavy(person: Person) -> bytes:
    content = photograph(citizen_front(person), Shot(size=(4032, 3024), module=9, noise=6, turn=3, jpeg=95))
    assert len(content) > 4_000_000
    return content


def approve(page: Page, product: Product, case_code: str) -> None:
    page.goto(f"{product.url}/console")
    page.get_by_label("Tên đăng nhập").fill("demo")
    page.get_by_label("Mật khẩu").fill((product.data_dir / "demo-staff.txt").read_text("utf-8").strip())
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_text(case_code).first.click()
    page.get_by_role("heading", name="Nguyễn Thị Lành").wait_for()
    assert page.locator(".flags").count() == 0
    for image in page.locator(".photo img").all():
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    picture(page, "console")
    page.get_by_role("button", name="Duyệt hồ sơ").click()
    page.get_by_role("button", name="Đúng, duyệt hồ sơ").click()
    page.get_by_text(f"Đã duyệt hồ sơ {case_code}").wait_for()


def change_password(page: Page, link: str, mails: Mailbox) -> None:
    page.goto(link)
    page.get_by_role("textbox", name="Mật khẩu cũ").fill(mails.find("lần đầu", r"\n\s+(\w{4}-\w{4}-\w{4})\n"))
    page.get_by_role("textbox", name="Mật khẩu mới", exact=True).fill("Hoa sen nở 1956")
    page.get_by_role("textbox", name="Nhập lại mật khẩu mới").fill("Hoa sen nở 1956")
    picture(page, "password")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("textbox", name="Mã xác nhận").fill(mails.code("đặt mật khẩu"))
    page.get_by_role("button", name="Hoàn tất").click()
    page.get_by_text("Mật khẩu mới đã được lưu").wait_for()


def test_an_old_woman_registers_with_her_cheap_phone(browser: Browser, product: Product) -> None:
    person, number, address = old_woman()
    mails = Mailbox(product, address)
    context, office = phone(browser), browser.new_context(viewport=DESKTOP, locale="vi-VN")
    chat = ChatPage(context, product.url, timeout=_PATIENCE).open()
    her = Citizen(chat)

    her.tap("Đăng ký tài khoản VssID", "đồng ý bắt đầu")
    picture(chat.page, "consent")
    her.tap("Đồng ý, đăng ký cho tôi", "MẶT TRƯỚC")
    her.sends("front", heavy(person), "Họ tên: Nguyễn Thị Lành", button="camera")
    her.tap("Đúng rồi", "cho em MÃ SỐ BHXH")
    her.sends("card", flat(insurance_card(person).picture), person.bhxh_code)

    # The page is closed by mistake, and everything is there again: her photos, and the buttons of the last question.
    chat.page.reload()
    her.reads(person.bhxh_code)
    assert chat.page.locator(".photo").count() == 2
    expect(chat.page.locator(".photo img").last).to_be_visible()
    her.tap("Đúng rồi", "MẶT SAU")
    her.sends("back", flat(citizen_back(person).picture), "ẢNH CHÂN DUNG")
    her.sends("portrait", flat(portrait(3)), "SỐ ĐIỆN THOẠI")

    her.types(number, "ĐỊA CHỈ EMAIL")
    her.types(address, f"tới {address}")
    picture(chat.page, "code")
    her.types(mails.code("xác nhận email"), "xem lại giúp em")
    picture(chat.page, "summary")
    her.tap("Đúng, gửi hồ sơ", "MÃ HỒ SƠ")
    picture(chat.page, "filed")
    found = re.search(r"MÃ HỒ SƠ: (\w{8})", chat.said("assistant")[-1])
    assert found

    officer = ChatPage(office, product.url, timeout=_PATIENCE)
    approve(officer.page, product, found.group(1))
    # Nobody has reloaded her page.
    her.reads("đã được duyệt")
    picture(chat.page, "approved")

    her.types("đổi mật khẩu", "đổi mật khẩu có")
    her.tap("Gửi liên kết cho tôi", "gửi liên kết tới email")
    page = context.new_page()
    change_password(page, mails.find("đổi mật khẩu", r"(http://\S+/password/\S+)"), mails)
    page.close()
    her.reads("vừa được đổi xong")
    assert chat.all_problems() + officer.all_problems() == []
    office.close()
    context.close()
