"""Photos first, typing last: three minutes with the CCCD, the BHYT card and a grandson's e-mail."""

from __future__ import annotations

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes
from tests.stage.officer import Officer


def test_from_the_cards_to_the_password(citizen: Citizen, officer: Officer, back_room: BackRoom) -> None:
    person = citizen.person
    citizen.says("đăng ký vssid")
    citizen.taps("Đồng ý")
    read = citizen.sends(people.front(person))
    assert read.names[-1] == "reg_read_cccd"
    assert all(part in read.text for part in (person.name, person.birth_date, person.address, person.national_id[-4:]))
    assert person.national_id not in read.text
    assert citizen.says("đọc mã QR có lộ thông tin của tôi không").question == "read"
    assert citizen.taps("Đúng rồi").question == "bhxh_code"
    read = citizen.sends(people.insurance(person))
    assert person.code in read.text or person.code[-4:] in read.text
    citizen.answers("back")
    assert citizen.sends(people.back()).question == "portrait"
    assert citizen.sends(people.face()).question == "phone"
    assert citizen.says(person.phone).question == "email"
    citizen.answers("confirm")
    assert all(part in citizen.answer.text for part in (person.name, person.birth_date, person.code[-4:], "3/3"))
    citizen.taps("Đúng, gửi hồ sơ")
    page = officer.opens(citizen.mailbox.new("Đã nhận hồ sơ").code)
    assert "Cần xem kỹ" not in page.text and "khác với khai" not in page.text
    assert set(back_room.photos(citizen.id)) == {"front", "back", "portrait", "card"}
    assert "Không đọc được mã nào" not in page.text
    officer.approves(page)
    assert "reg_approved_notice" in citizen.hears()
    assert citizen.mailbox.new("mật khẩu lần đầu").code


def test_the_photo_before_consent_counts_after_it(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.says("đăng ký giúp tôi vssid")
    assert "reg_consent_first" in citizen.sends(people.front(citizen.person))
    assert not back_room.rows("SELECT 1 FROM registrations WHERE conversation_id = ?", citizen.id)
    agreed = citizen.says("đồng ý")
    assert agreed.question == "read" and citizen.person.name in agreed.text
    assert set(back_room.photos(citizen.id)) == {"front"}


def test_what_was_read_is_corrected(citizen: Citizen) -> None:
    citizen.says("đăng ký vssid")
    citizen.taps("Đồng ý")
    citizen.sends(people.front(citizen.person))
    assert "reg_read_wrong" in citizen.taps("Chưa đúng")
    assert citizen.taps("Địa chỉ").question == "address"
    moved = "27 Hàm Nghi, Thạc Gián, Thanh Khê, Đà Nẵng"
    assert citizen.says(moved).question == "bhxh_code"
    citizen.answers("confirm")
    assert moved in citizen.answer.text


def test_a_card_that_says_otherwise_than_what_was_typed(citizen: Citizen, officer: Officer) -> None:
    person = citizen.person
    citizen.registers("address", full_name="Trần Thị Mơ", birth_date="01/01/1970")
    assert citizen.says(person.address).question == "front"
    read = citizen.sends(people.front(person))
    assert "reg_read_differs" in read and read.question == "read"
    assert person.name in read.text and person.birth_date in read.text
    # She insists on another name: filed as she says, flagged for the staff.
    citizen.says("sửa họ tên thành Trần Thị Tên Khác")
    citizen.answers("confirm")
    citizen.taps("Đúng, gửi hồ sơ")
    page = officer.opens(citizen.mailbox.new("Đã nhận hồ sơ").code)
    assert "Cần xem kỹ" in page.text and "khác với khai" in page.text


def test_unfit_photos_are_refused_with_a_way_out(citizen: Citizen, officer: Officer, back_room: BackRoom) -> None:
    citizen.registers("back")
    for _ in range(2):
        assert "reg_photo_blurry" in citizen.sends(people.blurred_back())
        assert citizen.answer.question in ("", "back")
    assert back_room.photos(citizen.id)["back"] == "refused"
    assert citizen.taps("Gửi cho nhân viên xem").question == "portrait"
    assert "reg_photo_many_faces" in citizen.sends(people.face(2))
    assert citizen.sends(people.face()).question == "phone"
    assert back_room.photos(citizen.id) == {"front": "accepted", "back": "doubtful", "portrait": "accepted"}
    citizen.answers("confirm")
    citizen.taps("Đúng, gửi hồ sơ")
    page = officer.opens(citizen.mailbox.new("Đã nhận hồ sơ").code)
    assert "ảnh mờ" in page.text


def test_the_wrong_side_first(citizen: Citizen, back_room: BackRoom) -> None:
    """Each photo is taken for what it shows."""
    citizen.registers("front")
    assert citizen.sends(people.back()).question == "front"
    assert set(back_room.photos(citizen.id)) == {"back"}
    assert citizen.sends(people.front(citizen.person)).question in ("read", "portrait")
    assert {"front", "back"} <= set(back_room.photos(citizen.id))


def test_codes_that_are_no_cards(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.registers("front")
    assert "reg_x_code_link" in citizen.sends(people.code_alone("https://vssid-gia.example.com/dang-nhap"))
    assert "reg_x_code_foreign" in citizen.sends(people.code_alone("IDD<<T220001293<<<<<<6408125F2010315D<<<4"))
    assert back_room.photos(citizen.id) == {}
    citizen.taps("Tôi gõ thay")
    fields = citizen.person.cards.insurance_qr.split("|")
    for name, wrong in (
        ("reg_x_code_fields", [*fields, "1"]),
        ("reg_x_code_fields", [*fields[:3], *fields[4:]]),
        ("reg_x_code_damaged", [fields[0], "4e6zz", *fields[2:]]),
    ):
        told = citizen.sends(people.insurance(citizen.person, "|".join(wrong)))
        assert name in told and told.question == "bhxh_code", told
    # A front whose code is not whole is a front all the same; only nothing is taken from it.
    citizen.answers("full_name")
    citizen.answers("front", {"full_name": "Trần Thị Tự Gõ"})
    told = citizen.sends(people.front(citizen.person, citizen.person.cards.citizen_qr.rpartition("|")[0]))
    assert "reg_photo_kept_front" in told and "reg_x_code_fields" in told
    citizen.answers("confirm")
    assert "Trần Thị Tự Gõ" in citizen.answer.text


def test_a_large_photo_holds_up_nobody_else(comes: Comes) -> None:
    sender, other = comes(), comes()
    sender.registers("front")
    other.registers("bhxh_code")
    sender.upload(people.large_front(sender.person))
    other.answers("birth_date")
    assert not [message for message in sender.history() if message["author"] == "assistant"][2:]
    assert sender.hears().question == "read"
