"""Registrations: from the first consent to the staff's queue, and back for a repair.

Owns the life of a draft and that nothing happens twice: one draft a conversation, one waiting application a person.
Refuses deciding (`helpdesk.registration.desk`), the dialogue's words and the reading of messages
(`actions.registration`), and
any claim to the central systems of Vietnam Social Security: what is registered here is an account with this office's
own service.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from helpdesk.accounts import Accounts
from helpdesk.calendar import utc_now
from helpdesk.conversations import ChannelIdentity
from helpdesk.errors import Conflict, InvalidInput, NotFound
from helpdesk.identity import FieldName
from helpdesk.mail import MailQueue, received_mail
from helpdesk.photos import Side
from helpdesk.registration import states
from helpdesk.registration.crosschecks import crosscheck
from helpdesk.registration.model import (
    CONSENT_VERSION,
    PRESET_AGENCY,
    Registration,
    RegistrationPhoto,
    Status,
    stands_for_bhxh,
    without_copies,
)
from helpdesk.registration.progress import Notes, Progress
from helpdesk.registration.store import RegistrationStore
from helpdesk.registry import Member, Registry
from helpdesk.store import Duplicate, FileVault

# No 0 O, 1 I L, 5 S, 2 Z, 8 B, 6 G, U V: nothing that is misread or misheard.
_CODE_LETTERS = "ACDEFHJKMNPQRTWXY3479"
_CODE_LENGTH = 8


class Registrations:
    """What the dialogue does with registrations."""

    def __init__(
        self,
        store: RegistrationStore,
        photos: FileVault,
        registry: Registry,
        accounts: Accounts,
        mails: MailQueue,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._photos = photos
        self.registry = registry
        self._accounts = accounts
        self._mails = mails
        self._clock = clock

    # Drafts

    async def draft(self, conversation_id: str) -> Registration | None:
        """The draft of this conversation."""
        return await self._store.draft_of(conversation_id)

    async def expecting(self, identity: ChannelIdentity) -> str | None:
        """What this citizen has just been asked for, by an errand or by the form (`Progress.expects`)."""
        for kept in map(json.loads, await self._store.progress_of(identity)):
            expected = None if kept.get("done") else Progress.load(kept).expects
            if expected:
                return expected
        return None

    async def latest(self, conversation_id: str) -> Registration | None:
        """The newest registration of this conversation."""
        return await self._store.latest_of(conversation_id)

    async def all_of(self, conversation_id: str) -> list[Registration]:
        """Every registration of this conversation, newest first."""
        return await self._store.all_of(conversation_id)

    async def get(self, registration_id: str) -> Registration:
        """NotFound when there is none of this id."""
        registration = await self._store.get(registration_id)
        if registration is None:
            raise NotFound("Không có hồ sơ này.")
        return registration

    async def of_case(self, case_code: str) -> Registration | None:
        """The registration of a case code as people type it."""
        return await self._store.of_case(case_code.strip().upper())

    async def start(self, conversation_id: str, fields: Mapping[str, str]) -> Registration:
        """A new draft with consent, or the one that is there."""
        existing = await self.draft(conversation_id)
        if existing is not None:
            return existing
        now = self._clock()
        registration = Registration(
            id=uuid4().hex,
            conversation_id=conversation_id,
            status=Status.DRAFT,
            fields=without_copies({FieldName.AGENCY: PRESET_AGENCY, **fields}),
            progress=Progress(),
            created_at=now,
            updated_at=now,
            consent_version=CONSENT_VERSION,
            consent_at=now,
        )
        async with self._store.database.transaction() as transaction:
            await self._store.insert(transaction, registration)
        return registration

    async def save(
        self, registration: Registration, fields: Mapping[str, str], progress: Progress, notes: Notes | None = None
    ) -> Registration:
        """Replace the draft's fields and progress, and its notes if there are any; empty values are left out."""
        kept = without_copies({name: value for name, value in fields.items() if value})
        changed = replace(
            registration, fields=kept, progress=progress, notes=notes or registration.notes, updated_at=self._clock()
        )
        async with self._store.database.transaction() as transaction:
            await self._store.write_back(transaction, changed)
        return changed

    async def put_photo(
        self, registration: Registration, side: Side, content: bytes, verdict: str, findings: tuple[str, ...]
    ) -> Registration:
        """Keep a cleaned photo, encrypted; it takes the place of an earlier one of the same side."""
        photo = RegistrationPhoto(uuid4().hex, side, verdict, findings, len(content))
        await self._photos.write(photo.id, content)
        async with self._store.database.transaction(key=f"photos:{registration.id}") as transaction:
            replaced = await self._store.put_photo(transaction, registration.id, photo, self._clock())
        if replaced:
            await self._photos.remove([replaced])
        return replace(registration, photos={**registration.photos, side: photo})

    async def insist_on_photo(self, registration: Registration, side: Side) -> Registration:
        """Let staff look at a photo that the gate refused."""
        photo = registration.photos.get(side)
        if photo is None:
            raise NotFound("Chưa có ảnh này.")
        doubtful = replace(photo, verdict="doubtful")
        async with self._store.database.transaction(key=f"photos:{registration.id}") as transaction:
            await self._store.put_photo(transaction, registration.id, doubtful, self._clock())
        return replace(registration, photos={**registration.photos, side: doubtful})

    async def withdraw(self, registration: Registration) -> None:
        """Forget a draft, its photos and its code's mail too, at once. A case in repair goes back to where it was."""
        async with self._store.database.transaction() as transaction:
            await self._mails.take_back("otp", registration.id, transaction)
            if registration.case_code is not None:
                await states.put_back(transaction, registration.id)
                return
            await states.drop(transaction, registration.id)
        await self._photos.remove([photo.id for photo in registration.photos.values()])

    async def move(self, email: str, conversation_id: str) -> Registration | None:
        """Bring the newest draft of a confirmed e-mail into this conversation; None when there is none.

        Again after it was brought: the same draft.
        """
        found = await self._store.newest_draft_under(email)
        if found is not None and found.conversation_id == conversation_id:
            return found
        if found is None or await self.draft(conversation_id) is not None:
            return None
        async with self._store.database.transaction() as transaction:
            await states.bring(transaction, found.id, conversation_id)
        return replace(found, conversation_id=conversation_id)

    async def member_of(self, registration: Registration) -> Member | None:
        """The person in the registry, by the BHXH number or the personal id."""
        code, national_id = registration.bhxh_code, registration.fields.get(FieldName.NATIONAL_ID)
        member = await self.registry.find_by_code(code) if code else None
        return member or (await self.registry.find_by_national_id(national_id) if national_id else None)

    # Filing

    async def file(self, registration: Registration) -> Registration:
        """Hand a complete draft to the staff, once.

        Raises InvalidInput("incomplete") when something is missing, Conflict when this person's application waits
        already.
        """
        if registration.status is Status.SUBMITTED:
            return registration
        if registration.missing():
            raise InvalidInput("incomplete")
        member = await self.member_of(registration)
        flags = crosscheck(registration.known, member, has_account=await self._accounts.exists(registration.bhxh_code))
        now = self._clock()
        code = registration.case_code or await self._new_code()
        fields = registration.fields
        filed = replace(
            registration, status=Status.SUBMITTED, case_code=code, flags=flags, submitted_at=now, updated_at=now,
            notes=Notes(), repair=(),
        )  # fmt: skip
        try:
            async with self._store.database.transaction() as transaction:
                await self._store.write_back(transaction, filed)
                if not await states.submit(transaction, registration.id, code, now):
                    raise Conflict("Hồ sơ này đã được gửi.")
                await self._mails.put(
                    "received", fields[FieldName.EMAIL], *received_mail(code, fields.get(FieldName.FULL_NAME, "")),
                    dedup_key=f"received:{registration.id}:{now.isoformat()}", transaction=transaction,
                )  # fmt: skip
        except Duplicate as error:
            raise Conflict("Người này đã có một hồ sơ đang chờ duyệt.") from error
        return filed

    async def reopen(self, registration: Registration) -> Registration:
        """Take a rejected application back as a draft in which only what is to be repaired is missing."""
        if registration.status is not Status.REJECTED:
            return registration
        fields = {name: value for name, value in registration.fields.items() if name not in registration.repair}
        if FieldName.EMAIL in registration.repair:
            fields.pop(FieldName.EMAIL_CONFIRMED, None)
        if stands_for_bhxh(registration.bhxh_code) and {FieldName.NATIONAL_ID, FieldName.BHXH_CODE} & set(
            registration.repair
        ):
            # It is one number: where the one is wrong the other is.
            fields.pop(FieldName.BHXH_CODE, None)
            fields.pop(FieldName.SAME_NUMBER, None)
        gone = [photo for side, photo in registration.photos.items() if side.value in registration.repair]
        progress = Progress(front_later=True)
        now = self._clock()
        try:
            async with self._store.database.transaction() as transaction:
                if not await states.reopen(transaction, registration.id):
                    raise Conflict("Hồ sơ này đã được xử lý tiếp.")
                await self._store.write_back(
                    transaction, replace(registration, fields=fields, progress=progress, updated_at=now)
                )
                for photo in gone:
                    await self._store.remove_photo(transaction, photo.id)
        except Duplicate as error:
            raise Conflict("Cuộc trò chuyện này đang có một hồ sơ khác làm dở.") from error
        await self._photos.remove([photo.id for photo in gone])
        return await self.get(registration.id)

    # Shared

    async def _new_code(self) -> str:
        while True:
            code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
            # Pure digits would look like any other number.
            if not code.isdigit() and await self.of_case(code) is None:
                return code
