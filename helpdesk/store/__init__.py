"""One schema, numbered migrations, one engine now (SQLite) and room for a second (PostgreSQL)."""

from helpdesk.store.database import Database, Transaction, open_database
from helpdesk.store.messages import MessageStore

__all__ = ["Database", "MessageStore", "Transaction", "open_database"]
