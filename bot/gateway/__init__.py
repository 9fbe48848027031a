"""From the inbox to the outbox: accepted once, answered in order, delivered."""

from bot.gateway.gateway import Gateway, open_gateway
from bot.gateway.scheduling import Watch

__all__ = ["Gateway", "Watch", "open_gateway"]
