"""The guide: what the assistant tells, read from `data/guide/` and picked up while it runs."""

from helpdesk.guide.guide import INTENTS, Guide, load_guide

__all__ = ["INTENTS", "Guide", "load_guide"]
