"""Who is insured: the one port where a connection to Vietnam Social Security would plug in.

This product has no such connection. `Registry` is what the rest of the product asks for; `EmbeddedRegistry` answers it
from a table that the office fills itself (`make import`) or that the demo fills with made-up people. What that table
knows is as fresh as the last import, and not being in it proves nothing.

Owns the sealing of members, the ways to find one, and that nobody learns of another person: every look-up that does
not fit gives None, whatever the reason, after the same work. Refuses to judge what a citizen typed
(`helpdesk.identity.bhxh`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from hmac import compare_digest
from typing import Any, ClassVar, Protocol
from uuid import uuid4

from helpdesk.calendar import utc_now
from helpdesk.identity import BirthDate, Sex
from helpdesk.places import find_province
from helpdesk.registry.member import Member
from helpdesk.registry.store import MOST_AT_ONCE, MemberRow, MemberStore
from helpdesk.store import Database, Domain, Sealer
from helpdesk.text import fold

# As many records as a look-up can find: each look-up opens this many, so that its time tells nothing.
_OPENED = 2


class Registry(Protocol):
    """What is asked of a registry. All numbers are in the form that `helpdesk.identity.bhxh` gives."""

    async def find_by_code(self, code: str) -> Member | None:
        """The person of a BHXH number."""

    async def find_by_national_id(self, number: str) -> Member | None:
        """The person of a CCCD or CMND number; None as well when two people carry it."""

    async def look_up_code(
        self, full_name: str, birth_date: BirthDate, national_id: str, province: str
    ) -> Member | None:
        """The one person of whom all four are true (province: of permanent residence); else None."""


class EmbeddedRegistry(Domain):
    """The registry in this product's own database.

    It forgets nobody with a conversation: a member was put there by the office and is the office's own record.
    """

    tables: ClassVar[tuple[str, ...]] = ("members",)

    def __init__(self, database: Database, sealer: Sealer, clock: Callable[[], datetime] = utc_now) -> None:
        self._store = MemberStore(database)
        self._sealer = sealer
        self._clock = clock
        nobody = Member("", "", BirthDate(1), national_id="", province="")
        self._decoy = sealer.seal(_record(nobody))

    async def find_by_code(self, code: str) -> Member | None:
        """The person of a BHXH number."""
        found = await self._store.sealed_by_code([self._sealer.index("bhxh", code)])
        return next((self._open(sealed) for sealed in found.values()), None)

    async def find_by_national_id(self, number: str) -> Member | None:
        """The person of a CCCD or CMND number; None as well when two people carry it."""
        found = await self._store.sealed_by_national_id(self._sealer.index("national_id", number))
        return self._open(found[0]) if len(found) == 1 else None

    async def look_up_code(
        self, full_name: str, birth_date: BirthDate, national_id: str, province: str
    ) -> Member | None:
        """The one person of whom all four are true; else None.

        Accents and case of the name don't matter. Of whom the registry knows only the year of birth, the year is
        compared. Provinces are compared by what they are called since July 2025, so an old and a new name agree.
        A member without a national id or a province is never found this way.
        """
        births = (birth_date.iso, BirthDate(birth_date.year).iso)
        indexes = [self._person_index(full_name, birth) for birth in births]
        found = await self._store.sealed_by_person(indexes, self._sealer.index("national_id", national_id))
        padded = [*found, *[self._decoy] * _OPENED][:_OPENED]
        asked = (national_id, _same_province(province))
        fitting = [member for member in map(self._open, padded) if _fits(member, *asked)]
        return fitting[0] if len(found) == len(fitting) == 1 else None

    async def find_many(self, codes: Sequence[str]) -> dict[str, Member]:
        """The people of these BHXH numbers, by number."""
        found: dict[str, Member] = {}
        for start in range(0, len(codes), MOST_AT_ONCE):
            part = {self._sealer.index("bhxh", code): code for code in codes[start : start + MOST_AT_ONCE]}
            for index, sealed in (await self._store.sealed_by_code(list(part))).items():
                found[part[index]] = self._open(sealed)
        return found

    async def put(self, members: Sequence[Member]) -> None:
        """Write in one transaction; a member whose BHXH number is there already is replaced."""
        # Sealing thousands takes tens of milliseconds, in which no chat should wait.
        rows = await asyncio.to_thread(lambda: [self._row(member) for member in members])
        async with self._store.database.transaction() as transaction:
            await self._store.put(transaction, rows)

    async def remove_synthetic(self) -> int:
        """Forget the made-up people; how many there were."""
        return await self._store.remove_synthetic()

    async def count(self) -> int:
        return await self._store.count()

    def _person_index(self, full_name: str, birth: str) -> str:
        return self._sealer.index("person", f"{fold(full_name)}|{birth}")

    def _row(self, member: Member) -> MemberRow:
        return MemberRow(
            id=uuid4().hex,
            bhxh_index=self._sealer.index("bhxh", member.bhxh_code),
            national_index=self._sealer.index("national_id", member.national_id) if member.national_id else None,
            person_index=self._person_index(member.full_name, member.birth_date.iso),
            sealed=self._sealer.seal(_record(member)),
            synthetic=member.synthetic,
            updated_at=self._clock().isoformat(),
        )

    def _open(self, sealed: str) -> Member:
        record = self._sealer.open(sealed)
        record["birth_date"] = BirthDate.of_iso(record["birth_date"])
        record["sex"] = Sex(record["sex"]) if record["sex"] else None
        return Member(**record)


def _record(member: Member) -> dict[str, Any]:
    return asdict(member) | {"birth_date": member.birth_date.iso}


def _fits(member: Member, national_id: str, province: str) -> bool:
    # Both are compared in full and in constant time, whatever the first of them said.
    pairs = ((member.national_id or "", national_id), (_same_province(member.province or ""), province))
    equal = [compare_digest(known.encode(), given.encode()) for known, given in pairs]
    return all(equal) and all(known and given for known, given in pairs)


def _same_province(text: str) -> str:
    """One name for all that a province was and is called; of an unknown one, what was written."""
    province = find_province(text)
    return fold(province.name_2025 if province else text)
