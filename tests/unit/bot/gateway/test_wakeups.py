"""Wake-ups reach whom they are for, and nobody waits for ever."""

from __future__ import annotations

import asyncio

from bot.gateway.wakeups import Topic, Wakeups


async def test_who_waits_is_woken_once_and_leaves_nothing_behind() -> None:
    wakeups = Wakeups()
    first, second = wakeups.subscribe("c"), wakeups.subscribe("c")
    second.cancel()
    await asyncio.sleep(0)
    wakeups.notify("c")
    await asyncio.wait_for(first, 1)
    assert not wakeups._waiting


async def test_a_conversation_and_an_officer_of_one_name_are_two() -> None:
    wakeups = Wakeups()
    conversation, officer = wakeups.subscribe("7"), wakeups.subscribe("7", Topic.OFFICER)
    wakeups.notify("7", Topic.OFFICER)
    assert officer.done() and not conversation.done()
    conversation.cancel()


def test_a_reply_is_shown_and_sent_and_wakes_nobody_who_answers() -> None:
    wakeups = Wakeups()
    woken: list[tuple[str, str]] = []
    for topic in Topic:
        wakeups.call(topic, lambda key, topic=topic: woken.append((topic, key)))  # type: ignore[misc]
    wakeups.replied("c")
    assert woken == [(Topic.CONVERSATION, "c"), (Topic.OUTBOX, "c")]


async def test_the_end_wakes_everybody_now_and_from_now_on() -> None:
    wakeups = Wakeups()
    waiting = [wakeups.subscribe("a"), wakeups.subscribe("b", Topic.OFFICER)]
    wakeups.close()
    assert all(future.done() for future in (*waiting, wakeups.subscribe("a")))
