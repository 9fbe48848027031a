"""Values by rule: numbers, dates, places."""

from nlu.entities.spans import plain

__all__ = ["plain"]
