"""The full name in a message: told by name, asked for, or recognised by its family name.

Refuses words that are a sentence ("để tìm thẻ đã"): a name that nobody has told is worse than one more question. How
a name is written tidily is `helpdesk.identity.full_names`'.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import OTHER, Label, Message
from actions.registration.hearing.name_words import (
    ENDS,
    MIDDLES,
    NEVER,
    OF_SENTENCES,
    PHRASES,
    POLITE_ENDS,
    SMALL_WORDS_TOO,
    SURNAMES,
    SURNAMES_WRITTEN,
)
from actions.registration.hearing.numbers import covered
from actions.said import VALUE_INTENTS, Said
from helpdesk.errors import InvalidInput
from helpdesk.identity import FieldName, parse_full_name
from helpdesk.registration import Registration
from helpdesk.text import CHILDREN, FAMILY, KIN, SELF, SIDES, any_of, fold, folded

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
# What stands between "tên" and the name. As it is written: `Võ` is no `vợ`, and without accents it may be either.
_PEOPLE = (*SELF, *KIN, *SIDES, "bé")
_NAMES_TOO = frozenset("co chu chi ong ba di ma vo be".split())
_WHOSE = (
    rf"con (?:gái|trai|bé|gai|be)|{any_of({*_PEOPLE, *folded(_PEOPLE)} - _NAMES_TOO)}|nhà|"
    rf"{any_of(_NAMES_TOO)}(?=\s+(?:la|em|e|toi|tui|minh|con|chau|anh|chi|ten)\b)"
)
_KIN_OF = re.compile(rf"\b{any_of(folded((*FAMILY, *CHILDREN, *SIDES)))}\s+(?:em|e|toi|tui|minh|con|chau|chi|anh)\s+$")
_OF_KIN = re.compile(rf"\s+(?:cua\s+)?{any_of(folded(FAMILY))}\s")
_KIND = (
    r"đầy đủ|day du|thật|that|khai sinh|gọi|dùng|mới|phải|đây|day|nè|ne|ni|nì|của|cua|"
    r"(?:trên|tren|trong)\s+(?:giấy(?: tờ)?|giay(?: to)?|cccd|căn cước|can cuoc|hồ sơ|ho so)"
)
_IS = r"(?:là|la|đây là|day la|thành|thanh|sang|đó là|do la)(?!\w)(?:\s*[:\-])?|[:\-=]"
_LEAD = re.compile(rf"^[\s:\-–=,.]*(?:(?:(?:của|cua)\s+)?(?:{_WHOSE}|{_KIND})\s+)*(?:{_IS})?\s*", re.IGNORECASE)
# What is worth telling although the words may be no answer at all.
_TELLING = frozenset({"name_foreign_script", "name_two"})
_NOT_OF_PEOPLE = (FieldName.ADDRESS, FieldName.AGENCY, OTHER)
Span = tuple[int, int]


def hear_name(
    message: Message, said: Said, registration: Registration, asked: str, heard: Heard, taken: Sequence[Span]
) -> None:
    """Take the name, if there is one in what is not `taken` by an address."""
    told = _told(message, registration)
    if told and (said.intent in VALUE_INTENTS or reads_as_name(told, sure=True)):
        with suppress(InvalidInput):
            heard.take(FieldName.FULL_NAME, parse_full_name(told).text)
        return
    if asked == FieldName.FULL_NAME and not heard.values and not heard.problems:
        _answer(message, said, registration, heard)
        return
    if said.intent not in VALUE_INTENTS and not heard.values:
        return
    found = _unnamed(message, taken)
    known = registration.fields.get(FieldName.FULL_NAME, "")
    if known:
        # Only the accents that were missing; anything else has to be called a name.
        if found and fold(known) == fold(found) and known != found and not found.isascii():
            heard.read(FieldName.FULL_NAME, found)
    elif found and (heard.values or heard.problems or asked == FieldName.FULL_NAME or _is_all(message, found)):
        heard.read(FieldName.FULL_NAME, found)


def segments(message: Message, taken: Sequence[Span] = ()) -> list[str]:
    """The message cut at signs, labels, numbers, dates and whatever is `taken`."""
    cuts = [*covered(message), *taken, *((label.start, label.end) for label in message.labels)]
    text = message.text
    for start, end in cuts:
        text = f"{text[:start]}{';' * (end - start)}{text[end:]}"
    return [part.strip() for part in re.split(r"[,;:\n|.!?()]+", text) if part.strip()]


def reads_as_name(text: str, *, sure: bool) -> bool:
    """Whether words can be somebody's full name; `sure`: nothing but the words themselves says so."""
    written = _WORD.findall(text)
    lowered, folded = [word.lower() for word in written], [fold(word) for word in written]
    if not 2 <= len(written) <= 7 or (len(written[0]) == 1 and written[0].islower()) or NEVER.intersection(lowered):
        return False
    small = lowered[0] in SMALL_WORDS_TOO
    known = lowered[0] in SURNAMES_WRITTEN or (lowered[0] in SURNAMES and (text.isascii() or not small))
    # A single capital begins names of the mountains (`A Lăng`, `Y Blơi`).
    odd = sum(w.lower() in OF_SENTENCES and not (len(w) == 1 and w.isupper()) for w in written[1 if known else 0 :])
    capitals = all(word[0].isupper() for word in written) and not text.isupper()
    if not capitals and PHRASES.match(" ".join(folded)):
        return False
    if not known:
        return not sure and not odd and len(written) <= 4
    usual = capitals or (folded[1] in MIDDLES and len(written) >= 3)
    if not usual and (sure or (small and (text.isascii() or len(written) < 3))):
        return False
    return not odd or (usual and (capitals or not sure) and odd * 2 < len(written))


