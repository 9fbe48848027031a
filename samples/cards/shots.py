"""The photos that the bench of the reader takes: what is on them and what was done to them. Pure, seeded."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from samples.cards.camera import Shot
from samples.cards.drawing import Card, citizen_back, citizen_front, insurance_card
from samples.cards.people import invent

# Smallest modules by kind of effect: from 2.3 pixels, the least that is promised, up to a close photo.
_MODULES = (2.3, 2.5, 2.8, 3.2, 4.0, 5.0)
KINDS = ("QR CCCD", "QR BHYT", "Code 128")
NO_CODE = "không có mã"
_TWELVE_MEGAPIXELS = (4000, 3000)


@dataclass(frozen=True, slots=True)
class Task:
    """One photo to be taken and what its code says; None: it has no code."""

    kind: str
    effect: str
    seed: int
    shot: Shot
    text: str | None

    def card(self) -> Card:
        person = invent(self.seed)
        if self.kind == "QR CCCD":
            return citizen_front(person)
        if self.kind == NO_CODE:
            return citizen_back(person)
        return insurance_card(person, qr=self.kind == "QR BHYT", code128=self.kind == "Code 128")


def tasks(each: int) -> Iterator[Task]:
    """`each` photos of every kind and effect, and as many of every effect without a code."""
    for place, kind in enumerate((*KINDS, NO_CODE)):
        for effect in EFFECTS:
            for number in range(each):
                seed = 1000 * place + 100 * EFFECTS.index(effect) + number
                person = invent(seed)
                texts = {"QR CCCD": person.citizen_qr, "QR BHYT": person.insurance_qr, "Code 128": person.card}
                yield Task(kind, effect, seed, _shot(effect, number, seed), texts.get(kind))


EFFECTS = (
    "thẳng, rõ", "xoay", "nghiêng", "mờ", "rung tay", "nhiễu", "thiếu sáng", "nén JPEG", "12 MP, mã nhỏ",
    "nhiều thứ một lúc",
)  # fmt: skip


def _shot(effect: str, number: int, seed: int) -> Shot:
    dice = random.Random(seed)
    module = _MODULES[number % len(_MODULES)]
    # Near enough for four pixels a module, a card doesn't fit into two megapixels any more.
    size = (1600, 1200) if module < 4 else (2400, 1800)
    plain = Shot(size=size, module=module, turn=dice.uniform(-4, 4), jpeg=88, noise=2, seed=seed)
    match effect:
        case "xoay":
            return replace(plain, turn=dice.uniform(0, 360))
        case "nghiêng":
            return replace(plain, tilt=dice.uniform(20, 45), tilt_way=dice.uniform(0, 360))
        case "mờ":
            return replace(plain, blur=dice.uniform(0.3, 0.45))
        case "rung tay":
            return replace(plain, motion=round(0.9 * plain.module), turn=dice.uniform(-15, 15))
        case "nhiễu":
            return replace(plain, noise=dice.uniform(10, 25))
        case "thiếu sáng":
            return replace(plain, light=dice.uniform(0.12, 0.3), noise=4)
        case "nén JPEG":
            return replace(plain, jpeg=dice.randint(20, 50))
        case "12 MP, mã nhỏ":
            return replace(plain, size=_TWELVE_MEGAPIXELS, turn=dice.uniform(0, 360), noise=5)
        case "nhiều thứ một lúc":
            return replace(
                plain, turn=dice.uniform(0, 360), tilt=dice.uniform(10, 25), tilt_way=dice.uniform(0, 360),
                blur=dice.uniform(0.15, 0.3), noise=dice.uniform(4, 9), light=dice.uniform(0.4, 0.8), jpeg=60,
            )  # fmt: skip
        case _:
            return plain
