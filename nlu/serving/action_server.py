"""The way to the action server: one kept-alive connection pool, a time limit, and no failure that goes unseen.

Rasa opens a new connection for each action, waits five minutes, and drops some failures on the floor (a custom slot
mapping that cannot be validated only leaves a line in the log). Here each failed call is noted in the running turn,
which then fails as a whole.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from functools import cache
from typing import Any

import aiohttp
import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

TIME_LIMIT = 10.0  # below the gateway's own patience (VSSID_RASA_TIMEOUT), so that it hears the reason
KEPT_ALIVE = 2.0  # below any server's own limit: a connection is never used while the other side closes it
REJECTED = 400  # the SDK's word for "this action declines to run", which is no failure

# The failures of the turn that is running in this task.
failures: ContextVar[list[Exception] | None] = ContextVar("failures", default=None)


class _Borrowed:
    """Lets `EndpointConfig.request` enter and leave a session that stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *error: object) -> None:
        """Stays open."""


class ActionServer(EndpointConfig):
    """Rasa's endpoint for custom actions."""

    _session: aiohttp.ClientSession | None = None

    def session(self) -> Any:
        """The shared session, opened at the first call (it needs the running loop)."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                headers=self.headers, connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_ALIVE)
            )
        return _Borrowed(self._session)

    async def request(self, *args: Any, **kwargs: Any) -> Any | None:
        """Call the server; note what fails."""
        kwargs["timeout"] = aiohttp.ClientTimeout(total=TIME_LIMIT)
        try:
            return await super().request(*args, **kwargs)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            noted = failures.get()
            rejected = isinstance(error, ClientResponseError) and error.status == REJECTED
            if noted is not None and not rejected:
                noted.append(error)
            raise

    @staticmethod
    def check_answers_quickly() -> None:
        """Let Rasa check what actions answer with a validator that is built once.

        Stock Rasa builds its schema and checks the schema itself on each call: 20 ms a turn, ten times all the rest.
        """
        RemoteAction._validate_action_result = _check_answer  # type: ignore[method-assign]

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


@cache
def _answer_validator() -> Any:
    schema = RemoteAction.action_response_format_spec()
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _check_answer(_action: RemoteAction, result: dict[str, Any]) -> bool:
    """True, or the ValidationError that stock Rasa raises."""
    error = jsonschema.exceptions.best_match(_answer_validator().iter_errors(result))
    if error is not None:
        raise error
    return True
