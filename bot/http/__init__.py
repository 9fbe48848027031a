"""HTTP that every page shares: bodies, templates, the application with its errors."""

from bot.http.app import build_app
from bot.http.body import BodyTooLarge, read_body, read_upload
from bot.http.errors import Forbidden, Unauthorized, refusal
from bot.http.pages import Pages, is_own_page, read_form
from bot.http.room import make_room
from bot.http.server import Server

__all__ = [
    "BodyTooLarge",
    "Forbidden",
    "Pages",
    "Server",
    "Unauthorized",
    "build_app",
    "is_own_page",
    "make_room",
    "read_body",
    "read_form",
    "read_upload",
    "refusal",
]
