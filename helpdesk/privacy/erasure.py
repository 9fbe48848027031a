"""Erasing what belongs to a citizen, because the citizen asks for it.

Owns what goes: the conversation's messages and files, its registrations in every state with their photos, those of the
same person under the same confirmed e-mail elsewhere, the account, its links, codes and mails. Owns what stays: the
conversation's row and token (the page still has to show the answer), messages that wait for their answer, and one line
in the audit log that says only that it happened.

Refuses the registry: a member was put there by the office and is the office's own record, not the citizen's chat.
Refuses Rasa's tracker, which the bot deletes, and the question whether the asker may (`helpdesk.accounts.otp`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from helpdesk.calendar import utc_now
from helpdesk.staff import Audit, Deed
from helpdesk.store import Database, FileVault, Row, Sealer, Transaction

# The limits on new codes look back one hour. Hashes so young stay until retention takes them: erasing again and again
# must not be a way to send one address code after code.
_CODES_COUNT = timedelta(hours=1)
# The errand and the code under which data is being deleted: the turn may have to be repeated after a kill.
_THIS_ERRAND = "delete"


class Erasure:
    """Erases for good; made with the vault of the chat's files and the vault of the registrations' photos."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        attachments: FileVault,
        photos: FileVault,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._attachments = attachments
        self._photos = photos
        self._audit = Audit(database, clock)
        self._clock = clock

    async def of_conversation(self, conversation_id: str) -> int:
        """Erase all that belongs to the conversation; how many registrations, accounts and messages went.

        Again on the same conversation: erases what has come since, which may be nothing.
        """
        async with self._database.transaction() as transaction:
            registrations = await _registrations(transaction, conversation_id)
            accounts = await _accounts(transaction, conversation_id, registrations)
            photos = await _ids(
                transaction, "SELECT id FROM registration_photos WHERE registration_id = ?", registrations
            )
            links = await _ids(
                transaction, "SELECT token_hash AS id FROM password_links WHERE account_id = ?", accounts
            )
            await _delete(transaction, "DELETE FROM accounts WHERE id = ?", accounts)
            await _delete(transaction, "DELETE FROM registrations WHERE id = ?", registrations)
            await self._codes_and_mails(
                transaction, conversation_id, [*registrations.values(), *accounts.values()], links
            )
            files, messages = await _messages(transaction, conversation_id)
            await self._audit.record(Deed.DATA_ERASED, transaction=transaction)
        # After the rows: a kill in between leaves encrypted files that no row knows, which retention takes.
        await self._photos.remove(photos)
        await self._attachments.remove(files)
        await self._database.empty_log()
        return len(registrations) + len(accounts) + messages

    async def _codes_and_mails(
        self, transaction: Transaction, conversation_id: str, owners: Iterable[Row], links: Iterable[str]
    ) -> None:
        owners = list(owners)
        subjects = [conversation_id, *links]
        codes = await _ids(transaction, "SELECT id FROM otp_challenges WHERE subject = ?", subjects)
        now = self._clock()
        for subject in subjects:
            await transaction.execute(
                "UPDATE otp_challenges SET superseded_at = ? "
                "WHERE subject = ? AND superseded_at IS NULL AND used_at IS NULL",
                (now.isoformat(), subject),
            )
            await transaction.execute(
                "DELETE FROM otp_challenges WHERE subject = ? AND purpose <> ? AND created_at < ?",
                (subject, _THIS_ERRAND, (now - _CODES_COUNT).isoformat()),
            )
        # A mail's key names what it is about; ids are hexadecimal, so none holds a sign that LIKE would read otherwise.
        marks = [*codes, *subjects, *(owner["id"] for owner in owners)]
        await transaction.execute_many("DELETE FROM mails WHERE dedup_key LIKE ?", [(f"%{mark}%",) for mark in marks])
        for index, address in self._addresses(owners).items():
            await _mails_to(transaction, index, address)

    def _addresses(self, owners: Iterable[Row]) -> dict[str, str]:
        """The confirmed addresses by their index."""
        return {
            owner["email_index"]: str(self._sealer.open(owner["sealed"]).get("email") or "")
            for owner in owners
            if owner["email_index"]
        }


