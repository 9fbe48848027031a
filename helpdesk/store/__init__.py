"""One schema, numbered migrations, one engine now (SQLite) and room for a second (PostgreSQL)."""

from helpdesk.store.database import Database, Transaction, open_database
from helpdesk.store.messages import MessageStore
from helpdesk.store.texts import TextSeal, seal_plain_texts

__all__ = ["Database", "MessageStore", "TextSeal", "Transaction", "open_database", "seal_plain_texts"]
