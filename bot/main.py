"""`python -m bot.main`: puts the bot's process together, runs it until it is told to stop, and closes it in order."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from contextlib import AsyncExitStack
from functools import partial

import httpx
import uvicorn
from starlette.applications import Starlette

from bot.answering import RasaClient, Triage
from bot.channels.web import WebChannel
from bot.chores import doing, house_chores
from bot.console import ConsoleParts
from bot.console import routes as console_routes
from bot.gateway import Gateway, open_gateway
from bot.http import Pages, Server, build_app, make_room
from bot.mailing import open_mailing
from bot.metrics import Metrics
from bot.notices import Notices
from bot.password_page import routes as password_routes
from helpdesk.errors import HelpdeskError, Unavailable
from helpdesk.registry import settle_demo
from helpdesk.services import Services, open_services, sole_process
from helpdesk.settings import Settings, load_settings
from helpdesk.staff import Agents, Audit

log = logging.getLogger(__name__)

# As long as the system lets the line of those be who are not yet taken in.
_BACKLOG = 4096


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises SettingsError or Unavailable when it can't start."""
    room = make_room()
    with _listen(settings) as listener, sole_process(settings, "bot"):
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_services(settings))
            await settle_demo(services.registry, settings.demo)
            app, gateway = await _assemble(stack, services)
            config = uvicorn.Config(
                app,
                http="httptools",
                loop="uvloop",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
                server_header=False,
            )
            await Server(config, room, gateway.wakeups.close).serve(sockets=[listener])


async def _assemble(stack: AsyncExitStack, services: Services) -> tuple[Starlette, Gateway]:
    settings = services.settings
    metrics = Metrics()
    limits = httpx.Limits(max_connections=settings.workers + 8, max_keepalive_connections=settings.workers + 8)
    http = await stack.enter_async_context(httpx.AsyncClient(limits=limits, trust_env=False))
    pages = Pages()
    demo_pages = await stack.enter_async_context(open_mailing(services, pages, metrics))
    rasa = RasaClient(http, settings.rasa_url, settings.rasa_timeout)
    triage = Triage(services.guide, services.conversations, rasa, services.registrations)
    gateway = await stack.enter_async_context(open_gateway(settings, services.conversations, triage, metrics))
    channels = {}
    webhooks = {}
    if settings.telegram_token:
        # Imported only when used: the library costs a second of start and 27 MiB.
        from bot.channels.telegram import TelegramChannel

        telegram = await stack.enter_async_context(TelegramChannel.open(settings, gateway))
        channels[telegram.name] = telegram
        if settings.telegram_mode == "webhook":
            webhooks[telegram.name] = telegram.handle_webhook
    # Before the channels close: what a sender has with a platform is seen to its end.
    stack.push_async_callback(gateway.stop)
    await gateway.start(channels)
    notices = Notices(services.guide, gateway, triage.rendering)
    await stack.enter_async_context(doing(house_chores(services, gateway, notices)))

    async def actions_ready() -> bool:
        try:
            return (await http.get(f"{settings.actions_url}/health", timeout=3)).status_code == 200
        except httpx.HTTPError:
            return False

    async def store_ready() -> bool:
        try:
            await services.database.check_writable()
            return True
        except Unavailable:
            return False

    web = WebChannel(services.conversations, gateway, gateway.wakeups, gateway.is_answering, settings.upload_limit)
    checks = {"rasa": rasa.is_ready, "actions": actions_ready, "store": store_ready}
    figures = partial(metrics.render, services.conversations.store, services.mails)
    console = console_routes(
        ConsoleParts(
            agents=Agents(services.database, services.sealer),
            audit=Audit(services.database),
            cases=services.cases,
            attention=services.attention,
            titles=lambda: services.guide.titles,
            notify=notices.decided,
            pages=pages,
            page_url=settings.page_url,
        )
    )
    passwords = password_routes(services.accounts, pages, settings.page_url, notices.password_changed)
    routes = [*demo_pages, *console, *passwords]
    return build_app(web.routes(), checks, figures, webhooks, settings.content_dir, pages=routes), gateway


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG, reuse_port=False)
    except OSError as error:
        raise Unavailable(
            "port", f"Không mở được {settings.host}:{settings.port} ({error.strerror}). Đặt PORT khác, ví dụ PORT=8081."
        ) from error


def main() -> int:
    """Exit code 0 after a clean stop, 2 when the start was refused (the reason is on stderr)."""
    try:
        settings = load_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        # httpx logs whole URLs, and Telegram's hold the bot's token; aiosqlite logs what citizens wrote.
        for talkative in ("httpx", "httpcore", "aiosqlite", "python_multipart"):
            logging.getLogger(talkative).setLevel(logging.WARNING)
        # Whatever this process writes is for its own user: conversations, keys, photos.
        os.umask(0o077)
        with asyncio.Runner(loop_factory=uvicorn.Config(app="", loop="uvloop").get_loop_factory()) as runner:
            runner.run(run(settings))
    except HelpdeskError as error:
        print(f"Chưa chạy được bot: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
