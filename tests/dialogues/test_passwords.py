"""Passwords are set on our page, by a link from the mailbox; never in the chat."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
import pytest

from helpdesk.accounts.password_rules import Hashing
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes
from tests.stage.officer import Officer, field_of

NEW = "CaPheSua79-sang"


@pytest.fixture
def owner(comes: Comes, officer: Officer) -> Citizen:
    """Somebody with an account."""
    citizen = comes()
    officer.approves(officer.opens(citizen.files()))
    citizen.hears()
    return citizen


def has_password(back_room: BackRoom, citizen: Citizen, password: str) -> bool:
    registration = back_room.registration(citizen.id)
    (row,) = back_room.rows("SELECT password_hash FROM accounts WHERE registration_id = ?", registration["id"])
    return asyncio.run(Hashing().matches(row["password_hash"], password))


def path_of(link: str, citizen: Citizen) -> str:
    parts = urlsplit(link)
    assert f"{parts.scheme}://{parts.netloc}" == str(citizen.http.base_url).rstrip("/")
    return parts.path


def sets(citizen: Citizen, link: str, **fields: str) -> httpx.Response:
    """The page of the link, filled in and confirmed with the code from the mailbox."""
    path = path_of(link, citizen)
    page = citizen.http.get(path)
    assert page.status_code == 200
    code_page = citizen.http.post(path, data=fields, follow_redirects=True)
    assert "Nhập mã xác nhận" in code_page.text, code_page.text
    form = {"p": field_of(code_page, "p"), "step": "check", "code": "000000"}
    wrong = citizen.http.post(f"{path}/code", data=form, follow_redirects=True)
    assert wrong.status_code == 422
    form["code"] = citizen.mailbox.otp()
    return citizen.http.post(f"{path}/code", data=form, follow_redirects=True)


def test_changed_by_a_link(owner: Citizen, back_room: BackRoom) -> None:
    first = owner.mailbox.new("mật khẩu lần đầu").code
    assert has_password(back_room, owner, first)
    answer = owner.says("tôi muốn đổi mật khẩu")
    assert "change_password" in answer
    assert "errand_link_sent_here" in owner.taps("Gửi liên kết")
    link = owner.mailbox.new("Đường dẫn").link
    assert link not in "".join(message["text"] for message in owner.history())
    path = path_of(link, owner)
    for fields, fault in (
        ({"old": "sai-roi-1", "new": NEW, "repeat": NEW}, "còn nhập được 4 lần"),
        ({"old": first, "new": "12345678", "repeat": "12345678"}, "class="),
        ({"old": first, "new": NEW, "repeat": f"{NEW}x"}, "chưa giống nhau"),
    ):
        page = owner.http.post(path, data=fields)
        assert page.status_code == 422 and fault in page.text
    done = sets(owner, link, old=first, new=NEW, repeat=NEW)
    assert "Xong rồi ạ" in done.text
    assert "reg_password_changed_notice" in owner.hears()
    assert has_password(back_room, owner, NEW) and not has_password(back_room, owner, first)
    owner.mailbox.new("vừa được đổi")
    assert "không còn dùng được" in owner.http.get(path).text


def test_recovered_from_another_device(owner: Citizen, comes: Comes, back_room: BackRoom) -> None:
    owner.mailbox.new("mật khẩu lần đầu")
    computer = comes(owner.person)
    computer.says("tôi quên mật khẩu rồi")
    computer.taps("Gửi liên kết")
    assert "errand_recover_ask_bhxh_code" in computer.answer
    assert "errand_recover_ask_email" in computer.says(owner.person.code)
    assert "errand_link_sent" in computer.says(owner.person.email)
    done = sets(owner, owner.mailbox.new("Đường dẫn").link, new=NEW, repeat=NEW)
    assert "Xong rồi ạ" in done.text
    assert has_password(back_room, owner, NEW)
    assert "reg_password_changed_notice" in owner.hears()


def test_whether_there_is_an_account_is_never_told(owner: Citizen, comes: Comes) -> None:
    texts = []
    for code, email in (
        (owner.person.code, owner.person.email),
        (owner.person.code, "nguoi.khac@example.com"),
        ("4899999999", owner.person.email),
    ):
        stranger = comes(owner.person)
        stranger.says("quên mật khẩu")
        stranger.taps("Gửi liên kết")
        stranger.says(code)
        texts.append(stranger.says(email).text)
    assert len(set(texts)) == 1
    assert len([mail for mail in owner.mailbox.all() if "Đường dẫn" in mail.subject]) == 1


def test_a_link_ends_after_half_an_hour(owner: Citizen, back_room: BackRoom) -> None:
    owner.says("đổi mật khẩu")
    owner.taps("Gửi liên kết")
    link = owner.mailbox.new("Đường dẫn").link
    assert owner.http.get(path_of(link, owner)).status_code == 200
    back_room.ages("password_links", "conversation_id = ?", owner.id, minutes=30)
    assert "không còn dùng được" in owner.http.get(path_of(link, owner)).text


def test_a_password_told_in_the_chat_is_hidden_and_never_kept(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("birth_date")
    told = citizen.says("mật khẩu của tôi là Hoahong@2468")
    assert "secret_password" in told and told.question == "birth_date"
    mine = [message["text"] for message in citizen.history() if message["author"] == "contact"]
    assert "Hoahong@2468" not in mine[-1] and "•" in mine[-1]
    assert not back_room.holds("Hoahong@2468")
    assert citizen.says(citizen.person.birth_date).question == "national_id"


def test_a_stray_code_told_in_the_chat_is_hidden(citizen: Citizen) -> None:
    told = citizen.says("mã otp của tôi là 482913")
    assert "secret_otp" in told
    assert "482913" not in citizen.history()[0]["text"]
