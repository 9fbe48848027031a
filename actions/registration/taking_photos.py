"""A photo in the dialogue: looked at by the gate, read if it carries a code, kept or asked for again.

Owns what a photo is taken for. What is wrong with a photo is `helpdesk.photos.reader`', what a code says is
`helpdesk.identity.cards`'.
"""

from __future__ import annotations

import json
from dataclasses import replace

from actions.registration.work import Work
from actions.said import Button
from helpdesk.conversations import Conversations
from helpdesk.errors import InvalidInput, NotFound
from helpdesk.identity import CitizenCard, FieldName, InsuranceCard, read_code
from helpdesk.photos import PhotoReader, PhotoReport, Side
from helpdesk.places import find_province
from helpdesk.registration import PHOTO_FIELDS, ReadCard, Registrations

_CARD_FIELDS = (FieldName.BHXH_CODE, FieldName.FRONT)
# Nobody has looked at it.
_TOO_SLOW = "too_slow"


async def take_photo(
    work: Work, photo: str, conversations: Conversations, registrations: Registrations, reader: PhotoReader
) -> None:
    """Look at a photo of this conversation and do what it is good for."""
    conversation_id = work.registration.conversation_id or ""
    expected = _expected(work)
    try:
        _, content = await conversations.read_attachment(conversation_id, photo)
        report = await reader.inspect(content, expected)
    except NotFound:
        work.say("reg_photo_gone")
        return
    except InvalidInput as error:
        work.say(f"reg_photo_{error.code}")
        return
    card, problem = _read(report)
    if card is not None or report.problem is None:
        # Who goes on has had the chance to object to what was read; the summary shows everything again.
        work.progress = replace(work.progress, unconfirmed=None)
    match card:
        case InsuranceCard():
            await _keep(work, registrations, Side.CARD, report, "accepted")
            _take_insurance_card(work, card)
            return
        case CitizenCard():
            # Cards of 2024 carry the QR on the back.
            side = Side.BACK if report.side is Side.BACK else Side.FRONT
            _take_citizen_card(work, card)
            if expected not in (None, side) and work.draft.has(side.value):
                work.say(f"reg_photo_wrong_side_{side.value}")
                return
            await _accept(work, registrations, side, report)
            return
    if problem and work.asked in _CARD_FIELDS and (expected is None or report.problem == "no_card"):
        work.say(f"reg_x_{problem}")
        return
    if expected is None and work.asked not in _CARD_FIELDS and not _photos_missing(work):
        work.say("reg_photo_not_needed")
        return
    shown = report.side
    wanted = expected or shown
    if shown is Side.PORTRAIT and expected is not Side.PORTRAIT and not work.draft.has(shown.value):
        # Sent before it was asked for: judged as what it is.
        report = await reader.inspect(content, Side.PORTRAIT)
        wanted = Side.PORTRAIT
    elif shown in (Side.FRONT, Side.BACK) and expected not in (None, shown) and not work.draft.has(shown.value):
        # The other side of the card first: taken, and the one that was asked for is asked for again.
        wanted = shown
        report = replace(report, problem=None)
    if wanted is None or wanted is Side.CARD:
        await _unreadable_card(work, registrations, report)
    elif report.problem is not None:
        await _refuse(work, registrations, wanted, report)
    else:
        await _accept(work, registrations, wanted, report)
        if problem and wanted is Side.FRONT:
            work.say(f"reg_x_{problem}")


def _expected(work: Work) -> Side | None:
    """The side that was asked for; before that, photos are told apart by what they show."""
    if work.asked in PHOTO_FIELDS:
        return Side(work.asked)
    if work.asked == FieldName.BHXH_CODE:
        return None
    missing = _photos_missing(work)
    return Side(missing[0]) if len(missing) == 1 else None


def _photos_missing(work: Work) -> list[str]:
    return [name for name in work.draft.missing() if name in PHOTO_FIELDS]


def _read(report: PhotoReport) -> tuple[CitizenCard | InsuranceCard | None, str | None]:
    """The first code that is a card's; else why none is."""
    problem: str | None = None
    for text in report.codes:
        try:
            return read_code(text), None
        except InvalidInput as error:
            problem = problem or error.code
    return None, problem


