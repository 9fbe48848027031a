"""A case code that anybody types opens the code and the state, whatever the guide's texts ask for."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from helpdesk.calendar import utc_now
from helpdesk.photos.report import Side
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import Progress
from helpdesk.registration.view import placeholders
from helpdesk.settings import Settings
from tests.stage.console_desk import FIELDS
from tests.stage.stack import Chat, Stack, StandInRasa, running

ANSWERS = ("reg_status_by_code", "reg_status_submitted")


@pytest.fixture
async def stack(tuned: Settings, tmp_path: Path) -> AsyncIterator[Stack]:
    """The bot with a guide whose officer wrote every placeholder there is into the answers about a state."""
    content = tmp_path / "data"
    shutil.copytree(tuned.content_dir, content)
    file = content / "guide" / "registration.yml"
    text = file.read_text("utf-8")
    for answer in ANSWERS:
        text = re.sub(rf"(- id: {answer}\n(?:  \w.*\n)*?  text: \|\n)", rf"\1    {every_placeholder()}\n", text)
    file.write_text(text, "utf-8")
    async with running(replace(tuned, content_dir=content)) as opened:
        yield opened


def every_placeholder() -> str:
    now = utc_now()
    names = [*placeholders(Registration("a", None, Status.DRAFT, {}, Progress(), now, now)), "full_name", "phone"]
    assert "dia_chi" in names
    return " | ".join(f"{{{name}}}" for name in names)


async def filed(stack: Stack, conversation_id: str) -> Registration:
    registrations = stack.services.registrations
    draft = await registrations.start(conversation_id, {**FIELDS, "for_whom": "helper", "contact_owner": "helper"})
    draft = await registrations.save(draft, {**draft.fields, "helper_relation": "bà Tám Cá"}, Progress())
    for side in (Side.PORTRAIT, Side.FRONT, Side.BACK):
        draft = await registrations.put_photo(draft, side, b"jpeg", "accepted", ())
    return await registrations.file(draft)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_only_the_conversation_of_a_case_sees_more_than_its_code_and_state(
    client: httpx.AsyncClient, stack: Stack, rasa: StandInRasa, answer: str
) -> None:
    owner, stranger = await Chat.open(client), await Chat.open(client)
    case = await filed(stack, owner.id)

    async def state(_request: dict[str, Any]) -> Response:
        return JSONResponse({"replies": [{"custom": {"answer": answer, "registration": case.id}}]})

    rasa.behave = state
    for chat in (owner, stranger):
        await chat.send(text=f"hồ sơ {case.case_code}")
    own, foreign = [(await chat.until(1))[0]["text"] for chat in (owner, stranger)]
    assert case.case_code and case.case_code in own and case.case_code in foreign
    assert "đang chờ cán bộ duyệt" in foreign
    for value in ("Trần Thị Bảy", "…4567", "…0123", "08/03/1955", FIELDS["address"], FIELDS["email"], "bà Tám Cá"):
        assert value in own and value not in foreign, value
    assert not re.findall(r"\d{2}/\d{2}/\d{4}|…\d+|Bảy|Đà Nẵng", foreign)
