"""All rows about size, in order: single steps in a big database, its start, the console, crowds.

Owns which copy of the filled folder each is measured on, and the limits of descriptors that they are measured under.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import ours
from bench.ledger import OURS, CannotMeasure, Ledger
from bench.processes import clean_environment, free_ports, serving
from bench.scale import crowd, store_costs
from bench.scale.filling import Size, copied, filled
from helpdesk.guide import load_guide
from helpdesk.services import open_services
from helpdesk.settings import load_settings
from ops.train import ROOT

SIZE = Size(messages=1_000_000, members=200_000)
QUICK_SIZE = Size(messages=50_000, members=10_000)
_SOFT_LIMIT = 1024
_WAITING = 2000
# So few descriptors that a bench can fill them, and so many people that most find no room.
_NARROW, _TOO_MANY = 512, 1000
_ASKING = 500
# More than a statement of SQLite takes parameters.
_CASES = 33_000
_OPENING = (
    "import sys, time; from nlu.memory.tracker_store import SqliteTrackerStore; started = time.perf_counter(); "
    "SqliteTrackerStore(path=sys.argv[1]).close(); print(time.perf_counter() - started)"
)


def fill(ledger: Ledger, data_dir: Path, folder: Path, size: Size, say: Callable[[str], None]) -> None:
    """Measure every row into the ledger."""
    say(f"Dữ liệu {size.messages} tin, {size.members} người (làm một lần, dùng lại trong ngày)")
    full = filled(data_dir, size)
    home = folder / "scale"
    say("Từng bước trên dữ liệu lớn")
    copied(full, home)
    ledger.add(OURS, store_costs.measure(home))
    ledger.add(OURS, {"scale/dialogues": _dialogues(data_dir, home / "dialogues.db")})
    ledger.add(OURS, _console(folder / "console"))
    say(f"Khởi động trên dữ liệu lớn; {_WAITING} người chờ, {_ASKING} người cùng hỏi")
    late = load_guide(ROOT / "data").render("late").text
    _can_hold(_WAITING)
    with ours.product(
        data_dir, folder / "scale-product", lambda home: copied(full, home), soft_limit=_SOFT_LIMIT
    ) as product:
        ledger.add(OURS, {"scale/ready": product.page.ready_seconds})
        ledger.add(OURS, crowd.asking(product.page.url, _ASKING, late))
        ledger.add(OURS, {"scale/waiting": crowd.waiting(product.page.url, _WAITING)})
    say(f"{_TOO_MANY} người khi chỉ có {_NARROW} chỗ mở tệp")
    ledger.add(OURS, _beyond(folder / "scale-narrow"))
    ledger.about |= {"scale": size.name, "scale_database_mib": round((full / "helpdesk.db").stat().st_size / 2**20)}


def _can_hold(connections: int) -> None:
    """The bench itself needs a descriptor for each; what it starts has its own limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 512
    if hard not in (resource.RLIM_INFINITY,) and hard < wanted:
        raise CannotMeasure(f"máy chỉ cho mở {hard} tệp, cần {wanted}")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _dialogues(data_dir: Path, file: Path) -> float:
    """Seconds to open Rasa's own file."""
    return float(ours.told_by_rasa(data_dir, _OPENING, str(file)))


def _console(home: Path) -> dict[str, float]:
    """Milliseconds for a page of a long queue, and for seeing that nothing has changed."""
    settings = load_settings({"DATA_DIR": str(home), "VSSID_CONTENT_DIR": str(ROOT / "data")})

    async def measured() -> dict[str, float]:
        async with open_services(settings) as services:
            sealed = services.sealer.seal({"full_name": "Nguyễn Thị Thử", "address": "Số 1 " * 20})
            _file_cases(settings.database_path, sealed)
            pages, looks = [], []
            for _ in range(20):
                started = time.perf_counter()
                rows = await services.cases.waiting()
                pages.append((time.perf_counter() - started) * 1000)
                started = time.perf_counter()
                state = await services.cases.queue()
                looks.append((time.perf_counter() - started) * 1000)
            if not rows or state.waiting != _CASES:
                raise CannotMeasure(f"hàng chờ có {state.waiting} hồ sơ thay vì {_CASES}")
            return {"scale/console": statistics.median(pages), "scale/console_unchanged": statistics.median(looks)}

    return asyncio.run(measured())


def _file_cases(path: Path, sealed: str) -> None:
    moments = [f"2026-01-01T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}+00:00" for n in range(_CASES)]
    database = sqlite3.connect(path)
    with database:
        database.executemany(
            "INSERT INTO registrations (id, case_code, status, sealed, created_at, updated_at, submitted_at) "
            "VALUES (?, ?, 'submitted', ?, ?, ?, ?)",
            [(f"r{n}", f"X{n}", sealed, moment, moment, moment) for n, moment in enumerate(moments)],
        )
    database.close()


def _beyond(folder: Path) -> dict[str, float]:
    """The bot alone, with few descriptors and no way to get more."""
    folder.mkdir(parents=True)
    port, rasa_port, actions_port = free_ports(3)
    environment = clean_environment(
        PORT=str(port), RASA_PORT=str(rasa_port), ACTIONS_PORT=str(actions_port), DATA_DIR=str(folder)
    )
    command = ours.limited([sys.executable, "-m", "bot.main"], _NARROW, hard=True)
    url = f"http://127.0.0.1:{port}"
    with serving("bot", command, ROOT, environment, folder / "bot.log", url, "/healthz") as server:
        return crowd.beyond(server.url, _TOO_MANY)
