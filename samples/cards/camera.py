"""Photos of drawn cards: turned, tilted, blurred, noisy, dark, compressed, far away. Owns what a module measures.

The same shot of the same card is the same file, byte for byte (with the same Pillow).
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from samples.cards.drawing import MODULE, Box, Card

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo is taken. `module` is the smallest a code's module gets, in pixels, wherever on the card that is.

    turn: degrees, the card within the photo; tilt: degrees, away from the camera, towards `tilt_way`; blur: in modules;
    motion: pixels; noise: grey levels; light: 1 is daylight; jpeg: quality.
    """

    size: tuple[int, int] = (1600, 1200)
    module: float = 4.0
    turn: float = 0.0
    tilt: float = 0.0
    tilt_way: float = 0.0
    blur: float = 0.0
    motion: int = 0
    noise: float = 0.0
    light: float = 1.0
    jpeg: int = 90
    seed: int = 0


def photograph(card: Card, shot: Shot) -> bytes:
    """The JPEG of this shot; a card too big for the photo is cut off by it."""
    return _jpeg(_expose(_project(card, shot), shot), shot.jpeg)


def flat(picture: Image.Image, quality: int = 90) -> bytes:
    """The picture itself as a JPEG, as a scanner would give it."""
    return _jpeg(np.asarray(picture.convert("RGB"), dtype=np.uint8), quality)


def _project(card: Card, shot: Shot) -> Pixels:
    dice = np.random.default_rng(shot.seed)
    source = np.asarray(card.picture, dtype=np.uint8)
    shape = _shape(source.shape[1], source.shape[0], shot)
    zoom = shot.module / (MODULE * _smallest_scale(shape, card.codes.values()))
    width, height = shot.size
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    matrix = middle @ np.diag([zoom, zoom, 1.0]) @ shape
    # A lens gathers light over the whole pixel; the warp alone would pick points out of the picture.
    shrink = MODULE / shot.module
    if shrink > 1:
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), 0.45 * shrink), dtype=np.uint8)
    photo = _table(dice, width, height)
    warped = cv2.warpPerspective(
        source, matrix, (width, height), dst=photo, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    return np.asarray(warped, dtype=np.uint8)


def _shape(width: int, height: int, shot: Shot) -> NDArray[np.float64]:
    """From the card's pixels to the photo's, around the middle, before any zoom: turned and tilted."""
    turn, tilt, way = (math.radians(angle) for angle in (shot.turn, shot.tilt, shot.tilt_way))
    back = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
    spin = _rotation(turn)
    # The card leans away along `way`, seen from three card widths.
    distance = 3.0 * width
    lean = np.array(
        [[math.cos(tilt), 0, 0], [0, 1, 0], [math.sin(tilt) / distance, 0, 1]],
    )
    return np.asarray(_rotation(way) @ lean @ _rotation(-way) @ spin @ back, dtype=np.float64)


def _rotation(angle: float) -> NDArray[np.float64]:
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def _smallest_scale(matrix: NDArray[np.float64], boxes: Iterable[Box]) -> float:
    """By how much a code's pixel shrinks where it shrinks most; without codes, in the middle of the card."""
    points = [(x, y) for box in boxes for x in (box[0], box[2]) for y in (box[1], box[3])] or [(856, 540)]
    return min(_local_scale(matrix, x, y) for x, y in points)


def _local_scale(matrix: NDArray[np.float64], x: float, y: float) -> float:
    u, v, w = matrix @ np.array([x, y, 1.0])
    across = matrix[:2, :2] / w - np.outer(np.array([u, v]), matrix[2, :2]) / w**2
    return float(np.linalg.svd(across, compute_uv=False).min())


def _table(dice: np.random.Generator, width: int, height: int) -> Pixels:
    """A table top: uneven, coloured, a little grain."""
    coarse = dice.normal(0, 12, (9, 12, 1)) + dice.uniform(60, 190, 3)
    smooth = cv2.resize(np.clip(coarse, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = np.asarray(cv2.resize(_grain(dice, height // 2, width // 2, 4.0), (width, height)))[..., None]
    return np.asarray(np.clip(smooth.astype(np.int16) + grain, 0, 255), dtype=np.uint8)


def _expose(photo: Pixels, shot: Shot) -> Pixels:
    dice = np.random.default_rng(shot.seed + 1)
    if shot.blur:
        photo = np.asarray(cv2.GaussianBlur(photo, (0, 0), shot.blur * shot.module), dtype=np.uint8)
    if shot.motion:
        kernel = np.zeros((shot.motion, shot.motion), np.float32)
        kernel[shot.motion // 2] = 1 / shot.motion
        photo = np.asarray(cv2.filter2D(photo, -1, kernel), dtype=np.uint8)
    if shot.light != 1:
        # In the dark one half of the card gets less of what light there is.
        fall = np.linspace(1.0, 0.6, photo.shape[1], dtype=np.float32)[None, :, None]
        photo = (photo * np.float32(shot.light) * fall).astype(np.uint8)
    if shot.noise:
        grain = _grain(dice, photo.shape[0], photo.shape[1], shot.noise)[..., None]
        photo = np.clip(photo.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    return photo


def _grain(dice: np.random.Generator, height: int, width: int, level: float) -> NDArray[np.int16]:
    return (dice.standard_normal((height, width), dtype=np.float32) * np.float32(level)).astype(np.int16)


def _jpeg(photo: Pixels, quality: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(photo).save(file, "JPEG", quality=quality)
    return file.getvalue()
