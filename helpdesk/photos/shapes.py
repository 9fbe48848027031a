"""The card as a shape: its outline in the photo and by how much it leans. Owns geometry; refuses to read."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_SIDE = 800
_LEAST_SHARE = 0.08
# A card is 1.59 times as wide as high; seen from the side, held or cut a little, this.
_ASPECTS = (1.15, 2.3)
# Print: this part of the picture's cells has strokes in them.
_PRINT_SHARE = 0.02
_STROKE = 35
_ROWS_CUT = 5
_CROWDED = 0.25


@dataclass(frozen=True, slots=True)
class Shape:
    """`card`: an outline like a card's was found, `standing` if on its short side.

    `lean`: degrees clockwise, -45 to 45. `printed`: there are strokes like print somewhere. `cut`: rows of print run
    out of the picture, and no outline goes round them.
    """

    card: bool
    standing: bool
    lean: float
    printed: bool
    cut: bool


def look_for_card(image: Grey) -> Shape:
    """Look at a grey picture of any size."""
    scale = min(1.0, _SIDE / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    edges = np.asarray(cv2.Canny(cv2.GaussianBlur(small, (0, 0), 1.5), 30, 90), dtype=np.uint8)
    # With edges everywhere nothing has an outline, and nothing leans.
    crowded = float(np.mean(edges > 0)) > _CROWDED
    box = None if crowded else _outline(edges)
    lean = 0.0 if crowded else _lean(edges)
    standing = box is not None and box[1] > box[0]
    strokes = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8)) > _STROKE
    return Shape(box is not None, standing, lean, _printed(strokes), box is None and _runs_out(strokes))


def straightened(image: Grey, lean: float) -> Grey:
    """Turned back by its lean, corners cut off."""
    if abs(lean) < 1:
        return image
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), lean, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, dtype=np.uint8)


def _outline(edges: Grey) -> tuple[float, float] | None:
    """Width and height, as it lies, of the largest thing with four corners and a card's proportions."""
    closed = cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in sorted(outlines, key=cv2.contourArea, reverse=True)[:5]:
        hull = cv2.convexHull(outline)
        area = cv2.contourArea(hull)
        if area < _LEAST_SHARE * edges.size:
            break
        _, sides, angle = cv2.minAreaRect(hull)
        across, down = sides if abs(((angle + 45) % 180) - 45) <= 45 else sides[::-1]
        if area > 0.8 * across * down and _ASPECTS[0] < max(across, down) / min(across, down) < _ASPECTS[1]:
            return across, down
    return None


def _lean(edges: Grey) -> float:
    """The direction of most long lines (edges of the card, rows of print), the quarter turns left aside."""
    least = max(edges.shape) // 8
    lines = cv2.HoughLinesP(edges, 1, math.pi / 360, 60, minLineLength=least, maxLineGap=8)
    if lines is None:
        return 0.0
    votes = np.zeros(180)
    for x1, y1, x2, y2 in lines.reshape(-1, 4):
        angle = math.degrees(math.atan2(float(y2 - y1), float(x2 - x1))) % 90
        votes[int(angle * 2) % 180] += math.hypot(float(x2 - x1), float(y2 - y1))
    smooth = votes + np.roll(votes, 1) + np.roll(votes, -1)
    lean = float(np.argmax(smooth)) / 2
    return lean if lean <= 45 else lean - 90


def _runs_out(strokes: NDArray[np.bool_]) -> bool:
    """Whether several rows of print touch one of the four edges. A patterned table touches more than two of them."""
    sides = (strokes[:, :4].any(1), strokes[:, -4:].any(1), strokes[:4].any(0), strokes[-4:].any(0))
    touched = 0
    for side in sides:
        changes = np.flatnonzero(np.diff(np.concatenate(([0], side.astype(np.int8), [0]))))
        lengths = changes[1::2] - changes[::2]
        touched += int(np.sum((lengths >= 3) & (lengths <= 40))) >= _ROWS_CUT
    return 1 <= touched <= 2


def _printed(strokes: NDArray[np.bool_]) -> bool:
    """Whether there are many short strokes: steep changes both ways within a few pixels."""
    share = cv2.resize(strokes.astype(np.float32), None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA)
    # Noise and leaves are everywhere at once; print leaves paper between its strokes.
    return bool(np.mean((share > 0.08) & (share < 0.7)) > _PRINT_SHARE)
