"""The demo's people: the same ones always, sound in every number, and the personas among them."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from helpdesk.identity.bhxh import (
    parse_bhxh_code,
    parse_birth_date,
    parse_card,
    parse_email,
    parse_full_name,
    parse_national_id,
    parse_phone,
)
from helpdesk.identity.cards import CitizenCard, InsuranceCard, read_code
from helpdesk.places.provinces import find_province
from helpdesk.registration.crosschecks import crosscheck
from helpdesk.registry.demo import DEMO_SIZE, demo_members
from helpdesk.registry.member import Member
from helpdesk.text.folding import fold

PERSONAS = yaml.safe_load((Path(__file__).resolve().parents[4] / "data" / "demo" / "personas.yml").read_text("utf-8"))
TODAY = date(2026, 11, 1)


def by_code() -> dict[str, Member]:
    return {member.bhxh_code: member for member in demo_members()}


def test_the_same_people_every_time() -> None:
    assert demo_members() == demo_members()
    # A change of the seed or of the making moves everybody: then make data/demo/personas.yml anew.
    digest = hashlib.sha256(repr(demo_members()).encode()).hexdigest()
    assert digest.startswith("138152f7857c")


def test_every_number_is_sound_and_made_up() -> None:
    members = demo_members()
    assert len(members) == DEMO_SIZE >= 2000
    for member in members:
        assert member.synthetic and member.address is not None and "Giả Định" in member.address
        assert member.bhxh_code.startswith("00000")
        assert parse_bhxh_code(member.bhxh_code) == member.bhxh_code
        assert parse_full_name(member.full_name).text == member.full_name
        assert parse_birth_date(member.birth_date.shown, TODAY) == member.birth_date
        province = find_province(member.province or "")
        assert province is not None and province.name == member.province
        if member.card:
            card = parse_card(member.card)
            assert (card.number, card.code) == (member.card, member.bhxh_code)
        if member.national_id:
            known = parse_national_id(member.national_id)
            assert known.number == member.national_id
            assert known.sex in (None, member.sex)
            assert known.birth_year in (None, member.birth_date.year)
    for numbers in ([m.bhxh_code for m in members], [m.national_id for m in members if m.national_id]):
        assert len(set(numbers)) == len(numbers)


def test_the_awkward_ones_are_there() -> None:
    members = demo_members()
    people = Counter((fold(m.full_name), m.birth_date) for m in members)
    assert sum(count > 1 for count in people.values()) >= 2
    assert sum(m.birth_date.day is None for m in members) >= 20
    assert sum(len(m.national_id or "") == 9 for m in members) >= 20
    assert sum(m.national_id is None for m in members) >= 20
    assert sum(m.card is None for m in members) >= 20
    homes = Counter(m.province for m in members)
    assert homes["Đà Nẵng"] > 1000 and homes["Quảng Nam"] > 300 and len(homes) >= 4


def test_the_personas_are_the_first_members() -> None:
    assert [persona["bhxh_code"] for persona in PERSONAS] == [m.bhxh_code for m in demo_members()[: len(PERSONAS)]]
    assert len(PERSONAS) >= 12
    for name in ("id", "phone", "email"):
        assert len({persona[name] for persona in PERSONAS}) == len(PERSONAS)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona["id"])
def test_a_persona_is_what_the_registry_knows(persona: dict[str, str]) -> None:
    member = by_code()[persona["bhxh_code"]]
    assert persona["full_name"] == member.full_name
    assert persona["birth_date"] == member.birth_date.shown
    assert persona["sex"] == member.sex
    assert persona.get("card") == member.card
    assert persona.get("national_id") == member.national_id
    assert (persona["province"], persona["address"]) == (member.province, member.address)
    assert parse_phone(persona["phone"]) == persona["phone"]
    email = parse_email(persona["email"])
    assert (email.address, email.suggestion) == (persona["email"], None)
    fields = {
        "bhxh_code": member.bhxh_code,
        "full_name": member.full_name,
        "birth_date": member.birth_date.iso,
        "national_id": member.national_id or "",
        "sex": member.sex or "",
        "card": member.card or "",
    }
    assert crosscheck({name: value for name, value in fields.items() if value}, member) == ()


@pytest.mark.parametrize("persona", [p for p in PERSONAS if "citizen_qr" in p], ids=lambda persona: persona["id"])
def test_the_qr_of_the_citizen_card_says_the_same(persona: dict[str, str]) -> None:
    card, member = read_code(persona["citizen_qr"]), by_code()[persona["bhxh_code"]]
    assert isinstance(card, CitizenCard)
    assert (card.national_id, card.full_name, card.sex) == (member.national_id, member.full_name, member.sex)
    assert (card.birth_date, card.address) == (member.birth_date, member.address)


@pytest.mark.parametrize("persona", [p for p in PERSONAS if "insurance_qr" in p], ids=lambda persona: persona["id"])
def test_the_qr_of_the_insurance_card_says_the_same(persona: dict[str, str]) -> None:
    card, member = read_code(persona["insurance_qr"]), by_code()[persona["bhxh_code"]]
    assert isinstance(card, InsuranceCard)
    assert (card.bhxh_code, card.full_name, card.sex) == (member.bhxh_code, member.full_name, member.sex)
    assert card.card in (None, member.card)
    assert (card.birth_date, card.address) == (member.birth_date, member.address)
    assert str(card.valid_until or "") == (member.card_valid_until or "")
