"""Which words tell which side, and a reader of print that is missing, slow or broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from helpdesk.photos.print import NOTHING, UNREAD, Print, TextReader, understand
from samples.cards.drawing import citizen_back, citizen_front, insurance_card
from samples.cards.people import invent

pytestmark = pytest.mark.slow

BLANK = np.full((300, 400), 255, dtype=np.uint8)
TESSERACT = shutil.which("tesseract")


def words(text: str, sureness: float = 90.0) -> list[tuple[str, float]]:
    return [(word, sureness) for word in text.split()]


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "front", "back", "insurance", "machine"),
    [
        ("CĂN CƯỚC CÔNG DÂN Họ và tên / Full name", 3, 0, 0, False),
        ("Đặc điểm nhân dạng Ngón trỏ trái", 0, 2, 0, False),
        ("BẢO HIỂM Y TẾ Nơi ĐK KCB BĐ", 0, 0, 3, False),
        ("IDVNM0900000017048090000001<<4", 0, 0, 0, True),
        ("NGUYEN<<VAN<THU<<<<<<", 0, 0, 0, True),
        ("9002010M3502019VNM<<<<<<<<<<<6", 0, 0, 0, True),
        ("a < b << 3 x<y", 0, 0, 0, False),
        ("hôm nay trời đẹp", 0, 0, 0, False),
        ("", 0, 0, 0, False),
    ],
)
def test_words_tell_the_side(text: str, front: int, back: int, insurance: int, machine: bool) -> None:
    seen = understand(words(text))
    assert (seen.front, seen.back, seen.insurance, seen.machine_lines) == (front, back, insurance, machine)


def test_only_sure_words_count() -> None:
    assert understand(words("một hai ba bốn", 20)).words == 0
    assert understand(words("một hai năm bốn ; -- x")).words == 4


def test_without_the_program_nothing_is_read() -> None:
    for reader in (TextReader(None), TextReader("/nowhere/tesseract")):
        assert not reader.works
        assert reader.read(BLANK, 5) == UNREAD


def test_without_a_language_nothing_is_read(tmp_path: Path) -> None:
    assert not TextReader(script(tmp_path / "t", "echo osd")).works


@pytest.mark.parametrize(
    ("behaviour", "read"),
    [("exec sleep 5", UNREAD), ("exit 3", UNREAD), ("echo 'a\tb'", NOTHING), (r"printf '\377\376'", NOTHING)],
)
def test_a_broken_or_slow_program(tmp_path: Path, behaviour: str, read: Print) -> None:
    program = script(tmp_path / "t", f'if [ "$1" = --list-langs ]; then echo vie; else {behaviour}; fi')
    reader = TextReader(program)
    assert reader.works
    assert reader.read(BLANK, 1 if read is UNREAD else 30) == read
    assert reader.read(BLANK, 0) == UNREAD


@pytest.mark.skipif(TESSERACT is None, reason="tesseract is missing")
def test_the_real_program_on_the_cards() -> None:
    reader, person = TextReader(TESSERACT), invent(2)
    pictures = [drawn(person).picture.convert("L") for drawn in (citizen_front, citizen_back, insurance_card)]
    front, back, card = (reader.read(np.asarray(picture, dtype=np.uint8), 30) for picture in pictures)
    assert front.certain and front.front > front.back
    assert back.certain and back.machine_lines
    assert card.certain and card.insurance > card.front
