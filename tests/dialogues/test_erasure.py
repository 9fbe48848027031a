""" "Xóa dữ liệu của tôi": after a code from the mailbox nothing is left, in no file of the product."""

from __future__ import annotations

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen
from tests.stage.officer import Officer


def test_everything_goes_after_the_code(citizen: Citizen, officer: Officer, back_room: BackRoom) -> None:
    person = citizen.person
    officer.approves(officer.opens(citizen.files()))
    citizen.hears()
    registration = back_room.registration(citizen.id)["id"]
    assert back_room.rows("SELECT 1 FROM accounts WHERE registration_id = ?", registration)
    files = set(back_room.files_of(citizen.id))
    assert files and files <= set(back_room.files())
    assert "errand_delete_sure" in citizen.says("xóa hết dữ liệu của tôi đi")
    assert "errand_delete_otp_sent" in citizen.taps("Xóa dữ liệu của tôi")
    code = citizen.mailbox.new("Mã xác nhận xóa").code
    wrong = f"{(int(code) + 1) % 1000000:06}"
    assert "errand_otp_wrong" in citizen.says(wrong)
    assert back_room.rows("SELECT 1 FROM registrations WHERE id = ?", registration)
    assert "errand_deleted" in citizen.says(code)
    assert not files & set(back_room.files())
    for table, column, value in (
        ("registrations", "conversation_id", citizen.id),
        ("registration_photos", "registration_id", registration),
        ("accounts", "conversation_id", citizen.id),
        ("password_links", "conversation_id", citizen.id),
        ("attachments", "message_id", citizen.id),
        ("caught_mails", "recipient", person.email),
    ):
        assert back_room.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", value) == [], table
    # What stays: the conversation itself, its last word, and that the errand is done.
    assert set(back_room.tables_about(citizen.id)) <= {
        "conversations",
        "messages",
        "inbox",
        "errands",
        "otp_challenges",
    }
    assert back_room.rows("SELECT 1 FROM events WHERE sender_id = ?", f"web:{citizen.id}", file="dialogues.db") == []
    # The page shows what was said last, and nothing from before.
    left = [message["text"] for message in citizen.history()]
    assert len(left) <= 2 and citizen.answer.text in left
    assert all(person.name not in text and person.email not in text for text in left)
    # Only the demo's mailbox had it in clear; what is deleted is overwritten with the next checkpoint.
    back_room.checkpoint()
    assert back_room.holds(person.email) == []
    # The log says that it happened, not whose it was.
    (newest,) = back_room.rows("SELECT * FROM audit_log WHERE action = 'data_erased' ORDER BY at DESC LIMIT 1")
    assert newest["subject"] is None and newest["detail"] is None
    assert "reg_status_none" in citizen.says("hồ sơ tới đâu rồi")


def test_nothing_of_a_person_is_ever_kept_in_clear(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers()
    for secret in (citizen.person.national_id, citizen.person.name, citizen.person.phone, citizen.person.address):
        assert back_room.holds(secret) == [], secret


def test_a_draft_goes_without_a_code(citizen: Citizen, back_room: BackRoom) -> None:
    """No address is confirmed yet: what is there was typed here, by whoever asks."""
    citizen.registers("phone")
    files = set(back_room.files_of(citizen.id))
    citizen.says("tôi muốn xóa dữ liệu cá nhân của tôi")
    assert "errand_deleted" in citizen.taps("Xóa dữ liệu của tôi")
    assert not files & set(back_room.files())
    assert back_room.rows("SELECT 1 FROM registrations WHERE conversation_id = ?", citizen.id) == []


def test_changed_my_mind(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("portrait")
    citizen.says("xóa dữ liệu của tôi")
    assert "errand_stopped" in citizen.taps("Thôi, giữ lại")
    assert set(back_room.photos(citizen.id)) == {"front", "back"}
    resumed = citizen.says("tiếp tục đăng ký")
    assert resumed.question == "portrait"
    assert citizen.sends(people.face()).question == "phone"
