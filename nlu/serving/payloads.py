"""Which messages may be commands: those that the gateway marked as a button's payload, and no typed text ever.

Rasa's `RegexMessageHandler` takes any text that begins with a slash for an intent. What a citizen typed carries the
mark `typed` in its metadata and stays what the classifier made of it, whatever a normaliser may have done to it
(a full-width slash, a zero-width character in front of it).
"""

from __future__ import annotations

import rasa.nlu.classifiers.regex_message_handler as stock
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.message import Message

TYPED = "typed"


class RegexMessageHandler(stock.RegexMessageHandler):
    """Rasa's handler, for messages that were not typed; named alike because entities carry the name."""

    def process(self, messages: list[Message], domain: Domain | None = None) -> list[Message]:
        """As stock, leaving typed messages alone."""
        read = super().process
        return [
            message if (message.get("metadata") or {}).get(TYPED) else read([message], domain)[0]
            for message in messages
        ]
