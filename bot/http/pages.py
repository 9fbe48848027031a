"""Pages that the server renders: the templates, the form bodies that come back, and whether they come from our page.

Owns `bot/templates`, that a page is never kept by a browser or a search engine, and how much of a form is read. Refuses
to know what a page says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.http.body import BodyTooLarge, read_body
from helpdesk.errors import InvalidInput

TEMPLATE_FOLDER = Path(__file__).resolve().parent.parent / "templates"
FORM_LIMIT = 16 * 1024
_FIELD_LIMIT = 40
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


class Pages:
    """Renders the templates; one for all of the bot's pages."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATE_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self, name: str, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
    ) -> HTMLResponse:
        """The page of template `name`; a value that the template names and nobody gave is an error."""
        text = self._environment.get_template(name).render(context)
        return HTMLResponse(text, status_code=status, headers=_HEADERS | dict(headers or {}))


async def read_form(request: Request, limit: int = FORM_LIMIT) -> dict[str, str]:
    """The fields of an urlencoded form, the last of a name; InvalidInput("form") for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise InvalidInput("form")
    try:
        body = await read_body(request, limit)
    except BodyTooLarge as error:
        raise InvalidInput("form") from error
    try:
        return dict(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELD_LIMIT)
        )
    except ValueError as error:
        raise InvalidInput("form") from error


def is_own_page(request: Request, page_url: str) -> bool:
    """Whether a browser says that this request was made by a page of ours.

    Over plain HTTP browsers send no Sec-Fetch-Site, and under `Referrer-Policy: no-referrer` the Origin of a form is
    "null": then nothing is said, and the secret that a form carries (its link's token, its session's) decides alone.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None or origin == "null":
        return True
    return origin == page_url or urlsplit(origin).netloc == request.headers.get("host")
