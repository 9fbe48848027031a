"""Small errands that need to know who asks: a draft from another device, a password link, deleting one's data.

Owns their few questions and that their answers never tell whether somebody else has a draft or an account. What is
given lies sealed in `helpdesk.conversations.errands` until the errand is done; passwords are never asked for here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from actions.registration import RegistrationLife
from actions.said import (
    Button,
    Kind,
    Outcome,
    Said,
    Say,
    is_question,
    says_no,
    says_yes,
    typed_code,
    wants_code_again,
    wants_pause,
)
from helpdesk.accounts import Accounts, Otp, Purpose
from helpdesk.conversations import Errand, Errands
from helpdesk.errors import InvalidInput, Overloaded
from helpdesk.guide import Guide
from helpdesk.identity import FieldName, parse_bhxh_code, parse_email, parse_national_id
from helpdesk.privacy import Erasure
from helpdesk.registration import Registrations, stands_for_bhxh

_LINKS: dict[str, Purpose] = {"recover": "recover", "change": "change"}
PURPOSES = ("resume", "recover", "change", "delete")
_OTP: tuple[Button, ...] = (("Gửi lại mã", "errand_resend"), ("Thôi, dừng lại", "errand_stop"))
_STOP: tuple[Button, ...] = (("Thôi, dừng lại", "errand_stop"),)
_DELETE: tuple[Button, ...] = (("Xóa dữ liệu của tôi", "errand_delete"), ("Thôi, giữ lại", "errand_stop"))
# Topics with an action of their own name, and the one that each errand is about.
_OWN_ACTIONS = frozenset({"register_account", "resume_registration", "registration_status", "delete_my_data"})
_MEANS = {"resume": "resume_registration", "delete": "delete_my_data"}
_SMALL_TALK = frozenset(
    {"inform", "correct_info", "affirm", "deny", "nlu_fallback", "out_of_scope", "greet", "thank", ""}
)


@dataclass(frozen=True, slots=True)
class ErrandOutcome:
    """What a turn of an errand comes to. `erased`: the bot deletes Rasa's memory too."""

    outcome: Outcome
    erased: bool = False


