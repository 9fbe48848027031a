"""Made-up people and their cards: plainly made up, always the same, and photographed as told."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from bench.reader import Tally, markdown
from samples.cards.camera import Shot, photograph
from samples.cards.drawing import citizen_back, citizen_front, insurance_card
from samples.cards.faces import portrait
from samples.cards.people import invent, plain
from samples.cards.shots import EFFECTS, KINDS, NO_CODE, tasks

MADE_UP = ("Thử", "Mẫu", "Ví Dụ", "Thí Nghiệm", "Giả Định")


@pytest.mark.parametrize("seed", range(40))
def test_nobody_is_real_and_every_number_has_its_form(seed: int) -> None:
    person = invent(seed)
    assert person == invent(seed)
    assert person.name.endswith(MADE_UP)
    assert len(person.card) == 15 and person.card.endswith(person.bhxh_code) and person.bhxh_code.startswith("00")
    assert len(person.national_id) == 12 and person.national_id.startswith("048")
    assert int(person.national_id[3]) % 2 == (person.sex == "nữ")
    assert person.citizen_qr.count("|") == 6
    assert person.insurance_qr.count("|") == 14 and person.insurance_qr.endswith("|$")
    assert all(len(line) == 30 and line.isascii() for line in person.machine_lines)
    assert bytes.fromhex(person.insurance_qr.split("|")[1]).decode() == person.name


def test_without_accents() -> None:
    assert plain("Đặng Thị Mỹ") == "Dang Thi My"


def test_the_codes_of_a_card_are_where_it_says() -> None:
    person = invent(1)
    for card in (citizen_front(person), citizen_back(person, with_qr=True), insurance_card(person)):
        for left, top, right, bottom in card.codes.values():
            inside = np.asarray(card.picture.crop((left, top, right, bottom)).convert("L"))
            assert 0.2 < float(np.mean(inside < 128)) < 0.6
    assert set(insurance_card(person).codes) == {person.card, person.insurance_qr}
    assert not citizen_back(person).codes


def test_the_same_shot_is_the_same_photo_and_is_as_large_as_told() -> None:
    card, shot = citizen_front(invent(1)), Shot(size=(800, 600), module=2, noise=9, light=0.5, motion=3, tilt=9)
    content = photograph(card, shot)
    assert content == photograph(card, shot) != photograph(card, replace(shot, seed=1))
    with Image.open(io.BytesIO(content)) as photo:
        assert (photo.format, photo.size) == ("JPEG", (800, 600))


def test_portraits_differ() -> None:
    assert portrait(0).tobytes() != portrait(1).tobytes()
    assert portrait(0, (300, 400)).size == (300, 400)


def test_a_bench_of_three_hundred_photos_and_more() -> None:
    todo = list(tasks(12))
    assert sum(task.text is not None for task in todo) >= 300
    assert {task.kind for task in todo} == {*KINDS, NO_CODE} and {task.effect for task in todo} == set(EFFECTS)
    assert min(task.shot.module for task in todo) == 2.3
    assert len({(task.kind, task.seed) for task in todo}) == len(todo)
    assert any(task.shot.size == (4000, 3000) for task in todo)


def test_the_tally_counts_what_was_read_and_what_was_read_wrong() -> None:
    tally = Tally()
    for number, task in enumerate(tasks(1)):
        texts = [] if task.text is None or number == 0 else [task.text]
        tally.add(task, [*texts, "x"] if number == 1 else texts, 5.0)
    assert len(tally.wrong) == 1
    assert tally.rate == 100 * 29 / 30
    assert len(tally.took) == 30 and len(tally.took_in_vain) == 10
    table = markdown({"ours": tally})
    assert "| **đọc sai** | **1** |" in table and "| **đọc được** | **96.7 %** |" in table
