"""From the inbox to the outbox: accepted once, answered in order, delivered."""

from bot.gateway.gateway import Gateway, open_gateway
from bot.gateway.wakeups import Wakeups

__all__ = ["Gateway", "Wakeups", "open_gateway"]
