"""A photo whose acceptance is cut off (the bot stops): where its message is kept, its file is kept too."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from helpdesk.conversations.model import ChannelIdentity, IncomingFile, IncomingMessage, MessageKind
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings

PHOTO = IncomingMessage(
    ChannelIdentity("telegram", "5"), "5:1", MessageKind.PHOTO, file=IncomingFile(b"a photo", "image/jpeg")
)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    async with open_services(settings) as opened:
        yield opened


async def cut_off(task: asyncio.Task[Any]) -> None:
    task.cancel()
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_cut_off_while_it_is_committed_it_keeps_its_file(
    services: Services, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    writer: Any = services.database._writer
    commit = writer.commit
    committing, go_on = asyncio.Event(), threading.Event()
    held: list[asyncio.Task[Any]] = []

    async def slow_commit() -> None:
        # The connection's thread is busy, as with a slow disk: the commit is under way and nobody can call it back.
        held.append(asyncio.create_task(writer._execute(go_on.wait, 30)))
        await asyncio.sleep(0)
        committing.set()
        await commit()

    monkeypatch.setattr(writer, "commit", slow_commit)
    accepting = asyncio.create_task(services.conversations.accept(PHOTO))
    await asyncio.wait_for(committing.wait(), 30)
    monkeypatch.setattr(writer, "commit", commit)
    for _ in range(times):
        await cut_off(accepting)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    await asyncio.gather(*held)
    store = services.conversations.store
    conversation = await store.open_conversation(PHOTO.identity)
    entry = await store.next_unhandled(conversation.id)
    assert entry is not None
    attachment = await store.attachment_of(entry.message.id)
    assert attachment is not None
    assert (await services.conversations.read_attachment(conversation.id, attachment))[1] == b"a photo"


async def test_cut_off_before_that_it_leaves_no_file(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    writer: Any = services.database._writer
    commit = writer.commit
    committing = asyncio.Event()

    async def never() -> None:
        committing.set()
        await asyncio.sleep(60)

    monkeypatch.setattr(writer, "commit", never)
    accepting = asyncio.create_task(services.conversations.accept(PHOTO))
    await asyncio.wait_for(committing.wait(), 30)
    monkeypatch.setattr(writer, "commit", commit)
    accepting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    assert await services.conversations._vault.names() == []
    # The platform hands it over again.
    receipt, _ = await services.conversations.accept(PHOTO)
    assert not receipt.duplicate
    assert len(await services.conversations._vault.names()) == 1
