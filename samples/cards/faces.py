"""Drawn faces that a face detector takes for one, and a portrait around them. Nobody's likeness.

A detector looks for shading: eyes darker than the cheeks, a nose bridge lighter than the eyes. That is what is drawn.
"""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFilter

_SKIN = ((224, 184, 154), (206, 160, 126), (236, 200, 172))
_SHIRTS = ((70, 90, 140), (150, 60, 70), (80, 110, 90))
# Everything is drawn on a square of this side and scaled at the end.
_SIDE = 480


def portrait(seed: int, size: tuple[int, int] = (900, 1200), people: int = 1) -> Image.Image:
    """A passport-like picture on a light wall; `people` of them side by side."""
    wall = Image.new("RGB", size, (198, 208, 218))
    width = size[0] // people
    for number in range(people):
        one = _bust(seed + number, min(width, size[1]))
        wall.paste(one, (number * width + (width - one.width) // 2, size[1] - one.height), one)
    return wall


def _bust(seed: int, side: int) -> Image.Image:
    """Head and shoulders on nothing."""
    dice = random.Random(seed)
    skin, shirt = dice.choice(_SKIN), dice.choice(_SHIRTS)
    picture = Image.new("RGBA", (_SIDE, _SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 380, 420, 640), fill=shirt)
    draw.rectangle((200, 310, 280, 410), fill=_mix(skin, (90, 60, 50), 0.45))
    draw.ellipse((122, 22, 358, 300), fill=(36, 28, 26))  # hair
    head = Image.new("L", (_SIDE, _SIDE), 0)
    ImageDraw.Draw(head).ellipse((140, 62, 340, 368), fill=255)
    picture.paste(_face(skin), (0, 0), head)
    return picture.filter(ImageFilter.GaussianBlur(1.2)).resize((side, side), Image.Resampling.LANCZOS)


def _face(skin: tuple[int, int, int]) -> Image.Image:
    """Skin with eyes, nose and mouth, from edge to edge; the head's outline is cut out of it."""
    shade, deep = _mix(skin, (80, 50, 40), 0.55), _mix(skin, (50, 30, 30), 0.8)
    light = _mix(skin, (255, 245, 235), 0.5)
    face = Image.new("RGB", (_SIDE, _SIDE), skin)
    draw = ImageDraw.Draw(face)
    draw.ellipse((180, 84, 300, 160), fill=light)  # forehead
    for left in (152, 262):
        draw.ellipse((left, 164, left + 66, 220), fill=shade)  # eye sockets
        draw.ellipse((left + 2, 222, left + 62, 292), fill=light)  # cheeks
    draw.rectangle((226, 150, 254, 262), fill=light)  # nose bridge
    draw.ellipse((208, 262, 272, 284), fill=shade)
    draw.ellipse((196, 318, 284, 342), fill=shade)
    face = face.filter(ImageFilter.GaussianBlur(9))
    draw = ImageDraw.Draw(face)
    for middle in (187, 293):
        draw.arc((middle - 32, 158, middle + 32, 196), 205, 335, fill=deep, width=11)
        draw.ellipse((middle - 22, 187, middle + 22, 209), fill=_mix(shade, (255, 255, 255), 0.35))
        draw.ellipse((middle - 13, 185, middle + 13, 211), fill=(30, 22, 20))
    for left in (224, 247):
        draw.ellipse((left, 268, left + 10, 276), fill=deep)
    draw.ellipse((200, 296, 280, 320), fill=(150, 74, 72))
    draw.line((204, 308, 276, 308), fill=(80, 36, 38), width=5)
    return face.filter(ImageFilter.GaussianBlur(1.5))


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    mixed = [round(a + (b - a) * share) for a, b in zip(one, other, strict=True)]
    return mixed[0], mixed[1], mixed[2]
