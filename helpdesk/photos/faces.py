"""Faces in a photo: where, how large, how sure. Owns the detectors; refuses to know whose face it is.

One detector alone takes a house for a face; two of them that agree seldom do. A face counts when two see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_SIDE = 640
_FRONTAL = ("frontalface_default", "frontalface_alt2", "frontalface_alt")
_LEANS = (0, 20, -20)
_LEAST_IN_PORTRAIT = 0.08
# A second face is somebody else only when it is nearly as large as the first: people hang on walls, too.
_PEER = 0.6


@dataclass(frozen=True, slots=True)
class Face:
    """A face; `share` is its width as a part of the photo's short side; `votes`: how many detectors see it."""

    left: int
    top: int
    side: int
    share: float
    votes: int


class FaceFinder:
    """Loads the detectors once."""

    def __init__(self) -> None:
        folder = Path(cv2.data.haarcascades)  # type: ignore[attr-defined]
        load = cv2.CascadeClassifier
        self._frontal = [load(str(folder / f"haarcascade_{name}.xml")) for name in _FRONTAL]
        self._profile = load(str(folder / "haarcascade_profileface.xml"))

    def faces(self, image: Grey, least: float = 0.07) -> tuple[Face, ...]:
        """The upright faces, largest first, at least `least` of the short side wide."""
        small = _levelled(image)
        return self._find(small, (small,), least)

    def _find(self, small: Grey, views: Sequence[Grey], least: float) -> tuple[Face, ...]:
        size = max(24, round(least * min(small.shape)))
        boxes = [
            [
                tuple(map(int, box))
                for view in views
                for box in detector.detectMultiScale(view, 1.1, 3, minSize=(size, size))
            ]
            for detector in self._frontal
        ]
        found = [_face(group, min(small.shape)) for group in _groups(boxes)]
        return tuple(sorted((face for face in found if face.votes >= 2), key=lambda face: -face.side))

    def portrait(self, image: Grey) -> tuple[Face, ...]:
        """The faces of a portrait, looked for harder: with the head leaning, from the side, or drawn."""
        small = _levelled(image)
        for lean in _LEANS:
            leaning = _leaning(small, lean)
            # With the light evened out from place to place, too: a second person may stand in the shade.
            local = np.asarray(cv2.createCLAHE(3.0, (4, 4)).apply(leaning), dtype=np.uint8)
            found = self._find(leaning, (leaning, local), _LEAST_IN_PORTRAIT)
            if found:
                return found
        size = max(24, min(small.shape) // 8)
        for view in (small, np.ascontiguousarray(small[:, ::-1])):
            boxes = self._profile.detectMultiScale(view, 1.1, 4, minSize=(size, size))
            if len(boxes):
                return (_face([tuple(map(int, boxes[0]))], min(small.shape)),)
        drawn = _drawn(_smaller(image))
        return (drawn,) if drawn else ()


def peers(faces: Sequence[Face]) -> int:
    """How many people there are: the largest face and those nearly as large."""
    return sum(face.side >= _PEER * faces[0].side for face in faces) if faces else 0


def _levelled(image: Grey) -> Grey:
    return np.asarray(cv2.equalizeHist(_smaller(image)), dtype=np.uint8)


def _smaller(image: Grey) -> Grey:
    scale = min(1.0, _SIDE / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _leaning(image: Grey, angle: int) -> Grey:
    if not angle:
        return image
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), borderValue=128), dtype=np.uint8)


def _groups(boxes: Sequence[Sequence[tuple[int, ...]]]) -> Iterator[list[tuple[int, ...]]]:
    """The boxes that are one face: at most one of each detector."""
    rest = [(number, box) for number, found in enumerate(boxes) for box in found]
    while rest:
        _, first = rest[0]
        near = [one for one in rest if _overlap(first, one[1]) > 0.35]
        yield list(dict(reversed(near)).values())
        rest = [one for one in rest if one not in near]


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0, width) * max(0, height)
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def _face(boxes: Sequence[tuple[int, ...]], short: int) -> Face:
    left, top, side = (round(sum(box[number] for box in boxes) / len(boxes)) for number in range(3))
    return Face(left, top, side, side / short, len(boxes))


def _drawn(small: Grey) -> Face | None:
    """A cartoon: an oval with a pair of eyes in it. Staff see it later; it isn't for a detector to turn down."""
    height, width = small.shape
    for edges in (cv2.Canny(small, 40, 120), cv2.Canny(small, 15, 45)):
        outlines, _ = cv2.findContours(cv2.dilate(edges, np.ones((3, 3))), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:12]:
            left, top, across, down = cv2.boundingRect(outline)
            area = cv2.contourArea(outline)
            if across * down < 0.05 * width * height or not 0.55 < across / down < 1.2:
                continue
            # An oval fills 79 % of its box; hair and neck change that a little.
            if 0.68 < area / (across * down) < 0.88 and _has_eyes(small[top : top + down, left : left + across]):
                side = min(across, down)
                return Face(left, top, side, side / min(small.shape), 1)
    return None


def _has_eyes(head: Grey) -> bool:
    """Whether two alike spots lie side by side above the middle, as far from the left as from the right."""
    height, width = head.shape
    differs = (np.abs(head.astype(np.int16) - int(np.median(head))) > 40).astype(np.uint8)
    inner = np.zeros_like(differs)
    cv2.ellipse(inner, (width // 2, height // 2), (int(width * 0.44), int(height * 0.44)), 0, 0, 360, 1, -1)
    count, _, stats, middles = cv2.connectedComponentsWithStats(differs & inner)
    spots = []
    for number in range(1, count):
        share = stats[number, cv2.CC_STAT_AREA] / (width * height)
        x, y = middles[number][0] / width, middles[number][1] / height
        if 0.001 < share < 0.06 and 0.2 < y < 0.62:
            spots.append((x, y, share))
    return any(
        0.2 < abs(a[0] - b[0]) < 0.65
        and abs(a[1] - b[1]) < 0.06
        and abs(a[0] + b[0] - 1) < 0.16
        and abs(math.log(a[2] / b[2])) < 0.8
        for number, a in enumerate(spots)
        for b in spots[:number]
    )
