"""Whether a photo can be looked at at all: size, light, sharpness. Owns the limits, which are generous on purpose.

A person of the office looks at every photo that passes; refused is only what would be of no use to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_SIDE = 1000
_LEAST_LONG, _LEAST_SHORT = 300, 200
# Grey levels. A photo is dark when hardly anything on it is brighter than this, bright when nothing is darker.
_DARK, _BRIGHT = 42.0, 205.0
_FLAT = 3.0
# An edge as sharp as pixels can be scores about 4, one smeared over ten pixels of a thousand about 1.2. Print on a card
# needs more than a face does.
_MUSH, _UNREADABLE = 1.22, 1.4
# With less than this there is no edge that could be sharp or not.
_LEAST_EDGE = 0.3
_GLARE = (0.03, 0.3)


@dataclass(frozen=True, slots=True)
class Quality:
    """`problem`: what makes the photo useless whatever is on it. Blur is told apart: a code may still be read.

    `mush`: not even a face could be told; `unreadable`: no print could.
    """

    problem: str | None
    mush: bool
    unreadable: bool
    sharpness: float
    findings: tuple[str, ...]


def measure(image: Grey) -> Quality:
    """Look at a grey picture of any size."""
    scale = min(1.0, _SIDE / max(image.shape))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), dtype=np.uint8)
    # A line of text on white paper is a thousandth of it and yet all that matters.
    dark, low, high, bright = (float(value) for value in np.percentile(smooth, (0.05, 5, 95, 99.5)))
    problem = None
    if max(image.shape) < _LEAST_LONG or min(image.shape) < _LEAST_SHORT:
        problem = "too_small"
    elif high < _DARK and bright < 2 * _DARK:
        problem = "too_dark"
    elif dark > _BRIGHT or (bright - dark < _FLAT and dark > 128):
        problem = "too_bright"
    sharpness = _sharpness(small)
    findings = [
        name
        for name, holds in (
            ("dim", problem is None and high < 90),
            ("flat", bright - dark < 12),
            ("glare", _glare(small, low)),
        )
        if holds
    ]
    return Quality(problem, sharpness < _MUSH, sharpness < _UNREADABLE, sharpness, tuple(findings))


def _sharpness(small: Grey) -> float:
    """How much steeper the strongest edges are when looked at closely: independent of light and contrast."""
    near, far = (_steepest(small, sigma) for sigma in (1.0, 4.0))
    return near / far if far > _LEAST_EDGE else 1.0


def _steepest(small: Grey, sigma: float) -> float:
    soft = cv2.GaussianBlur(small, (0, 0), sigma).astype(np.float32)
    x, y = cv2.Sobel(soft, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(soft, cv2.CV_32F, 0, 1, scale=1 / 8)
    return float(np.percentile(cv2.magnitude(x, y), 99.9))


def _glare(small: Grey, low: float) -> bool:
    """A large spot without any detail on a photo that is not bright all over."""
    spots = cv2.morphologyEx((small > 250).astype(np.uint8), cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))
    # White paper is bright too, and more of it.
    return low < 200 and _GLARE[0] < float(np.mean(spots)) < _GLARE[1]
