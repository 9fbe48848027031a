"""What needs a person's look: replies and mails that never arrived, answers that did not help."""

from helpdesk.attention.desk import AttentionDesk, short

__all__ = ["AttentionDesk", "short"]
