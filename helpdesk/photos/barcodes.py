"""QR and Code 128 in a photo, from quick to thorough. Owns the cascade and what may come out of it.

Refuses to know what a text means (`card_codes`), and to guess: a QR carries its own error correction, but a Code 128
has one check symbol only, so of those nothing comes out that has not the shape of a card's number.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from helpdesk.photos.code_places import CodePlaces

Grey = NDArray[np.uint8]
Kind = Literal["qr", "code128"]

_CARD = re.compile(r"[A-Z]{2}[1-5]\d{2}[0-9A-Z]{10}|\d{10}|\d{12}")
_CITIZEN_QR = re.compile(r"\d{9,12}\|[^|]*\|[^|]+\|")
_INSURANCE_QR = re.compile(r"(?:[A-Z]{2}[1-5]\d{2}[0-9A-Z]{10}|\d{10})\|(?:[0-9A-Fa-f]{2})+\|")
_FORMATS = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.QRCodeModel2, zxingcpp.BarcodeFormat.Code128))
_ANGLES = (15, 30, 45, 60, 75)
_SMALL_SQUARE = 700
# zbar takes one line across the bars for a code; this many have to agree.
_ZBAR_LINES = 8
# zbar guesses the character set. A wrong guess gives letters that Vietnamese has not.
_VIETNAMESE = re.compile(r"[\x20-\x7eÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ–—]+")
# Codes are found at this size as well as at full size, and in a fraction of the time.
_WORKING_SIDE = 2000


@dataclass(frozen=True, slots=True)
class Code:
    """A decoded code; `turn`: by how many degrees it stands turned clockwise in the photo (0 to 359), where known."""

    text: str
    kind: Kind
    turn: int | None


def card_shaped(text: str) -> bool:
    """Whether this can be the number in a Code 128 of a card: 15 characters, or 10 or 12 digits."""
    return _CARD.fullmatch(text) is not None


def is_citizen_code(text: str) -> bool:
    """Whether this looks like the QR of a CCCD."""
    return _CITIZEN_QR.match(text) is not None and not is_insurance_code(text)


def is_insurance_code(text: str) -> bool:
    """Whether this looks like the QR or the Code 128 of a BHYT card."""
    return _INSURANCE_QR.match(text) is not None or (card_shaped(text) and len(text) != 12)


def of_a_card(text: str) -> bool:
    """Whether looking further is needless."""
    return is_citizen_code(text) or is_insurance_code(text) or card_shaped(text)


def read_codes(
    image: Grey, thorough: bool = True, seconds: float = 6.0, enough: Callable[[str], bool] = of_a_card
) -> tuple[Code, ...]:
    """The codes in a grey picture. `thorough=False` stops after the first quick looks, and no look begins too late.

    Goes on until a code is found that is `enough`; else what was found at all, each text once.
    """
    deadline = time.monotonic() + seconds
    found: dict[str, Code] = {}
    for codes in _looks(image, thorough):
        for code in codes:
            found.setdefault(code.text, code)
        if any(enough(text) for text in found) or time.monotonic() > deadline:
            break
    return tuple(found.values())


def _looks(image: Grey, thorough: bool) -> Iterator[list[Code]]:
    yield _zxing(image)
    working = _contrasted(_at_most(image, _WORKING_SIDE))
    yield _zxing(working)
    if not thorough:
        return
    places = CodePlaces(_contrasted(image))
    yield from _bars(places)
    yield from _dense(places)
    yield _zxing(_calmed(working))
    for angle in _ANGLES:
        yield _zxing(_turned(working, angle), angle)
    yield _zbar(working)


def _zxing(image: Grey, angle: int = 0) -> list[Code]:
    codes = []
    for found in zxingcpp.read_barcodes(image, formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain):
        turn = (found.orientation - angle) % 360
        if found.format == zxingcpp.BarcodeFormat.Code128:
            if card_shaped(found.text):
                codes.append(Code(found.text, "code128", turn))
        elif found.text:
            codes.append(Code(_text(found.bytes, found.text), "qr", turn))
    return codes


def _bars(places: CodePlaces) -> Iterator[list[Code]]:
    """Code 128 only: what averaging along the bars would make of a QR means nothing."""
    for strip in places.strips():
        yield [code for code in _zxing(strip.picture, -strip.turn) if code.kind == "code128"]


def _dense(places: CodePlaces) -> Iterator[list[Code]]:
    """QR codes that are small, noisy or not quite sharp."""
    for square in places.squares():
        for look in _closer(square):
            yield _zxing(look)
        if max(square.shape) <= _SMALL_SQUARE:
            clear = _sharpened(_scaled(_soft(square, 0.7), 2))
            for angle in _ANGLES:
                yield _zxing(_turned(clear, angle), angle)


def _closer(square: Grey) -> Iterator[Grey]:
    soft = _soft(square, 0.7)
    if max(square.shape) > _SMALL_SQUARE:
        # So large a code has large modules: what it lacks is not pixels.
        yield from (_sharpened(soft), _soft(square, 1.5))
        return
    yield _scaled(square, 2)
    yield _sharpened(_scaled(soft, 2))
    yield _sharpened(_scaled(square, 2))
    yield _scaled(soft, 2)
    yield _scaled(square, 3)
    yield _sharpened(_scaled(soft, 3))


def _text(raw: bytes, guessed: str) -> str:
    """Vietnam's cards say UTF-8 without saying so; the guess is for what is none."""
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError:
        return guessed


def _zbar(image: Grey) -> list[Code]:
    """What zbar sees, where its library is installed; what it may have read wrong is left out."""
    try:
        from pyzbar import pyzbar  # type: ignore[import-untyped] # has no types
    except ImportError:
        return []
    codes = []
    for found in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE128]):
        text = unicodedata.normalize("NFC", found.data.decode("utf-8", "replace"))
        if found.type == "QRCODE" and _VIETNAMESE.fullmatch(text):
            codes.append(Code(text, "qr", None))
        elif found.type == "CODE128" and card_shaped(text) and found.quality >= _ZBAR_LINES:
            codes.append(Code(text, "code128", None))
    return codes


def _at_most(image: Grey, side: int) -> Grey:
    longest = max(image.shape)
    if longest <= side:
        return image
    size = (round(image.shape[1] * side / longest), round(image.shape[0] * side / longest))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _scaled(image: Grey, times: int) -> Grey:
    return np.asarray(cv2.resize(image, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


def _soft(image: Grey, amount: float) -> Grey:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), amount), dtype=np.uint8)


def _calmed(image: Grey) -> Grey:
    return np.asarray(cv2.medianBlur(image, 3), dtype=np.uint8)


def _sharpened(image: Grey) -> Grey:
    return np.asarray(cv2.addWeighted(image, 3.5, _soft(image, 2.0), -2.5, 0), dtype=np.uint8)


def _contrasted(image: Grey) -> Grey:
    """From black to white, the outermost hundredth left aside."""
    low, high = np.percentile(image[::4, ::4], (1, 99))
    if high - low < 1:
        return image
    table = np.clip((np.arange(256) - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), dtype=np.uint8)


def _turned(image: Grey, angle: int) -> Grey:
    """Turned counter-clockwise, on a canvas that holds all of it."""
    height, width = image.shape
    matrix: Any = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (int(height * sin + width * cos), int(height * cos + width * sin))
    matrix[0, 2] += (size[0] - width) / 2
    matrix[1, 2] += (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(image, matrix, size, borderValue=128), dtype=np.uint8)
