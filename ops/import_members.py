"""`make import FILE=members.csv`: puts the office's members into the embedded registry.

Owns the words on the screen and the exit code: 0 when every row is in, 1 when some were left out, 2 when the file could
not be taken at all. The assistant may run meanwhile.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from helpdesk.calendar import VIETNAM, utc_now
from helpdesk.errors import HelpdeskError
from helpdesk.registry import EmbeddedRegistry, ImportReport, import_members
from helpdesk.settings import Settings, load_settings
from helpdesk.store import open_cipher, open_database, open_sealer

_SHOWN = 200


class _Screen:
    """Tells of rows as they are read, up to a number that can still be worked through."""

    def __init__(self) -> None:
        self.told = 0

    def say(self, line: int, words: str, left_out: bool) -> None:
        self.told += 1
        if self.told <= _SHOWN:
            print(f"  dòng {line}: {'bỏ qua' if left_out else 'đã nạp, cần xem lại'}: {words}", flush=True)

    def close(self) -> None:
        if self.told > _SHOWN:
            print(f"  … và {self.told - _SHOWN} dòng nữa. Sửa các dòng trên rồi nạp lại để thấy tiếp.")


async def run(settings: Settings, path: Path) -> ImportReport:
    """Import; raises HelpdeskError whose message says what to do."""
    cipher = open_cipher(settings.secret_keys, settings.data_dir / "secret.key")
    async with open_database(settings.database_path) as database:
        registry = EmbeddedRegistry(database, await open_sealer(database, cipher))
        screen = _Screen()
        try:
            return await import_members(registry, path, utc_now().astimezone(VIETNAM).date(), screen.say)
        finally:
            screen.close()


def main(arguments: list[str]) -> int:
    """Exit code 0, 1 or 2, see the module."""
    if len(arguments) != 1 or not arguments[0].strip():
        print("Cần tên tệp: make import FILE=members.csv (hoặc .xlsx). Xem docs/import.md.", file=sys.stderr)
        return 2
    path = Path(arguments[0]).expanduser()
    # What is written is for this user alone.
    os.umask(0o077)
    started = time.monotonic()
    try:
        settings = load_settings()
        print(f"• Nạp {path.name} vào danh sách người tham gia", flush=True)
        report = asyncio.run(run(settings, path))
    except HelpdeskError as error:
        print(f"Chưa nạp được {path.name}: {error}", file=sys.stderr)
        return 2
    if report.ignored_columns:
        print(f"• Cột không dùng: {', '.join(report.ignored_columns)}")
    print(
        f"• Xong sau {time.monotonic() - started:.1f} giây. Đọc {report.read} dòng: thêm {report.added}, "
        f"cập nhật {report.updated}, giữ nguyên {report.unchanged}, bỏ qua {report.left_out}; "
        f"{report.remarked} điều cần xem lại."
    )
    return 1 if report.left_out else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nĐã dừng. Phần đã nạp được giữ; chạy lại lệnh để nạp tiếp.", file=sys.stderr)
        sys.exit(130)