def _unnamed(message: Message, taken: Sequence[Span]) -> str:
    """The first words that nothing but their own look makes a name."""
    others = [(b.start, message.end_of(b)) for b in message.labels if b.field in _NOT_OF_PEOPLE]
    parts = (part for part in segments(message, [*taken, *others]) if not re.search(r"\d", part))
    return next((name for part in parts if (name := _run(part, alone=True))), "")


def _told(message: Message, registration: Registration) -> str:
    """The name behind "tên"; where several are told, the one of the person who is registered."""
    candidates: list[tuple[bool, str]] = []
    for label in message.labels:
        if label.field != FieldName.FULL_NAME:
            continue
        lead = _LEAD.match(message.part(label))
        start = label.end + (lead.end() if lead else 0)
        name = _best_run(message.text[start : message.end_of(label)])
        if name:
            candidates.append((_of_another(message, label), name))
    if not candidates:
        return ""
    wanted = [name for another, name in candidates if another == registration.is_helper]
    return wanted[0] if wanted else candidates[0][1]


def _of_another(message: Message, label: Label) -> bool:
    """Whether it is the name of somebody else than the one who writes: "mẹ em tên", "tên của ba"."""
    before = message.letters[max(0, label.start - 16) : label.start]
    after = message.letters[label.end : label.end + 12]
    return bool(_KIN_OF.search(before) or _OF_KIN.match(after))


def _best_run(part: str) -> str:
    """A whole name in what follows "tên": the first words, or a later part ("Lan, Nguyễn Thị Lan")."""
    pieces = [piece for piece in re.split(r"[,;:\n|.()]+", part) if piece.strip()]
    first = _run(pieces[0], alone=False) if pieces else ""
    if first and fold(first).split()[0] in SURNAMES:
        return first
    later = next((run for piece in pieces[1:3] if (run := _run(piece, alone=True))), "")
    return later or first


