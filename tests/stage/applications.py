"""Applications that are ready to be filed, put into the store without a dialogue."""

from __future__ import annotations

from pathlib import Path

from helpdesk.conversations.model import ChannelIdentity
from helpdesk.photos.report import Side
from helpdesk.registration.model import Registration
from helpdesk.registration.progress import Progress
from helpdesk.services import Services

COMPLETE = {
    "for_whom": "self",
    "bhxh_code": "0000099001",
    "full_name": "Nguyễn Thị Mẫu",
    "birth_date": "1960-02-01",
    "national_id": "048160099001",
    "phone": "0905000111",
    "address": "1 đường Giả Định, Đà Nẵng",
    "province": "Đà Nẵng",
    "email": "mau@example.com",
    "email_confirmed": "1",
}


async def conversation(services: Services, name: str = "a") -> str:
    return (await services.conversations.store.open_conversation(ChannelIdentity("web", name))).id


async def filled(services: Services, name: str = "a", **changed: str) -> Registration:
    registrations = services.registrations
    draft = await registrations.start(await conversation(services, name), {})
    draft = await registrations.save(draft, {**draft.fields, **COMPLETE, **changed}, Progress())
    for side in (Side.PORTRAIT, Side.FRONT, Side.BACK):
        draft = await registrations.put_photo(draft, side, f"jpeg of {side}".encode(), "accepted", ())
    return draft


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
