"""Refused is what is of no use to anybody; a mediocre photo is not."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from helpdesk.photos.quality import Quality, measure
from samples.cards.camera import Shot, photograph
from samples.cards.drawing import Card, citizen_back, citizen_front
from samples.cards.faces import portrait
from samples.cards.people import invent

pytestmark = pytest.mark.slow

FRONT, BACK = citizen_front(invent(2)), citizen_back(invent(2))


def of_shot(card: Card, shot: Shot) -> Quality:
    with Image.open(io.BytesIO(photograph(card, shot))) as photo:
        return measure(np.asarray(photo.convert("L"), dtype=np.uint8))


def of_picture(picture: Image.Image) -> Quality:
    return measure(np.asarray(picture.convert("L"), dtype=np.uint8))


@pytest.mark.parametrize(
    "shot",
    [
        Shot(),
        Shot(size=(4000, 3000), module=8, noise=8),
        Shot(module=2.3, size=(1000, 800), jpeg=40),
        Shot(light=0.3, noise=6),
        Shot(blur=0.5, noise=10),
        Shot(tilt=40, turn=70),
    ],
)
@pytest.mark.parametrize("card", [FRONT, BACK], ids=["front", "back"])
def test_a_fair_photo_passes(card: Card, shot: Shot) -> None:
    quality = of_shot(card, shot)
    assert (quality.problem, quality.unreadable) == (None, False)


@pytest.mark.parametrize(
    ("picture", "problem"),
    [
        (Image.new("L", (1200, 900), 0), "too_dark"),
        (Image.new("L", (1200, 900), 18), "too_dark"),
        (Image.new("L", (1200, 900), 255), "too_bright"),
        (FRONT.picture.point(lambda value: 225 + value * 0.1), "too_bright"),
        (FRONT.picture.point(lambda value: value * 0.1), "too_dark"),
        (FRONT.picture.resize((160, 100)), "too_small"),
        (FRONT.picture.resize((900, 90)), "too_small"),
    ],
)
def test_useless_whatever_is_on_it(picture: Image.Image, problem: str) -> None:
    assert of_picture(picture).problem == problem


@pytest.mark.parametrize("noise", [0, 12])
@pytest.mark.parametrize("card", [FRONT, BACK], ids=["front", "back"])
def test_a_smear_is_told_from_a_sharp_photo_whatever_the_noise(card: Card, noise: float) -> None:
    sharp, soft, smeared = (of_shot(card, Shot(blur=blur, noise=noise)) for blur in (0.0, 1.0, 3.0))
    assert sharp.sharpness > soft.sharpness > smeared.sharpness
    assert smeared.unreadable and not sharp.unreadable


def test_a_soft_portrait_is_no_mush() -> None:
    assert not of_picture(portrait(3)).mush
    assert of_picture(portrait(3).filter(ImageFilter.GaussianBlur(20))).mush


def test_a_line_of_print_on_white_paper_is_neither_bright_nor_blurred() -> None:
    paper = Image.new("L", (856, 540), 255)
    ImageDraw.Draw(paper).text((40, 40), "CAN CUOC CONG DAN 048090000001", fill=0, font_size=20)
    quality = of_picture(paper)
    assert (quality.problem, quality.mush, quality.unreadable) == (None, False, False)


def test_what_staff_may_like_to_know() -> None:
    assert "dim" in of_shot(FRONT, Shot(light=0.3)).findings
    assert "flat" in of_picture(Image.new("L", (600, 600), 128)).findings
    shiny = Image.new("L", (1000, 700), 120)
    ImageDraw.Draw(shiny).ellipse((300, 200, 700, 500), fill=255)
    assert "glare" in of_picture(shiny).findings
    assert "glare" not in of_picture(BACK.picture).findings


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (3, 3)])
def test_slivers(size: tuple[int, int]) -> None:
    assert of_picture(Image.new("L", size, 99)).problem == "too_small"
