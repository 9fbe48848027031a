"""Telegram on the whole product, through an emulator that we did not write: asked there, answered there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from helpdesk.guide import load_guide
from tests.component.telegram_front import TOKEN, emulator, front, message
from tests.e2e.conftest import ROOT, start_product


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
    for sender in map(str, range(1, 9)):
        texts = [text for chat, text in sent if chat == sender]
        # A kill between Telegram's acknowledgement and our note of it may repeat an answer, never lose or reorder one.
        answers = list(dict.fromkeys(texts))
        assert [guide.get("forgot_password").text.strip() in answers[0], len(answers)] == [True, 2], texts
