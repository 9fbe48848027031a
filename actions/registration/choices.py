"""What a tapped button of the form does; typed words that mean the same come here too.

Owns the list of choices. An old button tapped again does what it says or nothing, never harm.
"""

from __future__ import annotations

import re

from actions.registration.email_code import send_code
from actions.registration.questions import FIXABLE, PHOTO_FIXES, READ_FIXES
from actions.registration.work import Work
from helpdesk.accounts import Otp
from helpdesk.errors import Conflict, InvalidInput, NotFound
from helpdesk.identity import BirthDate
from helpdesk.photos import Side
from helpdesk.places import find_agency
from helpdesk.registration import FIELD_WORDS, PHOTO_FIELDS, Registrations
from helpdesk.text import AUNTS_AND_UNCLES, FAMILY, any_of, folded

_FIELD_CHOICES = frozenset({*FIELD_WORDS, "agency"} - {"otp", "contact_owner"})


async def take_choice(work: Work, choice: str, registrations: Registrations, otp: Otp) -> None:
    """Do what the button says."""
    verb, _, rest = choice.partition("_")
    if choice == "fix":
        work.say("reg_fix_which", *FIXABLE)
        work.asks = False
    elif choice == "fix_photos":
        work.say("reg_fix_photo_which", *PHOTO_FIXES)
        work.asks = False
    elif verb == "fix" and rest in _FIELD_CHOICES:
        _edit(work, rest)
    elif verb == "insist" and rest in PHOTO_FIELDS:
        await _insist(work, Side(rest), registrations)
    elif verb == "owner":
        work.put({"contact_owner": rest})
        work.say("reg_noted")
    elif verb == "number":
        _number(work, "bhxh_code" if rest == "code" else "phone")
    elif choice in ("yes", "no"):
        await _yes_or_no(work, choice == "yes", registrations)
    elif choice == "type_instead":
        work.progress["front_later"] = True
        work.say("reg_type_instead")
    elif choice == "code_unknown":
        work.progress["code_unknown"] = True
        await look_up_code(work, registrations)
    elif choice == "use_national_id":
        _use_national_id(work)
    elif choice == "keep_name":
        work.progress.pop("name_plain", None)
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
    work.progress["paused"] = True
    work.say("reg_paused", ("Làm tiếp", "/resume_registration"), ("Xóa bản nháp", "discard"))
    work.stop()


def go_back(work: Work) -> None:
    """Ask the last answered field again; its value stays until there is a new one."""
    done = [name for name in work.progress.get("filled") or [] if name in _FIELD_CHOICES]
    if not done:
        work.say("reg_back_nothing")
        return
    _edit(work, done[-1])
    work.progress["filled"] = done[:-1]


async def look_up_code(work: Work, registrations: Registrations) -> None:
    """Look for the BHXH number once what identifies a person is known; only a unique and agreeing match is told."""
    fields = work.fields
    if not all(fields.get(name) for name in ("full_name", "birth_date", "national_id", "province")):
        work.say("reg_code_unknown")
        return
    member = await registrations.registry.look_up_code(
        fields["full_name"], BirthDate.of_iso(fields["birth_date"]), fields["national_id"], fields["province"]
    )
    if member is not None:
        work.put({"bhxh_code": member.bhxh_code})
        work.progress["found_code"] = True
        return
    work.progress.pop("code_unknown", None)
    if len(fields["national_id"]) == 12:
        work.put({"bhxh_code": fields["national_id"]})
        work.say("reg_code_not_found_use_id")
    else:
        work.say("reg_code_not_found")


async def take_agency(work: Work) -> bool:
    """A receiving agency by its code or name."""
    agency = find_agency(work.said.text)
    if agency is None:
        return False
    # The codes of most agencies are not known.
    work.put({"agency": agency.code or agency.name})
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
    for waiting in ("unclear", "name_plain", "found_code"):
        work.progress.pop(waiting, None)
    if field == "email":
        work.progress.pop("email_hint", None)
    if field in PHOTO_FIELDS or field != "agency":
        work.progress.pop("unconfirmed", None)
    work.progress["editing"] = field


async def _insist(work: Work, side: Side, registrations: Registrations) -> None:
    try:
        work.registration = await registrations.insist_on_photo(work.registration, side)
    except NotFound:
        return
    if work.progress.get("editing") == side.value:
        work.progress.pop("editing")
    work.say("reg_photo_to_staff")


def _number(work: Work, field: str) -> None:
    work.progress.pop("unclear", None)
    number = work.fields.pop("_number", "")
    if number:
        work.put({field: number})
        work.say("reg_noted")
        if field == "bhxh_code" and work.asked in ("front", "number_kind"):
            work.progress["front_later"] = True


async def _yes_or_no(work: Work, yes: bool, registrations: Registrations) -> None:
    if work.progress.pop("found_code", None):
        if not yes:
            work.drop("bhxh_code")
            work.say("reg_code_not_found")
        work.progress.pop("code_unknown", None)
        return
    if not work.progress.get("unconfirmed"):
        return
    if yes:
        work.progress.pop("unconfirmed")
        if work.progress.get("code_unknown") and not work.fields.get("bhxh_code"):
            await look_up_code(work, registrations)
        return
    known = [button for button in READ_FIXES if work.fields.get(button[1].removeprefix("fix_"))]
    work.say("reg_read_wrong", *known)
    work.asks = False


def _use_national_id(work: Work) -> None:
    number = work.fields.get("national_id", "")
    if len(number) == 12:
        work.progress.pop("code_unknown", None)
        work.put({"bhxh_code": number})
        work.say("reg_national_id_used")


async def _email_hint(work: Work, use: bool, otp: Otp) -> None:
    hint = work.fields.pop("_email_hint", "")
    if not work.progress.pop("email_hint", None):
        return
    if use and hint:
        work.put({"email": hint})
    await send_code(work, otp)


async def _resend(work: Work, otp: Otp) -> None:
    if not work.fields.get("email") or work.fields.get("email_confirmed") == "1":
        return
    await send_code(work, otp)
    work.progress["asked"] = "otp"
    work.asks = False


async def _submit(work: Work, registrations: Registrations) -> None:
    if work.draft.missing() or work.progress.pop("unconfirmed", None):
        # An old button: what has come since stands in no summary yet.
        return
    work.registration = await registrations.save(work.registration, work.fields, work.progress)
    try:
        work.registration = await registrations.file(work.registration)
    except Conflict:
        work.say("reg_waiting_already")
        work.stop()
    except InvalidInput:
        return
    else:
        work.fields = dict(work.registration.fields)
        work.say("reg_filed")
        work.stop()
