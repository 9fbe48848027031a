"""Turns that run again after a kill, and words that must not be taken for consent to something that can't be undone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from actions.errands import ErrandTurns
from actions.registration.life import RegistrationLife
from actions.registration.turn import RegistrationTurns
from actions.said.said import Said
from helpdesk.conversations.model import ChannelIdentity
from helpdesk.photos.reader import PhotoReader
from helpdesk.registration.model import Registration
from helpdesk.registration.progress import Progress
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings

EMAIL = "lan@example.com"


class Desk:
    """The dialogue and the errands of one database."""

    def __init__(self, services: Services) -> None:
        self.services = services
        turns = RegistrationTurns(
            services.guide, services.registrations, services.conversations, services.otp, cast(PhotoReader, None)
        )
        self.dialogue = RegistrationLife(services.registrations, services.errands, turns)
        self.errands = ErrandTurns(
            services.guide,
            services.errands,
            services.otp,
            services.accounts,
            services.registrations,
            services.erasure,
            self.dialogue,
        )

    async def conversation(self, name: str) -> str:
        return (await self.services.conversations.store.open_conversation(ChannelIdentity("web", name))).id

    async def draft(self, cid: str) -> Registration:
        found = await self.services.registrations.draft(cid)
        assert found is not None
        return found

    async def code(self) -> str:
        row = await self.services.database.fetch_one("SELECT sealed FROM mails ORDER BY created_at DESC LIMIT 1")
        assert row is not None
        text = str(self.services.sealer.open(row["sealed"]))
        return next(word for word in text.replace("\\n", " ").split() if word.isdigit() and len(word) == 6)


@pytest.fixture
async def desk(data_dir: Path) -> AsyncIterator[Desk]:
    async with open_services(Settings(data_dir=data_dir)) as services:
        yield Desk(services)


def number(text: str, value: str) -> tuple[dict[str, Any], ...]:
    start = text.find(value)
    return ({"entity": "bhxh_code", "value": value, "start": start, "end": start + len(value)},)


@pytest.mark.parametrize("consent", [Said("m2", choice="consent_yes"), Said("m2", "đồng ý", "affirm")])
async def test_what_was_said_before_consent_outlives_a_kill_right_after_it(desk: Desk, consent: Said) -> None:
    cid = await desk.conversation("a")
    text = "đăng ký, mã số 0000010002"
    await desk.dialogue.open(cid, Said("m1", text, "register_account", number(text, "0000010002")))
    # Killed between the draft and what was to be put into it.
    await desk.services.registrations.start(cid, {"for_whom": "self"})
    outcome = await desk.dialogue.turn(cid, consent)
    assert outcome is not None and outcome.open
    assert (await desk.draft(cid)).fields["bhxh_code"] == "0000010002"
    assert await desk.services.errands.get(cid) is None


async def test_a_draft_that_was_brought_here_is_brought_again_when_its_turn_is(desk: Desk) -> None:
    old, new = await desk.conversation("old"), await desk.conversation("new")
    registrations = desk.services.registrations
    draft = await registrations.start(old, {"for_whom": "self"})
    await registrations.save(
        draft, {**draft.fields, "email": EMAIL, "email_confirmed": "1"}, Progress(asked="front", started=True)
    )
    await desk.errands.start(new, "resume", Said("m1", "tiếp tục", "resume_registration"))
    await desk.errands.turn(new, Said("m2", EMAIL, "inform"))
    code = Said("m3", await desk.code(), "inform")
    errand = await desk.services.errands.get(new)
    assert errand is not None
    first = await desk.errands.turn(new, code)
    # Killed before the errand was ended.
    await desk.services.errands.put(errand)
    again = await desk.errands.turn(new, code)
    assert first is not None and again is not None
    assert first.outcome.registration_id == again.outcome.registration_id == draft.id
    assert [say.answer for say in again.outcome.says] == [say.answer for say in first.outcome.says]


async def test_killed_right_behind_the_code_s_commit_the_turn_says_that_one_has_gone(desk: Desk) -> None:
    cid = await desk.conversation("a")
    draft = await desk.services.registrations.start(cid, {"for_whom": "self"})
    await desk.services.registrations.save(draft, draft.fields, Progress(asked="email", started=True))
    before = await desk.draft(cid)
    said = Said("m9", EMAIL, "inform", ({"entity": "email", "value": EMAIL, "start": 0, "end": len(EMAIL)},))
    first = await desk.dialogue.turn(cid, said)
    async with desk.services.database.transaction() as transaction:
        await desk.services.registration_store.write_back(transaction, before)
    again = await desk.dialogue.turn(cid, said)
    assert first is not None and first.says[0].answer == "reg_otp_sent"
    assert again is not None and again.says[0].answer == "reg_otp_wait"
    assert (await desk.draft(cid)).fields["email"] == EMAIL
    mails = await desk.services.database.fetch_one("SELECT COUNT(*) AS n FROM mails WHERE kind = 'otp'")
    assert mails is not None and mails["n"] == 1


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("xóa dữ liệu rồi có lấy lại được không?", "delete_my_data"),
        ("xóa dữ liệu của tôi thì mất những gì", "delete_my_data"),
        ("có xóa luôn tài khoản không em?", "affirm"),
    ],
)
async def test_a_question_about_deleting_deletes_nothing(desk: Desk, text: str, intent: str) -> None:
    cid = await desk.conversation("a")
    await desk.services.registrations.start(cid, {"for_whom": "self"})
    await desk.errands.start(cid, "delete", Said("m1", "xóa dữ liệu của tôi", "delete_my_data"))
    asked = await desk.errands.turn(cid, Said("m2", text, intent))
    assert asked is not None and not asked.erased
    assert [say.answer for say in asked.outcome.says] == ["errand_delete_sure"]
    assert (await desk.draft(cid)).fields
    sure = await desk.errands.turn(cid, Said("m3", "xóa dữ liệu của tôi", "delete_my_data"))
    assert sure is not None and sure.erased
    assert await desk.services.registrations.draft(cid) is None


async def test_asking_for_deletion_in_place_of_consent_begins_it(desk: Desk) -> None:
    cid = await desk.conversation("a")
    await desk.dialogue.open(cid, Said("m1", "đăng ký", "register_account"))
    outcome = await desk.dialogue.turn(cid, Said("m2", "xóa dữ liệu của tôi", "delete_my_data"))
    assert outcome is not None and outcome.follow == "action_delete_my_data" and not outcome.open
