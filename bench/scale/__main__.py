"""`python -m bench.scale --messages N --members N`: the rows about size alone, at any size."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from bench import table
from bench.ledger import CannotMeasure, Ledger
from bench.run import say
from bench.scale import measures
from bench.scale.filling import Size


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="Đo trợ lý trên dữ liệu lớn.")
    parser.add_argument("--messages", type=int, default=measures.SIZE.messages, metavar="N", help="số tin nhắn")
    parser.add_argument("--members", type=int, default=measures.SIZE.members, metavar="N", help="số người tham gia")
    given = parser.parse_args()
    data_dir = Path(os.environ.get("DATA_DIR") or "var").resolve()
    ledger = Ledger()
    (data_dir / "bench").mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=data_dir / "bench", prefix="run-", ignore_cleanup_errors=True) as folder:
            size = Size(given.messages, given.members)
            measures.fill(ledger, data_dir, Path(folder), size, say)
    except (CannotMeasure, OSError) as error:
        print(f"✗ Chưa đo được: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        print(table.markdown(ledger, "scale"))
        print(f"\n• Tải máy lúc xong: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
