"""The office decides on its pages, and the citizen hears of it where he wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen
from tests.stage.officer import Officer


def test_two_officers_at_once_decide_once(
    citizen: Citizen, officer: Officer, colleague: Officer, back_room: BackRoom
) -> None:
    case_code = citizen.files()
    pages = [(one, one.opens(case_code)) for one in (officer, colleague)]
    assert f"{officer.name} đã mở" in colleague.opens(case_code).text
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda pair: pair[0].approves(pair[1]), pages))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (late,) = (answer for answer in answers if answer.status_code == 409)
    (early,) = (one for one, answer in zip((officer, colleague), answers, strict=True) if answer is not late)
    assert f"{early.name} đã duyệt hồ sơ này" in late.text
    assert "reg_approved_notice" in citizen.hears()
    citizen.mailbox.new("mật khẩu lần đầu")
    assert sum("mật khẩu" in mail.subject for mail in citizen.mailbox.all()) == 1
    row = back_room.registration(citizen.id)
    assert row["decided_by"] == early.name
    deeds = back_room.rows("SELECT action FROM audit_log WHERE subject = ?", row["id"])
    assert [deed["action"] for deed in deeds].count("approved") == 1
    # Nothing more comes to the chat.
    assert not citizen.history(citizen._seq, wait=1)


def test_one_approves_while_the_other_sends_back(citizen: Citizen, officer: Officer, colleague: Officer) -> None:
    case_code = citizen.files()
    page, other = officer.opens(case_code), colleague.opens(case_code)
    officer.rejects(page, repair_portrait="1", reason_portrait="blurred")
    late = colleague.approves(other)
    assert late.status_code == 409 and f"{officer.name} đã trả lại" in late.text
    assert "reg_rejected_notice" in citizen.hears()


def test_sent_back_repaired_approved(citizen: Citizen, officer: Officer, back_room: BackRoom) -> None:
    case_code = citizen.files()
    answer = officer.rejects(officer.opens(case_code), repair_portrait="1", reason_portrait="blurred")
    assert answer.status_code == 200
    notice = citizen.hears()
    assert "reg_rejected_notice" in notice
    assert "ảnh bị mờ" in notice.text and "ảnh chân dung" in notice.text
    assert "ảnh bị mờ" in citizen.mailbox.new("cần bổ sung").text
    assert "reg_status_rejected" in citizen.says("hồ sơ của tôi sao rồi")
    before = back_room.rows(
        "SELECT id, side FROM registration_photos WHERE registration_id = ?", back_room.registration(citizen.id)["id"]
    )
    # Only the portrait is asked for again.
    repairing = citizen.taps("Sửa hồ sơ")
    assert "reg_repair" in repairing and repairing.question == "portrait"
    assert citizen.sends(people.face()).question == "confirm"
    assert "reg_filed" in citizen.taps("Đúng, gửi hồ sơ")
    assert citizen.mailbox.new("Đã nhận hồ sơ").code == case_code
    after = back_room.rows(
        "SELECT id, side FROM registration_photos WHERE registration_id = ?", back_room.registration(citizen.id)["id"]
    )
    kept = {photo["side"] for photo in before if photo in after}
    assert kept == {"front", "back"}
    officer.approves(officer.opens(case_code))
    assert "reg_approved_notice" in citizen.hears()
    assert citizen.mailbox.new("mật khẩu lần đầu").code


def test_sent_back_for_a_value_and_repaired_by_words(citizen: Citizen, officer: Officer) -> None:
    case_code = citizen.files()
    officer.rejects(officer.opens(case_code), repair_phone="1", reason_phone="unreachable", note="Gọi chị lúc 9 giờ ạ.")
    notice = citizen.hears()
    assert "Gọi chị lúc 9 giờ" in notice.text
    citizen.says("sửa hồ sơ")
    assert citizen.answer.question == "phone", citizen.answer
    assert citizen.says("0914555666").question == "confirm"
    citizen.taps("Đúng, gửi hồ sơ")
    assert "0914555666" in officer.opens(case_code).text


def test_refused_for_good(citizen: Citizen, officer: Officer) -> None:
    case_code = citizen.files()
    officer.rejects(officer.opens(case_code), general="come_to_office")
    notice = citizen.hears()
    assert "reg_rejected_whole_notice" in notice and "Đăng ký lại" in notice.titles
    assert "reg_status_rejected_whole" in citizen.says("hồ sơ tới đâu rồi")
    assert citizen.taps("Đăng ký lại").question == "consent"


def test_an_officer_must_have_seen_what_he_decides_on(citizen: Citizen, officer: Officer, colleague: Officer) -> None:
    case_code = citizen.files()
    stale = officer.opens(case_code)
    colleague.rejects(colleague.opens(case_code), repair_portrait="1", reason_portrait="blurred")
    citizen.hears()
    citizen.taps("Sửa hồ sơ")
    citizen.sends(people.face())
    citizen.taps("Đúng, gửi hồ sơ")
    assert officer.approves(stale).status_code == 409
    assert officer.approves(officer.opens(case_code), csrf="x" * 43).status_code == 403
    assert officer.approves(officer.opens(case_code)).status_code == 200
    assert "reg_approved_notice" in citizen.hears()
