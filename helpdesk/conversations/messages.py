"""One door to the classes that keep messages. Owns nothing: which statement is whose, the classes say."""

from __future__ import annotations

from helpdesk.conversations.feedback import Feedback
from helpdesk.conversations.history import History
from helpdesk.conversations.inbox import Inbox
from helpdesk.conversations.offers import Offers
from helpdesk.conversations.outbox import Outbox
from helpdesk.conversations.plain_texts import TextSeal
from helpdesk.conversations.threads import Threads
from helpdesk.store import Database


class MessageStore:
    """The parts on one database, put together; each method is one of theirs."""

    def __init__(self, database: Database, seal: TextSeal) -> None:
        self.threads = Threads(database)
        self.said = History(database, seal)
        self.offers = Offers(database)
        self.feedback = Feedback(database)
        self.outbox = Outbox(database, self.threads, self.said, self.offers)
        self.inbox = Inbox(database, seal, self.threads, self.said, self.outbox)
        self.open_conversation = self.threads.open_conversation
        self.conversation = self.threads.conversation
        self.conversation_id_of = self.threads.conversation_id_of
        self.conversation_of_token = self.threads.conversation_of_token
        self.clear_slowed = self.threads.clear_slowed
        self.accept = self.inbox.accept
        self.is_known = self.inbox.is_known
        self.next_unhandled = self.inbox.next_unhandled
        self.unhandled_conversations = self.inbox.unhandled_conversations
        self.backlog = self.inbox.backlog
        self.count_attempt = self.inbox.count_attempt
        self.finish = self.inbox.finish
        self.notify_late = self.inbox.notify_late
        self.say = self.outbox.say
        self.notify_slowed = self.outbox.notify_slowed
        self.next_unsent = self.outbox.next_unsent
        self.unsent_conversations = self.outbox.unsent_conversations
        self.mark_part_sent = self.outbox.mark_part_sent
        self.mark_sent = self.outbox.mark_sent
        self.mark_unsent = self.outbox.mark_unsent
        self.queue_sizes = self.outbox.queue_sizes
        self.history = self.said.history
        self.attachment = self.said.attachment
        self.is_attached = self.said.is_attached
        self.attachment_of = self.said.attachment_of
        self.last_buttons = self.said.last_buttons
        self.was_offered = self.offers.was_offered
        self.offered_payload = self.offers.offered_payload
        self.offered_title = self.offers.offered_title
        self.record_feedback = self.feedback.record_feedback
