"""Mail in the bot's process: the sender, and in the demo the catcher and its pages.

Owns which server the mails go to: the one in the settings, or, without one, our own on loopback.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute

from bot.chores import Chore, doing
from bot.http import Pages
from bot.metrics import Metrics
from helpdesk.mail import MailSender, SmtpServer
from helpdesk.services import Services
from helpdesk.settings import Settings


@asynccontextmanager
async def open_mailing(services: Services, pages: Pages, metrics: Metrics) -> AsyncIterator[list[BaseRoute]]:
    """Send mails for as long as this is open; yields the demo's routes (none with a real mail server)."""
    settings = services.settings
    routes: list[BaseRoute] = []
    async with AsyncExitStack() as stack:
        if settings.demo:
            # Imported only when used: with a real mail server nothing of it runs.
            from bot.demo import catching
            from bot.demo import routes as mailbox_routes
            from helpdesk.mail import CaughtMails

            caught = CaughtMails(services.database)
            server = SmtpServer(*await stack.enter_async_context(catching(caught)))
            routes = mailbox_routes(caught, pages)
        else:
            server = _server_of(settings)
        sender = MailSender(services.mails, server, settings.mail_from, observe=metrics.observe_mail)
        stack.push_async_callback(sender.stop)
        async with doing([Chore("sending mails", sender.poll, sender.step)]):
            yield routes


def _server_of(settings: Settings) -> SmtpServer:
    return SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password,
        own_name=settings.mail_from.rpartition("@")[2],
    )
