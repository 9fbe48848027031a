"""What needs a person's look, and what the staff do about it: send again, or mark as seen.

Owns that each of these deeds is in the audit log together with its effect, that a citizen's question is opened only
after the look at it was noted, and that of two officers the second learns that it is done. Refuses to say in words what
happened (`bot.console`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from helpdesk.calendar import utc_now
from helpdesk.conversations import GivenUpReply, MessageStore, UnhelpfulAnswer
from helpdesk.errors import Conflict
from helpdesk.mail import MailQueue, UnsentMail
from helpdesk.registration import CaseDesk, CaseReference
from helpdesk.staff import Agent, Audit, Deed
from helpdesk.store import Database, Transaction

# Behind every moment and id there is: the beginning of a list.
_TOP = "~"


class AttentionDesk:
    """The staff's side of what went wrong. `before` is where the page before ended, in the parts of its order."""

    def __init__(
        self,
        database: Database,
        messages: MessageStore,
        mails: MailQueue,
        cases: CaseDesk,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._messages = messages
        self._mails = mails
        self._cases = cases
        self._audit = Audit(database, clock)
        self._clock = clock

    async def count(self, most: int) -> int:
        """How much there is; each list is counted no further than `most`."""
        replies = await self._messages.outbox.count_given_up(most)
        answers = await self._messages.feedback.count_unhelpful(most)
        return replies + answers + await self._mails.count_unseen(most)

    # Replies that never arrived

    async def replies(self, limit: int, before: tuple[str, ...] = ()) -> list[GivenUpReply]:
        """Newest first."""
        return await self._messages.outbox.given_up(before or (_TOP, _TOP), limit)

    async def cases_of_replies(self, replies: Sequence[GivenUpReply]) -> dict[str, CaseReference]:
        """The newest case of each one's conversation, by the conversation."""
        found = await self._cases.references(conversations={reply.conversation_id for reply in replies})
        return {case.conversation_id: case for case in found if case.conversation_id is not None}

    async def send_reply_again(self, message_id: str, agent: Agent) -> None:
        """Conflict when somebody else saw to it."""
        async with self._database.transaction() as transaction:
            conversation_id = await self._messages.outbox.put_back(transaction, message_id)
            if conversation_id is None:
                raise _done_already()
            await self._note_reply(transaction, Deed.REPLY_RESENT, agent, conversation_id)

    async def see_reply(self, message_id: str, agent: Agent) -> None:
        """Take it off the list; nothing happens when it is off already."""
        async with self._database.transaction() as transaction:
            conversation_id = await self._messages.outbox.see(transaction, message_id, self._clock())
            if conversation_id is not None:
                await self._note_reply(transaction, Deed.REPLY_SEEN, agent, conversation_id)

    async def _note_reply(self, transaction: Transaction, deed: Deed, agent: Agent, conversation_id: str) -> None:
        found = await self._cases.references(conversations=[conversation_id])
        case_id = found[-1].id if found else None
        await self._audit.record(deed, agent.id, agent.name, case_id, short(conversation_id), transaction)

    # Mails that never went

    async def mails(self, limit: int, before: tuple[str, ...] = ()) -> list[UnsentMail]:
        """Newest first."""
        return await self._mails.unseen(before or (_TOP, _TOP), limit)

    async def cases_of_mails(self, mails: Sequence[UnsentMail]) -> dict[str, CaseReference]:
        """The case that each one is about, by the mail."""
        found = await self._cases.references(registrations={about for mail in mails for about in mail.about})
        return {mail.id: case for mail in mails for case in found if case.id in mail.about}

    async def send_mail_again(self, mail_id: str, agent: Agent) -> None:
        """Conflict when somebody else saw to it, or when it can't go again."""
        async with self._database.transaction() as transaction:
            mail = await self._mails.put_back(mail_id, transaction)
            if mail is None:
                raise _done_already()
            await self._note_mail(transaction, Deed.MAIL_RESENT, agent, mail)

    async def see_mail(self, mail_id: str, agent: Agent) -> None:
        """Take it off the list, its text with it; nothing happens when it is off already."""
        async with self._database.transaction() as transaction:
            mail = await self._mails.see(mail_id, transaction)
            if mail is not None:
                await self._note_mail(transaction, Deed.MAIL_SEEN, agent, mail)

    async def _note_mail(self, transaction: Transaction, deed: Deed, agent: Agent, mail: UnsentMail) -> None:
        case = (await self.cases_of_mails([mail])).get(mail.id)
        await self._audit.record(deed, agent.id, agent.name, case.id if case else None, mail.kind, transaction)

    # Answers that did not help

    async def answers(self, limit: int, before: tuple[str, ...] = ()) -> list[UnhelpfulAnswer]:
        """Newest first."""
        return await self._messages.feedback.unhelpful(before or (_TOP, _TOP, _TOP), limit)

    async def questions(self, answers: Sequence[UnhelpfulAnswer], agent: Agent) -> list[str | None]:
        """What the citizens had asked, in the same order. Unavailable when the look can't be noted: then nothing."""
        if not answers:
            return []
        # Each conversation once, however many of its answers are shown.
        seen = " ".join(dict.fromkeys(short(answer.conversation_id) for answer in answers))
        await self._audit.record(Deed.QUESTIONS_VIEWED, agent.id, agent.name, detail=seen)
        # Found by the button that was tapped: of an answer in several parts only the first is named in its row.
        return [
            await self._messages.said.question_before(found.conversation_id, f"helped:{found.answer}:no", found.at)
            for found in answers
        ]

    async def see_answer(self, conversation_id: str, answer: str, agent: Agent) -> None:
        """Take it off the list; nothing happens when it is off already."""
        async with self._database.transaction() as transaction:
            if await self._messages.feedback.see(transaction, conversation_id, answer, self._clock()):
                detail = f"{answer} {short(conversation_id)}"
                await self._audit.record(
                    Deed.FEEDBACK_SEEN, agent.id, agent.name, detail=detail, transaction=transaction
                )


def short(conversation_id: str) -> str:
    """A conversation as the staff name it among themselves."""
    return conversation_id[:8]


def _done_already() -> Conflict:
    return Conflict("Việc này vừa có người xử lý rồi, hoặc không gửi lại được nữa.")
