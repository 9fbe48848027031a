"""Accounts: made with a first password when an application is approved, and the links by which a password is set anew.

Owns that no password is ever kept, logged or mailed in clear but the first one, in the one mail to its owner; that a
link works for half an hour, once, for one account; and that asking for a link tells nobody whether the account exists.
Refuses the rules of passwords (`helpdesk.accounts.password_rules`) and the pages.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from helpdesk.accounts.model import Account, Link, PasswordRefused, Purpose, hash_of, name_of, proposal_of, same
from helpdesk.accounts.otp import Otp
from helpdesk.accounts.password_rules import FirstPassword, Hashing, check_rules, tidy_new, tidy_old
from helpdesk.accounts.store import AccountStore
from helpdesk.calendar import utc_now
from helpdesk.errors import Conflict, InvalidInput, NotFound, Overloaded
from helpdesk.mail import MailQueue, first_password_mail, link_mail, password_changed_mail
from helpdesk.store import Database, Row, Sealer, Transaction

LINK_VALID_FOR = timedelta(minutes=30)
LINKS_PER_HOUR = 5
TRIES = 5
_HOUR = timedelta(hours=1)
# Longer than making a link takes, so that it can't be told from not making one.
_ANSWER_AFTER = 0.25
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Accounts:
    """The accounts of one database; links lead to `page_url`."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        mails: MailQueue,
        otp: Otp,
        clock: Callable[[], datetime] = utc_now,
        page_url: str = "",
        hashing: Hashing | None = None,
    ) -> None:
        self._store = AccountStore(database)
        self._sealer = sealer
        self._mails = mails
        self._otp = otp
        self._clock = clock
        self._page_url = page_url
        self._hashing = hashing or Hashing()

    # Accounts

    async def first_password(self) -> FirstPassword:
        """For `create`, but before its transaction: hashing takes long, and the writer is everybody's."""
        return await self._hashing.first_password()

    async def create(
        self,
        transaction: Transaction,
        password: FirstPassword,
        *,
        bhxh_code: str,
        email: str,
        full_name: str,
        registration_id: str,
        conversation_id: str | None,
    ) -> None:
        """Make the account and queue the mail with its first password, all in the given transaction.

        A number that has an account gets it anew, with this address and a first password: an officer has just checked
        who asks.
        """
        account_id = await self._store.put(
            transaction,
            identifier=uuid4().hex,
            bhxh_index=self._index("bhxh", bhxh_code),
            email_index=self._index("email", email),
            sealed=self._sealer.seal({"bhxh_code": bhxh_code, "email": email, "full_name": full_name}),
            password_hash=password.hashed,
            registration_id=registration_id,
            conversation_id=conversation_id,
            now=self._clock(),
        )
        await self._mails.put(
            "first_password", email, *first_password_mail(password.text, bhxh_code, full_name),
            dedup_key=f"first_password:{account_id}:{registration_id}", transaction=transaction,
        )  # fmt: skip

    async def exists(self, bhxh_code: str) -> bool:
        """For the office's own rules; a citizen is never told."""
        return await self._store.of_number(self._index("bhxh", bhxh_code)) is not None

    async def of_conversation(self, conversation_id: str) -> Account | None:
        row = await self._store.of_conversation(conversation_id)
        return None if row is None else self._account(row, row["id"], row["conversation_id"])

    # Links

    async def request_link(self, purpose: Purpose, bhxh_code: str, email: str, conversation_id: str) -> None:
        """Mail a link if number and address are an account's and no more than five went out within the hour.

        Whether one went out shows neither in what this does nor in how long it takes.
        """
        answer_at = asyncio.get_running_loop().time() + _ANSWER_AFTER
        row = await self._store.of_number(self._index("bhxh", bhxh_code))
        # Compared even where there is nothing to compare with.
        known = same("" if row is None else row["email_index"], self._index("email", email))
        if row is None or not known or not await self._mail_link(purpose, row, conversation_id):
            await self._store.database.check_writable()
        await asyncio.sleep(max(0.0, answer_at - asyncio.get_running_loop().time()))

    async def _mail_link(self, purpose: Purpose, account: Row, conversation_id: str) -> bool:
        now = self._clock()
        token = secrets.token_urlsafe(32)
        token_hash = hash_of(token)
        keys = (f"links:{account['id']}", f"links:{conversation_id}")
        async with self._store.database.transaction(key=keys) as transaction:
            made = await self._store.count_links(transaction, account["id"], conversation_id, now - _HOUR)
            if made >= LINKS_PER_HOUR:
                return False
            await self._store.add_link(
                transaction,
                token_hash=token_hash,
                account_id=account["id"],
                conversation_id=conversation_id,
                purpose=purpose,
                now=now,
                expires_at=now + LINK_VALID_FOR,
            )
            # The address on file, not the one that was typed: the two are alike but for capitals.
            address = self._sealer.open(account["sealed"])["email"]
            await self._mails.put(
                "link", address, *link_mail(f"{self._page_url}/password/{token}", purpose),
                dedup_key=f"link:{account['id']}:{token_hash}", expires_at=now + LINK_VALID_FOR,
                transaction=transaction,
            )  # fmt: skip
        return True

    async def open_link(self, token: str) -> Link:
        """The link, unchanged by looking at it; NotFound when it is unknown, used, replaced or too old."""
        return (await self._open(token))[0]

    async def _open(self, token: str) -> tuple[Link, Row]:
        row = await self._store.link(hash_of(token)) if _TOKEN.fullmatch(token) else None
        if (
            row is None
            or row["used_at"] is not None
            or row["tries"] >= TRIES
            or self._clock() >= datetime.fromisoformat(row["expires_at"])
        ):
            raise NotFound("Đường dẫn này không còn dùng được.")
        account = self._account(row, row["account_id"], row["account_conversation_id"])
        return Link(row["token_hash"], row["purpose"], account, TRIES - row["tries"], proposal_of(row)), row

    # Setting a password: it is proposed on the link's page, then confirmed by a code that goes to the mailbox.

    async def propose(self, token: str, old: str, new: str, repeat: str) -> Link:
        """Check a new password, keep its hash with the link and mail the code that confirms it.

        `old` counts only where the link is for changing. Raises InvalidInput: the codes of `passwords.check_rules`,
        "password_same", "password_repeat", PasswordRefused (a wrong old one, `tries_left`; at 0 the link has ended),
        "otp_hourly"; Overloaded when a code can't be sent just now; NotFound.
        """
        link, row = await self._open(token)
        new, account = tidy_new(new), link.account
        check_rules(new, account.bhxh_code, account.full_name)
        if new != tidy_new(repeat):
            raise InvalidInput("password_repeat")
        if link.purpose == "change":
            if tidy_old(old) == new:
                raise InvalidInput("password_same")
            await self._check_old(link, row["password_hash"], tidy_old(old))
        hashed = await self._hashing.hash(new)
        await self._send_code(link)
        if not await self._store.propose(link.token_hash, hashed, self._clock()):
            raise NotFound("Đường dẫn này không còn dùng được.")
        return replace(link, proposal=name_of(hashed))

    async def _check_old(self, link: Link, hashed: str, old: str) -> None:
        taken = await self._store.take_try(link.token_hash, TRIES, self._clock())
        if not taken:
            raise NotFound("Đường dẫn này không còn dùng được.")
        if not await self._hashing.matches(hashed, old):
            raise PasswordRefused(TRIES - taken)
        await self._store.give_try_back(link.token_hash)

    async def _send_code(self, link: Link) -> None:
        """A code that is on its way already is good for this proposal too: it is bound to the link."""
        try:
            await self.send_code(link)
        except (Overloaded, InvalidInput):
            if not await self._otp.pending("password", link.token_hash):
                raise

    async def send_code(self, link: Link) -> None:
        """Mail a (new) code; raises Overloaded within a minute of the last, InvalidInput("otp_hourly")."""
        await self._otp.request("password", link.token_hash, link.account.email, [link.account.id])

    async def code_failed(self, link: Link) -> bool:
        """Whether the last code's mail could not be delivered."""
        return await self._otp.mail_failure("password", link.token_hash) is not None

    async def confirm(self, token: str, proposal: str, code: str) -> Account:
        """Check the code and set the proposed password; all other links end, and a mail says that it was changed.

        `proposal` is what `propose` gave: a code never confirms a password that somebody else put on the same link
        meanwhile (Conflict). Raises InvalidInput with `Otp.check`'s codes, NotFound.
        """
        link, row = await self._open(token)
        if link.proposal is None or not same(link.proposal, proposal):
            raise Conflict("Trên đường dẫn này vừa có một mật khẩu khác được nhập.")
        account, now = link.account, self._clock()
        await self._otp.check("password", link.token_hash, account.email, code, attempt_id=proposal)
        async with self._store.database.transaction() as transaction:
            hashed = row["new_password_hash"]
            if not await self._store.use(transaction, link.token_hash, hashed, now):
                raise Conflict("Đường dẫn này vừa được dùng hoặc vừa hết hạn.")
            await self._store.set_password(transaction, account.id, hashed, now)
            await self._store.end_links(transaction, account.id, now)
            await self._mails.put(
                "password_changed", account.email, *password_changed_mail(),
                dedup_key=f"password_changed:{account.id}:{link.token_hash}", transaction=transaction,
            )  # fmt: skip
        return replace(account, first_password=False)

    async def is_done(self, token: str, proposal: str) -> bool:
        """Whether this very proposal was confirmed on this link: a page that is asked for again says so again."""
        row = await self._store.link(hash_of(token)) if _TOKEN.fullmatch(token) else None
        named = None if row is None or row["used_at"] is None else proposal_of(row)
        return named is not None and same(named, proposal)

    def _index(self, kind: str, value: str) -> str:
        return self._sealer.index(kind, value.casefold())

    def _account(self, row: Row, account_id: str, conversation_id: str | None) -> Account:
        record = self._sealer.open(row["sealed"])
        return Account(
            id=account_id,
            bhxh_code=record["bhxh_code"],
            email=record["email"],
            full_name=record["full_name"],
            first_password=bool(row["first_password"]),
            conversation_id=conversation_id,
        )
