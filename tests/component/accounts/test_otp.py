"""One-time codes on a real database: each way to be wrong has its own answer, and nothing is good twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st

from helpdesk.accounts.keeping import CodeKeeping
from helpdesk.accounts.otp import PURPOSES, Otp
from helpdesk.accounts.otp_code import OtpRefused, six_digits
from helpdesk.errors import HelpdeskError, InvalidInput, Overloaded
from helpdesk.mail.keeping import MailKeeping
from helpdesk.mail.queue import MailQueue
from helpdesk.mail.texts import otp_mail
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings
from tests.stage.mail_servers import MovedClock

ADDRESS = "lan@example.com"


class Desk:
    """Codes, and the mails they went out with."""

    def __init__(self, services: Services, clock: MovedClock) -> None:
        self.services = services
        self.clock = clock
        self.mails = MailQueue(services.database, services.sealer, clock)
        self.otp = Otp(services.database, services.sealer, self.mails, clock)

    async def sent(self) -> list[dict[str, str]]:
        """Every queued mail, oldest first."""
        rows = await self.services.database.fetch_all("SELECT sealed FROM mails ORDER BY created_at, rowid")
        return [self.services.sealer.open(row["sealed"]) for row in rows]

    async def code(self) -> str:
        """The code in the newest mail."""
        lines = (await self.sent())[-1]["text"].splitlines()
        (code,) = [line.strip() for line in lines if len(line.strip()) == 6 and line.strip().isdigit()]
        return code

    async def request(self, purpose: str = "email", subject: str = "c1", address: str = ADDRESS) -> str:
        await self.otp.request(purpose, subject, address)
        return await self.code()

    async def refusal(
        self, code: str, attempt: str, purpose: str = "email", subject: str = "c1", address: str = ADDRESS
    ) -> OtpRefused:
        with pytest.raises(InvalidInput) as refused:
            await self.otp.check(purpose, subject, address, code, attempt)
        assert isinstance(refused.value, OtpRefused)
        return refused.value


def other(code: str, step: int = 1) -> str:
    return f"{(int(code) + step) % 10**6:06}"


@pytest.fixture
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    async with open_services(settings) as services:
        yield Desk(services, MovedClock())


async def test_the_code_from_the_mail_is_good_once(desk: Desk) -> None:
    code = await desk.request()
    assert await desk.otp.pending("email", "c1")
    assert (await desk.sent())[0]["to"] == ADDRESS
    await desk.otp.check("email", "c1", ADDRESS, code, "m1")
    assert not await desk.otp.pending("email", "c1")
    assert (await desk.refusal(code, "m2")).code == "otp_used"


async def test_a_turn_that_is_run_again_succeeds_again(desk: Desk) -> None:
    code = await desk.request()
    await desk.otp.check("email", "c1", ADDRESS, code, "m1")
    desk.clock.move(minutes=30)
    await desk.otp.check("email", "c1", ADDRESS, code, "m1")
    assert (await desk.refusal(other(code), "m1")).code == "otp_none"


async def test_a_turn_that_is_run_again_costs_one_try(desk: Desk) -> None:
    code = await desk.request()
    for _ in range(7):
        refused = await desk.refusal(other(code), "m1")
        assert (refused.code, refused.tries_left) == ("otp_wrong", 4)
    # The same attempt's name with another code is another try.
    assert (await desk.refusal(other(code, 2), "m1")).tries_left == 3


async def test_five_tries_and_it_is_locked(desk: Desk) -> None:
    code = await desk.request()
    answers = [await desk.refusal(other(code, step), f"m{step}") for step in range(1, 6)]
    assert [answer.code for answer in answers] == ["otp_wrong"] * 4 + ["otp_locked"]
    assert [answer.tries_left for answer in answers] == [4, 3, 2, 1, 0]
    assert (await desk.refusal(code, "m6")).code == "otp_locked"
    assert not await desk.otp.pending("email", "c1")
    desk.clock.move(seconds=61)
    await desk.otp.check("email", "c1", ADDRESS, await desk.request(), "m7")


async def test_five_minutes(desk: Desk) -> None:
    code = await desk.request()
    desk.clock.move(minutes=4, seconds=59)
    assert await desk.otp.pending("email", "c1")
    desk.clock.move(seconds=1)
    assert not await desk.otp.pending("email", "c1")
    assert (await desk.refusal(code, "m1")).code == "otp_expired"
    assert (await desk.refusal(other(code), "m2")).code == "otp_expired"


async def test_a_newer_code_ends_the_older(desk: Desk) -> None:
    first = await desk.request()
    desk.clock.move(seconds=60)
    second = await desk.request()
    if first != second:
        refused = await desk.refusal(first, "m1")
        assert (refused.code, refused.tries_left) == ("otp_old", 5)
    await desk.otp.check("email", "c1", ADDRESS, second, "m2")


async def test_a_used_code_stays_used_after_the_next_was_sent(desk: Desk) -> None:
    first = await desk.request()
    await desk.otp.check("email", "c1", ADDRESS, first, "m1")
    desk.clock.move(seconds=60)
    if await desk.request() != first:
        assert (await desk.refusal(first, "m2")).code == "otp_used"


async def test_no_code_was_asked_for(desk: Desk) -> None:
    assert (await desk.refusal("482913", "m1")).code == "otp_none"
    await desk.request(subject="c2")
    assert (await desk.refusal(await desk.code(), "m1")).code == "otp_none"


async def test_a_code_of_another_conversation(desk: Desk) -> None:
    mine, theirs = await desk.request(subject="c1"), await desk.request(subject="c2", address="nam@example.com")
    if mine == theirs:
        return
    refused = await desk.refusal(theirs, "m1", subject="c1")
    assert (refused.code, refused.tries_left) == ("otp_foreign", 4)
    await desk.otp.check("email", "c2", "nam@example.com", theirs, "m2")
    await desk.otp.check("email", "c1", ADDRESS, mine, "m3")


async def test_a_code_of_another_errand(desk: Desk) -> None:
    email, delete = await desk.request("email"), await desk.request("delete")
    if email != delete:
        assert (await desk.refusal(email, "m1", "delete")).code == "otp_foreign"


async def test_a_code_of_another_address(desk: Desk) -> None:
    code = await desk.request()
    assert (await desk.refusal(code, "m1", address="nam@example.com")).code == "otp_foreign"
    await desk.otp.check("email", "c1", "LAN@Example.com", code, "m2")


async def test_an_address_that_was_corrected_needs_no_wait(desk: Desk) -> None:
    wrong = await desk.request(address="lan@gmial.com")
    right = await desk.request(address="lan@gmail.com")
    if wrong != right:
        assert (await desk.refusal(wrong, "m1", address="lan@gmail.com")).code == "otp_old"
    await desk.otp.check("email", "c1", "lan@gmail.com", right, "m2")


async def test_a_minute_between_two(desk: Desk) -> None:
    await desk.request()
    desk.clock.move(seconds=20)
    with pytest.raises(Overloaded) as refused:
        await desk.otp.request("email", "c1", ADDRESS)
    assert refused.value.retry_after == 40
    desk.clock.move(seconds=40)
    await desk.request()


async def test_five_hundred_requests_are_five_mails(desk: Desk) -> None:
    refusals: list[str] = []
    for _ in range(500):
        desk.clock.move(seconds=7)
        try:
            await desk.otp.request("email", "c1", ADDRESS)
        except Overloaded:
            refusals.append("soon")
        except InvalidInput as error:
            refusals.append(error.code)
    # 3,500 seconds: less than the hour.
    assert len(await desk.sent()) == 5
    assert len(refusals) == 495
    assert set(refusals) == {"soon", "otp_hourly"}


async def test_five_hundred_requests_at_once_are_one_mail(desk: Desk) -> None:
    results = await asyncio.gather(
        *(desk.otp.request("email", "c1", ADDRESS) for _ in range(500)), return_exceptions=True
    )
    assert results.count(None) == 1
    assert all(isinstance(result, HelpdeskError) for result in results if result is not None)
    assert len(await desk.sent()) == 1


async def test_an_address_is_not_flooded_from_many_conversations(desk: Desk) -> None:
    for number in range(5):
        await desk.request(subject=f"c{number}")
    with pytest.raises(OtpRefused) as refused:
        await desk.otp.request("resume", "c9", ADDRESS.upper())
    assert refused.value.code == "otp_hourly"
    assert refused.value.retry_after == 3600
    await desk.request(subject="c9", address="nam@example.com")
    desk.clock.move(hours=1)
    await desk.request(subject="c9")


async def test_a_conversation_floods_nobody(desk: Desk) -> None:
    for number in range(5):
        await desk.request(address=f"a{number}@example.com")
    with pytest.raises(OtpRefused) as refused:
        await desk.otp.request("email", "c1", "a9@example.com")
    assert refused.value.code == "otp_hourly"
    await desk.request(subject="c2", address="a9@example.com")


async def test_a_mail_that_can_not_be_queued_leaves_no_code(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as refused:
        await desk.otp.request("email", "c1", "lan@example.com\r\nBcc: x@example.com")
    assert refused.value.code == "email_shape"
    assert not await desk.otp.pending("email", "c1")


async def test_the_mail_ends_with_the_code_and_its_failure_can_be_told(desk: Desk) -> None:
    await desk.request()
    assert await desk.otp.mail_failure("email", "c1") is None
    desk.clock.move(minutes=5)
    assert await desk.mails.end_overdue() == ["otp"]
    failure = await desk.otp.mail_failure("email", "c1")
    assert failure is not None
    assert failure.reason == "expired"
    assert await desk.otp.mail_failure("email", "c2") is None


async def test_two_processes_use_a_code_once(settings: Settings) -> None:
    clock = MovedClock()
    async with AsyncExitStack() as stack:
        desks = [Desk(await stack.enter_async_context(open_services(settings)), clock) for _ in range(2)]
        code = await desks[0].request()
        results = await asyncio.gather(
            *(desks[n % 2].otp.check("email", "c1", ADDRESS, code, f"m{n}") for n in range(20)),
            return_exceptions=True,
        )
        assert results.count(None) == 1
        assert {r.code for r in results if isinstance(r, OtpRefused)} == {"otp_used"}
        clock.move(seconds=60)
        code = await desks[0].request()
        results = await asyncio.gather(
            *(desks[n % 2].otp.check("email", "c1", ADDRESS, other(code, n + 1), f"m{n}") for n in range(20)),
            return_exceptions=True,
        )
        codes = [result.code for result in results if isinstance(result, OtpRefused)]
        assert codes.count("otp_wrong") + codes.count("otp_old") + codes.count("otp_used") >= 4
        assert codes.count("otp_wrong") <= 4
        assert codes.count("otp_locked") >= 14


async def test_nothing_readable_is_kept(desk: Desk, settings: Settings) -> None:
    code = await desk.request()
    connection = sqlite3.connect(settings.database_path)
    kept = repr(connection.execute("SELECT * FROM otp_challenges").fetchall())
    kept += repr(connection.execute("SELECT * FROM mails").fetchall())
    connection.close()
    assert ADDRESS not in kept
    # A code of six digits is found in any hexadecimal noise now and then: look for it as a value of its own.
    assert f"'{code}'" not in kept


async def test_codes_are_forgotten_after_a_day(desk: Desk) -> None:
    await desk.request()
    desk.clock.move(days=1)
    async with desk.services.database.transaction() as transaction:
        await CodeKeeping(MailKeeping()).expire(transaction, desk.clock())
    assert (await desk.refusal("482913", "m1")).code == "otp_none"


@given(number=st.integers(0, 999_999), gap=st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b", " - "]))
def test_any_six_digits_are_read(number: int, gap: str) -> None:
    code = f"{number:06}"
    wide = code.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    for written in (code, gap.join(code), f" {code}\n", f"{code[:2]} {code[2:4]} {code[4:]}", wide, gap.join(wide)):
        assert six_digits(written) == code


@pytest.mark.parametrize(
    "text",
    ["", " ", "12345", "1234567", "12345a", "mã 482913", "O82913", "48291l", "4829 13 1", "١٢٣٤٥٦", "𝟙" * 7,
     "1" * 10_000, "-482913e0", "+482913", "²³¹"],
)  # fmt: skip
async def test_what_is_no_code_is_not_counted(desk: Desk, text: str) -> None:
    code = await desk.request()
    for attempt in range(6):
        assert (await desk.refusal(text, f"m{attempt}")).code == "otp_shape"
    await desk.otp.check("email", "c1", ADDRESS, code, "m9")


@given(guess=st.integers(0, 999_999))
@tuned(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_only_the_code_itself_is_good(tmp_path_factory: pytest.TempPathFactory, guess: int) -> None:
    folder: Path = tmp_path_factory.mktemp("otp")
    async with open_services(Settings(data_dir=folder)) as services:
        desk = Desk(services, MovedClock())
        code = await desk.request()
        if f"{guess:06}" == code:
            await desk.otp.check("email", "c1", ADDRESS, f"{guess:06}", "m1")
        else:
            assert (await desk.refusal(f"{guess:06}", "m1")).code == "otp_wrong"
            await desk.otp.check("email", "c1", ADDRESS, code, "m2")


@pytest.mark.parametrize("purpose", sorted(PURPOSES))
def test_the_mail_says_where_the_code_belongs_and_who_never_asks(purpose: str) -> None:
    subject, text = otp_mail("482913", purpose)
    assert "482913" not in subject
    assert text.count("482913") == 1
    assert "BHXH quận Thanh Khê" in subject
    for words in (
        "trợ lý VssID của BHXH quận Thanh Khê",
        "5 phút",
        "không bao giờ hỏi mã OTP hay mật khẩu VssID",
        "bỏ qua",
    ):
        assert words in text
    assert ("trang đặt mật khẩu" if purpose == "password" else "cuộc trò chuyện") in text
