"""Codes come out of photos as they were put in, or not at all."""

from __future__ import annotations

import io
import sys
from typing import Any

import barcode
import numpy as np
import pytest
import segno
from barcode.writer import ImageWriter
from PIL import Image

from helpdesk.photos import barcodes
from helpdesk.photos.barcodes import Grey, card_shaped, is_citizen_code, is_insurance_code, read_codes
from samples.cards.camera import Shot, photograph
from samples.cards.drawing import citizen_back, citizen_front, insurance_card
from samples.cards.people import invent

pytestmark = pytest.mark.slow

PERSON = invent(7)


def grey(content: bytes) -> Grey:
    with Image.open(io.BytesIO(content)) as photo:
        return np.asarray(photo.convert("L"), dtype=np.uint8)


def on_paper(drawn: Image.Image) -> Grey:
    paper = Image.new("L", (drawn.width + 200, drawn.height + 200), 255)
    paper.paste(drawn.convert("L"), (100, 100))
    return np.asarray(paper, dtype=np.uint8)


def qr(text: str, **options: Any) -> Grey:
    file = io.BytesIO()
    segno.make(text, micro=False, **options).save(file, kind="png", scale=5)
    return on_paper(Image.open(file))


def bars(kind: str, text: str) -> Grey:
    return on_paper(barcode.get(kind, text, writer=ImageWriter()).render({"write_text": False}))


@pytest.mark.parametrize("turn", [0, 33, 90, 180, 271])
def test_all_codes_of_the_cards_at_any_angle_and_how_they_are_turned(turn: int) -> None:
    shot = Shot(module=2.5, turn=turn, noise=5, seed=turn)
    for card, text, kind in (
        (citizen_front(PERSON), PERSON.citizen_qr, "qr"),
        (insurance_card(PERSON, code128=False), PERSON.insurance_qr, "qr"),
        (insurance_card(PERSON, qr=False), PERSON.card, "code128"),
    ):
        (code,) = read_codes(grey(photograph(card, shot)))
        assert (code.text, code.kind) == (text, kind)
        assert code.turn is not None
        assert abs((code.turn - turn + 180) % 360 - 180) <= 5


def test_a_small_turned_code_128_in_twelve_megapixels() -> None:
    shot = Shot(size=(4000, 3000), module=2.3, turn=57, noise=6)
    assert [code.text for code in read_codes(grey(photograph(insurance_card(PERSON, qr=False), shot)))] == [PERSON.card]


@pytest.mark.parametrize("seed", range(3))
def test_a_small_qr_in_poor_light(seed: int) -> None:
    person = invent(seed)
    shot = Shot(module=2.4, turn=20 * seed, tilt=15, blur=0.25, noise=8, light=0.4, jpeg=60, seed=seed)
    assert [code.text for code in read_codes(grey(photograph(citizen_front(person), shot)))] == [person.citizen_qr]


def test_nothing_is_read_where_nothing_is() -> None:
    assert read_codes(grey(photograph(citizen_back(PERSON), Shot(noise=12)))) == ()
    assert read_codes(np.full((600, 800), 255, dtype=np.uint8)) == ()
    assert read_codes(np.zeros((40, 3), dtype=np.uint8)) == ()
    assert read_codes(np.random.default_rng(1).integers(0, 255, (500, 700), dtype=np.uint8)) == ()


@pytest.mark.parametrize(
    ("kind", "text"),
    [("code128", "KIEN-HANG-42"), ("code128", "12345678901"), ("ean13", "893123456789"), ("code39", "VSSID")],
)
def test_bars_that_are_no_cards_are_left_alone(kind: str, text: str) -> None:
    assert read_codes(bars(kind, text)) == ()


@pytest.mark.parametrize("text", ["https://example.com/a?b=1", "PL|JAN KOWALSKI|1990", "@£ÿ"])
def test_any_qr_comes_out_for_others_to_judge(text: str) -> None:
    assert [code.text for code in read_codes(qr(text), seconds=0)] == [text]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-be"])
def test_accents_survive_whether_or_not_the_code_says_utf_8(encoding: str) -> None:
    if encoding == "utf-8":
        for eci in (False, True):
            assert (
                read_codes(qr(PERSON.citizen_qr, encoding="utf-8", mode="byte", eci=eci))[0].text == PERSON.citizen_qr
            )
    else:
        assert len(read_codes(qr("Đặng", encoding=encoding, mode="byte", eci=True), seconds=0)) == 1


def test_a_card_beside_a_link_is_looked_for_until_it_is_found() -> None:
    card = insurance_card(PERSON, qr=False)
    card.picture.paste(Image.fromarray(qr("https://example.com/")).resize((420, 420)), (1230, 200))
    found = read_codes(grey(photograph(card, Shot(module=2.4, turn=40, noise=6))))
    assert PERSON.card in {code.text for code in found}


def test_without_zbar_the_cascade_just_ends_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyzbar", None)
    assert barcodes._zbar(qr("x")) == []
    assert read_codes(grey(photograph(citizen_back(PERSON), Shot(size=(800, 600), module=2)))) == ()


def test_what_zbar_reads_is_taken_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    pyzbar = pytest.importorskip("pyzbar.pyzbar", reason="libzbar0 is missing", exc_type=ImportError)
    assert [code.text for code in barcodes._zbar(qr(PERSON.citizen_qr, encoding="utf-8"))] == [PERSON.citizen_qr]
    assert [code.text for code in barcodes._zbar(bars("code128", "GD4480000000001"))] == ["GD4480000000001"]
    assert barcodes._zbar(bars("code128", "KIEN-HANG-42")) == []
    found = pyzbar.Decoded("Nguyễn".encode().decode("latin-1").encode(), "QRCODE", None, None, 1, "UP")
    one_line = pyzbar.Decoded(b"GD4480000000001", "CODE128", None, None, 1, "UP")
    monkeypatch.setattr(pyzbar, "decode", lambda image, symbols: [found, one_line])
    assert barcodes._zbar(qr("x")) == []


@pytest.mark.parametrize("text", ["GD4480000000001", "0000000001", "048090000001"])
def test_numbers_of_cards(text: str) -> None:
    assert card_shaped(text)


@pytest.mark.parametrize(
    "text", ["GD6480000000001", "D44800000000012", "00000000011", "", "gd4480000000001", "GD448000000000"]
)
def test_other_numbers(text: str) -> None:
    assert not card_shaped(text)


def test_kinds_of_codes() -> None:
    assert is_citizen_code(PERSON.citizen_qr) and not is_insurance_code(PERSON.citizen_qr)
    assert is_insurance_code(PERSON.insurance_qr) and not is_citizen_code(PERSON.insurance_qr)
    assert is_insurance_code(PERSON.card) and not is_citizen_code(PERSON.card)
    assert not is_insurance_code("https://example.com") and not is_citizen_code("PL|JAN|1990")
