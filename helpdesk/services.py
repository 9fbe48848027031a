"""The only place where the helpdesk's parts are put together, opened once and closed in order."""

from __future__ import annotations

import fcntl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from helpdesk.accounts import AccountKeeping, Accounts, CodeKeeping, Otp
from helpdesk.attention import AttentionDesk
from helpdesk.conversations import ConversationKeeping, Conversations, Errands, MessageStore, seal_plain_texts
from helpdesk.errors import Unavailable
from helpdesk.guide import Guide, load_guide
from helpdesk.mail import MailKeeping, MailQueue
from helpdesk.privacy import Erasure
from helpdesk.registration import CaseDesk, RegistrationKeeping, Registrations, RegistrationStore
from helpdesk.registry import EmbeddedRegistry
from helpdesk.settings import Settings
from helpdesk.staff import StaffKeeping
from helpdesk.store import Database, Domain, FileVault, Sealer, open_cipher, open_database, open_sealer


@dataclass(frozen=True, slots=True)
class Services:
    """What the bot and the actions are given."""

    settings: Settings
    database: Database
    guide: Guide
    conversations: Conversations
    sealer: Sealer
    photos: FileVault
    mails: MailQueue
    otp: Otp
    accounts: Accounts
    registry: EmbeddedRegistry
    registrations: Registrations
    cases: CaseDesk
    registration_store: RegistrationStore
    attention: AttentionDesk
    errands: Errands
    # Whoever keeps rows, and so forgets them.
    domains: tuple[Domain, ...]
    erasure: Erasure


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything; raises SettingsError or Unavailable with a message that says what to mend."""
    guide = load_guide(settings.content_dir)
    cipher = open_cipher(settings.secret_keys, settings.data_dir / "secret.key")
    async with open_database(settings.database_path) as database:
        vault = FileVault.open(settings.data_dir / "attachments", cipher)
        sealer = await open_sealer(database, cipher)
        await seal_plain_texts(database, sealer)
        photos = FileVault.open(settings.data_dir / "photos", cipher)
        mails = MailQueue(database, sealer)
        otp = Otp(database, sealer, mails)
        accounts = Accounts(database, sealer, mails, otp, page_url=settings.page_url)
        registry = EmbeddedRegistry(database, sealer)
        registration_store = RegistrationStore(database, sealer)
        messages = MessageStore(database, sealer)
        cases = CaseDesk(registration_store, photos, accounts, mails)
        errands = Errands(database, sealer)
        domains = (*_keepings(settings, database, sealer, vault, photos), errands, registry)
        yield Services(
            settings=settings,
            database=database,
            guide=guide,
            conversations=Conversations(messages, vault),
            sealer=sealer,
            photos=photos,
            mails=mails,
            otp=otp,
            accounts=accounts,
            registry=registry,
            registrations=Registrations(registration_store, photos, registry, accounts, mails),
            cases=cases,
            registration_store=registration_store,
            attention=AttentionDesk(database, messages, mails, cases),
            errands=errands,
            domains=domains,
            erasure=Erasure(database, domains),
        )


def _keepings(
    settings: Settings, database: Database, sealer: Sealer, attachments: FileVault, photos: FileVault
) -> tuple[Domain, ...]:
    mails = MailKeeping()
    codes = CodeKeeping(mails)
    accounts = AccountKeeping(sealer, codes, mails)
    registrations = RegistrationKeeping(
        database, sealer, photos, accounts, mails, draft_days=settings.draft_days, photo_days=settings.photo_days
    )
    conversations = ConversationKeeping(
        attachments, attachment_days=settings.attachment_days, conversation_days=settings.conversation_days
    )
    return registrations, accounts, codes, mails, conversations, StaffKeeping()


@contextmanager
def sole_process(settings: Settings, name: str) -> Iterator[None]:
    """Hold the data folder for one process of this name: two bots on one inbox would answer twice."""
    path = settings.data_dir / f"{name}.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise Unavailable("store", f"Không ghi được vào thư mục {settings.data_dir}: {error.strerror}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(
                "store",
                f"Một {name} khác đang dùng thư mục {settings.data_dir}. Hãy tắt nó trước, hoặc đặt DATA_DIR khác.",
            ) from error
        yield
