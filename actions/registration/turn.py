"""A turn of the registration: from what was said to what is kept and said back.

Owns the order in which a message is understood: a tapped choice, a photo, words that steer the form, what was asked
for, corrections, further values, side questions. Refuses to keep anything before consent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from actions.registration import email_code, taps
from actions.registration.asides import take_aside
from actions.registration.hearing import Heard, corrected, hear, wishes_correction
from actions.registration.questions import FIXABLE, OTP_BUTTONS, ask, next_question
from actions.registration.taking import apply_values
from actions.registration.taking_photos import take_photo
from actions.registration.work import Work
from actions.said import (
    Kind,
    Outcome,
    Said,
    asks_for_code,
    does_not_know,
    is_code_alone,
    is_question,
    means_draft,
    relation,
    says_no,
    says_yes,
    speaks_of_contact,
    typed_code,
    wants_back,
    wants_code_again,
    wants_discard,
    wants_national_id,
    wants_pause,
    wants_to_type,
    wants_wait,
)
from helpdesk.accounts import Otp
from helpdesk.calendar import VIETNAM, utc_now
from helpdesk.conversations import Conversations
from helpdesk.guide import Guide
from helpdesk.identity import FieldName
from helpdesk.photos import PhotoReader
from helpdesk.registration import CONFIRM, FIELDS, PHOTO_FIELDS, Doubt, Registration, Registrations, stands_for_bhxh
from helpdesk.text import NOT, UNCLEAR_NOT, any_of, folded

# Intents that answer a question of the form or are mere politeness; any other is a question of its own.
_NO_SIDE_QUESTION = frozenset(
    {"affirm", "deny", "inform", "correct_info", "nlu_fallback", "cancel", "goodbye", "greet", "thank", "out_of_scope",
     "register_account", "resume_registration", "send_photo", "share_location", "share_contact", ""}
)  # fmt: skip
# What the form answers better than the guide while it is open.
_OWN_ANSWERS = {"registration_status": "reg_status_draft"}
# What a yes and a no mean to a question of the dialogue's own.
_YES_AND_NO = {
    Doubt.READ: ("yes", "no"),
    Doubt.FOUND_CODE: ("yes", "no"),
    CONFIRM: ("submit", "fix"),
    Doubt.EMAIL_HINT: ("email_use_hint", "email_keep"),
    Doubt.NAME_PLAIN: ("keep_name", ""),
}
_SEND = re.compile(r"\b(?:gui|nop)(?: ho so)?(?: giup| gium| dum| ho| di| luon| cho)\b")
_ONE_NAME = re.compile(r"(?!(?i:dạ|da|vâng|vang|ok|ừ|huy|hủy|thôi|bỏ)\b)[A-Za-zÀ-ỹ]{2,8}")
_LEAVING = frozenset({"talk_to_human"})
# Who is called Hồng has a number behind the name.
_UNKNOWN = any_of((*folded(word for word in NOT if word not in UNCLEAR_NOT), "chua", "quen"))
_CODE_UNKNOWN = re.compile(rf"\b{_UNKNOWN}\b.{{0,12}}\b(?:ma so|ma|so so|bhxh)\b")


class RegistrationTurns:
    """Takes messages of conversations that have a draft; made once with its services."""

    def __init__(
        self,
        guide: Guide,
        registrations: Registrations,
        conversations: Conversations,
        otp: Otp,
        reader: PhotoReader,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._guide = guide
        self._registrations = registrations
        self._conversations = conversations
        self._otp = otp
        self._reader = reader
        self._clock = clock

    async def take(self, draft: Registration, said: Said) -> Outcome:
        """Understand one message of a draft's conversation; the same message again has the same outcome."""
        if said.message_id and draft.progress.last_message == said.message_id:
            return Outcome.load(draft.progress.last_outcome or {}, draft.id)
        work = Work.on(draft, said)
        work.progress = replace(work.progress, paused=False)
        await self._understand(work)
        return await self._finish(work)

    async def begin(self, draft: Registration, said: Said, *leading: str) -> Outcome:
        """Take up a draft: say the leading answers and put the question that is due."""
        work = Work.on(draft, said)
        work.progress = replace(work.progress, paused=False)
        for answer in leading:
            work.say(answer)
        if said.photo:
            await self._photo(work, said.photo)
        elif said.text and not leading:
            await self._words(work)
        return await self._finish(work)

    async def absorb(self, draft: Registration, said: Said, *leading: str) -> Outcome:
        """Like `begin`, but the words that opened the registration may hold values already."""
        work = Work.on(draft, said)
        for answer in leading:
            work.say(answer)
        heard = hear(said, draft, "", self._clock().astimezone(VIETNAM).date())
        if heard.values:
            await apply_values(work, heard, self._registrations, self._otp, self._guide)
        return await self._finish(work)

    async def _finish(self, work: Work) -> Outcome:
        if work.asks and work.progress.code_unknown and next_question(work.draft) == FieldName.BHXH_CODE:
            await taps.look_up_code(work, self._registrations)
        if work.asks or not (work.says or work.follow):
            ask(work)
        return await work.close(self._registrations)

    async def _understand(self, work: Work) -> None:
        said = work.said
        if said.choice:
            await taps.take_choice(work, said.choice, self._registrations, self._otp)
        elif said.photo:
            await self._photo(work, said.photo)
            if said.text:
                await self._caption(work)
        elif said.text.strip():
            await self._words(work)
        elif said.intent == "thank":
            work.say("reg_polite")
        elif said.intent == "share_contact":
            # Somebody else's card: the channel doesn't vouch for its number.
            work.say("reg_contact_unsure")

    async def _photo(self, work: Work, photo: str) -> None:
        await take_photo(work, photo, self._conversations, self._registrations, self._reader)

    async def _caption(self, work: Work) -> None:
        heard = self._hear(work)
        if heard.values:
            await apply_values(work, heard, self._registrations, self._otp, self._guide)

    def _hear(self, work: Work) -> Heard:
        return hear(work.said, work.draft, work.about, self._clock().astimezone(VIETNAM).date())

    async def _words(self, work: Work) -> None:
        said = work.said
        for attempt in (self._steer, self._answer_to_question, self._correct, self._values):
            if await attempt(work):
                work.progress = replace(work.progress, lost=0)
                return
        if self._side_question(work):
            return
        if said.intent in ("greet", "thank") or (says_yes(said) and work.asked not in PHOTO_FIELDS):
            work.say("reg_polite")
            return
        self._not_understood(work)

    async def _steer(self, work: Work) -> bool:
        """Words about the form itself."""
        said = work.said
        whom = relation(said)
        if whom and not work.draft.is_helper and said.intent in ("register_account", "inform", "correct_info"):
            work.fields.update({FieldName.FOR_WHOM: "helper", FieldName.HELPER_RELATION: whom})
            work.say("reg_for_whom")
        types = work.asked == FieldName.FRONT and wants_to_type(said)
        if said.intent == "delete_my_data" and not types and not means_draft(said):
            work.progress = replace(work.progress, paused=True)
            work.follow = "action_delete_my_data"
            work.stop()
            return True
        if wants_discard(said):
            work.say("reg_discard", ("Xóa bản nháp", "discard"), ("Làm tiếp", "go_on"))
            work.asks = False
            return True
        if wants_back(said):
            taps.go_back(work)
            return True
        if wants_wait(said):
            work.say("reg_wait")
            work.asks = False
            return True
        if said.intent in ("resume_registration", "register_account") and not said.values(Kind.EMAIL):
            # "Tiếp tục" in an open form is a nod; "đăng ký có mất tiền không" is none.
            if is_question(said) and said.intent == "register_account":
                work.say("reg_unsure")
            return not self._hear(work).values
        if wants_pause(said) and not said.entities and not self._is_name(work):
            if work.progress.editing:
                work.progress = replace(work.progress, editing="")
                work.say("reg_edit_left")
                return True
            taps.pause(work)
            return True
        return False

    def _is_name(self, work: Work) -> bool:
        """Whether the answer to the question for a name is one: "Lê Huy" doesn't cancel."""
        return work.about == FieldName.FULL_NAME and FieldName.FULL_NAME in self._hear(work).values

    async def _answer_to_question(self, work: Work) -> bool:
        said, asked = work.said, work.asked
        names = work.about == FieldName.FULL_NAME and said.intent not in ("affirm", "deny")
        if names and _ONE_NAME.fullmatch(said.text.strip()):
            # A given name alone looks like a topic to the classifier ("Lan", "Hoa").
            work.say("reg_x_name_short")
            return True
        waiting = work.progress.code_sent
        if waiting and asked != FieldName.OTP and asks_for_code(said):
            await email_code.send_code(work, self._otp)
            return True
        if waiting and not _is_number(asked) and is_code_alone(said.text):
            await email_code.check_code(work, self._otp, typed_code(said.text) or "")
            return True
        if asked == FieldName.OTP:
            code = typed_code(said.text)
            if code and "@" not in said.text:
                await email_code.check_code(work, self._otp, code)
                return True
            if wants_code_again(said):
                await email_code.send_code(work, self._otp)
                work.asks = False
                return True
            if any(c.isdigit() for c in said.text) and "@" not in said.text and not said.entities:
                work.say("reg_otp_shape", *OTP_BUTTONS)
                work.asks = False
                return True
        if asked == FieldName.BHXH_CODE or (asked == FieldName.FRONT and said.intent == "lookup_bhxh_code"):
            if wants_national_id(said) and stands_for_bhxh(work.fields.get(FieldName.NATIONAL_ID, "")):
                await taps.take_choice(work, "use_national_id", self._registrations, self._otp)
                return True
            if does_not_know(said):
                heard = self._hear(work).values
                if not heard:
                    await taps.take_choice(work, "code_unknown", self._registrations, self._otp)
                    return True
                if FieldName.BHXH_CODE not in heard and _CODE_UNKNOWN.search(said.folded):
                    # "Không nhớ mã số, tôi là …": the rest of the message is what it is looked up by.
                    work.progress = replace(work.progress, code_unknown=True)
        refuses = wants_to_type(said) or (says_no(said) and not self._names_a_correction(work))
        if asked == FieldName.FRONT and refuses and not work.progress.front_later:
            await taps.take_choice(work, "type_instead", self._registrations, self._otp)
            return True
        if await self._yes_or_no(work):
            return True
        if work.draft.is_helper and not work.draft.has(FieldName.CONTACT_OWNER) and not is_question(said):
            # Whose they are may be told before it is asked.
            owner = taps.owner(said.folded) if speaks_of_contact(said) else None
            if owner and not self._hear(work).values:
                await taps.take_choice(work, owner, self._registrations, self._otp)
                return True
        return not self._hear(work).values and take_aside(work)

    async def _yes_or_no(self, work: Work) -> bool:
        said, asked = work.said, work.asked
        if asked == FieldName.CONTACT_OWNER:
            choice = taps.owner(said.folded)
        elif asked == Doubt.NUMBER_KIND:
            choice = taps.kind_of_number(said.folded)
        elif asked not in _YES_AND_NO or self._names_a_correction(work):
            return False
        else:
            yes, no = _YES_AND_NO[asked]
            choice = yes if says_yes(said) else no if says_no(said) else None
            if asked == CONFIRM and choice is None and _SEND.search(said.folded) and not is_question(said):
                choice = yes
        if not choice:
            return False
        await taps.take_choice(work, choice, self._registrations, self._otp)
        return True

    def _names_a_correction(self, work: Work) -> bool:
        found = self._corrected(work)
        return found is not None and found[0] is not None

    def _corrected(self, work: Work) -> tuple[str | None, Heard] | None:
        """What a wish to correct something is about and its new value; None where there is no such wish."""
        said = work.said
        looking = work.asked in (Doubt.READ, CONFIRM) and not is_question(said) and not says_yes(said)
        if not wishes_correction(said, looking=looking) or (is_question(said) and said.intent != "correct_info"):
            return None
        about = work.about
        return corrected(said, work.draft, about, self._clock().astimezone(VIETNAM).date())

    async def _correct(self, work: Work) -> bool:
        """ "Sửa lại ngày sinh", with or without the new value."""
        found = self._corrected(work)
        if found is None:
            return False
        field, heard = found
        if field is None:
            if work.said.intent == "correct_info" and not self._hear(work).values:
                work.say("reg_fix_which", *FIXABLE)
                work.asks = False
                return True
            return False
        if field not in heard.values:
            await taps.take_choice(work, f"fix_{field}", self._registrations, self._otp)
        if field in heard.values or field in heard.problems:
            await apply_values(work, heard, self._registrations, self._otp, self._guide)
        return True

    async def _values(self, work: Work) -> bool:
        said = work.said
        if work.asked == FieldName.AGENCY:
            if await taps.take_agency(work):
                return True
            if said.intent in _NO_SIDE_QUESTION and not is_question(said) and not said.entities:
                work.say("reg_x_agency")
                return True
        if self._asks_something_else(work):
            return False
        heard = self._hear(work)
        if not heard.values and not heard.problems and not heard.unclear:
            return False
        if work.about == FieldName.FULL_NAME and not heard.values and said.intent not in _NO_SIDE_QUESTION:
            return False
        await apply_values(work, heard, self._registrations, self._otp, self._guide)
        return True

    def _asks_something_else(self, work: Work) -> bool:
        """A confident question without anything in it that could be a value."""
        said = work.said
        # "4812345O78" is a slip where a number was asked for, and no case code.
        tried = _is_number(work.asked) and sum(c.isdigit() for c in said.text) >= 5
        if said.intent in _NO_SIDE_QUESTION or ((said.entities or tried) and not is_question(said)):
            return False
        return is_question(said) or not (work.about in FIELDS and FIELDS[work.about].prose)

    def _side_question(self, work: Work) -> bool:
        """Answer the question, then the form goes on where it was."""
        intent = work.said.intent
        if intent in _NO_SIDE_QUESTION:
            if intent == "out_of_scope" and any(c.isalpha() for c in work.said.text):
                work.say("reg_stay")
                return True
            return False
        answer = _OWN_ANSWERS.get(intent, intent)
        if answer == "reg_status_draft" and not work.draft.missing():
            answer = "reg_status_ready"
        work.say(answer, plain=True)
        if intent in _LEAVING:
            work.progress = replace(work.progress, paused=True)
            work.stop()
        return True

    def _not_understood(self, work: Work) -> None:
        lost = work.progress.lost + 1
        work.progress = replace(work.progress, lost=lost)
        if work.asked in PHOTO_FIELDS:
            work.say("reg_send_photo_please")
            return
        work.say("reg_lost_again" if lost >= 2 else "reg_lost")
        if lost >= 2:
            work.say("reg_offer_staff", ("Gặp nhân viên", "/talk_to_human"), ("Để sau", "later"), plain=True)


def _is_number(asked: str) -> bool:
    """Whether six digits may be the answer."""
    return asked in FIELDS and FIELDS[asked].numeric
