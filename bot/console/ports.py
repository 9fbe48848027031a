"""What the console is given, and what it asks of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.http import Pages
from helpdesk.attention import AttentionDesk
from helpdesk.calendar import utc_now
from helpdesk.photos import Side
from helpdesk.registration import CaseSummary, QueueState, Registration
from helpdesk.staff import Agents, Audit


class Cases(Protocol):
    """The staff's side of `helpdesk.registration.drafts.Registrations`."""

    async def waiting(self, limit: int = ..., start: int = ...) -> list[CaseSummary]:
        """What waits for a decision, oldest first: so many, from the `start`th on."""

    async def queue(self) -> QueueState:
        """How many wait, and the version of their list."""

    async def next_free(self, taken: Collection[str]) -> str | None:
        """The oldest that waits and is not among the `taken`."""

    async def decided(self, limit: int = ...) -> list[CaseSummary]:
        """The last decisions, newest first."""

    async def case(self, registration_id: str) -> Registration:
        """NotFound for what was never filed."""

    async def codes(self, registration_ids: Collection[str]) -> dict[str, str]:
        """The case codes of these applications, by their ids, of those that are still there."""

    async def photo(self, registration_id: str, side: Side) -> bytes:
        """A JPEG; NotFound when there is none."""

    async def approve(self, registration_id: str, agent_id: str, agent_name: str) -> Registration:
        """Conflict names who decided before."""

    async def reject(
        self, registration_id: str, agent_id: str, agent_name: str, reason: str, repair: tuple[str, ...]
    ) -> Registration:
        """Conflict names who decided before."""


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """`notify` tells the citizen in the chat what was decided; `titles` are the guide's answers by id."""

    agents: Agents
    audit: Audit
    cases: Cases
    attention: AttentionDesk
    titles: Callable[[], Mapping[str, str]]
    notify: Callable[[Registration], Awaitable[None]]
    pages: Pages
    page_url: str
    clock: Callable[[], datetime] = utc_now
