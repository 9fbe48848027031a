"""What comes of looking at a photo: the shape that the worker and its callers share. Imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """What a registration's photo shows: the person, a side of the CCCD/CMND, or the BHYT card."""

    PORTRAIT = "portrait"
    FRONT = "front"
    BACK = "back"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class PhotoReport:
    """`cleaned`: the JPEG to keep, upright, without metadata, at most 2400 pixels long.

    `problem`: why the citizen should take it again, else None: too_small, too_dark, too_bright, blurry, sideways,
    cut_off, no_card, no_face, many_faces, face_small, wrong_side_front, wrong_side_back, wrong_card. `side`: what it
    seems to show. `codes`: the texts of its bar codes. `findings`: what staff may like to know: dim, glare, flat,
    rotated, unread, no_ocr, too_slow.
    """

    cleaned: bytes
    problem: str | None
    side: Side | None
    codes: tuple[str, ...]
    findings: tuple[str, ...]
