"""`python -m bench`: measure, print the table, keep it as DATA_DIR/bench/last.json.

Exit code 0 also when a target is missed: this is a measurement. 1 when something could not be measured, 130 on Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from bench import table
from bench.ledger import CannotMeasure
from bench.run import Options, Run
from ops.train import TrainingError, ensure_model


def options(arguments: Sequence[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Đo trợ lý, cạnh Rasa nguyên bản.")
    parser.add_argument(
        "--quick", action="store_true", help="một vòng ngắn; không huấn luyện Rasa nguyên bản, không thử bản sao mới"
    )
    parser.add_argument(
        "--per-intent", type=int, default=60, metavar="N", help="số câu mỗi ý định trong mẫu chung (60)"
    )
    parser.add_argument("--rounds", type=int, default=None, metavar="N", help="số vòng đo xen kẽ (3; --quick: 1)")
    parser.add_argument(
        "--seconds", type=float, default=None, metavar="S", help="mỗi phép đo lượt kéo dài (5; --quick: 2)"
    )
    parser.add_argument("--fresh", action="store_true", help="lấy mẫu mới và huấn luyện lại Rasa nguyên bản")
    parser.add_argument("--no-clone", action="store_true", help="không đo từ bản sao mới tới câu trả lời đầu tiên")
    given = parser.parse_args(arguments)
    rounds = given.rounds if given.rounds is not None else 1 if given.quick else 3
    seconds = given.seconds if given.seconds is not None else 2.0 if given.quick else 5.0
    if given.per_intent < 2 or rounds < 1 or not 0.5 <= seconds <= 600:
        parser.error("--per-intent từ 2, --rounds từ 1, --seconds từ 0.5 đến 600")
    return Options(
        data_dir=Path(os.environ.get("DATA_DIR") or "var").resolve(),
        quick=given.quick,
        per_intent=given.per_intent,
        rounds=rounds,
        seconds=seconds,
        fresh=given.fresh,
        with_clone=not (given.no_clone or given.quick),
    )


def main() -> int:
    chosen = options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    bench = chosen.data_dir / "bench"
    started = time.time()
    try:
        bench.mkdir(parents=True, exist_ok=True)
        model = ensure_model(chosen.data_dir)
        with tempfile.TemporaryDirectory(dir=bench, prefix="run-", ignore_cleanup_errors=True) as folder:
            ledger = Run(chosen, model, Path(folder)).everything()
    except (CannotMeasure, TrainingError, OSError) as error:
        print(f"✗ Chưa đo được: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("• Đã dừng theo yêu cầu.", flush=True)
        return 130
    ledger.about |= {"finished": time.strftime("%Y-%m-%d %H:%M"), "seconds": round(time.time() - started)}
    text = table.markdown(ledger)
    (bench / "last.json").write_text(json.dumps(ledger.as_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    (bench / "last.md").write_text(text + "\n", encoding="utf-8")
    print(f"\n{text}\n\n• Số liệu từng vòng: {bench / 'last.json'}")
    return 0 if table.complete(ledger) else 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
