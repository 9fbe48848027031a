"""Values that were heard become the draft's, and what follows from them at once.

Owns what is said about them: what was noted, what is wrong and how it looks right, and the checks that need two values.
"""

from __future__ import annotations

from dataclasses import replace

from actions.registration.email_code import send_code
from actions.registration.hearing import Heard
from actions.registration.questions import fix
from actions.registration.work import Work
from helpdesk.accounts import Otp
from helpdesk.errors import InvalidInput
from helpdesk.guide import Guide
from helpdesk.identity import FieldName, parse_full_name, parse_national_id
from helpdesk.registration import FIELD_WORDS, Doubt, Registrations
from helpdesk.text import fold


async def apply_values(work: Work, heard: Heard, registrations: Registrations, otp: Otp, guide: Guide) -> None:
    """Take what was heard into the draft and say what has to be said about it."""
    if heard.unclear:
        work.notes = replace(work.notes, number=heard.unclear)
        return
    values = dict(heard.values)
    email_before = work.fields.get(FieldName.EMAIL)
    if values:
        # Who goes on with other values has had the chance to object; the summary shows everything again.
        work.progress = replace(work.progress, unconfirmed=None)
    if values and FieldName.FULL_NAME not in values and work.asked == Doubt.NAME_PLAIN:
        # Asked once: who goes on without answering has a name without accents, and staff see it.
        work.progress = replace(work.progress, name_plain=False)
    if FieldName.BHXH_CODE in values:
        work.progress = replace(work.progress, code_unknown=False)
        card = work.fields.get(FieldName.CARD, "")
        if FieldName.CARD not in values and not card.endswith(values[FieldName.BHXH_CODE]):
            work.drop(FieldName.CARD)
    if values and work.asked == FieldName.FRONT and not set(values) <= {FieldName.EMAIL, FieldName.PHONE}:
        # Who types goes on typing; the photos come later.
        work.progress = replace(work.progress, front_later=True)
    if FieldName.ADDRESS in values:
        _join_address(work, values)
    work.put(values)
    _say_taken(work, values)
    for field, code in heard.problems.items():
        if field not in values:
            answer = f"reg_x_{code}"
            work.say(answer if answer in guide.ids else f"reg_x_{field}")
    if FieldName.FULL_NAME in values:
        await _name(work, registrations)
    if work.progress.name_plain:
        await _accents_from_registry(work, registrations)
    _compare_birth(work)
    email = values.get(FieldName.EMAIL)
    if email and (email != email_before or not work.draft.has(FieldName.OTP)):
        await take_email(work, heard.email_hint, otp)


async def take_email(work: Work, hint: str | None, otp: Otp) -> None:
    """A new address: ask about a likely slip first, else send the code."""
    work.drop(FieldName.EMAIL_CONFIRMED)
    work.notes = replace(work.notes, email_hint=hint or "")
    if hint:
        return
    await send_code(work, otp)


def _join_address(work: Work, values: dict[str, str]) -> None:
    """The province may come alone after the rest; a corrected address without one asks for it again."""
    before = work.fields.get(FieldName.ADDRESS)
    if work.progress.editing == FieldName.ADDRESS:
        if FieldName.PROVINCE not in values:
            work.drop(FieldName.PROVINCE)
    elif before and not work.fields.get(FieldName.PROVINCE) and FieldName.PROVINCE in values:
        values[FieldName.ADDRESS] = f"{before}, {values[FieldName.ADDRESS]}"


def _say_taken(work: Work, values: dict[str, str]) -> None:
    named = [FIELD_WORDS[name] for name in values if name in FIELD_WORDS]
    if not named:
        return
    work.notes = replace(work.notes, taken=", ".join(named))
    # One value that was asked for needs no receipt of its own: the next question follows at once.
    if len(named) > 1 or work.asked not in values:
        work.say("reg_taken")
    elif FieldName.EMAIL not in values:
        # Of an address the next words speak themselves: a code was sent, or is that what was meant.
        work.say("reg_noted")


async def _name(work: Work, registrations: Registrations) -> None:
    work.progress = replace(work.progress, name_plain=False)
    try:
        plain = not parse_full_name(work.fields[FieldName.FULL_NAME]).has_accents
    except InvalidInput:
        plain = False
    if plain and not await _accents_from_registry(work, registrations):
        work.progress = replace(work.progress, name_plain=True)


async def _accents_from_registry(work: Work, registrations: Registrations) -> bool:
    """The registry's spelling of a name that was typed without accents.

    Only where number, name and a further value agree: who knows less must not learn that somebody is in the registry.
    """
    name = work.fields.get(FieldName.FULL_NAME)
    if not name:
        return False
    member = await registrations.member_of(work.draft)
    if member is None or fold(member.full_name) != fold(name):
        return False
    born, number = work.fields.get(FieldName.BIRTH_DATE), work.fields.get(FieldName.NATIONAL_ID)
    if not (born == member.birth_date.iso or (number and number == member.national_id)):
        return False
    work.fields[FieldName.FULL_NAME] = member.full_name
    work.progress = replace(work.progress, name_plain=False)
    return True


def _compare_birth(work: Work) -> None:
    """A birth date and a CCCD that contradict each other are told once; staff see it flagged all the same."""
    birth, number = work.fields.get(FieldName.BIRTH_DATE), work.fields.get(FieldName.NATIONAL_ID)
    if not birth or not number or work.progress.told_birth:
        return
    try:
        year = parse_national_id(number).birth_year
    except InvalidInput:
        return
    if year is not None and year != int(birth[:4]):
        work.progress = replace(work.progress, told_birth=True)
        fixes = (fix(FieldName.BIRTH_DATE, "Sửa ngày sinh"), fix(FieldName.NATIONAL_ID, "Sửa số CCCD"))
        work.say("reg_birth_differs", *fixes)
