"""The e-mail's part of the dialogue: sending the code, and trying what was typed as one.

Owns which answer each outcome of `helpdesk.accounts.otp` gets.
"""

from __future__ import annotations

from dataclasses import replace

from actions.registration.questions import OTP_BUTTONS, next_question
from actions.registration.work import Work
from helpdesk.accounts import Otp
from helpdesk.errors import InvalidInput, Overloaded
from helpdesk.identity import FieldName
from helpdesk.registration import YES

PURPOSE = "email"


def _subject(work: Work) -> str:
    return work.registration.conversation_id or work.registration.id


async def send_code(work: Work, otp: Otp) -> None:
    """Send a code to the draft's e-mail and say so, or why not yet."""
    # Where nothing else is open the message itself is the question.
    last = next_question(work.draft) == FieldName.OTP
    buttons = OTP_BUTTONS if last else ()
    if last:
        work.progress = replace(work.progress, asked=FieldName.OTP)
        work.asks = False
    try:
        await otp.request(PURPOSE, _subject(work), work.fields[FieldName.EMAIL], [work.registration.id])
    except Overloaded as error:
        work.notes = replace(work.notes, wait=str(max(1, round(error.retry_after))))
        work.say("reg_otp_wait", *buttons)
    except InvalidInput:
        work.say("reg_otp_hourly", *buttons)
    else:
        work.progress = replace(work.progress, code_sent=True)
        work.say("reg_otp_sent", *buttons)


async def check_code(work: Work, otp: Otp, code: str) -> None:
    """Try the code; a right one confirms the e-mail."""
    try:
        await otp.check(PURPOSE, _subject(work), work.fields[FieldName.EMAIL], code, work.said.message_id)
    except InvalidInput as error:
        tries = getattr(error, "tries_left", None)
        work.notes = replace(work.notes, tries_left="" if tries is None else str(tries))
        # The answer itself says what to do; the question would only repeat it.
        work.asks = False
        work.say(f"reg_{error.code}", *OTP_BUTTONS)
    else:
        work.put({FieldName.EMAIL_CONFIRMED: YES})
        work.progress = replace(work.progress, code_sent=False)
        work.notes = replace(work.notes, tries_left="", wait="")
        work.say("reg_otp_right")
