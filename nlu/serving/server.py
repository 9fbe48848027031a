"""Starts Rasa: `python -m nlu.serving.server --model PATH [--port N]`, on 127.0.0.1 only.

Serves Rasa's REST channel, the gateway's channel, `/model/parse`, `/status`, `/version` and a conversation's tracker.
Nothing that trains, loads or changes a model over HTTP, no CORS, no telemetry. A model that is missing or broken ends
the start with one line and exit code 2; Rasa itself would quietly load the newest other model of the folder.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import socket
import sys
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

HOST = "127.0.0.1"
LOG_LEVELS = ("INFO", "WARNING", "ERROR")  # Rasa's DEBUG lines quote what citizens write
EXIT_UNUSABLE = 2


class StartError(Exception):
    """Why Rasa cannot start, in words for the operator."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Start, serve until a signal comes, stop."""
    options = _options(arguments)
    try:
        serve(options.model, options.port, options.endpoints, options.credentials)
    except StartError as error:
        print(f"Rasa không khởi động được: {error}", file=sys.stderr, flush=True)
        raise SystemExit(EXIT_UNUSABLE) from None


def serve(model: Path, port: int, endpoints: Path, credentials: Path) -> None:
    """Check, load, listen."""
    level = os.environ.get("VSSID_RASA_LOG_LEVEL") or "WARNING"
    if level not in LOG_LEVELS:
        raise StartError(f"VSSID_RASA_LOG_LEVEL={level!r} chưa đúng: cần {', '.join(LOG_LEVELS)}.")
    modules = component_modules(model)
    from nlu import lean_imports

    try:
        lean_imports.refuse(modules)
    except lean_imports.Unavailable as error:
        raise StartError(f"mô hình {model} có {error}") from error
    listening = _listen(port)
    _prepare_process()
    lean_imports.install(serving=True)
    from nlu.serving import logs

    logs.configure(level)
    from nlu.serving import application

    try:
        app = application.create(model, endpoints, credentials)
    except application.CannotLoad as error:
        raise StartError(str(error)) from error
    # What was loaded stays: the collector need not look at it again at each full collection.
    gc.collect()
    gc.freeze()
    application.run(app, listening)


def component_modules(model: Path) -> set[str]:
    """The Python modules of the model's components, read without Rasa; StartError if it is no usable model."""
    if not model.is_file():
        raise StartError(f"không có tệp mô hình {model}. Chạy `make train` để tạo.")
    try:
        with tarfile.open(model, "r:gz") as archive:
            members = {member.name.lstrip("./"): member for member in archive.getmembers()}
            content = archive.extractfile(members["metadata.json"])
            if content is None:
                raise KeyError("metadata.json")
            nodes = json.load(content)["predict_schema"]["nodes"]
            return {node["uses"].rpartition(".")[0] for node in nodes.values()}
    except (tarfile.TarError, EOFError, OSError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StartError(f"tệp mô hình {model} bị hỏng. Chạy `make train` để tạo lại.") from error


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise StartError(f"cổng {port} (RASA_PORT) đang bận hoặc không được phép dùng.") from error
    return listening


def _prepare_process() -> None:
    """Set what libraries read when they are imported."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # One message is far too small a matrix to share out; each further thread costs memory and a wake-up.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m nlu.serving.server", description="Chạy Rasa cho trợ lý VssID.")
    parser.add_argument("--model", type=Path, required=True, help="tệp mô hình (.tar.gz)")
    parser.add_argument("--port", default=os.environ.get("RASA_PORT") or "5005", help="cổng (RASA_PORT, 5005)")
    parser.add_argument("--endpoints", type=Path, default=Path("endpoints.yml"))
    parser.add_argument("--credentials", type=Path, default=Path("credentials.yml"))
    options = parser.parse_args(arguments)
    if not options.port.isdigit() or not 0 <= int(options.port) <= 65535:
        parser.error(f"RASA_PORT={options.port!r} chưa đúng: cần số cổng 1-65535.")
    options.port = int(options.port)
    return options


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"Rasa không khởi động được: {message}", file=sys.stderr, flush=True)
        raise SystemExit(EXIT_UNUSABLE)


if __name__ == "__main__":
    main()