async def _mails_to(transaction: Transaction, index: str, address: str) -> None:
    """Delete all mails to an address, unless somebody else (of a family) still gets theirs there."""
    shared = await transaction.fetch_one(
        "SELECT 1 FROM registrations WHERE email_index = ? UNION ALL SELECT 1 FROM accounts WHERE email_index = ?",
        (index, index),
    )
    if shared is None:
        await transaction.execute("DELETE FROM mails WHERE address_index = ?", (index,))
        await transaction.execute("DELETE FROM caught_mails WHERE LOWER(recipient) = ?", (address.lower(),))


async def _registrations(transaction: Transaction, conversation_id: str) -> dict[str, Row]:
    """The conversation's registrations, and those of the same person under the same e-mail, by id.

    An e-mail has its index only once it is confirmed: a number and a foreign address reach nobody's data.
    """
    columns = "id, bhxh_index, email_index, sealed"
    own = await transaction.fetch_all(
        f"SELECT {columns} FROM registrations WHERE conversation_id = ?",  # noqa: S608 - the names above
        (conversation_id,),
    )
    found = {row["id"]: row for row in own}
    for row in own:
        if row["bhxh_index"] and row["email_index"]:
            same = await transaction.fetch_all(
                f"SELECT {columns} FROM registrations WHERE bhxh_index = ? AND email_index = ?",  # noqa: S608 - as above
                (row["bhxh_index"], row["email_index"]),
            )
            found.update((other["id"], other) for other in same)
    return found


async def _accounts(transaction: Transaction, conversation_id: str, registrations: dict[str, Row]) -> dict[str, Row]:
    """The accounts that came from this conversation or from these registrations, or bear both of their indexes."""
    columns = "id, email_index, sealed"
    found = await transaction.fetch_all(
        f"SELECT {columns} FROM accounts WHERE conversation_id = ?",  # noqa: S608 - the names above
        (conversation_id,),
    )
    for row in registrations.values():
        found += await transaction.fetch_all(
            f"SELECT {columns} FROM accounts "  # noqa: S608 - the names above
            "WHERE registration_id = ? OR (bhxh_index = ? AND email_index = ?)",
            (row["id"], row["bhxh_index"], row["email_index"]),
        )
    return {row["id"]: row for row in found}


async def _messages(transaction: Transaction, conversation_id: str) -> tuple[list[str], int]:
    """Delete what was said, but for what still waits for an answer; the files that belonged to it, and how many."""
    said = (
        "conversation_id = ? AND id NOT IN "
        "(SELECT message_id FROM inbox WHERE conversation_id = ? AND handled_at IS NULL)"
    )
    both = (conversation_id, conversation_id)
    files = await transaction.fetch_all(
        f"SELECT id FROM attachments WHERE message_id IN (SELECT id FROM messages WHERE {said})",  # noqa: S608 - above
        both,
    )
    # Their attachments and their places in the outbox go with them.
    messages = await transaction.execute(f"DELETE FROM messages WHERE {said}", both)  # noqa: S608 - above
    # The inbox stays: it knows a platform's numbers, which tell repeats apart, and nothing of what has been answered.
    await transaction.execute(
        "DELETE FROM offered_payloads WHERE conversation_id = ? AND payload NOT IN "
        "(SELECT payload FROM messages WHERE conversation_id = ? AND payload IS NOT NULL)",
        both,
    )
    await transaction.execute("DELETE FROM feedback WHERE conversation_id = ?", (conversation_id,))
    await transaction.execute(
        "DELETE FROM errands WHERE conversation_id = ? AND purpose <> ?", (conversation_id, _THIS_ERRAND)
    )
    await transaction.execute(
        "UPDATE conversations SET last_answer = NULL, last_answer_repeats = 0 WHERE id = ?", (conversation_id,)
    )
    return [row["id"] for row in files], messages


async def _ids(transaction: Transaction, statement: str, keys: Iterable[str]) -> list[str]:
    return [row["id"] for key in keys for row in await transaction.fetch_all(statement, (key,))]


async def _delete(transaction: Transaction, statement: str, keys: Iterable[str]) -> None:
    await transaction.execute_many(statement, [(key,) for key in keys])
