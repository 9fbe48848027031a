"""What a tapped button of the form does; typed words that mean the same come here too.

Owns the list of choices. An old button tapped again does what it says or nothing, never harm.
"""

from __future__ import annotations

import re
from dataclasses import replace

from actions.registration.email_code import send_code
from actions.registration.questions import FIXABLE, PHOTO_FIXES, read_fixes
from actions.registration.work import Work
from helpdesk.accounts import Otp
from helpdesk.errors import Conflict, InvalidInput, NotFound
from helpdesk.identity import BirthDate, FieldName
from helpdesk.photos import Side
from helpdesk.places import find_agency
from helpdesk.registration import FIELDS, PHOTO_FIELDS, Doubt, Registrations, stands_for_bhxh
from helpdesk.text import AUNTS_AND_UNCLES, FAMILY, any_of, folded

_LOOKED_UP_BY = (FieldName.FULL_NAME, FieldName.BIRTH_DATE, FieldName.NATIONAL_ID, FieldName.PROVINCE)


async def take_choice(work: Work, choice: str, registrations: Registrations, otp: Otp) -> None:
    """Do what the button says."""
    verb, _, rest = choice.partition("_")
    if choice == "fix":
        work.say("reg_fix_which", *FIXABLE)
        work.asks = False
    elif choice == "fix_photos":
        work.say("reg_fix_photo_which", *PHOTO_FIXES)
        work.asks = False
    elif verb == "fix" and _can_be_fixed(rest):
        _edit(work, rest)
    elif verb == "insist" and rest in PHOTO_FIELDS:
        await _insist(work, Side(rest), registrations)
    elif verb == "owner":
        work.put({FieldName.CONTACT_OWNER: rest})
        work.say("reg_noted")
    elif verb == "number":
        _number(work, FieldName.BHXH_CODE if rest == "code" else FieldName.PHONE)
    elif choice in ("yes", "no"):
        await _yes_or_no(work, choice == "yes", registrations)
    elif choice == "type_instead":
        work.progress = replace(work.progress, front_later=True)
        work.say("reg_type_instead")
    elif choice == "code_unknown":
        work.progress = replace(work.progress, code_unknown=True)
        await look_up_code(work, registrations)
    elif choice == "use_national_id":
        _use_national_id(work)
    elif choice == "keep_name":
        work.progress = replace(work.progress, name_plain=False)
    elif choice in ("email_use_hint", "email_keep"):
        await _email_hint(work, choice == "email_use_hint", otp)
    elif choice == "otp_resend":
        await _resend(work, otp)
    elif choice == "submit":
        await _submit(work, registrations)
    elif choice == "later":
        pause(work)
    elif choice == "discard":
        await registrations.withdraw(work.registration)
        work.say("reg_discarded")
        work.stop()
    # Everything else ("go_on", buttons of earlier versions) just leads back to the question.


def pause(work: Work) -> None:
    """Leave the form for now; the draft stays."""
    work.progress = replace(work.progress, paused=True)
    work.say("reg_paused", ("Làm tiếp", "/resume_registration"), ("Xóa bản nháp", "discard"))
    work.stop()


def go_back(work: Work) -> None:
    """Ask the last answered field again; its value stays until there is a new one."""
    done = [name for name in work.progress.filled if _can_be_fixed(name)]
    if not done:
        work.say("reg_back_nothing")
        return
    _edit(work, done[-1])
    work.progress = replace(work.progress, filled=tuple(done[:-1]))


def _can_be_fixed(name: str) -> bool:
    return name in FIELDS and bool(FIELDS[name].button)


async def look_up_code(work: Work, registrations: Registrations) -> None:
    """Look for the BHXH number once what identifies a person is known; only a unique and agreeing match is told."""
    fields = work.fields
    if not all(fields.get(name) for name in _LOOKED_UP_BY):
        work.say("reg_code_unknown")
        return
    member = await registrations.registry.look_up_code(
        fields[FieldName.FULL_NAME],
        BirthDate.of_iso(fields[FieldName.BIRTH_DATE]),
        fields[FieldName.NATIONAL_ID],
        fields[FieldName.PROVINCE],
    )
    if member is not None:
        work.put({FieldName.BHXH_CODE: member.bhxh_code})
        work.progress = replace(work.progress, found_code=True)
        return
    work.progress = replace(work.progress, code_unknown=False)
    if stands_for_bhxh(fields[FieldName.NATIONAL_ID]):
        work.put({FieldName.BHXH_CODE: fields[FieldName.NATIONAL_ID]})
        work.say("reg_code_not_found_use_id")
    else:
        work.say("reg_code_not_found")


