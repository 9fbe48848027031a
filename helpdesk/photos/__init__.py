"""Photos: whether one is fit, what its codes hold; read in a process of its own."""

from helpdesk.photos.files import media_type
from helpdesk.photos.reader import PhotoReader, PhotoReport, sniff_photo
from helpdesk.photos.report import Side

__all__ = ["PhotoReader", "PhotoReport", "Side", "media_type", "sniff_photo"]
