"""Print on a card, read by the tesseract program where there is one. Owns running it and which words tell which side.

Refuses to give the text itself away: what is read stays here, only what it tells of the side comes out.
"""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

_SIDE = 1600
_LANGUAGES = ("vie", "eng")
_SURE = 65.0
# Words without accents and spaces: tesseract loses both on a poor photo.
_FRONT = (
    "CANCUOC", "CONGDAN", "CITIZENIDENTITY", "IDENTITYCARD", "CHUNGMINH", "FULLNAME", "DATEOFBIRTH", "QUEQUAN",
    "PLACEOFORIGIN", "QUOCTICH", "NATIONALITY", "CONGHOAXAHOI", "SOCIALISTREPUBLIC", "NGUYENQUAN",
)  # fmt: skip
_BACK = (
    "NHANDANG", "PERSONALIDENTIFICATION", "NGONTRO", "INDEXFINGER", "CUCTRUONG", "CANHSAT", "QUANLYHANHCHINH",
    "TRATTUXAHOI", "DIRECTORGENERAL", "POLICEDEPARTMENT", "PUBLICSECURITY", "DAUVETRIENG", "DIHINH", "TONGIAO",
    "DANTOC", "PLACEOFBIRTH", "NOIDANGKYKHAISINH", "BOCONGAN",
)  # fmt: skip
_INSURANCE = ("BAOHIEMYTE", "BAOHIEMXAHOI", "THEBAOHIEM", "KCBBD", "NOIDKKCB", "KHAMCHUABENH", "MASOBHXH")
_MACHINE = re.compile(r"[I1L|][DO0]VNM\d{3}|VNM<{2,}|<{4,}|[KC<]{5,}<|[A-Z]{2,}<<[A-Z]{2,}")


@dataclass(frozen=True, slots=True)
class Print:
    """What the print tells: how many words were read for sure, and how many of those belong to which side.

    `failed`: it was not read at all, which says nothing about what is there.
    """

    words: int
    front: int
    back: int
    insurance: int
    machine_lines: bool
    failed: bool = False

    @property
    def marks(self) -> int:
        return self.front + self.back + self.insurance

    @property
    def certain(self) -> bool:
        """No other way up would read better."""
        return self.machine_lines or self.marks >= 2

    @property
    def score(self) -> int:
        return self.words + 8 * self.marks + 20 * self.machine_lines


NOTHING = Print(0, 0, 0, 0, False)
UNREAD = replace(NOTHING, failed=True)
# Threads of its own make it slower, not faster, where the processors have other work.
_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LANG": "C.UTF-8"}


class TextReader:
    """Runs `program` (None: there is none) in the best language that it has."""

    def __init__(self, program: str | None) -> None:
        self._program = program
        self._language = _language(program) if program else None

    @property
    def works(self) -> bool:
        return self._language is not None

    def read(self, image: Grey, seconds: float) -> Print:
        """What is to be read in an upright grey picture; UNREAD when that takes longer than `seconds`."""
        if self._program is None or self._language is None or seconds <= 0:
            return UNREAD
        _, file = cv2.imencode(".pgm", _prepared(image))
        command = [self._program, "stdin", "stdout", "-l", self._language, "--oem", "1", "--psm", "11", "tsv"]
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
                command,
                input=file.tobytes(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                timeout=seconds,
            )
        except (OSError, subprocess.TimeoutExpired):
            return UNREAD
        if done.returncode:
            return UNREAD
        return understand(_words(done.stdout.decode("utf-8", "replace")))


def understand(words: Sequence[tuple[str, float]]) -> Print:
    """What these words (each with how sure it is, of 100) tell of the side of a card."""
    joined = _bare("".join(word for word, _ in words))
    codes = "".join(word for word, _ in words).upper()
    sure = sum(sureness >= _SURE and len(_bare(word)) >= 3 for word, sureness in words)
    front, back, insurance = (sum(mark in joined for mark in marks) for marks in (_FRONT, _BACK, _INSURANCE))
    return Print(sure, front, back, insurance, _MACHINE.search(codes) is not None)


def _language(program: str) -> str | None:
    try:
        shown = subprocess.run(  # noqa: S603 - asks the program itself
            [program, "--list-langs"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_ENVIRONMENT,
            timeout=10,
        ).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return next((language for language in _LANGUAGES if language in shown.split()), None)


def _prepared(image: Grey) -> Grey:
    scale = _SIDE / max(image.shape)
    if scale < 1 or scale > 1.5:
        scale = min(scale, 2.5)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=method), dtype=np.uint8)
    return np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(image), dtype=np.uint8)


def _words(tsv: str) -> list[tuple[str, float]]:
    words = []
    for line in tsv.splitlines()[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[11].strip():
            words.append((cells[11].strip(), float(cells[10])))
    return words


def _bare(text: str) -> str:
    """Letters and digits only, capitals, without accents."""
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).upper()
    return "".join(letter for letter in flat if letter.isascii() and letter.isalnum())
