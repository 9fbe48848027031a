"""The registration as a whole: before there is a draft, while there is one, and after it was filed.

Owns consent, taking up a draft again, repairs and the state of an application. Turns of a draft are `turn`'s.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

from actions.registration.turn import RegistrationTurns
from actions.said import Button, Outcome, Said, Say, says_no, says_yes, wants_pause
from actions.said import relation as relation_of
from helpdesk.conversations import Errand, Errands
from helpdesk.errors import Conflict
from helpdesk.identity import FieldName
from helpdesk.registration import Registration, Registrations, Status

_CONSENT: tuple[Button, ...] = (
    ("Đồng ý, đăng ký cho tôi", "consent_yes"),
    ("Đăng ký cho người thân", "consent_helper"),
    ("Tôi tự làm trên ứng dụng", "answer:register_account"),
)
_HOW = re.compile(
    r"\b(cach|huong dan|chi (?:toi|em|minh|giup|cho)|lam sao|nhu the nao|the nao|cac buoc|quy trinh|sao)\b"
)
_CASE = re.compile(r"\b(?=[A-Z]*\d)[ACDEFHJKMNPQRTWXY3479]{8}\b|\b[ACDEFHJKMNPQRTWXY]{8}\b")
_KEPT_WORDS = 5
_STATES = {
    Status.SUBMITTED: "reg_status_submitted",
    Status.APPROVED: "reg_status_approved",
    Status.REJECTED: "reg_status_rejected",
    Status.DRAFT: "reg_status_draft",
}
_REPAIR: Button = ("Sửa hồ sơ", "repair")
_AGAIN: Button = ("Đăng ký lại", "register_other")


class RegistrationLife:
    """What every action of the registration calls."""

    def __init__(self, registrations: Registrations, errands: Errands, turns: RegistrationTurns) -> None:
        self._registrations = registrations
        self._errands = errands
        self._turns = turns

    async def open(self, conversation_id: str, said: Said) -> Outcome:
        """Somebody wants to register: take up what there is, or ask for consent."""
        draft = await self._registrations.draft(conversation_id)
        if draft is not None:
            return await self._turns.begin(draft, said, "reg_resumed")
        latest = await self._registrations.latest(conversation_id)
        another = relation_of(said) is not None
        if latest is not None and not another:
            if latest.status is Status.SUBMITTED:
                return self._state(latest, (("Đăng ký cho người khác", "register_other"),))
            if latest.status is Status.REJECTED:
                return self._state(latest)
        return await self._ask_consent(conversation_id, said)

    async def turn(self, conversation_id: str, said: Said) -> Outcome | None:
        """A message that may belong to a registration under way; None when there is none or it is paused."""
        draft = await self._registrations.draft(conversation_id)
        if said.choice in ("repair", "register_other"):
            return await self._choice_without_draft(conversation_id, said, draft)
        if draft is not None:
            begun = await self._beginning(conversation_id, said, draft)
            return await (self._consent(begun, said) if begun else self._turns.take(draft, said))
        latest = await self._registrations.latest(conversation_id)
        if latest is not None and said.message_id and latest.progress.last_message == said.message_id:
            return Outcome.load(latest.progress.last_outcome or {}, latest.id)
        errand = await self._errands.get(conversation_id)
        if errand is not None and errand.purpose == "register":
            return await self._consent(errand, said)
        if said.choice == "submit" and latest is not None:
            return self._state(latest)
        if said.choice in ("consent_yes", "consent_helper"):
            return await self._consent(Errand(conversation_id, "register", {}, {}), said)
        return None

    async def without_draft(self, conversation_id: str, said: Said) -> Outcome:
        """A message to a form whose draft or question of consent has gone: filed elsewhere, erased, too old."""
        if says_yes(said) or said.intent == "register_account":
            return await self.open(conversation_id, said)
        latest = await self._registrations.latest(conversation_id)
        if latest is not None:
            return self._state(latest)
        if said.intent in ("nlu_fallback", ""):
            return Outcome(open=False, follow="action_offer_intents")
        if said.intent in ("resume_registration", "registration_status", "delete_my_data"):
            return Outcome(open=False, follow=f"action_{said.intent}")
        return Outcome([Say("stale_button" if said.choice else said.intent)], open=False)

    async def is_paused(self, conversation_id: str) -> bool:
        """Whether a draft waits that its owner has put aside."""
        draft = await self._registrations.draft(conversation_id)
        return draft is not None and draft.progress.paused

    async def resume(self, conversation_id: str, said: Said) -> Outcome | None:
        """Go on with this conversation's draft or repair; None when there is neither."""
        draft = await self._registrations.draft(conversation_id)
        if draft is not None:
            return await self._turns.begin(draft, said, "reg_resumed")
        errand = await self._errands.get(conversation_id)
        if errand is not None and errand.purpose == "register":
            return Outcome([Say("reg_consent", _CONSENT)])
        latest = await self._registrations.latest(conversation_id)
        if latest is not None and latest.status is not Status.DRAFT:
            return self._state(latest)
        return None

    async def take_over(self, email: str, conversation_id: str, said: Said) -> Outcome | None:
        """Bring a draft of a confirmed e-mail here and go on with it."""
        draft = await self._registrations.move(email, conversation_id)
        return None if draft is None else await self._turns.begin(draft, said, "reg_resumed")

    async def pause(self, conversation_id: str, said: Said) -> Outcome | None:
        """Cancel outside of an open form: what there is stays."""
        if (await self._registrations.draft(conversation_id)) is None:
            await self._errands.end(conversation_id)
            return None
        return await self.turn(conversation_id, said)

    async def state(self, conversation_id: str, said: Said) -> Outcome:
        """How far an application is: by its case code, or this conversation's own."""
        match = _CASE.search(said.text.upper().replace("Đ", "D"))
        if match is not None:
            found = await self._registrations.of_case(match[0])
            if found is not None:
                own = found.conversation_id == conversation_id
                return self._state(found) if own else self._state_for_strangers(found)
            # A word of eight capitals is no case code unless a digit stands in it.
            if any(c.isdigit() for c in match[0]):
                return Outcome([Say("reg_status_unknown_code")], open=False)
        latest = await self._registrations.latest(conversation_id)
        if latest is None:
            return Outcome([Say("reg_status_none"), Say("registration_status", plain=True)], open=False)
        return self._state(latest)

    def _state(self, registration: Registration, more: tuple[Button, ...] = ()) -> Outcome:
        buttons = more
        if registration.status is Status.REJECTED and registration.repair:
            buttons = (_REPAIR, *more)
        elif registration.status is Status.REJECTED:
            return Outcome([Say("reg_status_rejected_whole", (_AGAIN, *more))], False, registration.id)
        if registration.status is Status.DRAFT:
            buttons = (("Làm tiếp", "/resume_registration"), *more)
        return Outcome([Say(_STATES[registration.status], buttons)], False, registration.id)

    @staticmethod
    def _state_for_strangers(registration: Registration) -> Outcome:
        """Who knows the code alone learns the state and nothing about the person."""
        return Outcome([Say("reg_status_by_code")], False, registration.id)

    async def _choice_without_draft(self, conversation_id: str, said: Said, draft: Registration | None) -> Outcome:
        if draft is not None:
            return await self._turns.begin(draft, said, "reg_resumed")
        latest = await self._registrations.latest(conversation_id)
        if said.choice == "repair" and latest is not None and latest.status is Status.REJECTED and latest.repair:
            try:
                reopened = await self._registrations.reopen(latest)
            except Conflict:
                return self._state(await self._registrations.get(latest.id))
            return await self._turns.begin(reopened, said, "reg_repair")
        if said.choice == "repair" and latest is not None:
            return self._state(latest)
        return await self._ask_consent(conversation_id, said)

    # Consent

    async def _ask_consent(self, conversation_id: str, said: Said) -> Outcome:
        await self._errands.put(_remember(Errand(conversation_id, "register", {}, {}), said))
        how = bool(_HOW.search(said.folded))
        says = [Say("register_account", plain=True), Say("reg_consent_short", _CONSENT[:2])] if how else []
        return Outcome(says or [Say("reg_consent", _CONSENT)])

    async def _consent(self, errand: Errand, said: Said) -> Outcome:
        cid = errand.conversation_id
        helper = said.choice == "consent_helper" or relation_of(said) is not None
        if said.choice in ("consent_yes", "consent_helper") or (not said.choice and _agrees(said)):
            return await self._begin(errand, said, helper)
        if said.choice is None and (says_no(said) or wants_pause(said)):
            await self._errands.end(cid)
            return Outcome([Say("reg_consent_no")], open=False)
        if said.photo or said.entities or said.intent in ("inform", "register_account"):
            await self._errands.put(_remember(errand, said))
            kept = [Say("reg_consent_first")] if said.photo or said.entities else []
            return Outcome([*kept, Say("reg_consent_short", _CONSENT[:2])])
        if said.intent in ("nlu_fallback", "out_of_scope", "", "greet", "thank"):
            return Outcome([Say("reg_consent_again", _CONSENT)])
        if said.intent == "delete_my_data":
            await self._errands.end(cid)
            return Outcome(open=False, follow="action_delete_my_data")
        if said.intent in ("talk_to_human", "complain"):
            await self._errands.end(cid)
            return Outcome([Say(said.intent)], open=False)
        return Outcome([Say(said.intent, plain=True), Say("reg_consent_short", _CONSENT[:2])])

    async def _beginning(self, conversation_id: str, said: Said, draft: Registration) -> Errand | None:
        """What waits to be taken into a draft whose first turn was cut off, and runs again now."""
        again = draft.progress.last_message in (None, said.message_id)
        if not again and said.choice not in ("consent_yes", "consent_helper"):
            return None
        errand = await self._errands.get(conversation_id)
        return errand if errand is not None and errand.purpose == "register" else None

    async def _begin(self, errand: Errand, said: Said, helper: bool) -> Outcome:
        cid = errand.conversation_id
        fields = dict(errand.fields)
        remembered = [_said(kept) for kept in json.loads(fields.pop("_said", "[]"))]
        relation = relation_of(said) or fields.get(FieldName.HELPER_RELATION)
        whom: dict[str, str] = {FieldName.FOR_WHOM: "helper" if helper or relation else "self"}
        if relation:
            whom[FieldName.HELPER_RELATION] = relation
        draft = await self._registrations.start(cid, whom)
        outcome: Outcome | None = None
        # Whatever was said or sent before consent counts from now on.
        for earlier in [*(kept for kept in remembered if kept.message_id != said.message_id), said]:
            if earlier.photo:
                outcome = await self._turns.take(draft, earlier)
            elif earlier.entities:
                outcome = await self._turns.absorb(draft, earlier)
            draft = await self._registrations.get(draft.id)
        outcome = outcome or await self._turns.begin(draft, replace(said, text="", photo=None))
        await self._errands.end(cid)
        return outcome


def _agrees(said: Said) -> bool:
    return says_yes(said) or bool(re.match(r"(?:da |vang |toi |em |minh )*(dong y|ok\w* dong y|nhat tri)", said.folded))


def _remember(errand: Errand, said: Said) -> Errand:
    """Keep what was said before consent, sealed, for at most a day."""
    fields = dict(errand.fields)
    relation = relation_of(said)
    if relation:
        fields[FieldName.HELPER_RELATION] = relation
    if said.photo or said.entities:
        kept = json.loads(fields.get("_said", "[]"))
        kept.append(
            {
                "id": said.message_id,
                "text": said.text,
                "photo": said.photo,
                "entities": [dict(e) for e in said.entities],
            }
        )
        fields["_said"] = json.dumps(kept[-_KEPT_WORDS:], ensure_ascii=False)
    return Errand(errand.conversation_id, errand.purpose, fields, errand.progress)


def _said(kept: dict[str, object]) -> Said:
    entities = kept.get("entities") or []
    assert isinstance(entities, list)
    return Said(
        message_id=str(kept["id"]),
        text=str(kept.get("text") or ""),
        intent="inform",
        entities=tuple(entities),
        photo=str(kept["photo"]) if kept.get("photo") else None,
    )
