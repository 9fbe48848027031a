"""Days, months and years in Vietnamese words: `hăm ba`, `giêng`, `một chín tám lăm`.

Owns what the words make together; they stand in `vocabulary`, always without accents (`lam` is five, `nam` is five or
the word for year). Refuses to choose: words that make no number give None.
"""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.text.vocabulary import SPOKEN_DIGITS

_MONTHS: Mapping[str, int] = {"gieng": 1, "chap": 12}
_ROMAN: Mapping[str, int] = {
    "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
}  # fmt: skip
_ZEROS = ("linh", "le", "khong")
_THOUSANDS = ("nghin", "ngan")
WORDS = frozenset([*SPOKEN_DIGITS, *_MONTHS, *_ZEROS, *_THOUSANDS, "muoi", "ham", "bam", "ram", "tram"])


def small_number(words: tuple[str, ...]) -> int | None:
    """`15`, `muoi lam`, `hai mot`, `ham ba`, `ram`: a day or a count below a hundred."""
    if len(words) == 1:
        word = words[0]
        if word.isdigit():
            return int(word) if len(word) <= 2 else None
        return {"muoi": 10, "ram": 15}.get(word, SPOKEN_DIGITS.get(word))
    if words[0] in ("ham", "bam") and len(words) == 2:
        ones = SPOKEN_DIGITS.get(words[1])
        return None if ones is None else (20 if words[0] == "ham" else 30) + ones
    if "muoi" in words[:2]:
        at = words.index("muoi")
        tens = SPOKEN_DIGITS.get(words[0]) if at else 1
        ones = SPOKEN_DIGITS.get(words[at + 1]) if len(words) == at + 2 else 0
        if tens is None or ones is None or len(words) > at + 2:
            return None
        return tens * 10 + ones
    if (
        len(words) == 2 and words[0] in SPOKEN_DIGITS and words[1] in SPOKEN_DIGITS
    ):  # `hai mốt`, `chín lăm`, `không năm`
        return SPOKEN_DIGITS[words[0]] * 10 + SPOKEN_DIGITS[words[1]]
    return None


def month_number(words: tuple[str, ...]) -> int | None:
    """Also `giêng`, `chạp`, and the Roman numbers of old papers."""
    if len(words) == 1:
        named = _MONTHS.get(words[0]) or _ROMAN.get(words[0])
        if named:
            return named
    elif words[:1] == ("muoi",) or words[:1] == ("khong",):
        return small_number(words)
    else:
        return None
    return small_number(words)


def year_number(words: tuple[str, ...]) -> int | None:
    """Four digits or two, in digits or words; two stay two."""
    if len(words) == 1 and words[0].isdigit():
        # `0085` is no year, and no `85` either
        return int(words[0]) if len(words[0]) == 2 or (len(words[0]) == 4 and words[0][0] != "0") else None
    if any(word.isdigit() for word in words):
        return None
    if "tram" in words or any(word in _THOUSANDS for word in words):
        return _long_year(words)
    if len(words) == 4 and all(word in SPOKEN_DIGITS for word in words):
        return int("".join(str(SPOKEN_DIGITS[word]) for word in words))
    if len(words) in (3, 4, 5) and words[0] in ("mot", "hai") and words[1] in SPOKEN_DIGITS:
        rest = small_number(words[2:]) if "muoi" in words[2:] else None  # `một chín tám mươi lăm`
        return None if rest is None else SPOKEN_DIGITS[words[0]] * 1000 + SPOKEN_DIGITS[words[1]] * 100 + rest
    small = small_number(words)
    return small if len(words) > 1 else None


def _long_year(words: tuple[str, ...]) -> int | None:
    """`một nghìn chín trăm tám mươi lăm`, `hai nghìn không trăm linh năm`, `hai ngàn lẻ năm`."""
    at = next((i for i, word in enumerate(words) if word in _THOUSANDS), None)
    thousands = SPOKEN_DIGITS.get(words[0]) if at == 1 else (1 if at is None else None)
    rest = words if at is None else words[at + 1 :]
    if thousands is None:
        return None
    hundreds = 0
    if "tram" in rest:
        if rest.index("tram") != 1 or rest[0] not in SPOKEN_DIGITS:
            return None
        hundreds, rest = SPOKEN_DIGITS[rest[0]], rest[2:]
    elif rest and rest[0] not in _ZEROS:
        return None  # `hai nghìn mười` leaves the hundreds out: nobody knows which
    while rest and rest[0] in _ZEROS:
        rest = rest[1:]
    small = small_number(rest) if rest else 0
    return None if small is None else thousands * 1000 + hundreds * 100 + small
