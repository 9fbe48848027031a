"""What every whole page of the console has around it: who is logged in, the tabs, and how much needs a look.

Refuses to know what stands inside.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.console.ports import ConsoleParts
from helpdesk.staff import AgentSession

_MOST = 99


class Frame:
    """Renders the whole pages."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    async def render(self, name: str, session: AgentSession, tab: str, status: int = 200, **context: Any) -> Response:
        """The page of template `name` under the tab."""
        count = await self._parts.attention.count(_MOST + 1)
        attention = f"{_MOST}+" if count > _MOST else str(count or "")
        return self._parts.pages.render(name, status, session=session, tab=tab, attention=attention, **context)