def _take_citizen_card(work: Work, card: CitizenCard) -> None:
    values: dict[str, str] = {FieldName.NATIONAL_ID: card.national_id, FieldName.FULL_NAME: card.full_name}
    if card.birth_date is not None:
        values[FieldName.BIRTH_DATE] = card.birth_date.iso
    if card.sex is not None:
        values[FieldName.SEX] = card.sex.value
    if card.address:
        values[FieldName.ADDRESS] = card.address
        province = find_province(card.address)
        if province is not None:
            values[FieldName.PROVINCE] = province.name
    _take_read(work, values, "cccd")


def _take_insurance_card(work: Work, card: InsuranceCard) -> None:
    values: dict[str, str] = {FieldName.BHXH_CODE: card.bhxh_code}
    known = work.draft.known
    if card.card:
        values[FieldName.CARD] = card.card
    # The CCCD is the better witness for the person; the card only fills what is not known yet.
    for name, value in (
        (FieldName.FULL_NAME, card.full_name),
        (FieldName.BIRTH_DATE, card.birth_date.iso if card.birth_date else None),
        (FieldName.SEX, card.sex.value if card.sex else None),
    ):
        if value and name not in known:
            values[name] = value
    work.progress = replace(work.progress, code_unknown=False)
    _take_read(work, values, "bhyt")


def _take_read(work: Work, values: dict[str, str], card: ReadCard) -> None:
    known = work.draft.known
    differing = [name for name, value in values.items() if known.get(name, value).casefold() != value.casefold()]
    new = [name for name in values if name not in known]
    work.put(values)
    work.progress = replace(work.progress, name_plain=False)
    work.notes = replace(work.notes, number="")
    if new or differing:
        work.progress = replace(work.progress, unconfirmed=card)
    if differing:
        work.say("reg_read_differs")


async def _unreadable_card(work: Work, registrations: Registrations, report: PhotoReport) -> None:
    """Neither a side of the CCCD nor a code: most likely a BHYT card whose code could not be read."""
    if work.asked == FieldName.BHXH_CODE or report.side is Side.CARD:
        work.say("reg_card_unreadable")
    elif report.problem:
        work.say(f"reg_photo_{report.problem}")
    else:
        # Taken for what is due first, so that no photo is sent in vain.
        missing = _photos_missing(work)
        if missing:
            await _accept(work, registrations, Side(missing[0]), report)
        else:
            work.say("reg_photo_not_needed")


async def _accept(work: Work, registrations: Registrations, side: Side, report: PhotoReport) -> None:
    verdict = "doubtful" if _TOO_SLOW in report.findings else "accepted"
    await _keep(work, registrations, side, report, verdict)
    work.edited(side)
    work.say(f"reg_photo_kept_{side.value}")


async def _refuse(work: Work, registrations: Registrations, side: Side, report: PhotoReport) -> None:
    refusals = {**work.progress.refusals, side.value: work.progress.refusals.get(side, 0) + 1}
    work.progress = replace(work.progress, refusals=refusals)
    if not work.draft.has(side.value):
        await _keep(work, registrations, side, report, "refused")
    insist: tuple[Button, ...] = ()
    if refusals[side] >= 2:
        insist = (("Gửi cho nhân viên xem", f"insist_{side.value}"),)
    work.say(f"reg_photo_{report.problem}", *insist)
    # The refusal says what to do better.
    work.asks = bool(work.asked) and work.asked != side.value


async def _keep(work: Work, registrations: Registrations, side: Side, report: PhotoReport, verdict: str) -> None:
    findings = tuple(dict.fromkeys([*report.findings, *([report.problem] if report.problem else [])]))
    work.registration = await registrations.put_photo(work.registration, side, report.cleaned, verdict, findings)
    _keep_codes(work, side, report)


def _keep_codes(work: Work, side: Side, report: PhotoReport) -> None:
    """What the cards' codes say is kept beside what was confirmed: the staff compare the two."""
    codes: dict[str, list[str]] = json.loads(work.fields.get(FieldName.CARD_CODES, "{}"))
    codes.pop(side.value, None)
    read = [text for text in report.codes if _is_card(text)]
    if read:
        codes[side.value] = read
    work.drop(FieldName.CARD_CODES)
    if codes:
        work.fields[FieldName.CARD_CODES] = json.dumps(codes, ensure_ascii=False)


def _is_card(text: str) -> bool:
    try:
        read_code(text)
    except InvalidInput:
        return False
    return True
