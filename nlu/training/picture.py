"""The picture of the evaluation: which intent is taken for which. Written as SVG by hand; no plotting library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

CELL = 16  # pixels
MARGIN = 150  # for the intents' names
SHOWN = 0.02  # share of a row from which a confusion has its count written on it
PAPER = "#fcfdbf"
_COLOURS = ("#fcfdbf", "#feb078", "#f1605d", "#b73779", "#721f81", "#2c115f", "#000004")


def draw_confusion(path: Path, truth: Sequence[str], guess: Sequence[str], labels: Sequence[str]) -> None:
    """Rows are the true intents; the colour is the share of the row."""
    index = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=int)
    for t, g in zip(truth, guess, strict=True):
        if t in index:
            counts[index[t], index[g]] += 1
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    side = len(labels) * CELL
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MARGIN + side + 10} {MARGIN + side + 10}"'
        ' font-family="sans-serif" font-size="9">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<rect x="{MARGIN}" y="10" width="{side}" height="{side}" fill="{PAPER}"/>',
    ]
    for row, column in np.argwhere(counts):
        x, y, share = MARGIN + column * CELL, 10 + row * CELL, shares[row, column]
        parts.append(f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{_colour(share)}"/>')
        if row != column and share >= SHOWN:
            ink = "#fff" if share > 0.2 else "#000"
            place = f'x="{x + CELL / 2:g}" y="{y + CELL / 2 + 3:g}"'
            parts.append(f'<text {place} text-anchor="middle" font-size="8" fill="{ink}">{counts[row, column]}</text>')
    for number, label in enumerate(labels):
        middle = number * CELL + CELL / 2 + 3
        name = escape(label)
        parts.append(f'<text x="{MARGIN - 4}" y="{10 + middle:g}" text-anchor="end">{name}</text>')
        turned = f"translate({MARGIN + middle:g} {side + 14}) rotate(-90)"
        parts.append(f'<text transform="{turned}" text-anchor="end">{name}</text>')
    bottom, centre = MARGIN + side + 4, side / 2
    parts += [
        f'<text x="{MARGIN + centre:g}" y="{bottom}" text-anchor="middle" font-size="11">trợ lý hiểu là</text>',
        f'<text transform="translate(12 {10 + centre:g}) rotate(-90)" text-anchor="middle" font-size="11">'
        "người viết muốn</text>",
        "</svg>",
    ]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _colour(share: float) -> str:
    """Light to dark; small shares are spread out, for those are what is looked for."""
    place = min(max(share, 0.0), 1.0) ** 0.4 * (len(_COLOURS) - 1)
    low = min(int(place), len(_COLOURS) - 2)
    start, end = (bytes.fromhex(_COLOURS[i][1:]) for i in (low, low + 1))
    mixed = (round(a + (b - a) * (place - low)) for a, b in zip(start, end, strict=True))
    return "#" + bytes(mixed).hex()
