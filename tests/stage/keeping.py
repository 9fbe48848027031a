"""Whoever keeps rows, put together on a database with a clock that stands still, as `helpdesk.services` does."""

from __future__ import annotations

from datetime import datetime

from helpdesk.accounts.keeping import AccountKeeping, CodeKeeping
from helpdesk.conversations.errands import Errands
from helpdesk.conversations.keeping import ConversationKeeping
from helpdesk.mail.keeping import MailKeeping
from helpdesk.registration.keeping import RegistrationKeeping
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.staff.keeping import StaffKeeping
from helpdesk.store.database import Database
from helpdesk.store.domain import Domain
from helpdesk.store.sealing import Sealer
from helpdesk.store.vault import FileVault


def domains_of(
    database: Database,
    sealer: Sealer,
    attachments: FileVault,
    photos: FileVault,
    now: datetime,
    *,
    draft_days: int = 30,
    photo_days: int = 30,
) -> tuple[Domain, ...]:
    mails = MailKeeping()
    codes = CodeKeeping(mails, lambda: now)
    accounts = AccountKeeping(sealer, codes, mails)
    return (
        RegistrationKeeping(database, sealer, photos, accounts, mails, draft_days=draft_days, photo_days=photo_days),
        *(accounts, codes, mails),
        ConversationKeeping(attachments, attachment_days=30, conversation_days=180),
        *(Errands(database, sealer), StaffKeeping(), EmbeddedRegistry(database, sealer)),
    )
