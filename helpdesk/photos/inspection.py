"""What a photo shows and whether the office can use it. Owns the order of the looks and the verdict.

Runs in the worker process (`photo_worker`): it takes seconds of a processor. When in doubt a photo passes, because a
person looks at it after; it is turned upright here when it is certain which way up that is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from helpdesk.photos.barcodes import Code, is_citizen_code, is_insurance_code, of_a_card, read_codes
from helpdesk.photos.faces import Face, FaceFinder, peers
from helpdesk.photos.files import cleaned, open_photo
from helpdesk.photos.print import NOTHING, Print, TextReader
from helpdesk.photos.quality import measure
from helpdesk.photos.report import PhotoReport, Side
from helpdesk.photos.shapes import Shape, look_for_card, straightened

Grey = NDArray[np.uint8]

_TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}
_LEAST_FACE = 0.11
# On a card the face is less than this; a portrait with less may be one.
_CARD_FACE = 0.33
_READING_SECONDS = 5.0
# Fewer than these a reader finds in leaves and pebbles, too.
_FEW_WORDS = 5


@dataclass(frozen=True, slots=True)
class _Sight:
    """What was seen, the picture turned by `turn` degrees counter-clockwise to stand upright."""

    turn: int
    faces: tuple[Face, ...]
    text: Print
    shape: Shape
    certain: bool


class Inspector:
    """Looks at photos, one after the other; detectors are loaded once."""

    def __init__(self, tesseract: str | None, reading_seconds: float = _READING_SECONDS) -> None:
        self._faces = FaceFinder()
        self._text = TextReader(tesseract)
        self._reading_seconds = reading_seconds

    def inspect(self, content: bytes, expected: Side | None, seconds: float) -> PhotoReport:
        """Raises InvalidInput for what is no photo (see `open_photo`)."""
        deadline = time.monotonic() + seconds
        photo = open_photo(content)
        grey = np.asarray(photo.convert("L"), dtype=np.uint8)
        quality = measure(grey)
        plain = PhotoReport(cleaned(photo), None, None, (), quality.findings)
        if quality.problem:
            return replace(plain, problem=quality.problem)
        if "flat" in quality.findings:
            return replace(plain, problem="no_face" if expected is Side.PORTRAIT else "no_card")
        thorough = expected is not Side.PORTRAIT and not quality.mush
        codes = read_codes(grey, thorough, seconds / 2)
        if quality.mush and not codes:
            return replace(plain, problem="blurry")
        plain = replace(plain, codes=tuple(code.text for code in codes))
        if expected is Side.PORTRAIT:
            return self._portrait(photo, grey, codes, plain, deadline)
        if quality.unreadable and not any(of_a_card(code.text) for code in codes):
            return replace(plain, problem="blurry")
        return self._card(photo, grey, codes, plain, expected, deadline)

    def clean(self, content: bytes, finding: str) -> PhotoReport:
        """Without looking at it: for a photo that took too long."""
        return PhotoReport(cleaned(open_photo(content)), None, None, (), (finding,))

    def _portrait(
        self, photo: Image.Image, grey: Grey, codes: tuple[Code, ...], plain: PhotoReport, deadline: float
    ) -> PhotoReport:
        if any(is_citizen_code(code.text) for code in codes):
            return replace(plain, problem="wrong_side_front", side=Side.FRONT)
        turn, faces = 0, self._faces.portrait(grey)
        if not faces or faces[0].votes < 2:
            # Only what two detectors see on a turned picture is worth turning it for.
            turned = {angle: self._faces.faces(_quarter(grey, angle), _LEAST_FACE) for angle in (90, 270, 180)}
            best = max(turned, key=lambda angle: turned[angle][0].side if turned[angle] else 0)
            if turned[best] and turned[best][0].share > _LEAST_FACE:
                turn, faces = best, turned[best]
        if not faces or faces[0].share < _CARD_FACE:
            side = self._card_instead(_quarter(grey, turn), deadline)
            if side in (Side.FRONT, Side.BACK):
                return replace(
                    plain, problem="wrong_side_front" if side is Side.FRONT else "wrong_side_back", side=side
                )
        if not faces:
            return replace(plain, problem="no_face")
        upright = _turned(photo, turn, plain)
        if peers(faces) > 1:
            return replace(upright, problem="many_faces")
        if faces[0].share < _LEAST_FACE:
            return replace(upright, problem="face_small")
        return replace(upright, side=Side.PORTRAIT)

    def _card_instead(self, grey: Grey, deadline: float) -> Side | None:
        text = self._text.read(grey, min(self._reading_seconds, deadline - time.monotonic()))
        return _side_of(text) if text.certain else None

    def _card(
        self,
        photo: Image.Image,
        grey: Grey,
        codes: tuple[Code, ...],
        plain: PhotoReport,
        expected: Side | None,
        deadline: float,
    ) -> PhotoReport:
        citizen = next((code for code in codes if is_citizen_code(code.text)), None)
        insurance = next((code for code in codes if is_insurance_code(code.text)), None)
        sight = self._look(grey, citizen or insurance, expected, deadline)
        side = _side(sight, citizen is not None, insurance is not None)
        report = _turned(photo, sight.turn, replace(plain, side=side))
        if not self._text.works:
            # Staff should know that nobody looked for the back's lines.
            report = replace(report, findings=(*report.findings, "no_ocr"))
        if citizen is None and insurance is None:
            known = _read_well(sight.text)
            if side is Side.PORTRAIT or not (known or sight.shape.card or sight.faces or self._perhaps(sight)):
                return replace(report, problem="no_card")
            if not sight.certain:
                report = replace(report, findings=(*report.findings, "unread"))
                if sight.shape.card and sight.shape.standing and sight.shape.printed and not known and not sight.faces:
                    return replace(report, problem="sideways")
        problem = _wrong_side(expected, side)
        if problem is None and sight.shape.cut and citizen is None and insurance is None and _read_well(sight.text):
            problem = "cut_off"
        return replace(report, problem=problem)

    def _perhaps(self, sight: _Sight) -> bool:
        """Where print could not be read its looks must do."""
        return sight.shape.printed and sight.text.failed

    def _look(self, grey: Grey, code: Code | None, expected: Side | None, deadline: float) -> _Sight:
        """Which way up, and what is then to be seen. The code says it best, then print, then a face."""
        shape = look_for_card(grey)
        if code is not None and code.turn is not None:
            turn = round(code.turn / 90) * 90 % 360
            upright = _quarter(grey, turn)
            faces = self._faces.faces(upright) if is_citizen_code(code.text) else ()
            text = NOTHING
            if expected is Side.BACK or (is_citizen_code(code.text) and not faces):
                lean = (code.turn - turn + 180) % 360 - 180
                text = self._read(straightened(upright, lean), deadline)
            if turn and is_citizen_code(code.text) and not faces and not text.certain:
                as_it_is = self._faces.faces(grey)
                if as_it_is:
                    return _Sight(0, as_it_is, text, shape, False)
            return _Sight(turn, faces, text, shape, True)
        straight = straightened(grey, shape.lean)
        text = self._read(straight, deadline)
        if text.certain:
            return _Sight(0, (), text, shape, True)
        faces = self._faces.faces(straight)
        if code is not None and faces:
            return _Sight(0, faces, text, shape, True)
        return self._turn_about(straight, _Sight(0, faces, text, shape, _read_well(text) or bool(faces)), deadline)

    def _turn_about(self, straight: Grey, as_it_is: _Sight, deadline: float) -> _Sight:
        """The other three ways up, if one of them is certainly better than the one that came."""
        best = as_it_is
        for turn in (90, 270, 180):
            upright = _quarter(straight, turn)
            text = self._read(upright, deadline)
            faces = self._faces.faces(upright) if text.failed else ()
            seen = _Sight(turn, faces, text, as_it_is.shape, True)
            if text.certain:
                return seen
            # Not certain by its words: so many more of them, or a face where there was none, have to do.
            if text.score >= 6 + 2 * best.text.score or (faces and faces[0].votes == 3 and not best.faces):
                best = seen
        return best

    def _read(self, grey: Grey, deadline: float) -> Print:
        return self._text.read(grey, min(self._reading_seconds, deadline - time.monotonic()))


def _side(sight: _Sight, citizen: bool, insurance: bool) -> Side | None:
    if insurance:
        return Side.CARD
    if sight.text.machine_lines:
        # Cards of 2024 carry their QR on the back, above the machine-readable lines.
        return Side.BACK
    told = _side_of(sight.text)
    if citizen:
        return Side.BACK if told is Side.BACK and not sight.faces else Side.FRONT
    if told is None and sight.faces:
        return Side.PORTRAIT if sight.faces[0].share > _CARD_FACE and not sight.shape.card else None
    return told


def _read_well(text: Print) -> bool:
    return text.certain or text.words >= _FEW_WORDS


def _side_of(text: Print) -> Side | None:
    if text.machine_lines:
        return Side.BACK
    marks = {Side.FRONT: text.front, Side.BACK: text.back, Side.CARD: text.insurance}
    best = max(marks, key=lambda side: marks[side])
    return best if marks[best] and list(marks.values()).count(marks[best]) == 1 else None


def _wrong_side(expected: Side | None, side: Side | None) -> str | None:
    match expected, side:
        case Side.FRONT, Side.BACK:
            return "wrong_side_back"
        case Side.BACK, Side.FRONT:
            return "wrong_side_front"
        case ((Side.FRONT | Side.BACK), Side.CARD):
            return "wrong_card"
        case Side.CARD, Side.BACK:
            return "wrong_side_back"
        case _:
            # The front of a CCCD serves where the BHYT card is asked for: its number stands for the BHXH number now.
            return None


def _quarter(grey: Grey, turn: int) -> Grey:
    """Turned counter-clockwise by quarter turns."""
    return np.ascontiguousarray(np.rot90(grey, turn // 90))


def _turned(photo: Image.Image, turn: int, report: PhotoReport) -> PhotoReport:
    if not turn:
        return report
    return replace(report, cleaned=cleaned(photo.transpose(_TURNS[turn])), findings=(*report.findings, "rotated"))
