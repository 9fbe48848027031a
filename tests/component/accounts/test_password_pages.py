"""The password page over HTTP: both purposes to the end, every refusal, and what a scanner or a stranger can't do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from bot.http.pages import Pages
from bot.password_page.pages import routes
from helpdesk.errors import Unavailable
from tests.stage.accounts import AccountsStage, open_accounts

NEW = "CaPheSua79"


@dataclass
class Site:
    """The page and a browser that follows redirects."""

    stage: AccountsStage
    http: httpx.AsyncClient
    told: list[str] = field(default_factory=list)
    broken: bool = False

    async def changed(self, conversation_id: str) -> None:
        if self.broken:
            raise Unavailable("gateway")
        self.told.append(conversation_id)

    async def propose(self, token: str, new: str = NEW, repeat: str | None = None, old: str = "") -> httpx.Response:
        form = {"old": old, "new": new, "repeat": new if repeat is None else repeat}
        return await self.http.post(f"/password/{token}", data=form)

    async def send(self, at: httpx.Response, code: str = "", step: str = "check") -> httpx.Response:
        (proposal,) = set(re.findall(r'name="p" value="(\w+)"', at.text))
        return await self.http.post(at.url.path, data={"p": proposal, "code": code, "step": step})


@pytest.fixture
async def site(data_dir: Path) -> AsyncIterator[Site]:
    async with open_accounts(data_dir) as stage:
        site = Site(stage, httpx.AsyncClient())
        app = Starlette(routes=routes(stage.accounts, Pages(), "http://test", site.changed))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", follow_redirects=True) as http:
            site.http = http
            yield site


def _said(page: httpx.Response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


async def test_change_to_the_end(site: Site) -> None:
    conversation = await site.stage.conversation()
    first = await site.stage.approve(conversation)
    token = await site.stage.link("change")
    page = await site.http.get(f"/password/{token}")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "noindex" in page.text
    assert 'name="old"' in page.text
    assert "mật khẩu lần đầu" in _said(page)
    code_page = await site.propose(token, old=first)
    assert code_page.status_code == 200
    assert code_page.headers["cache-control"] == "no-store"
    assert "Ba•••@gmail.com" in code_page.text
    assert 'data-wait="60"' in code_page.text
    assert "ba.sau1952" not in code_page.text.lower()
    done = await site.send(code_page, await site.stage.last_code())
    assert "Anh/chị đăng nhập được rồi" in _said(done)
    assert site.told == [conversation]
    assert await site.stage.has_password(NEW)
    # Loaded again it says so again; the link itself is used up.
    assert (await site.http.get(done.url)).status_code == 200
    assert "Cách lấy đường dẫn mới" in _said(await site.http.get(f"/password/{token}"))


async def test_recover_to_the_end_though_the_chat_can_not_be_told(site: Site) -> None:
    site.broken = True
    await site.stage.approve(await site.stage.conversation())
    token = await site.stage.link("recover")
    assert 'name="old"' not in (await site.http.get(f"/password/{token}")).text
    done = await site.send(await site.propose(token), await site.stage.last_code())
    assert done.status_code == 200
    assert await site.stage.has_password(NEW)


async def test_scanner_that_opens_every_link_spoils_nothing(site: Site) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    for _ in range(5):
        assert (await site.http.head(f"/password/{token}")).status_code == 200
        assert (await site.http.get(f"/password/{token}")).status_code == 200
        assert (await site.http.get(f"/password/{token}/code")).status_code == 409
        assert (await site.http.get(f"/password/{token}/done")).status_code == 404
    assert await site.stage.mails("otp") == []
    done = await site.send(await site.propose(token), await site.stage.last_code())
    assert done.url.path.endswith("/done")


@pytest.mark.parametrize(
    ("new", "repeat", "told"),
    [
        ("ngan1", None, "ít nhất 8 ký tự"),
        ("matkhau123", None, "nhiều người dùng"),
        ("xem0412887356", None, "có mã số BHXH"),
        ("hothisau1952", None, "có họ tên"),
        ("caphesuada", None, "chưa có chữ số"),
        (NEW, "khac", "chưa giống nhau"),
        ("", None, "chưa nhập mật khẩu mới"),
    ],
)
async def test_refusals_say_what_to_do_and_never_show_what_was_typed(
    site: Site, new: str, repeat: str | None, told: str
) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    page = await site.propose(token, new, repeat)
    assert page.status_code == 422
    assert told in _said(page)
    assert 'role="alert"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert not re.search(r'name="(old|new|repeat)"[^>]*value=', page.text)


async def test_wrong_old_password_is_counted_and_ends_the_link(site: Site) -> None:
    first = await site.stage.approve(None)
    token = await site.stage.link("change")
    for left in (4, 3, 2, 1):
        page = await site.propose(token, old="sai cho vui")
        assert page.status_code == 422
        assert f"còn nhập được {left} lần nữa" in _said(page)
    page = await site.propose(token, old="sai cho vui")
    assert page.status_code == 403
    assert "Đường dẫn đã khóa" in _said(page)
    assert "quên mật khẩu" in _said(page)
    assert (await site.propose(token, old=first)).status_code == 404


async def test_codes(site: Site) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    at = await site.propose(token)
    first_code = await site.stage.last_code()
    wrong = f"{(int(first_code) + 1) % 10**6:06}"
    page = await site.send(at, wrong)
    assert page.status_code == 422
    assert "còn nhập được 4 lần" in _said(page)
    assert "6 chữ số" in _said(await site.send(at, "12ab"))
    too_soon = await site.send(at, step="resend")
    assert too_soon.status_code == 429
    assert "sau 60 giây" in _said(too_soon)
    assert 'data-wait="60"' in too_soon.text
    site.stage.clock.move(seconds=61)
    again = await site.send(at, step="resend")
    assert again.status_code == 200
    assert len(await site.stage.mails("otp")) == 2
    assert "thư mới nhất" in _said(await site.send(at, first_code))
    assert (await site.send(again, await site.stage.last_code())).url.path.endswith("/done")


async def test_five_codes_an_hour(site: Site) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    at = await site.propose(token)
    for _ in range(4):
        site.stage.clock.move(seconds=61)
        assert (await site.send(at, step="resend")).status_code == 200
    site.stage.clock.move(seconds=61)
    page = await site.send(at, step="resend")
    assert page.status_code == 422
    assert "chờ khoảng 55 phút" in _said(page)


async def test_another_password_within_a_minute_uses_the_code_on_its_way(site: Site) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    old_tab = await site.propose(token)
    new_tab = await site.propose(token, "TraSuaDa97")
    assert len(await site.stage.mails("otp")) == 1
    overtaken = await site.send(old_tab, await site.stage.last_code())
    assert overtaken.status_code == 409
    assert "mật khẩu khác được nhập" in _said(overtaken)
    await site.send(new_tab, await site.stage.last_code())
    assert await site.stage.has_password("TraSuaDa97")


async def test_second_tap_sees_that_it_is_done(site: Site) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    at = await site.propose(token)
    code = await site.stage.last_code()
    for _ in range(3):
        assert (await site.send(at, code)).url.path.endswith("/done")
    assert (await site.http.get(at.url)).url.path.endswith("/done")
    assert len(await site.stage.mails("password_changed")) == 1


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "%C3%A9" * 43, "<b>"])
async def test_unknown_links_say_how_to_get_a_new_one(site: Site, token: str) -> None:
    for page in (await site.http.get(f"/password/{token}"), await site.propose(token)):
        assert page.status_code == 404
        assert "Cách lấy đường dẫn mới" in _said(page)
        assert "<b>" not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
    ],
)
async def test_forms_of_other_sites_are_refused(site: Site, headers: dict[str, str]) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    form = {"new": NEW, "repeat": NEW}
    page = await site.http.post(f"/password/{token}", data=form, headers=headers)
    assert page.status_code == 403
    assert await site.stage.mails("otp") == []


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}, {"Origin": "http://test"}])
async def test_forms_of_ours_are_taken(site: Site, headers: dict[str, str]) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    form = {"new": NEW, "repeat": NEW}
    page = await site.http.post(f"/password/{token}", data=form, headers=headers)
    assert page.url.path.endswith("/code")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"new=" + b"a" * 20_000, "application/x-www-form-urlencoded"),
        (b"new=%FF%FE", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(100)), "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"", ""),
    ],
)
async def test_bodies_that_are_no_form(site: Site, content: bytes, kind: str) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    page = await site.http.post(f"/password/{token}", content=content, headers={"Content-Type": kind})
    assert page.status_code == 400
    assert "Mật khẩu chưa đổi" in _said(page)


@pytest.mark.parametrize("proposal", ["", "é", "0" * 32, "x" * 5000])
async def test_made_up_proposals(site: Site, proposal: str) -> None:
    await site.stage.approve(None)
    token = await site.stage.link("recover")
    await site.propose(token)
    page = await site.http.post(f"/password/{token}/code", data={"p": proposal, "code": await site.stage.last_code()})
    assert page.status_code == 409
    assert (await site.http.get(f"/password/{token}/code", params={"p": proposal})).status_code == 409
    assert (await site.http.get(f"/password/{token}/done", params={"p": proposal})).status_code == 404
