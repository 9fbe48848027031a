"""The one room that knows the database engine and the files: transactions, migrations, sealing, the vault."""

from helpdesk.store.counters import Counter, read_counters
from helpdesk.store.database import Database, Row, Transaction, open_database
from helpdesk.store.domain import PORTION, Domain, Forgotten
from helpdesk.store.failures import Duplicate
from helpdesk.store.sealing import Sealer, open_sealer
from helpdesk.store.vault import FileVault, add_key, open_cipher

__all__ = [
    "PORTION",
    "Counter",
    "Database",
    "Domain",
    "Duplicate",
    "FileVault",
    "Forgotten",
    "Row",
    "Sealer",
    "Transaction",
    "add_key",
    "open_cipher",
    "open_database",
    "open_sealer",
    "read_counters",
]
