"""The services on a database of their own, and somebody who registers with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from helpdesk.conversations.model import ChannelIdentity
from helpdesk.services import Services, open_services
from helpdesk.settings import Settings
from tests.stage.registrant import Citizen


@pytest.fixture
async def services(data_dir: Path) -> AsyncIterator[Services]:
    async with open_services(Settings(data_dir=data_dir)) as opened:
        yield opened


@pytest.fixture
async def citizen(services: Services) -> Citizen:
    conversation = await services.conversations.store.open_conversation(ChannelIdentity("web", "a"))
    return Citizen(services, conversation.id)
