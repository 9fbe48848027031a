"""Whom somebody else registers, as he calls them ("mẹ", "ông ngoại").

Refuses words by which people speak of themselves: "giúp con", "cho bác" are who is talking unless somebody's they are.
"""

from __future__ import annotations

from actions.said.patterns import spelt, words
from actions.said.said import Said
from helpdesk.text import AUNTS_AND_UNCLES, CHILDREN, FAMILY, IN_LAWS

_WHO = (
    "bà nội", "bà ngoại", "ông nội", "ông ngoại", "bà xã", "ông xã", "mẹ vợ", "mẹ chồng", "ba vợ", "ba chồng", "bố vợ",
    "bố chồng", "mạ", "u", "bu", "bố mẹ", "ba mẹ", "ba má", "con trai", "con gái", "con dâu", "con rể", "anh trai",
    "chị gái", "em trai", "em gái", "người nhà", "người thân", "hàng xóm", "ck", "vk", "bé",
    # Not "anh", "chị", "em": so the two who talk call each other.
    *FAMILY, *CHILDREN, *AUNTS_AND_UNCLES, *IN_LAWS,
)  # fmt: skip
_SPOKEN = {"u": "mẹ", "bu": "mẹ", "mạ": "mẹ", "ck": "chồng", "vk": "vợ", "hàng xóm": "hàng xóm của", "bé": "bé nhà"}
# "cho con", "giúp bác" are how people speak of themselves.
_SELF_OR_NOT = frozenset("con cháu cô bác chú dì ba bà ông mợ cậu thím bé u má mẹ".split())
_SURELY = frozenset({"mẹ", "má"})
_FOR = r"(?:cho|giùm|gium|giúp|hộ|dùm|zùm|thay)(?: cho)?"
_OWNED = r"(?:em|e|tôi|tui|tau|mình|minh|mk|cháu|chau|con|anh|chị|của|nhà|già|ruột|bị|đang|đã|năm nay|\d\d tuổi)"
# Longer ones first; without accents only where nothing else is written like it.
_ORDERED = sorted(_WHO, key=len, reverse=True)
_NO = r"(?! (?:hỏi|xin|biết|minh hỏi|với|nha|nhé|đi))"
_MATCHES = tuple(
    (
        who,
        words(rf"{_FOR} (?:cái )?{who}{f' {_OWNED}' if who in _SELF_OR_NOT - _SURELY else _NO}"),
    )
    for who in _ORDERED
)


def relation(said: Said) -> str | None:
    """Whom somebody else registers; None when he speaks of himself."""
    text = spelt(said.text)
    for who, pattern in _MATCHES:
        if pattern.search(text):
            return _SPOKEN.get(who, who)
    return None
