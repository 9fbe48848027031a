"""What Rasa's process writes to its log: that something happened and where, never what a citizen wrote.

Rasa passes message texts, entities and slots to its loggers as named values, and exceptions quote them. Both are left
out here, whatever the level.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog


class PrivateFormatter(logging.Formatter):
    """Shows an exception's kind and path through the code, without its message."""

    def formatException(self, ei: tuple[Any, Any, TracebackType | None]) -> str:
        """The frames, outermost first."""
        error = ei[1]
        lines = []
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            path = " > ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
            lines.append(f"  {type(error).__name__} at {path}")
            error = error.__cause__ or error.__context__
        return "\n".join(lines)


def configure(level: str) -> None:
    """Set up the standard library's logging and Rasa's structlog."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PrivateFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("sanic.root", "sanic.access", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.ERROR)
    # Warnings of libraries about themselves; Rasa's own about the model are given when it is trained.
    warnings.simplefilter("ignore")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _leave_out_values, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )


def _leave_out_values(_: Any, __: str, values: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Only the event's name gets through; any named value may hold personal data."""
    return {name: values[name] for name in ("event", "exc_info") if values.get(name)}
