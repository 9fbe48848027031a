"""The e-mail's part of the dialogue: sending the code, and what was typed as one.

Owns which answer each outcome of `helpdesk.otp` gets.
"""

from __future__ import annotations

import re

from actions.registration.questions import OTP_BUTTONS, next_question
from actions.registration.work import Work
from helpdesk.errors import InvalidInput, Overloaded
from helpdesk.folding import fold
from helpdesk.otp import Otp

PURPOSE = "email"
_WORDS = "khong mot hai ba bon nam sau bay tam chin".split()
_DICTATED = re.compile(rf"\b(?:{'|'.join([*_WORDS, 'lam', 'tu'])})(?: (?:{'|'.join([*_WORDS, 'lam', 'tu'])})){{5}}\b")
_CODE = re.compile(r"(?<!\d)(?:\d[\s.\-]{0,2}){5}\d(?!\d)")


def typed_code(text: str) -> str | None:
    """Six digits out of a message, whatever stands around them."""
    match = _CODE.search(_DICTATED.sub(_digits, fold(text)) if not any(c.isdigit() for c in text) else text)
    return re.sub(r"\D", "", match[0]) if match else None


def _digits(match: re.Match[str]) -> str:
    return "".join(str(_WORDS.index(word)) for word in match[0].replace("lam", "nam").replace("tu", "bon").split())


def is_code_alone(text: str) -> bool:
    """Whether a message is six digits and nothing else."""
    return bool(_CODE.fullmatch(text.strip()))


def _subject(work: Work) -> str:
    return work.registration.conversation_id or work.registration.id


async def send_code(work: Work, otp: Otp) -> None:
    """Send a code to the draft's e-mail and say so, or why not yet."""
    # Where nothing else is open the message itself is the question.
    last = next_question(work.draft) == "otp"
    buttons = OTP_BUTTONS if last else ()
    if last:
        work.progress["asked"] = "otp"
        work.asks = False
    try:
        await otp.request(PURPOSE, _subject(work), work.fields["email"])
    except Overloaded as error:
        work.fields["_wait"] = str(max(1, round(error.retry_after)))
        work.say("reg_otp_wait", *buttons)
    except InvalidInput:
        work.say("reg_otp_hourly", *buttons)
    else:
        work.progress["code_sent"] = True
        work.say("reg_otp_sent", *buttons)


async def check_code(work: Work, otp: Otp, code: str) -> None:
    """Try the code; a right one confirms the e-mail."""
    try:
        await otp.check(PURPOSE, _subject(work), work.fields["email"], code, work.said.message_id)
    except InvalidInput as error:
        tries = getattr(error, "tries_left", None)
        work.fields["_tries_left"] = "" if tries is None else str(tries)
        # The answer itself says what to do; the question would only repeat it.
        work.asks = False
        work.say(f"reg_{error.code}", *OTP_BUTTONS)
    else:
        work.put({"email_confirmed": "1"})
        work.progress.pop("code_sent", None)
        work.drop("_tries_left", "_wait")
        work.say("reg_otp_right")
