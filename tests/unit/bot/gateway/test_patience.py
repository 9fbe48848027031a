"""When somebody who waits should hear a word: not while the queue moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.gateway.patience import Patience
from helpdesk.conversations.model import (
    Author,
    ChannelIdentity,
    Conversation,
    ConversationStatus,
    InboxEntry,
    Message,
    MessageKind,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def entry(name: str, received: float = 0, kind: MessageKind = MessageKind.TEXT) -> InboxEntry:
    conversation = Conversation(f"c{name}", ChannelIdentity("web", name), ConversationStatus.PENDING)
    message = Message(name, conversation.id, 1, Author.CONTACT, "xin chào", at(received), kind=kind)
    return InboxEntry(conversation, message, attempts=0, received_at=at(received), notified_late=False)


@pytest.fixture
def patience() -> Patience:
    return Patience(5, at(0))


def test_a_turn_that_takes_too_long(patience: Patience) -> None:
    asked = entry("a")
    assert patience.until_late(asked, at(0)) == 5
    patience.begin(asked, at(0.1))
    # Tried again and again: the same turn.
    patience.begin(asked, at(3))
    assert patience.until_late(asked, at(3)) == pytest.approx(2.1)
    # Others have their answers; that is no comfort for this one.
    patience.end(entry("b"), at(5))
    assert patience.until_late(asked, at(5.1)) == pytest.approx(0)


def test_a_queue_that_moves_needs_no_word_up_to_a_minute(patience: Patience) -> None:
    last = entry("z")
    for second in range(1, 55):
        patience.end(entry(f"{second}"), at(second))
        assert patience.until_late(last, at(second)) == 5
        assert not patience.is_stuck(at(second))
    patience.end(entry("y"), at(58))
    assert patience.until_late(last, at(58)) == 2
    # Its own turn has come, at last: what it waited before is no reason for a word.
    other = entry("x", received=10)
    patience.begin(other, at(58))
    assert patience.until_late(other, at(58)) == 5


def test_a_queue_that_stands_still(patience: Patience) -> None:
    waiting = entry("b", received=10)
    patience.end(entry("a"), at(3))
    assert patience.until_late(waiting, at(10)) == 5
    assert patience.is_stuck(at(15)) and patience.until_late(waiting, at(15)) == 0


def test_after_a_start_everybody_s_turn_begins_anew() -> None:
    text, photo = entry("a"), entry("p", kind=MessageKind.PHOTO)
    # Received an hour before.
    patience = Patience(5, at(3600))
    assert not patience.is_stuck(at(3600)) and not patience.is_stuck(at(3605))
    assert (patience.until_late(text, at(3600)), patience.until_late(photo, at(3600))) == (5, 11)
    patience.begin(text, at(3602))
    assert patience.until_late(text, at(3602)) == 5
    # The line moves: whoever is still in it has as long as with any other line.
    patience.end(text, at(3604))
    assert patience.until_late(entry("b"), at(3605)) == 4
    # It moves no more.
    assert patience.is_stuck(at(3610)) and patience.until_late(entry("b"), at(3610)) < 0


def test_photos_are_a_queue_of_their_own(patience: Patience) -> None:
    photo, text = entry("p", kind=MessageKind.PHOTO), entry("t")
    patience.end(entry("q", kind=MessageKind.PHOTO), at(4))
    assert patience.until_late(text, at(4)) == 1
    assert patience.until_late(photo, at(4)) == 11
    patience.end(entry("u"), at(9))
    assert patience.until_late(photo, at(9)) == 6


def test_nothing_is_remembered_of_what_was_answered(patience: Patience) -> None:
    for number in range(100):
        asked = entry(f"{number}")
        patience.begin(asked, at(number))
        patience.end(asked, at(number))
    assert patience._begun == {}
