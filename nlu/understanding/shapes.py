"""What is not a word: numbers, e-mails, links, dates, sums, times, emoji. Each becomes the name of its shape.

The shapes only help to tell intents apart; the exact values are the business of `nlu.entities.extractor`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_EMOJI_CLASSES: Mapping[str, str] = {
    "e_ok": "👍👌✅☑✔🆗💯🙆",
    "e_no": "👎❌🙅⛔🚫✖",
    "e_thank": "🙏🤝💐🌹🌷",
    "e_love": "❤💕💖💗💓💞💘💙💚💛🧡💜🥰😍😘😚🤗",
    "e_happy": "😀😃😄😁😆😅😂🤣😊🙂😉😌😋😜😝😛🤭☺😇🥳🎉✨👏💪😎",
    "e_sad": "😢😭😞😔😟🙁☹😥😓😩😫🥺😿💔😪😰😨😣😖",
    "e_angry": "😠😡🤬👿😤💢🖕😒🙄😑",
    "e_wave": "👋🖐✋🤚🙋",
    "e_ask": "❓❔🤔🤷🧐",
    "e_phone": "☎📞📱📲",
    "e_place": "📍🗺🏥🏢",
}
EMOJI: Mapping[str, str] = {char: name for name, chars in _EMOJI_CLASSES.items() for char in chars}
EMOTICONS = (
    (re.compile(r"<3+"), " e_love "),
    (re.compile(r"(?<!\w)[:=;]['-]?[)\]dp]+(?!\w)|\^[_.]*\^"), " e_happy "),
    (re.compile(r"(?<!\w)[:=;]['-]?[(\[]+|(?<!\w)t[_.]t(?!\w)|(?<!\w)[:=]\s?(?:<|\|)"), " e_sad "),
    (re.compile(r"(?<!\w):v(?!\w)"), " e_happy "),
)
# A message is read as a row of these; the name of the group says what was found.
PIECES = re.compile(
    r"""(?P<email>[\w.+-]+\s?@\s?[\w-]+(?:\s?\.\s?[a-z]{2,})+|[\w.+-]+@\w+
        |[\w.]+\s+(?:a\s?còng|a\s?cong|a\s?móc|a\s?vòng)\s+\w+\s+(?:chấm|cham)\s+(?:com|vn|net)\b)
    |(?P<url>(?:https?://|www\.)\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:vn|com|net|org|gov|info|xyz|top|cc)(?:/\S*)?\b)
    |(?P<card>\b[a-z]{2}[\s.-]?[1-5](?:[\s.-]?\d){12}\b)
    |(?P<date>\b\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?(?:\d{4}|\d{2})\b)
    |(?P<time>\b\d{1,2}\s?(?:h|g|giờ|gio)\s?(?:\d{2}|rưỡi|ruoi)?\b|\b\d{1,2}:\d{2}\b)
    |(?P<money>\b\d+(?:[.,]\d+)*\s?(?:k|tr|triệu|trieu|đồng|dong|vnd|vnđ|đ|nghìn|nghin|ngàn|ngan)\b)
    |(?P<number>\+?\d(?:[ .-]?\d)*(?![^\W_]))
    |(?P<mark>\be_(?:love|happy|sad)\b)
    |(?P<word>[^\W_]+(?:'[^\W_]+)?)
    |(?P<ask>\?+)
    |(?P<shout>!{2,})
    |(?P<emoji>[\u203c-\u2bff\U0001f000-\U0001faff])""",
    re.X,
)
_MOBILE = re.compile(r"(?:\+?84|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-9])\d{7}$")
_LANDLINE = re.compile(r"(?:\+?84|0)2\d{9}$")


def number_shape(found: str) -> list[str]:
    """`0905 123 456` → `x_phone`; up to two digits stay themselves, because `1` may be a choice."""
    digits = "".join(c for c in found if c.isdigit())
    size = len(digits)
    if _MOBILE.match("+" + digits if found[0] == "+" else digits) or _LANDLINE.match(digits):
        return ["x_phone"]
    if digits[:4] in ("1900", "1800") and 8 <= size <= 10:
        return ["x_hotline"]
    if size in (13, 14, 15):
        return ["x_card"]
    if size in (6, 8, 9, 10, 11, 12):
        return [f"x_n{size}"]
    if size == 5 and digits.startswith("0"):
        return ["x_agency"]
    if size == 4 and digits[:2] in ("19", "20"):
        return ["x_year"]
    if size == 3 and digits[0] == "1":
        return ["x_n3"]
    if size <= 2:
        return [digits]
    return ["x_number"] * (min(3, found.count(" ") + 1) if " " in found else 1)
