"""Provinces, agencies and facilities, by number and by the words people use for them."""

from helpdesk.places.provinces import find_agency, find_province, provinces

__all__ = ["find_agency", "find_province", "provinces"]
