"""What is said too late: the conversation has gone meanwhile, or the message has its answer."""

from __future__ import annotations

import pytest

from helpdesk.conversations.model import Author, ChannelIdentity, Conversation, IncomingMessage, MessageKind, Reply
from helpdesk.errors import NotFound
from tests.stage.stack import Stack

WORD = Reply(text="Dạ em báo ạ.", author=Author.SYSTEM)


async def conversation_of(stack: Stack) -> Conversation:
    opened: Conversation = await stack.store.open_conversation(ChannelIdentity("telegram", "5"))
    return opened


async def forget(stack: Stack, conversation: Conversation) -> None:
    async with stack.services.database.transaction() as transaction:
        await transaction.execute("DELETE FROM conversations WHERE id = ?", (conversation.id,))


async def test_a_word_to_a_conversation_that_has_gone_is_not_found(stack: Stack) -> None:
    conversation = await conversation_of(stack)
    await forget(stack, conversation)
    with pytest.raises(NotFound):
        await stack.store.say(conversation, WORD, True)


async def test_the_office_s_word_goes_on_when_it_goes_in_between(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = await conversation_of(stack)

    async def seen_just_before(_id: str) -> Conversation:
        await forget(stack, conversation)
        return conversation

    monkeypatch.setattr(stack.store, "conversation", seen_just_before)
    await stack.gateway.tell(conversation.id, WORD)


@pytest.mark.parametrize("also_waiting", [False, True])
async def test_no_word_of_lateness_after_the_answer(stack: Stack, also_waiting: bool) -> None:
    store = stack.store
    identity = ChannelIdentity("telegram", "5")
    _, conversation = await store.accept(IncomingMessage(identity, "5:1", MessageKind.TEXT, text="một"))
    entry = await store.next_unhandled(conversation.id)
    if also_waiting:
        await store.accept(IncomingMessage(identity, "5:2", MessageKind.TEXT, text="hai"))
    await store.finish(entry, [Reply(text="đáp")], True)
    assert await store.notify_late(entry, WORD, True) == []
    # Who still waits is still to be told.
    following = await store.next_unhandled(conversation.id)
    assert following is None or not following.notified_late


async def test_no_word_of_lateness_where_nobody_is_any_more(stack: Stack) -> None:
    identity = ChannelIdentity("telegram", "5")
    _, conversation = await stack.store.accept(IncomingMessage(identity, "5:1", MessageKind.TEXT, text="một"))
    entry = await stack.store.next_unhandled(conversation.id)
    await forget(stack, conversation)
    assert await stack.store.notify_late(entry, WORD, True) == []
