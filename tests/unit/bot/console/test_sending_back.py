"""From the form to the citizen's words."""

from __future__ import annotations

import pytest

from bot.console.sending_back import NOTHING, SendingBack
from bot.console.words import GENERAL_REASONS, REASONS
from helpdesk.errors import InvalidInput
from helpdesk.registration.fields import FIELDS


def test_every_part_that_can_be_repaired_is_offered_and_no_other() -> None:
    assert set(REASONS) == {field.name for field in FIELDS.values() if field.repairable}


def test_ticks_choices_and_words_become_lines() -> None:
    form = {"repair_front": "1", "reason_front": "blurred", "reason_phone": "unreachable", "repair_back": "1"}
    given = SendingBack.of_form(form | {"note": "  Bác  gửi sớm\r\nnhé "})
    assert given.repair == ("front", "back", "phone")
    lines = given.reason().split("\n")
    assert lines[0].startswith("Ảnh CCCD mặt trước: ảnh bị mờ")
    assert lines[1] == "Ảnh CCCD mặt sau: anh/chị gửi lại giúp ạ."
    assert lines[2].startswith("Số điện thoại:")
    assert lines[3] == "Bác gửi sớm nhé"
    assert SendingBack.of_form(given.fields()) == given


def test_names_and_keys_of_nobody_are_left_out() -> None:
    form = {"repair_status": "1", "reason_front": "blurred; DROP", "repair_phone": "yes", "general": "x"}
    assert SendingBack.of_form(form) == NOTHING


def test_saying_nothing_or_too_much_is_refused() -> None:
    for form in ({}, {"note": " \u200b \x00"}, {"note": "a" * 501}):
        with pytest.raises(InvalidInput):
            SendingBack.of_form(form).reason()


def test_the_ready_made_reasons_are_polite() -> None:
    texts = [text for _, reasons in REASONS.values() for text in reasons.values()] + list(GENERAL_REASONS.values())
    assert [text for text in texts if not text.endswith(" ạ.")] == []
