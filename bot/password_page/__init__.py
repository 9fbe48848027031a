"""The page where a password is set, by a one-time link."""

from bot.password_page.pages import routes

__all__ = ["routes"]
