"""`make check-data`: looks through both databases, page by page, for damage; and counts what is kept as a count.

Owns the looking and the words for the operator. It takes minutes where there is much, so that no start does it; it may
run beside the product. Refuses mending what is damaged (docs/runbook.md says what to do); a count that is off is set
right. Exit code 0 when all is sound, 1 when something was found, 2 when it could not look.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from helpdesk.errors import HelpdeskError
from helpdesk.settings import load_settings
from helpdesk.store import Counter

# What each counter stands for (helpdesk/store/migrations/0004_size.sql). A version counts nothing that is there.
COUNTS = {
    Counter.INBOX: "SELECT COUNT(*) FROM inbox WHERE handled_at IS NULL",
    Counter.OUTBOX: "SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL",
    Counter.UNDELIVERABLE: "SELECT COUNT(*) FROM outbox WHERE failed_at IS NOT NULL",
    Counter.MAILS: "SELECT COUNT(*) FROM mails WHERE state IN ('queued', 'sending')",
    Counter.MEMBERS: "SELECT COUNT(*) FROM members",
    Counter.CASES: "SELECT COUNT(*) FROM registrations WHERE status = 'submitted'",
}
_MOST_NAMED = 10


def check_pages(path: Path) -> list[str]:
    """What SQLite finds wrong with a file, at most a handful of lines; nothing for a sound one."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        found = [str(row[0]) for row in database.execute(f"PRAGMA quick_check({_MOST_NAMED})")]
        return [line for line in found if line != "ok"]
    except sqlite3.OperationalError:
        raise  # locked or unreadable: nothing is known about what is inside
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        database.close()


def check_references(path: Path) -> list[str]:
    """Rows that refer to one that is not there."""
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        rows = database.execute('SELECT "table", COUNT(*) FROM pragma_foreign_key_check GROUP BY 1')
        return [f"{count} dòng của bảng {table} không còn dòng gốc" for table, count in rows]
    finally:
        database.close()


def settle_counts(path: Path) -> list[str]:
    """Set right what is kept as a count; what was off."""
    database = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        # Counted outside of any write, however long it takes: what changes meanwhile changes the kept figure, too, and
        # is left in it by adding the difference.
        database.execute("BEGIN")
        kept = dict(database.execute("SELECT name, value FROM counters"))
        real = {name.value: database.execute(statement).fetchone()[0] for name, statement in COUNTS.items()}
        database.execute("COMMIT")
        off = {name: count - kept[name] for name, count in real.items() if count != kept[name]}
        database.executemany(
            "UPDATE counters SET value = value + ? WHERE name = ?", [(more, name) for name, more in off.items()]
        )
        return [f"{name}: đang ghi {kept[name]}, đếm được {real[name]}; đã sửa" for name in off]
    finally:
        database.close()


def _look(data: Path) -> bool:
    """Whether all is sound."""
    sound = True
    for name in ("helpdesk.db", "dialogues.db"):
        path = data / name
        if not path.is_file():
            print(f"• Chưa có {name}.", flush=True)
            continue
        print(f"• Xem từng trang của {name} ({path.stat().st_size / 2**20:.0f} MiB)…", flush=True)
        found = check_pages(path)
        if not found and name == "helpdesk.db":
            found = check_references(path) + settle_counts(path)
        for line in found:
            print(f"✗ {name}: {line}", flush=True)
        sound = sound and not found
    print("• Dữ liệu lành lặn." if sound else "✗ Xem docs/runbook.md, mục “Kiểm tra dữ liệu”.", flush=True)
    return sound


def main() -> int:
    try:
        return 0 if _look(load_settings().data_dir) else 1
    except (HelpdeskError, sqlite3.Error, OSError) as error:
        print(f"✗ Chưa kiểm tra được: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