def _run(part: str, *, alone: bool) -> str:
    """The words of `part` that read as a name; `alone`: nothing called them one, so a family name has to begin them."""
    found = list(_WORD.finditer(part))
    for at, match in enumerate(found):
        if alone and (fold(match[0]) not in SURNAMES or (at > 4 and match[0].islower())):
            continue
        run = _until_end(part, found[at : at + 7])
        if alone and match[0][0].islower() and any(word[0].isupper() for word in run):
            # "Sửa lại thành Phạm Văn Trường": the capitals are the name, `lại` is no Lại.
            continue
        text = " ".join(run)
        if len(run) >= 2 and reads_as_name(text, sure=alone):
            others = len(found) - len(run)
            capitals = all(word[0].isupper() for word in run)
            if not alone or others <= (8 if capitals else 3 if len(run) <= 5 else 0):
                return text
        if not alone:
            return ""
    return ""


def _until_end(part: str, found: Sequence[re.Match[str]]) -> list[str]:
    run = [found[0][0]]
    for earlier, following in pairwise(found):
        # A capital goes on with a name in capitals: `Trần Thị Hiền`, `Lê Văn Sinh`.
        capitals = following[0][0].isupper() and all(word[0].isupper() for word in run) and not following[0].isupper()
        # "Phạm Thị Gái, gái là …", "Võ Hồng Phúc chứ ai": small letters behind capitals, a word said again.
        smaller = len(run) >= 2 and following[0].islower() and all(word[0].isupper() for word in run)
        again = len(run) >= 2 and fold(following[0]) == fold(run[-1])
        ends = following[0].lower() in ENDS and not capitals
        if smaller or again or ends or part[earlier.end() : following.start()].strip():
            break
        run.append(following[0])
    while len(run) > (3 if len(run[-1]) == 1 else 2) and run[-1].lower() in POLITE_ENDS and not run[-1][0].isupper():
        run.pop()
    return run


def _answer(message: Message, said: Said, registration: Registration, heard: Heard) -> None:
    """The whole message is the answer to the question for the name."""
    run = next((name for part in segments(message) if (name := _run(part, alone=True))), "")
    if said.intent not in VALUE_INTENTS:
        if run and re.match(rf"(?:(?:da|em|con|toi|tui|minh|la) )*{fold(run)}\b(?: \S+)?$", fold(message.text)):
            heard.read(FieldName.FULL_NAME, run)
        return
    try:
        name = parse_full_name(message.text).text
    except InvalidInput as error:
        telling = error.code in _TELLING and len(message.text.split()) <= 7
        short = error.code == "name_short" and said.intent == "inform" and not registration.has(FieldName.FULL_NAME)
        if run and error.code == "name_digits" and not covered(message):
            heard.problems[FieldName.FULL_NAME] = error.code
        elif run:
            heard.read(FieldName.FULL_NAME, run)
        elif telling or short:
            heard.problems[FieldName.FULL_NAME] = error.code
        return
    # As it was typed: the tidied capitals would make a name of any sentence.
    typed = re.search(re.escape(name), message.text, re.IGNORECASE)
    # "My name is Tran Van Binh": more words before the name than a surname has.
    longer = bool(run) and len(name.split()) - len(run.split()) >= 2
    if _is_name(typed[0] if typed else message.text, said) and not longer:
        heard.take(FieldName.FULL_NAME, name)
    elif run:
        heard.read(FieldName.FULL_NAME, run)


def _is_name(text: str, said: Said) -> bool:
    """An unusual name is believed when it is told as one: by the intent, or by its capitals."""
    capitals = not text.isupper() and all(word[0].isupper() for word in _WORD.findall(text))
    return reads_as_name(text, sure=said.intent != "inform" and not capitals)


def _is_all(message: Message, name: str) -> bool:
    """Whether the message is little more than the name, and the name beyond doubt."""
    words = fold(name).split()
    sure = len(words) >= 3 and (words[0] not in SMALL_WORDS_TOO or words[1] in ("thi", "van"))
    return sure and len(fold(message.text).split()) <= len(words) + 2
