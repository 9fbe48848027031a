"""Values that were heard become the draft's, and what follows from them at once.

Owns what is said about them: what was noted, what is wrong and how it looks right, and the checks that need two values.
"""

from __future__ import annotations

from actions.registration.email_code import send_code
from actions.registration.hearing import Heard
from actions.registration.work import Work
from helpdesk.accounts import Otp
from helpdesk.errors import InvalidInput
from helpdesk.guide import Guide
from helpdesk.identity import parse_full_name, parse_national_id
from helpdesk.registration import FIELD_WORDS, Registrations
from helpdesk.text import fold


async def apply_values(work: Work, heard: Heard, registrations: Registrations, otp: Otp, guide: Guide) -> None:
    """Take what was heard into the draft and say what has to be said about it."""
    if heard.unclear:
        work.fields["_number"] = heard.unclear
        work.progress["unclear"] = True
        return
    values = dict(heard.values)
    email_before = work.fields.get("email")
    if values:
        # Who goes on with other values has had the chance to object; the summary shows everything again.
        work.progress.pop("unconfirmed", None)
    if values and "full_name" not in values and work.asked == "name_plain":
        # Asked once: who goes on without answering has a name without accents, and staff see it.
        work.progress.pop("name_plain", None)
    if "bhxh_code" in values:
        work.progress.pop("code_unknown", None)
        if "card" not in values and not work.fields.get("card", "").endswith(values["bhxh_code"]):
            work.drop("card")
    if values and work.asked == "front" and not set(values) <= {"email", "phone"}:
        # Who types goes on typing; the photos come later.
        work.progress["front_later"] = True
    if "address" in values:
        _join_address(work, values)
    if "national_id" in values:
        _learn_from_national_id(work, values)
    work.put(values)
    _say_taken(work, values)
    for field, code in heard.problems.items():
        if field not in values:
            answer = f"reg_x_{code}"
            work.say(answer if answer in guide.ids else f"reg_x_{field}")
    if "full_name" in values:
        await _name(work, registrations)
    if work.progress.get("name_plain"):
        await _accents_from_registry(work, registrations)
    _compare_birth(work)
    if "email" in values and (values["email"] != email_before or work.fields.get("email_confirmed") != "1"):
        await take_email(work, heard.email_hint, otp)


async def take_email(work: Work, hint: str | None, otp: Otp) -> None:
    """A new address: ask about a likely slip first, else send the code."""
    work.drop("email_confirmed", "_email_hint")
    work.progress.pop("email_hint", None)
    if hint:
        work.fields["_email_hint"] = hint
        work.progress["email_hint"] = True
        return
    await send_code(work, otp)


def _join_address(work: Work, values: dict[str, str]) -> None:
    """The province may come alone after the rest; a corrected address without one asks for it again."""
    before = work.fields.get("address")
    if work.progress.get("editing") == "address":
        if "province" not in values:
            work.drop("province")
    elif before and not work.fields.get("province") and "province" in values:
        values["address"] = f"{before}, {values['address']}"


def _learn_from_national_id(work: Work, values: dict[str, str]) -> None:
    try:
        sex = parse_national_id(values["national_id"]).sex
    except InvalidInput:
        return
    if sex is not None:
        work.fields.setdefault("sex", sex.value)


def _say_taken(work: Work, values: dict[str, str]) -> None:
    named = [FIELD_WORDS[name] for name in values if name in FIELD_WORDS]
    if not named:
        return
    work.fields["_taken"] = ", ".join(named)
    # One value that was asked for needs no receipt of its own: the next question follows at once.
    if len(named) > 1 or work.asked not in values:
        work.say("reg_taken")
    elif "email" not in values:
        # Of an address the next words speak themselves: a code was sent, or is that what was meant.
        work.say("reg_noted")


async def _name(work: Work, registrations: Registrations) -> None:
    work.progress.pop("name_plain", None)
    try:
        plain = not parse_full_name(work.fields["full_name"]).has_accents
    except InvalidInput:
        plain = False
    if plain and not await _accents_from_registry(work, registrations):
        work.progress["name_plain"] = True


async def _accents_from_registry(work: Work, registrations: Registrations) -> bool:
    """The registry's spelling of a name that was typed without accents.

    Only where number, name and a further value agree: who knows less must not learn that somebody is in the registry.
    """
    name = work.fields.get("full_name")
    if not name:
        return False
    member = await registrations.member_of(work.draft)
    if member is None or fold(member.full_name) != fold(name):
        return False
    born, number = work.fields.get("birth_date"), work.fields.get("national_id")
    if not (born == member.birth_date.iso or (number and number == member.national_id)):
        return False
    work.fields["full_name"] = member.full_name
    work.progress.pop("name_plain", None)
    return True


def _compare_birth(work: Work) -> None:
    """A birth date and a CCCD that contradict each other are told once; staff see it flagged all the same."""
    birth, number = work.fields.get("birth_date"), work.fields.get("national_id")
    if not birth or not number or work.progress.get("told_birth"):
        return
    try:
        year = parse_national_id(number).birth_year
    except InvalidInput:
        return
    if year is not None and year != int(birth[:4]):
        work.progress["told_birth"] = True
        work.say("reg_birth_differs", ("Sửa ngày sinh", "fix_birth_date"), ("Sửa số CCCD", "fix_national_id"))
