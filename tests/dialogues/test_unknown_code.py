""" "Không biết mã số": looked up where everything agrees, and nothing told to anybody else."""

from __future__ import annotations

from dataclasses import replace

from tests.stage.citizen import Citizen, Comes
from tests.stage.people import persona

HUNG, OTHER_HUNG, LOI, NGUYET = persona(3), persona(4), persona(5), persona(9)


def looks_up(citizen: Citizen, until: str = "found_code", **facts: str) -> None:
    citizen.registers("bhxh_code")
    assert citizen.says("tôi không biết mã số").question == "full_name"
    citizen.answers(until, facts)


def test_found_by_name_birthday_cccd_and_province(comes: Comes) -> None:
    citizen = comes(NGUYET)
    looks_up(citizen)
    assert NGUYET.code in citizen.answer.text
    citizen.taps("Đúng rồi")
    citizen.answers("confirm")
    assert NGUYET.code[-4:] in citizen.answer.text


def test_two_people_of_one_name_and_birthday_are_told_apart_by_the_cccd(comes: Comes) -> None:
    citizen = comes(OTHER_HUNG)
    looks_up(citizen)
    assert OTHER_HUNG.code in citizen.answer.text and HUNG.code not in citizen.answer.text


def test_found_but_not_mine(comes: Comes) -> None:
    citizen = comes(NGUYET)
    looks_up(citizen)
    answer = citizen.taps("Chưa đúng")
    assert "reg_code_not_found" in answer and answer.question == "bhxh_code"
    assert citizen.taps("Dùng số CCCD thay").question != "bhxh_code"


def test_whether_somebody_else_exists_is_never_told(comes: Comes) -> None:
    """Who knows a name, a birthday and a province, but not the CCCD, learns what he would about nobody at all."""
    prying, nobody = comes(HUNG), comes(replace(HUNG, phone="0905999999"))
    looks_up(prying, "front", national_id="048085000777")
    looks_up(nobody, "front", national_id="048085000777", full_name="Nguyễn Văn Khởi")
    assert "reg_code_not_found_use_id" in prying.answer
    assert prying.answer == nobody.answer
    assert HUNG.code not in "".join(message["text"] for message in prying.history())


def test_not_found_with_an_old_identity_card(comes: Comes) -> None:
    citizen = comes(LOI)
    citizen.registers("bhxh_code")
    citizen.taps("Tôi không biết mã số")
    citizen.answers("bhxh_code", {"national_id": "200000999"})
    assert "reg_code_not_found" in citizen.answer
    assert citizen.says(LOI.code).question == "front"


def test_asked_for_with_everything_in_one_message(comes: Comes) -> None:
    citizen = comes(NGUYET)
    citizen.registers("bhxh_code")
    told = citizen.says(
        f"không nhớ mã số, tôi là {NGUYET.name}, sinh {NGUYET.birth_date}, "
        f"cccd {NGUYET.national_id}, ở {NGUYET.address}"
    )
    citizen.answers("found_code")
    assert NGUYET.code in citizen.answer.text, told
