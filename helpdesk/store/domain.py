"""A domain: a room that keeps rows of its own, and so forgets them itself.

Owns what erasing (`helpdesk.privacy.erasure`) and time (`helpdesk.privacy.retention`) ask of each. Refuses to know any:
a table's DELETE stands in the room of its INSERT.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from helpdesk.store.database import Transaction
from helpdesk.store.vault import FileVault

# So many rows go in one transaction, that no chat waits long for the writer.
PORTION = 200


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went: how much of what, the files that go once that is committed, the addresses that were written to."""

    counts: Mapping[str, int] = field(default_factory=dict)
    files: tuple[tuple[FileVault, tuple[str, ...]], ...] = field(default=(), repr=False)
    # By their index. Mails to them go too, unless somebody else gets theirs there.
    addresses: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __add__(self, other: Forgotten) -> Forgotten:
        names = [*self.counts, *(name for name in other.counts if name not in self.counts)]
        counts = {name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names}
        return Forgotten(counts, self.files + other.files, {**self.addresses, **other.addresses})

    def __bool__(self) -> bool:
        return any(self.counts.values())

    def __str__(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self.counts.items() if count) or "nothing"

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    async def remove_files(self) -> None:
        """After the commit: a kill in between leaves encrypted files that no row knows, which `sweep` takes."""
        for vault, names in self.files:
            await vault.remove(names)


class Domain:
    """What each domain answers; one that has nothing to say to a question leaves it as it is here."""

    # The tables whose rows this domain writes and forgets.
    tables: ClassVar[tuple[str, ...]] = ()

    async def forget(self, transaction: Transaction, conversation_id: str) -> Forgotten:
        """Delete what belongs to the conversation and to whoever it is about: its citizen wants it gone."""
        return Forgotten()

    async def expire(self, transaction: Transaction, now: datetime) -> Forgotten:
        """Delete at most `PORTION` of each kind of what is past its time; nothing once nothing is left."""
        return Forgotten()

    async def writes_to(self, transaction: Transaction, address_index: str) -> bool:
        """Whether somebody whom this domain knows still gets mails at the address."""
        return False

    async def forget_address(self, transaction: Transaction, address_index: str, address: str) -> None:
        """Delete every trace of the mails to an address that is nobody's any more."""

    async def sweep(self) -> Forgotten:
        """Remove the files that no row knows and that are too old to be on their way."""
        return Forgotten()
