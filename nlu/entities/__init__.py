"""Values by rule: numbers, dates, places."""

from nlu.entities.number_words import DIGITS, ZEROS, any_of
from nlu.entities.spans import plain

__all__ = ["DIGITS", "ZEROS", "any_of", "plain"]
