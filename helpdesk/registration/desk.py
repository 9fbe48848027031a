"""The staff's desk: the applications that wait, their photos, and one decision for each.

Owns that a case is decided once, that the account and its mail come with the approval or not at all, and that every
decision is in the audit log. Refuses drafts: staff see what was handed to them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from helpdesk.accounts import Accounts
from helpdesk.calendar import utc_now
from helpdesk.errors import Conflict, NotFound, SettingsError
from helpdesk.identity import FieldName
from helpdesk.mail import MailQueue, rejected_mail
from helpdesk.photos import Side
from helpdesk.registration import states
from helpdesk.registration.model import CaseReference, CaseSummary, QueueState, Registration, Status
from helpdesk.registration.store import RegistrationStore
from helpdesk.staff import Audit, Deed
from helpdesk.store import Counter, FileVault, Transaction, read_counters

_KEPT_DECISIONS = 200
_PAGE = 50


class CaseDesk:
    """What the staff do with applications that were filed."""

    def __init__(
        self,
        store: RegistrationStore,
        photos: FileVault,
        accounts: Accounts,
        mails: MailQueue,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._photos = photos
        self._accounts = accounts
        self._mails = mails
        self._clock = clock
        self._audit = Audit(store.database, clock)

    async def waiting(self, limit: int = _PAGE, start: int = 0) -> list[CaseSummary]:
        """The applications that wait for a decision, oldest first: so many, from the `start`th on."""
        return [self._summary(registration) for registration in await self._store.waiting(limit, start)]

    async def queue(self) -> QueueState:
        """How many wait, and the version of their list."""
        counted = await read_counters(self._store.database)
        return QueueState(counted[Counter.CASES], counted[Counter.CASES_VERSION])

    async def next_free(self, taken: Collection[str]) -> str | None:
        """The id of the oldest application that waits, can be opened and is not among the `taken`."""
        start = 0
        while ids := await self._store.waiting_ids(_PAGE, start):
            for free in (identifier for identifier in ids if identifier not in taken):
                # One that nobody can decide must not stand before all the others.
                with suppress(SettingsError):
                    await self._store.get(free)
                    return free
            start += len(ids)
        return None

    async def decided(self, limit: int = _KEPT_DECISIONS) -> list[CaseSummary]:
        """The last decisions, newest first."""
        return [self._summary(registration) for registration in await self._store.decided(limit)]

    async def case(self, registration_id: str) -> Registration:
        """A filed application; NotFound for drafts too: staff see what was handed to them."""
        found = await self._store.filed(registration_id)
        if found is None:
            raise NotFound("Không có hồ sơ này.")
        return found

    async def codes(self, registration_ids: Collection[str]) -> dict[str, str]:
        """The case codes of these applications, by their ids, of those that are still there."""
        return await self._store.case_codes(registration_ids)

    async def photo(self, registration_id: str, side: Side) -> bytes:
        """The JPEG bytes of a filed application's photo; NotFound when there is none."""
        photo = (await self.case(registration_id)).photos.get(side)
        if photo is None:
            raise NotFound("Hồ sơ này không có ảnh đó.")
        return await self._photos.read(photo.id)

    async def approve(self, registration_id: str, agent_id: str, agent_name: str) -> Registration:
        """Approve, make the account and mail its first password; Conflict names who decided before."""
        registration = await self.case(registration_id)
        password = await self._accounts.first_password()
        async with self._store.database.transaction() as transaction:
            await self._decide(transaction, registration, Status.APPROVED, agent_id, agent_name)
            await self._accounts.create(
                transaction,
                password,
                bhxh_code=registration.bhxh_code,
                email=registration.fields[FieldName.EMAIL],
                full_name=registration.fields[FieldName.FULL_NAME],
                registration_id=registration.id,
                conversation_id=registration.conversation_id,
            )
        return await self.case(registration_id)

    async def reject(
        self, registration_id: str, agent_id: str, agent_name: str, reason: str, repair: tuple[str, ...]
    ) -> Registration:
        """Send back with a reason in plain words and what is to be repaired; Conflict names who decided before."""
        registration = await self.case(registration_id)
        async with self._store.database.transaction() as transaction:
            await self._decide(transaction, registration, Status.REJECTED, agent_id, agent_name, ",".join(repair))
            # Sealed like all the rest: officers write of persons. What is filed again has no reason any more.
            notes = replace(registration.notes, reason=reason)
            told = replace(registration, notes=notes, updated_at=self._clock())
            await self._store.write_back(transaction, told)
            await states.ask_for_repair(transaction, registration_id, repair)
            await self._mails.put(
                "rejected", registration.fields[FieldName.EMAIL], *rejected_mail(registration.case_code or "", reason),
                dedup_key=f"rejected:{registration_id}:{self._clock().isoformat()}", transaction=transaction,
            )  # fmt: skip
        return await self.case(registration_id)

    async def _decide(
        self,
        transaction: Transaction,
        registration: Registration,
        status: Status,
        agent_id: str,
        agent_name: str,
        detail: str | None = None,
    ) -> None:
        now = self._clock().isoformat()
        if not await states.decide(transaction, registration.id, status, agent_name, now):
            who = await states.decider(transaction, registration.id) or "người khác"
            raise Conflict(f"Hồ sơ này vừa được {who} xử lý.")
        deed = Deed.APPROVED if status is Status.APPROVED else Deed.REJECTED
        await self._audit.record(deed, agent_id, agent_name, registration.id, detail, transaction)

    async def references(
        self, conversations: Collection[str] = (), registrations: Collection[str] = ()
    ) -> list[CaseReference]:
        """The cases among these registrations and of these conversations, oldest first; nothing of them is opened."""
        return await self._store.references(conversations, registrations)

    def _summary(self, registration: Registration) -> CaseSummary:
        submitted = registration.submitted_at or registration.created_at
        return CaseSummary(
            id=registration.id,
            case_code=registration.case_code or "",
            full_name=registration.fields.get(FieldName.FULL_NAME, ""),
            submitted_at=submitted,
            hours=(self._clock() - submitted).total_seconds() / 3600,
            flags=registration.flags,
            status=registration.status,
            decided_by=registration.decided_by,
            decided_at=registration.decided_at,
            readable=registration.readable,
        )
