"""Where in a photo codes seem to be: strips of parallel bars and dense squares, cut out for a closer look.

A Code 128 that is turned, small or noisy has the same bars from top to bottom: averaging along them takes the noise
away and leaves the bars. A QR is where edges of all directions are densest. Owns finding and straightening; refuses
decoding (`barcodes`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Field = NDArray[np.float32]

# The search runs on a copy of at most this side; what is found is cut out of the full picture.
_SEARCH_SIDE = 1800
# Gradients are gathered over cells of this side: a few bars wide.
_CELL = 8
_MOST = 3
_COHERENT = 0.6
_LEAST_CELLS = 12


@dataclass(frozen=True, slots=True)
class Strip:
    """A picture with the bars upright; `turn`: degrees that it was turned by, clockwise."""

    picture: Grey
    turn: int


@dataclass(frozen=True, slots=True)
class _Place:
    """In cells: the middle, the length across the bars and the height along them; the angle across them in radians."""

    middle: tuple[float, float]
    length: float
    height: float
    angle: float


class CodePlaces:
    """The places of one photo; the gradients are looked at once."""

    def __init__(self, image: Grey) -> None:
        self._image = image
        scale = min(1.0, _SEARCH_SIDE / max(image.shape))
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        self._cell = _CELL / scale
        across, along, both = _tensor(small)
        self._energy = across + along
        spread = np.sqrt((across - along) ** 2 + 4 * both**2)
        self._coherence = spread / np.maximum(self._energy, 1.0)
        self._angles = np.asarray(0.5 * np.arctan2(2 * both, across - along), dtype=np.float32)

    def strips(self) -> Iterator[Strip]:
        """The likeliest first, each averaged along its bars over a part of their height."""
        for place in self._bars():
            cut = _cut(self._image, place, self._cell)
            turn = round(math.degrees(place.angle)) % 360
            rows = cut.shape[0]
            for share in (0.25, 0.6, 0.1):
                window = max(3, round(share * rows)) | 1
                averaged = cv2.blur(cut, (1, window), borderType=cv2.BORDER_REPLICATE)
                yield Strip(np.asarray(averaged, dtype=np.uint8), turn)

    def squares(self) -> Iterator[Grey]:
        """The densest first, with a margin, as they are in the photo."""
        dense = np.asarray(cv2.blur(self._energy * (1 - self._coherence), (5, 5)), dtype=np.float32)
        for _ in range(_MOST):
            _, peak, _, (x, y) = cv2.minMaxLoc(dense)
            if peak < 100:
                return
            _, labels = cv2.connectedComponents((dense > 0.5 * peak).astype(np.uint8))
            left, top, width, height = cv2.boundingRect((labels == labels[y, x]).astype(np.uint8))
            # The edge of the blur is a guess; and a QR wants its quiet zone.
            room = 3 + max(width, height) // 5
            dense[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 0
            edges = (left - room, top - room, left + width + room, top + height + room)
            a, b, c, d = (max(0, round(edge * self._cell)) for edge in edges)
            yield np.ascontiguousarray(self._image[b:d, a:c])

    def _bars(self) -> list[_Place]:
        strong = self._energy > max(float(np.percentile(self._energy, 75)), 60.0)
        mask = (strong & (self._coherence > _COHERENT)).astype(np.uint8)
        found = []
        # Neighbours of another direction are another thing: each of eight directions is looked at by itself.
        for number in range(8):
            near = np.cos(2 * (self._angles - number * math.pi / 8)) > math.cos(math.pi / 5.5)
            count, labels, stats, _ = cv2.connectedComponentsWithStats(mask & near.astype(np.uint8))
            for label in range(1, count):
                cells = int(stats[label, cv2.CC_STAT_AREA])
                if cells >= _LEAST_CELLS:
                    found.append((cells, label, labels))
        found.sort(key=lambda one: -one[0])
        return _apart([_place(labels == label, self._angles) for _, label, labels in found[: 4 * _MOST]])[:_MOST]


def _tensor(small: Grey) -> tuple[Field, Field, Field]:
    """The gradients' products, gathered over each cell and its neighbours."""
    x = np.asarray(cv2.Sobel(small, cv2.CV_32F, 1, 0), dtype=np.float32)
    y = np.asarray(cv2.Sobel(small, cv2.CV_32F, 0, 1), dtype=np.float32)
    size = (max(1, small.shape[1] // _CELL), max(1, small.shape[0] // _CELL))
    cells = [cv2.resize(product, size, interpolation=cv2.INTER_AREA) for product in (x * x, y * y, x * y)]
    gathered = [np.asarray(cv2.blur(cell, (3, 3)), dtype=np.float32) for cell in cells]
    return gathered[0], gathered[1], gathered[2]


def _place(inside: NDArray[np.bool_], angles: Field) -> _Place:
    rows, columns = np.nonzero(inside)
    doubled = 2 * angles[rows, columns]
    angle = 0.5 * math.atan2(float(np.sin(doubled).mean()), float(np.cos(doubled).mean()))
    u = columns * math.cos(angle) + rows * math.sin(angle)
    v = rows * math.cos(angle) - columns * math.sin(angle)
    (left, right), (top, bottom) = np.percentile(u, (0.5, 99.5)), np.percentile(v, (2, 98))
    a, b = (left + right) / 2, (top + bottom) / 2
    middle = (a * math.cos(angle) - b * math.sin(angle), a * math.sin(angle) + b * math.cos(angle))
    # A cell is named by its corner and measured from its middle.
    return _Place((middle[0] + 0.5, middle[1] + 0.5), float(right - left) + 1, float(bottom - top) + 1, angle)


def _apart(places: list[_Place]) -> list[_Place]:
    """Without those that lie on a larger one."""
    kept: list[_Place] = []
    for place in places:
        if all(math.dist(place.middle, other.middle) > 0.25 * max(other.length, other.height) for other in kept):
            kept.append(place)
    return kept


def _cut(image: Grey, place: _Place, cell: float) -> Grey:
    """Twice as large, bars upright, with room at both ends for the quiet zone."""
    x, y = place.middle[0] * cell, place.middle[1] * cell
    length, height = place.length * cell, place.height * cell
    zoom = 2.0 if length < 1500 else 1.0
    width, rows = math.ceil((1.25 * length + 60) * zoom), max(24, math.ceil(0.8 * height * zoom))
    cos, sin = math.cos(place.angle) / zoom, math.sin(place.angle) / zoom
    matrix = np.array(
        [
            [cos, -sin, x - cos * width / 2 + sin * rows / 2],
            [sin, cos, y - sin * width / 2 - cos * rows / 2],
        ]
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(image, matrix, (width, rows), flags=flags, borderValue=160), dtype=np.uint8)
