"""Cards as flat pictures, 85.6 by 54 mm, plainly marked as samples. Owns the layout; refuses to be a good forgery."""

from __future__ import annotations

import functools
import io
from dataclasses import dataclass

import barcode
import segno
from barcode.writer import ImageWriter
from PIL import Image, ImageDraw, ImageFont

from samples.cards.faces import portrait
from samples.cards.people import Person

SIZE = (1712, 1080)
# Pixels of a drawn module: whole ones, so that the drawing adds no blur of its own.
MODULE = 6
_INK, _RED = (24, 28, 32), (178, 30, 36)
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Card:
    """A drawn card and where its codes are: text to box."""

    picture: Image.Image
    codes: dict[str, Box]


def citizen_front(person: Person, with_qr: bool = True) -> Card:
    """The front of a CCCD: face on the left, QR in the upper right corner."""
    picture, draw = _blank((226, 236, 232))
    _line(draw, 560, 50, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 40, bold=True)
    _line(draw, 560, 106, "SOCIALIST REPUBLIC OF VIET NAM", 28)
    _line(draw, 560, 180, "CĂN CƯỚC CÔNG DÂN", 58, _RED, bold=True)
    _line(draw, 560, 250, "Citizen Identity Card", 34, _RED)
    _line(draw, 560, 330, f"Số / No.: {person.national_id}", 54, bold=True)
    rows = (
        ("Họ và tên / Full name:", person.name.upper()),
        ("Ngày sinh / Date of birth:", person.birth_date),
        ("Giới tính / Sex:", f"{person.sex.capitalize()}     Quốc tịch / Nationality: Việt Nam"),
        ("Nơi thường trú / Place of residence:", person.address),
    )
    for number, (label, value) in enumerate(rows):
        _line(draw, 560, 440 + 144 * number, label, 32)
        _line(draw, 560, 484 + 144 * number, value, 44 if len(value) < 34 else 30, bold=True)
    picture.paste(portrait(int(person.national_id[-5:]), (390, 520)), (90, 360))
    _line(draw, 96, 920, "Có giá trị đến / Date of expiry: 01/01/2040", 22)
    codes = {person.citizen_qr: _put_qr(picture, person.citizen_qr, right=1680, top=30)} if with_qr else {}
    return Card(picture, codes)


def citizen_back(person: Person, with_qr: bool = False) -> Card:
    """The back: description, stamp text and three machine-readable lines; cards of 2024 carry the QR here."""
    picture, draw = _blank((226, 236, 232))
    _line(draw, 120, 60, "Đặc điểm nhân dạng / Personal identification:", 36)
    _line(draw, 120, 116, "Nốt ruồi C: 1cm sau cánh mũi trái (mẫu)", 40, bold=True)
    _line(draw, 120, 200, f"Ngày, tháng, năm / Date, month, year: {person.issued}", 36)
    _line(draw, 120, 280, "CỤC TRƯỞNG CỤC CẢNH SÁT", 36, bold=True)
    _line(draw, 120, 330, "QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI", 36, bold=True)
    draw.rounded_rectangle((150, 420, 410, 640), 30, fill=(212, 180, 96), outline=_INK, width=4)
    _line(draw, 560, 600, "Ngón trỏ trái / Left index finger", 30)
    for number, text in enumerate(person.machine_lines):
        _machine_line(draw, 100, 750 + 92 * number, text)
    codes = {person.citizen_qr: _put_qr(picture, person.citizen_qr, right=1680, top=30)} if with_qr else {}
    return Card(picture, codes)


def insurance_card(person: Person, qr: bool = True, code128: bool = True) -> Card:
    """A BHYT card with its Code 128, its QR, or both."""
    picture, draw = _blank((246, 246, 250))
    _line(draw, 90, 50, "BẢO HIỂM XÃ HỘI VIỆT NAM", 44, bold=True)
    _line(draw, 90, 130, "THẺ BẢO HIỂM Y TẾ", 72, _RED, bold=True)
    _line(draw, 90, 240, f"Mã số: {person.card}", 54, bold=True)
    rows = (
        f"Họ và tên: {person.name}",
        f"Ngày sinh: {person.birth_date}   Giới tính: {person.sex.capitalize()}",
        "Nơi ĐK KCB BĐ: Bệnh viện Mẫu, Đà Nẵng",
        "Giá trị sử dụng: từ ngày 01/01/2024",
    )
    for number, text in enumerate(rows):
        _line(draw, 90, 350 + 72 * number, text, 40)
    codes: dict[str, Box] = {}
    if qr:
        codes[person.insurance_qr] = _put_qr(picture, person.insurance_qr, right=1670, top=500)
    if code128:
        codes[person.card] = _put_code128(picture, person.card, left=60, top=880)
    return Card(picture, codes)


def _blank(colour: tuple[int, int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", SIZE, colour)
    draw = ImageDraw.Draw(picture)
    # What every one of them says: nobody may take it for a real card.
    for top in (330, 690):
        draw.text((1000, top), "MẪU · SPECIMEN", font=_font(76, bold=True), fill=(214, 222, 226))
    draw.rounded_rectangle((4, 4, SIZE[0] - 5, SIZE[1] - 5), 40, outline=(120, 140, 150), width=5)
    return picture, draw


def _line(
    draw: ImageDraw.ImageDraw,
    left: int,
    top: int,
    text: str,
    size: int,
    fill: tuple[int, int, int] = _INK,
    bold: bool = False,
) -> None:
    draw.text((left, top), text, font=_font(size, bold), fill=fill)


def _machine_line(draw: ImageDraw.ImageDraw, left: int, top: int, text: str) -> None:
    font = _font(60, mono=True)
    for number, letter in enumerate(text):
        draw.text((left + 50 * number, top), letter, font=font, fill=_INK)


@functools.cache
def _font(size: int, bold: bool = False, mono: bool = False) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = f"DejaVuSans{'Mono' if mono else ''}{'-Bold' if bold else ''}.ttf"
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        # Without accents then, which matters to none of the codes.
        return ImageFont.load_default(size)


def _put_qr(picture: Image.Image, text: str, right: int, top: int) -> Box:
    code = segno.make(text, error="m", mode="byte", encoding="utf-8", boost_error=False, micro=False)
    file = io.BytesIO()
    code.save(file, kind="png", scale=MODULE, border=4)
    drawn = Image.open(file).convert("RGB")
    picture.paste(drawn, (right - drawn.width, top))
    return right - drawn.width, top, right, top + drawn.height


def _put_code128(picture: Image.Image, text: str, left: int, top: int) -> Box:
    dpi = 300
    options = {
        "module_width": MODULE * 25.4 / dpi, "module_height": 12.0, "quiet_zone": 10 * MODULE * 25.4 / dpi,
        "write_text": False, "margin_top": 0.5, "margin_bottom": 0.5, "dpi": dpi,
    }  # fmt: skip
    drawn = barcode.get("code128", text, writer=ImageWriter()).render(options).convert("RGB")
    picture.paste(drawn, (left, top))
    return left, top, left + drawn.width, top + drawn.height
