"""The gate's verdicts on cards and portraits, plain drawings and what is neither."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
import segno
from PIL import Image, ImageDraw, ImageFilter

from helpdesk.photos.inspection import Inspector
from helpdesk.photos.report import PhotoReport, Side
from samples.cards.camera import Shot, flat, photograph
from samples.cards.drawing import Card, citizen_back, citizen_front, insurance_card
from samples.cards.faces import portrait
from samples.cards.people import invent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PERSON = invent(2)
FRONT, BACK, BACK_2024 = citizen_front(PERSON), citizen_back(PERSON), citizen_back(PERSON, with_qr=True)
OLD_FRONT, CARD = citizen_front(PERSON, with_qr=False), insurance_card(PERSON)
TESSERACT = shutil.which("tesseract")
needs_tesseract = pytest.mark.skipif(TESSERACT is None, reason="tesseract is missing")


@pytest.fixture(scope="module")
def inspector() -> Inspector:
    # What a busy machine doesn't read in time passes unread, which is another test's matter.
    return Inspector(TESSERACT, reading_seconds=100)


@pytest.fixture(scope="module")
def illiterate() -> Inspector:
    return Inspector(None)


def look(inspector: Inspector, content: bytes | Image.Image, expected: Side | None) -> PhotoReport:
    return inspector.inspect(flat(content) if isinstance(content, Image.Image) else content, expected, 300)


def drawn(*lines: str, qr: str | None = None) -> Image.Image:
    """As somebody would draw a card in a hurry."""
    picture = Image.new("RGB", (856, 540), "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        draw.text((30, 200 + 60 * number), line, fill="black", font_size=26)
    if qr:
        file = io.BytesIO()
        segno.make(qr).save(file, kind="png", scale=4)
        code = Image.open(file).convert("RGB")
        picture.paste(code, (846 - code.width, 10))
    return picture


MACHINE = ("IDVNM0900000017048090000001<<4", "9002010M3502019VNM<<<<<<<<<<<6", "NGUYEN<<VAN<THU<<<<<<<<<<<<<<<")
FRONT_LINES = ("CAN CUOC CONG DAN", "Ho va ten: NGUYEN VAN THU", "So: 048090000001")


@pytest.mark.parametrize("turn", [0, 90, 180, 12])
@pytest.mark.parametrize(
    ("card", "side"),
    [
        (FRONT, Side.FRONT),
        (CARD, Side.CARD),
        pytest.param(OLD_FRONT, Side.FRONT, marks=needs_tesseract),
        pytest.param(BACK, Side.BACK, marks=needs_tesseract),
        pytest.param(BACK_2024, Side.BACK, marks=needs_tesseract),
    ],
    ids=["front", "card", "front without QR", "back", "back of 2024"],
)
def test_a_good_photo_passes_and_is_turned_upright(inspector: Inspector, card: Card, side: Side, turn: int) -> None:
    report = look(inspector, photograph(card, Shot(turn=turn, noise=3)), side)
    assert (report.problem, report.side) == (None, side)
    assert set(report.codes) <= set(card.codes) and bool(report.codes) == bool(card.codes)
    assert ("rotated" in report.findings) == (turn >= 90)
    with Image.open(io.BytesIO(report.cleaned)) as kept:
        assert kept.size == ((1200, 1600) if turn == 90 else (1600, 1200))
    if turn == 90:
        # Upright now: nobody turns it again.
        again = look(inspector, report.cleaned, side)
        assert (again.problem, "rotated" in again.findings) == (None, False)


@pytest.mark.parametrize(
    ("card", "expected", "problem"),
    [
        (FRONT, Side.BACK, "wrong_side_front"),
        (FRONT, Side.PORTRAIT, "wrong_side_front"),
        (FRONT, Side.CARD, None),
        (FRONT, None, None),
        (CARD, Side.FRONT, "wrong_card"),
        (CARD, Side.BACK, "wrong_card"),
        pytest.param(OLD_FRONT, Side.BACK, "wrong_side_front", marks=needs_tesseract),
        pytest.param(OLD_FRONT, Side.PORTRAIT, "wrong_side_front", marks=needs_tesseract),
        pytest.param(BACK, Side.FRONT, "wrong_side_back", marks=needs_tesseract),
        pytest.param(BACK, Side.CARD, "wrong_side_back", marks=needs_tesseract),
        pytest.param(BACK, Side.PORTRAIT, "wrong_side_back", marks=needs_tesseract),
        pytest.param(BACK_2024, Side.FRONT, "wrong_side_back", marks=needs_tesseract),
    ],
)
def test_another_side_than_was_asked_for(
    inspector: Inspector, card: Card, expected: Side | None, problem: str | None
) -> None:
    assert look(inspector, photograph(card, Shot()), expected).problem == problem


@pytest.mark.parametrize("turn", [0, 90, 180])
def test_a_plain_drawing_with_its_qr_is_a_front(inspector: Inspector, illiterate: Inspector, turn: int) -> None:
    for picture in (drawn(*FRONT_LINES, qr=PERSON.citizen_qr), drawn(qr=PERSON.citizen_qr)):
        for one in (inspector, illiterate):
            report = look(one, picture.rotate(turn, expand=True), Side.FRONT)
            assert (report.problem, report.side, report.codes) == (None, Side.FRONT, (PERSON.citizen_qr,))


@needs_tesseract
def test_a_plain_drawing_with_machine_readable_lines_is_a_back(inspector: Inspector) -> None:
    for picture in (drawn(*MACHINE), drawn(*MACHINE, qr=PERSON.citizen_qr)):
        assert look(inspector, picture, Side.BACK).problem is None
        assert look(inspector, picture, Side.FRONT).problem == "wrong_side_back"
    assert look(inspector, drawn(*FRONT_LINES, qr=PERSON.citizen_qr), Side.BACK).problem == "wrong_side_front"


def test_something_with_a_cards_outline_passes_for_people_to_see(inspector: Inspector, illiterate: Inspector) -> None:
    table = Image.new("RGB", (1200, 900), (90, 110, 130))
    ImageDraw.Draw(table).rectangle((200, 200, 1000, 700), fill=(215, 215, 205))
    for one in (inspector, illiterate):
        report = look(one, table, Side.BACK)
        assert report.problem is None
        assert "unread" in report.findings


def test_without_a_reader_of_print_it_says_so(illiterate: Inspector) -> None:
    for card, side in ((OLD_FRONT, Side.FRONT), (BACK, Side.BACK)):
        report = look(illiterate, photograph(card, Shot()), side)
        assert report.problem is None
        assert "no_ocr" in report.findings


def test_rows_of_print_that_run_out_of_the_picture(inspector: Inspector) -> None:
    if TESSERACT is None:
        pytest.skip("tesseract is missing")
    table = Image.new("RGB", (1400, 1200), (90, 100, 120))
    table.paste(BACK.picture, (-500, 50))
    assert look(inspector, table, Side.BACK).problem == "cut_off"
    assert look(inspector, BACK.picture.crop((12, 12, 1700, 1068)), Side.BACK).problem is None


@pytest.mark.parametrize(
    ("content", "expected", "problem"),
    [
        (Image.new("RGB", (900, 700), "black"), Side.FRONT, "too_dark"),
        (Image.new("RGB", (900, 700), "white"), Side.BACK, "too_bright"),
        (Image.new("RGB", (900, 700), (128, 128, 128)), Side.CARD, "no_card"),
        (Image.new("RGB", (900, 700), (128, 128, 128)), Side.PORTRAIT, "no_face"),
        (FRONT.picture.resize((160, 100)), Side.FRONT, "too_small"),
        (FRONT.picture.filter(ImageFilter.GaussianBlur(14)), Side.FRONT, "blurry"),
        (BACK.picture.filter(ImageFilter.GaussianBlur(14)), Side.BACK, "blurry"),
        (portrait(3).filter(ImageFilter.GaussianBlur(20)), Side.PORTRAIT, "blurry"),
        (portrait(3), Side.FRONT, "no_card"),
        (portrait(3), Side.BACK, "no_card"),
        (CARD.picture, Side.PORTRAIT, "no_face"),
    ],
)
def test_what_nobody_could_use(inspector: Inspector, content: Image.Image, expected: Side, problem: str) -> None:
    report = look(inspector, content, expected)
    assert report.problem == problem
    # The picture is kept all the same: after two refusals staff may look at it.
    with Image.open(io.BytesIO(report.cleaned)) as kept:
        assert kept.format == "JPEG"


@needs_tesseract
@pytest.mark.parametrize("seed", range(2))
def test_a_landscape_is_no_card(inspector: Inspector, seed: int) -> None:
    sky = Image.new("RGB", (800, 600), (120, 180, 240))
    draw = ImageDraw.Draw(sky)
    draw.rectangle((0, 350, 800, 600), fill=(60, 140, 60))
    draw.ellipse((600, 50, 700, 150), fill=(255, 230, 80))
    draw.polygon(((100 + 90 * seed, 350), (300, 120), (520, 350)), fill=(110, 110, 120))
    assert look(inspector, sky, Side.FRONT).problem == "no_card"
    assert look(inspector, sky, Side.PORTRAIT).problem == "no_face"


@needs_tesseract
def test_a_qr_of_something_else_is_told_but_is_no_card(inspector: Inspector) -> None:
    report = look(inspector, drawn(qr="https://example.com/x"), Side.FRONT)
    assert (report.problem, report.codes) == ("no_card", ("https://example.com/x",))


@pytest.mark.parametrize(("seed", "turn"), [(0, 0), (3, 0), (0, 90), (3, 180), (3, 270), (3, 15)])
def test_a_portrait_passes_and_is_turned_upright(inspector: Inspector, seed: int, turn: int) -> None:
    photo = portrait(seed).rotate(turn, expand=turn != 15, fillcolor=(198, 208, 218))
    report = look(inspector, photo, Side.PORTRAIT)
    assert (report.problem, report.side) == (None, Side.PORTRAIT)
    assert ("rotated" in report.findings) == (turn >= 90)
    with Image.open(io.BytesIO(report.cleaned)) as kept:
        assert kept.size == (900, 1200)


@pytest.mark.parametrize(("seed", "people"), [(0, 2), (5, 2), (5, 3)])
def test_several_people_are_too_many(inspector: Inspector, seed: int, people: int) -> None:
    assert look(inspector, portrait(seed, people=people), Side.PORTRAIT).problem == "many_faces"


def test_a_face_far_away_is_small(inspector: Inspector) -> None:
    wall = Image.new("RGB", (1500, 1500), (190, 200, 190))
    wall.paste(portrait(3).resize((210, 280)), (600, 600))
    assert look(inspector, wall, Side.PORTRAIT).problem in ("face_small", "no_face")


def test_a_cartoon_is_for_people_to_judge(inspector: Inspector) -> None:
    picture = Image.new("RGB", (600, 800), (200, 220, 240))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((150, 150, 450, 550), fill=(230, 190, 160))
    for left in (220, 340):
        draw.ellipse((left, 280, left + 40, 310), fill="black")
    draw.arc((240, 400, 360, 480), 0, 180, fill="black", width=6)
    assert look(inspector, picture, Side.PORTRAIT).problem is None


def test_noise_is_neither(inspector: Inspector) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (210, 310, 3), dtype=np.uint8))
    assert look(inspector, noise, Side.PORTRAIT).problem == "no_face"
    assert look(inspector, noise, Side.BACK).problem == "no_card"


def test_a_photo_that_is_not_looked_at_passes_with_a_word_for_it(inspector: Inspector) -> None:
    report = inspector.clean(flat(FRONT.picture), "too_slow")
    assert (report.problem, report.side, report.codes, report.findings) == (None, None, (), ("too_slow",))
