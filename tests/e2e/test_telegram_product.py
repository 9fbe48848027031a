"""Telegram on the whole product, through an emulator that we did not write: asked there, answered there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpdesk.guide.guide import load_guide
from samples.cards.camera import Shot, flat, photograph
from samples.cards.drawing import citizen_back, citizen_front
from samples.cards.faces import portrait
from samples.cards.people import invent
from tests.stage.product import ROOT, Product, start_product
from tests.stage.telegram_citizen import Citizen, Officer, code_mailed_to, mail_to
from tests.stage.telegram_front import TOKEN, Refusal, emulator, front, message


@pytest.mark.timeout(180)
async def test_citizens_on_telegram_are_answered_also_across_a_kill(tmp_path: Path, model: Path) -> None:
    guide = load_guide(ROOT / "data")
    with emulator() as address:
        async with front(address) as telegram:
            product = start_product(tmp_path, VSSID_TELEGRAM_TOKEN=TOKEN, VSSID_TELEGRAM_API_URL=telegram.url)
            try:
                await asyncio.to_thread(product.wait_ready)
                for sender in range(1, 9):
                    await telegram.update({"message": message("quen mk vssid roi ad oi", sender=sender, number=1)})
                await asyncio.sleep(0.2)
                product.kill("bot")
                for sender in range(1, 9):
                    await telegram.update({"message": message("chua nhan dc otp", sender=sender, number=2)})
                for _ in range(300):
                    sent = [(call["chat_id"], call["text"]) for call in telegram.called("sendMessage")]
                    told = {chat for chat, text in sent if guide.get("otp_not_received").text.strip() in text}
                    if len(told) == 8:
                        break
                    await asyncio.sleep(0.2)
            finally:
                product.stop()
    for asked in map(str, range(1, 9)):
        texts = [text for chat, text in sent if chat == asked]
        # A kill between Telegram's acknowledgement and our note of it may repeat an answer, never lose or reorder one.
        answers = list(dict.fromkeys(texts))
        assert [guide.get("forgot_password").text.strip() in answers[0], len(answers)] == [True, 2], texts


@pytest.mark.timeout(300)
async def test_a_registration_from_the_first_word_to_the_password(tmp_path: Path, model: Path) -> None:
    """A shared contact, numbers typed for buttons, a PDF, an edit, a kill between the photos of an album, and an
    approval that comes while Telegram is out of reach and the bot is killed once more."""
    with emulator() as address:
        async with front(address) as telegram:
            product = start_product(
                tmp_path, VSSID_TELEGRAM_TOKEN=TOKEN, VSSID_TELEGRAM_API_URL=telegram.url, VSSID_LATE_NOTICE_AFTER="60"
            )
            try:
                await asyncio.to_thread(product.wait_ready)
                citizen = Citizen(telegram, 11)
                case_code = await _register(citizen, product)
                await _approve_while_away(citizen, product, case_code)
            finally:
                product.stop()


async def _register(citizen: Citizen, product: Product) -> str:
    """From the first word to the case code."""
    person = invent(4)
    front_side = photograph(citizen_front(person), Shot(size=(4000, 3000), module=10.0, turn=3, noise=4))
    back_side = photograph(citizen_back(person), Shot(size=(1600, 1200), module=4.2, turn=2))
    await citizen.says("đăng ký vssid", "Anh/chị đồng ý")
    await citizen.says("số 1", "MẶT TRƯỚC")
    await citizen.sends_file(b"%PDF-1.7 scan", mime_type="application/pdf", file_name="cccd.pdf")
    await citizen.hears("PDF")
    # Twelve megapixels as a file, its back as a compressed photo, sent together; the bot ends while it looks at them.
    await citizen.sends_file(front_side, mime_type="image/jpeg", file_name="IMG_1.jpg", media_group_id="1")
    await citizen.sends_photo(back_side, media_group_id="1")
    await asyncio.sleep(0.5)
    product.kill("bot")
    heard = await citizen.hears("Huỳnh Văn Thí Nghiệm", "mặt sau rồi", count=2)
    assert heard.index("mặt trước") < heard.index("mặt sau rồi"), heard
    await citizen.says("dạ vâng ạ", "MÃ SỐ BHXH")
    await citizen.edits(person.bhxh_code)
    await citizen.hears("sửa một tin nhắn cũ")
    await citizen.says(person.bhxh_code)
    await citizen.sends_photo(flat(portrait(4)), caption="ảnh chân dung ạ")
    await citizen.hears("chân dung rồi")
    contact = {"phone_number": "84905123456", "first_name": "An"}
    await citizen.writes(contact=contact | {"user_id": 99})
    await citizen.hears("không phải số của chính anh/chị")
    await citizen.writes(contact=contact | {"user_id": citizen.chat})
    await citizen.hears("EMAIL")
    await citizen.says("thi.nghiem@example.com", "vừa gửi mã xác nhận")
    await citizen.says(await code_mailed_to(product, "thi.nghiem@example.com"), "Anh/chị xem lại giúp em", "456")
    # Nine fields to choose from; the sixth is the address.
    await citizen.says("số 2", "sửa mục nào")
    assert len(citizen.buttons()) == 9
    await citizen.says("số sáu", "ĐỊA CHỈ")
    await citizen.says("15 Đường Giả Định, Thanh Khê, Đà Nẵng", "Anh/chị xem lại giúp em", "15 Đường Giả Định")
    filed = await citizen.taps("Đúng, gửi hồ sơ", "MÃ HỒ SƠ")
    return filed.partition("MÃ HỒ SƠ: ")[2].split()[0]


async def _approve_while_away(citizen: Citizen, product: Product, case_code: str) -> None:
    citizen.telegram.refuse("sendMessage", Refusal(502, "Bad Gateway", times=1_000_000))
    async with Officer(product) as officer:
        page = await officer.approve(case_code)
    assert "Huỳnh Văn Thí Nghiệm" in page
    product.kill("bot")
    assert len(citizen.answers()) == citizen.read
    citizen.telegram.refusals.clear()
    await citizen.hears(case_code, "đã được duyệt")
    assert "    " in await mail_to(product, "thi.nghiem@example.com", "mật khẩu")