async def take_agency(work: Work) -> bool:
    """A receiving agency by its code or name."""
    agency = find_agency(work.said.text)
    if agency is None:
        return False
    # The codes of most agencies are not known.
    work.put({FieldName.AGENCY: agency.code or agency.name})
    work.say("reg_noted")
    return True


_OTHERS = rf"nguoi (?:dang ky|nha|than|duoc)|{any_of(folded((*FAMILY, *AUNTS_AND_UNCLES)))}"


def owner(folded: str) -> str | None:
    """Whose e-mail and phone they are, from words; "em" at a sentence's end is only politeness."""
    mine = re.search(r"\bcua (?:toi|em|minh|con|chau|tui|anh|chi)\b", folded)
    theirs = re.search(rf"\bcua (?:{_OTHERS})\b", folded)
    if re.search(r"\bmoi nguoi\b", folded) or (mine and theirs):
        return "owner_mixed"
    if mine or re.fullmatch(r"(?:da |deu )*(?:toi|em|minh|con|chau|tui)(?: het| luon| a| do| ca)*", folded):
        return "owner_helper"
    if theirs or re.fullmatch(rf"(?:da |deu )*(?:{_OTHERS})(?: het| luon| a| do| ca| toi| em)*", folded):
        return "owner_person"
    return None


def kind_of_number(folded: str) -> str | None:
    """Which of the two a ten-digit number is, from words."""
    if re.search(r"\b(dien thoai|sdt|dt|so dt|phone)\b", folded):
        return "number_phone"
    if re.search(r"\b(bhxh|bao hiem|ma so|ma)\b", folded):
        return "number_code"
    return None


def _edit(work: Work, field: str) -> None:
    work.notes = replace(work.notes, number="")
    work.progress = replace(work.progress, name_plain=False, found_code=False, editing=field)
    if field == FieldName.EMAIL:
        work.notes = replace(work.notes, email_hint="")
    if field != FieldName.AGENCY:
        work.progress = replace(work.progress, unconfirmed=None)


async def _insist(work: Work, side: Side, registrations: Registrations) -> None:
    try:
        work.registration = await registrations.insist_on_photo(work.registration, side)
    except NotFound:
        return
    work.edited(side)
    work.say("reg_photo_to_staff")


def _number(work: Work, field: str) -> None:
    number = work.notes.number
    if number:
        work.notes = replace(work.notes, number="")
        work.put({field: number})
        work.say("reg_noted")
        if field == FieldName.BHXH_CODE and work.asked in (FieldName.FRONT, Doubt.NUMBER_KIND):
            work.progress = replace(work.progress, front_later=True)


async def _yes_or_no(work: Work, yes: bool, registrations: Registrations) -> None:
    if work.progress.found_code:
        work.progress = replace(work.progress, found_code=False, code_unknown=False)
        if not yes:
            work.drop(FieldName.BHXH_CODE, FieldName.SAME_NUMBER)
            work.say("reg_code_not_found")
        return
    if work.progress.unconfirmed is None:
        return
    if yes:
        work.progress = replace(work.progress, unconfirmed=None)
        if work.progress.code_unknown and not work.draft.has(FieldName.BHXH_CODE):
            await look_up_code(work, registrations)
        return
    work.say("reg_read_wrong", *read_fixes(work.draft))
    work.asks = False


def _use_national_id(work: Work) -> None:
    number = work.fields.get(FieldName.NATIONAL_ID, "")
    if stands_for_bhxh(number):
        work.progress = replace(work.progress, code_unknown=False)
        work.put({FieldName.BHXH_CODE: number})
        work.say("reg_national_id_used")


async def _email_hint(work: Work, use: bool, otp: Otp) -> None:
    hint = work.notes.email_hint
    if not hint:
        return
    work.notes = replace(work.notes, email_hint="")
    if use:
        work.put({FieldName.EMAIL: hint})
    await send_code(work, otp)


async def _resend(work: Work, otp: Otp) -> None:
    if not work.fields.get(FieldName.EMAIL) or work.draft.has(FieldName.OTP):
        return
    await send_code(work, otp)
    work.progress = replace(work.progress, asked=FieldName.OTP)
    work.asks = False


async def _submit(work: Work, registrations: Registrations) -> None:
    if work.draft.missing():
        return
    if work.progress.unconfirmed is not None:
        # An old button: what has come since stands in no summary yet.
        work.progress = replace(work.progress, unconfirmed=None)
        return
    work.registration = await registrations.save(work.registration, work.fields, work.progress, work.notes)
    try:
        work.registration = await registrations.file(work.registration)
    except Conflict:
        work.say("reg_waiting_already")
        work.stop()
    except InvalidInput:
        return
    else:
        work.fields, work.notes = dict(work.registration.fields), work.registration.notes
        work.say("reg_filed")
        work.stop()
