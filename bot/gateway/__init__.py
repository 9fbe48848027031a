"""From the inbox to the outbox: accepted once, answered in order, delivered."""

from bot.gateway.gateway import Gateway, open_gateway

__all__ = ["Gateway", "open_gateway"]
