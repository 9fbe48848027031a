"""The mail with a code goes with whatever the code was for, also when the code itself is long gone."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.calendar import utc_now
from helpdesk.privacy.retention import Retention
from helpdesk.services import Services
from tests.stage.registrant import Citizen, begun

ADDRESS = "lan1975@example.vn"


async def asked_for_a_code(citizen: Citizen) -> str:
    """The id of the mail that is queued."""
    await begun(citizen)
    assert "reg_otp_sent" in await citizen.says(ADDRESS, email=ADDRESS)
    (row,) = await citizen.services.database.fetch_all("SELECT id FROM mails")
    return str(row["id"])


async def test_a_failed_code_mail_is_erased_after_its_code_was_forgotten(services: Services, citizen: Citizen) -> None:
    await services.mails.fail(await asked_for_a_code(citizen), "otp", "address_refused")
    await Retention(services.database, services.domains).expire(utc_now() + timedelta(hours=3))
    assert await services.database.fetch_all("SELECT id FROM otp_challenges") == []
    assert len(await services.attention.mails(10)) == 1
    await services.erasure.of_conversation(citizen.cid)
    assert await services.attention.mails(10) == []
    assert await services.database.fetch_all("SELECT id FROM mails") == []


async def test_a_discarded_draft_takes_its_code_mail_back_and_leaves_the_others(
    services: Services, citizen: Citizen
) -> None:
    await asked_for_a_code(citizen)
    await services.otp.request("delete", citizen.cid, "khac@example.vn")
    assert await services.mails.waiting() == 2
    await citizen.taps("discard")
    rows = await services.database.fetch_all("SELECT sealed FROM mails")
    assert [services.sealer.open(row["sealed"])["to"] for row in rows] == ["khac@example.vn"]
    assert await services.mails.waiting() == 1