class ErrandTurns:
    """Takes the messages of conversations with an errand under way."""

    def __init__(
        self,
        guide: Guide,
        errands: Errands,
        otp: Otp,
        accounts: Accounts,
        registrations: Registrations,
        erasure: Erasure,
        dialogue: RegistrationLife,
    ) -> None:
        self._guide = guide
        self._errands = errands
        self._otp = otp
        self._accounts = accounts
        self._registrations = registrations
        self._erasure = erasure
        self._dialogue = dialogue

    async def start(self, conversation_id: str, purpose: str, said: Said) -> ErrandOutcome:
        """Begin an errand; what the message holds already is not asked again."""
        errand = Errand(conversation_id, purpose, {}, {})
        if purpose == "delete":
            return await self._start_deleting(errand, said)
        link = _LINKS.get(purpose)
        if link is not None:
            account = await self._accounts.of_conversation(conversation_id)
            if account is not None:
                await self._accounts.request_link(link, account.bhxh_code, account.email, conversation_id)
                return await self._end(errand, said, "errand_link_sent_here")
        return await self._step(errand, said, first=True)

    async def turn(self, conversation_id: str, said: Said) -> ErrandOutcome | None:
        """A message of a conversation that may have an errand under way; None when it has none."""
        errand = await self._errands.get(conversation_id)
        if errand is None or errand.purpose not in PURPOSES:
            return None
        if said.message_id and errand.progress.get("last_message") == said.message_id:
            return self._load(errand)
        if errand.progress.get("done"):
            return None
        if said.choice == "errand_stop" or (not said.choice and _wants_out(said)):
            return await self._end(errand, said, "errand_stopped")
        if not said.choice and not said.entities and said.intent in _OWN_ACTIONS - {_MEANS.get(errand.purpose)}:
            # Another matter: the errand is over, and what was asked for begins.
            return await self._leave(errand, said)
        if errand.purpose == "delete" and errand.progress.get("asked") == "sure":
            return await self._sure(errand, said)
        if errand.progress.get("asked") == FieldName.OTP:
            return await self._code(errand, said)
        return await self._step(errand, said)

    # Steps

    async def _step(self, errand: Errand, said: Said, first: bool = False) -> ErrandOutcome:
        """Take the number and the address from a message, then ask for what is missing or send what was wanted."""
        fields, problem, before = dict(errand.fields), None, dict(errand.fields)
        asked = "" if first else str(errand.progress.get("asked") or "")
        if said.choice is None:
            problem = _take(fields, said, asked)
        errand = replace(errand, fields=fields)
        says = []
        if problem:
            says.append(Say(f"reg_x_{problem}" if f"reg_x_{problem}" in self._guide.ids else f"reg_x_{asked}"))
        elif not first and fields == before and said.intent not in _SMALL_TALK and not said.entities:
            if errand.progress.get("strayed"):
                # The second question in a row about something else: who asks has moved on.
                return await self._leave(errand, said)
            says.append(Say(said.intent, plain=True))
            errand = replace(errand, progress={**errand.progress, "strayed": True})
        if errand.purpose != "resume" and not fields.get(FieldName.BHXH_CODE):
            return await self._ask(errand, said, FieldName.BHXH_CODE, says)
        if not fields.get(FieldName.EMAIL):
            return await self._ask(errand, said, FieldName.EMAIL, says)
        if errand.purpose == "resume":
            return await self._send_code(errand, said)
        await self._accounts.request_link(
            _LINKS[errand.purpose], fields[FieldName.BHXH_CODE], fields[FieldName.EMAIL], errand.conversation_id
        )
        return await self._end(errand, said, "errand_link_sent")

    async def _ask(self, errand: Errand, said: Said, name: str, says: list[Say]) -> ErrandOutcome:
        question = f"errand_{errand.purpose}_ask_{name}"
        outcome = Outcome([*says, Say(question, _STOP)])
        return await self._keep(replace(errand, progress={**errand.progress, "asked": name}), said, outcome)

    async def _send_code(self, errand: Errand, said: Said) -> ErrandOutcome:
        asked = replace(errand, progress={**errand.progress, "asked": FieldName.OTP})
        try:
            await self._otp.request(errand.purpose, errand.conversation_id, errand.fields[FieldName.EMAIL])
            answer = f"errand_{errand.purpose}_otp_sent"
        except Overloaded:
            answer = "errand_otp_wait"
        except InvalidInput:
            answer = "reg_otp_hourly"
        return await self._keep(asked, said, Outcome([Say(answer, _OTP)]))

    async def _code(self, errand: Errand, said: Said) -> ErrandOutcome:
        code = typed_code(said.text)
        if said.choice == "errand_resend" or (code is None and wants_code_again(said)):
            return await self._send_code(errand, said)
        if code is None:
            says = [] if said.intent in _SMALL_TALK else [Say(said.intent, plain=True)]
            return await self._keep(errand, said, Outcome([*says, Say("errand_ask_otp", _OTP)]))
        try:
            await self._otp.check(
                errand.purpose, errand.conversation_id, errand.fields[FieldName.EMAIL], code, said.message_id
            )
        except InvalidInput as error:
            return await self._keep(errand, said, Outcome([Say(f"errand_{error.code}", _OTP)]))
        if errand.purpose == "delete":
            return await self._erase(errand, said)
        taken = await self._dialogue.take_over(errand.fields[FieldName.EMAIL], errand.conversation_id, said)
        if taken is None:
            return await self._end(errand, said, "errand_resume_nothing")
        await self._errands.end(errand.conversation_id)
        return ErrandOutcome(taken)

    # Deleting

    async def _start_deleting(self, errand: Errand, said: Said) -> ErrandOutcome:
        email = await self._confirmed_email(errand.conversation_id)
        errand = replace(errand, fields={FieldName.EMAIL: email} if email else {}, progress={"asked": "sure"})
        return await self._keep(errand, said, Outcome([Say("errand_delete_sure", _DELETE)]))

    async def _confirmed_email(self, conversation_id: str) -> str | None:
        account = await self._accounts.of_conversation(conversation_id)
        if account is not None:
            return account.email
        for registration in await self._registrations.all_of(conversation_id):
            if registration.confirmed_email:
                return registration.confirmed_email
        return None

    async def _sure(self, errand: Errand, said: Said) -> ErrandOutcome:
        if said.choice == "errand_delete" or (not said.choice and _insists(said)):
            # Without a confirmed address nothing but this conversation can be theirs, and that they hold already.
            return await (
                self._send_code(errand, said) if errand.fields.get(FieldName.EMAIL) else self._erase(errand, said)
            )
        if says_no(said):
            return await self._end(errand, said, "errand_stopped")
        if said.entities or said.intent == "inform":
            # Who goes on with his application has let go of deleting.
            taken = await self._dialogue.turn(errand.conversation_id, said)
            if taken is not None:
                await self._errands.end(errand.conversation_id)
                return ErrandOutcome(taken)
        says = [] if said.intent in _SMALL_TALK | {"delete_my_data"} else [Say(said.intent, plain=True)]
        if says:
            return await self._keep(replace(errand, progress={"done": True}), said, Outcome(says, open=False))
        return await self._keep(errand, said, Outcome([Say("errand_delete_sure", _DELETE)]))

    async def _erase(self, errand: Errand, said: Said) -> ErrandOutcome:
        await self._erasure.of_conversation(errand.conversation_id)
        gone = replace(errand, fields={})
        ended = await self._end(gone, said, "errand_deleted", erased=True)
        return replace(ended, erased=True)

    # Keeping

    async def _leave(self, errand: Errand, said: Said) -> ErrandOutcome:
        """End the errand without a word about it and answer what was said."""
        follow = f"action_{said.intent}" if said.intent in _OWN_ACTIONS else None
        outcome = Outcome([] if follow else [Say(said.intent)], open=False, follow=follow)
        return await self._keep(replace(errand, fields={}, progress={"done": True}), said, outcome)

    async def _end(self, errand: Errand, said: Said, answer: str, erased: bool = False) -> ErrandOutcome:
        """Say the last word; what was given is forgotten, the word itself kept for a message that comes twice."""
        ended = replace(errand, fields={}, progress={"done": True, "erased": erased})
        return await self._keep(ended, said, Outcome([Say(answer)], open=False))

    async def _keep(self, errand: Errand, said: Said, outcome: Outcome) -> ErrandOutcome:
        progress: dict[str, Any] = {**errand.progress, "last_message": said.message_id, "last": outcome.dump()}
        await self._errands.put(replace(errand, progress=progress))
        return ErrandOutcome(outcome)

    @staticmethod
    def _load(errand: Errand) -> ErrandOutcome:
        outcome = Outcome.load(errand.progress["last"], "")
        return ErrandOutcome(outcome, bool(errand.progress.get("erased")))


