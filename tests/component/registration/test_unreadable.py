"""An application that no key opens holds up no other: not the queue, not the clock, not its own erasing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.calendar import utc_now
from helpdesk.errors import SettingsError
from helpdesk.registration.deadlines import Deadlines
from helpdesk.registration.model import Registration
from helpdesk.services import Services
from tests.stage.applications import filled


async def two_filed(services: Services) -> tuple[Registration, Registration]:
    """The older one can't be opened."""
    damaged = await services.registrations.file(await filled(services))
    other = {"bhxh_code": "0000099002", "national_id": "048160099002", "email": "khac@example.com"}
    sound = await services.registrations.file(await filled(services, "b", **other))
    async with services.database.transaction() as transaction:
        await transaction.execute("UPDATE registrations SET sealed = 'damaged' WHERE id = ?", (damaged.id,))
    return damaged, sound


async def test_the_queue_shows_both_and_leads_on_to_the_one_that_can_be_decided(
    services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, sound = await two_filed(services)
    rows = await services.cases.waiting()
    assert [(row.case_code, row.readable) for row in rows] == [(damaged.case_code, False), (sound.case_code, True)]
    assert f"registration {damaged.id} can't be opened" in caplog.text
    assert await services.cases.next_free(()) == sound.id
    assert await services.cases.next_free((sound.id,)) is None
    # To change it is refused as before: what is sealed would be lost for good.
    with pytest.raises(SettingsError):
        await services.cases.case(damaged.id)


async def test_the_clock_goes_on_and_tells_each_once(services: Services) -> None:
    damaged, sound = await two_filed(services)
    late = Deadlines(
        services.registration_store, services.mails, "office@example.com", "x", lambda: utc_now() + timedelta(hours=25)
    )
    assert {told.id for told in await late.run_once()} == {damaged.id, sound.id}
    assert await late.run_once() == []
    kinds = [row["kind"] for row in await services.database.fetch_all("SELECT kind FROM mails ORDER BY kind")]
    assert kinds == ["late", "office_reminder", "office_reminder", "received", "received"]


async def test_its_conversation_is_erased(services: Services) -> None:
    damaged, sound = await two_filed(services)
    assert damaged.conversation_id is not None
    # The errand that erases asks for the addresses first.
    assert [found.confirmed_email for found in await services.registrations.all_of(damaged.conversation_id)] == [""]
    await services.erasure.of_conversation(damaged.conversation_id)
    assert [row["id"] for row in await services.database.fetch_all("SELECT id FROM registrations")] == [sound.id]
