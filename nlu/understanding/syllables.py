"""Vietnamese spelling: which letter runs are syllables, accents taken off, tone marks put in one place.

It knows letters only; what words mean is the lexicon's business.
"""

from __future__ import annotations

import re
import unicodedata

_ONSETS = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in "
    "inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem oen oeo oet oi om on ong oong op ot u "
    "ua uan uang uat uay uc ue uech uenh ui uoc uoi uom uon uong uop uot uou um un ung uo up ut uu uy uya uych uyen "
    "uyet uyn uynh uyt uyu y yem yen yeng yet yeu"
)
SYLLABLES = frozenset(o + r for o in ["", *_ONSETS.split()] for r in _RHYMES.split())

# The five tone marks; circumflex, breve and horn belong to the letter and stay where they are.
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE_SET = frozenset(_TONES)
_TELEX_TONE = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
_VNI_TONE = {"1": "\u0301", "2": "\u0300", "3": "\u0309", "4": "\u0303", "5": "\u0323"}
_VNI_MARK = {
    "6": {"a": "â", "e": "ê", "o": "ô"},
    "7": {"u": "ư", "o": "ơ"},
    "8": {"a": "ă"},
    "9": {"d": "đ"},
}
_VOWELS = frozenset("aeiouyăâêôơư")
_TELEX_PAIRS = (
    ("dd", "đ"),
    ("aa", "â"),
    ("ee", "ê"),
    ("oo", "ô"),
    ("aw", "ă"),
    ("uow", "ươ"),
    ("ow", "ơ"),
    ("uw", "ư"),
)
_Y_AS_I = re.compile(r"^([hklmst])y$")


def fold(word: str) -> str:
    """Letters without any accent: `đăng ký` → `dang ky`."""
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("đ", "d").replace("Đ", "D")


def fold_key(word: str) -> str:
    """The folded form that all spellings of a syllable share: `kí` and `ký` are both `ki`."""
    return _Y_AS_I.sub(r"\1i", fold(word))


def tone_last(word: str) -> str:
    """One accented form for all tone placements: `hoà` and `hòa` both become `hoa` plus the tone at the end."""
    if word.isascii():
        return _Y_AS_I.sub(r"\1i", word)
    letters: list[str] = []
    tone = ""
    for char in unicodedata.normalize("NFD", word):
        if char in _TONE_SET:
            tone = char
        else:
            letters.append(char)
    return _Y_AS_I.sub(r"\1i", unicodedata.normalize("NFC", "".join(letters))) + tone


def is_syllable(folded: str) -> bool:
    return folded in SYLLABLES


def _with_tone(base: str, tone: str) -> str:
    """The tone goes to the end of the word, which is where `tone_last` wants it anyway."""
    return base + tone


def untelex(word: str) -> str | None:
    """`ddawng` → `đăng`, `kys` → `ký`; None when the letters are not a Telex leftover."""
    first_vowel = next((i for i, c in enumerate(fold(word)) if c in _VOWELS), -1)
    if first_vowel < 0:
        return None
    tone = ""
    head, tail = word[: first_vowel + 1], word[first_vowel + 1 :]
    kept: list[str] = []
    for char in tail:
        if char in _TELEX_TONE:
            tone = _TELEX_TONE[char]
        else:
            kept.append(char)
    base = head + "".join(kept)
    for raw, letter in _TELEX_PAIRS:
        base = base.replace(raw, letter)
    base = base.replace("w", "")
    if base != word and is_syllable(fold(base)):
        return _with_tone(base, tone)
    # The doubling letter typed at the end of the word: `bieten` is rare, `bietej` (biệt) and `duongd` are not.
    if len(base) > 2 and base[-1] in "aeod" and base[-1] in fold(base[:-1]) and is_syllable(fold(base[:-1])):
        return _with_tone(base[:-1], tone)
    return None


def unvni(word: str) -> str | None:
    """`d9ang8` → `đăng`, `ky1` → `ký`; None when the digits are not VNI marks."""
    letters: list[str] = []
    tone = ""
    for char in word:
        if char in _VNI_TONE and letters:
            tone = _VNI_TONE[char]
        elif char in _VNI_MARK and letters:
            for i in range(len(letters) - 1, -1, -1):
                if letters[i] in _VNI_MARK[char]:
                    letters[i] = _VNI_MARK[char][letters[i]]
                    break
            else:
                return None
        elif char.isdigit():
            return None
        else:
            letters.append(char)
    base = "".join(letters)
    if len(base) > 1 and any(c in _VOWELS for c in fold(base)) and is_syllable(fold(base)):
        return _with_tone(base, tone)
    return None