def _insists(said: Said) -> bool:
    """Whether the words say once more that all is to go; "xóa rồi có lấy lại được không" only asks."""
    return (said.intent == "delete_my_data" or says_yes(said)) and not is_question(said)


def _wants_out(said: Said) -> bool:
    return wants_pause(said) and not said.entities


def _take(fields: dict[str, str], said: Said, asked: str) -> str | None:
    """Put what the message holds into `fields`; the code of what is wrong with what was asked for."""
    code, email = FieldName.BHXH_CODE, FieldName.EMAIL
    try:
        emails = said.values(Kind.EMAIL)
        if emails or "@" in said.text:
            fields[email] = parse_email(said.text if "@" in said.text and asked == email else emails[0]).address
        for kind in (Kind.BHYT_CARD, Kind.BHXH_CODE):
            for value in said.values(kind):
                fields[code] = parse_bhxh_code(value)
        for value in said.values(Kind.NATIONAL_ID):
            number = parse_national_id(value).number
            if stands_for_bhxh(number):
                fields.setdefault(code, number)
        if asked == code and code not in fields and sum(c.isdigit() for c in said.text) >= 5:
            fields[code] = parse_bhxh_code(said.text)
        if asked == email and email not in fields and said.intent in _SMALL_TALK - {"affirm", "deny"}:
            fields[email] = parse_email(said.text).address
    except InvalidInput as error:
        return error.code
    except IndexError:
        return "email_shape"
    return None
