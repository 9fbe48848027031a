"""`python -m bench.reader`: how many codes are read from photos of made-up cards, how many wrongly, and how fast.

Our cascade, plain zxing-cpp and plain pyzbar look at the same photos one after the other in one process. "Plain" is the
call as the library's page shows it. Prints the table; `--write` keeps it in docs/bench-reader.md.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from bench.ledger import OURS, CannotMeasure, Ledger, percentile
from helpdesk.photos.barcodes import read_codes
from samples.cards.camera import photograph
from samples.cards.shots import EFFECTS, KINDS, Task, tasks

Grey = NDArray[np.uint8]
Reader = Callable[[Grey], Sequence[str]]

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "bench-reader.md"
EACH = 12
NAMES = {OURS: "trợ lý", "zxing": "zxing-cpp", "zbar": "pyzbar"}


@dataclass
class Tally:
    """What one reader made of the photos: by kind and effect, how many there were and how many it read.

    Photos without a code count for wrong values and for their time only.
    """

    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    read: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    took_in_vain: list[float] = field(default_factory=list)

    def add(self, task: Task, texts: Sequence[str], milliseconds: float) -> None:
        self.wrong += [f"{task.kind}, {task.effect}, {task.seed}" for text in texts if text != task.text]
        if task.text is None:
            self.took_in_vain.append(milliseconds)
            return
        key = (task.kind, task.effect)
        self.seen[key] = self.seen.get(key, 0) + 1
        self.read[key] = self.read.get(key, 0) + (task.text in texts)
        self.took.append(milliseconds)

    def share(self, keys: Iterable[tuple[str, str]]) -> float:
        """Percent read of the photos of these kinds and effects."""
        chosen = [key for key in keys if key in self.seen]
        return 100 * sum(self.read[key] for key in chosen) / sum(self.seen[key] for key in chosen)

    @property
    def rate(self) -> float:
        return self.share(self.seen)


def readers() -> dict[str, Reader]:
    """By side: ours and the two libraries as they come. Raises CannotMeasure where zbar is missing."""
    try:
        from pyzbar import pyzbar  # type: ignore[import-untyped] # has no types
    except ImportError as error:
        raise CannotMeasure("không có libzbar0 (apt-get install libzbar0)") from error
    return {
        OURS: lambda image: [code.text for code in read_codes(image)],
        "zxing": lambda image: [found.text for found in zxingcpp.read_barcodes(image)],
        "zbar": lambda image: [found.data.decode("utf-8", "replace") for found in pyzbar.decode(image)],
    }


def measure(each: int, sides: Mapping[str, Reader], say: Callable[[str], None]) -> dict[str, Tally]:
    """Take `each` photos of every kind and effect and show them to everybody."""
    tallies = {side: Tally() for side in sides}
    todo = list(tasks(each))
    for number, task in enumerate(todo):
        if number % 60 == 0:
            say(f"Ảnh {number}/{len(todo)}")
        with Image.open(io.BytesIO(photograph(task.card(), task.shot))) as photo:
            grey = np.asarray(photo.convert("L"), dtype=np.uint8)
        for side, reader in sides.items():
            started = time.perf_counter()
            texts = reader(grey)
            tallies[side].add(task, texts, 1000 * (time.perf_counter() - started))
    return tallies


def fill(ledger: Ledger, each: int, say: Callable[[str], None]) -> None:
    """The figures for the table of `make bench`."""
    cv2.setNumThreads(1)
    for side, tally in measure(each, readers(), say).items():
        figures = {
            "rate": tally.rate,
            "wrong": float(len(tally.wrong)),
            "p50": percentile(tally.took, 50),
            "p95": percentile(tally.took, 95),
        }
        # The libraries stand beside us, each under its name: there is no stock Rasa for this.
        ledger.add(OURS, {f"reader/{'' if side == OURS else side + '_'}{name}": one for name, one in figures.items()})


def markdown(tallies: Mapping[str, Tally]) -> str:
    """The table of kinds and effects, rates in percent, and the sums below."""
    sides = list(tallies)
    count = sum(tallies[sides[0]].seen.values())
    lines = [f"| {count} ảnh | " + " | ".join(NAMES[side] for side in sides) + " |", "|---" * (len(sides) + 1) + "|"]
    for kind in KINDS:
        for effect in EFFECTS:
            lines.append(
                _row(f"{kind}: {effect}", (f"{tallies[side].share([(kind, effect)]):.0f} %" for side in sides))
            )
    lines.append(_row("**đọc được**", (f"**{tallies[side].rate:.1f} %**" for side in sides)))
    lines.append(_row("**đọc sai**", (f"**{len(tallies[side].wrong)}**" for side in sides)))
    lines.append(_row("ms p50", (f"{percentile(tallies[side].took, 50):.0f}" for side in sides)))
    lines.append(_row("ms p95", (f"{percentile(tallies[side].took, 95):.0f}" for side in sides)))
    vain = (f"{percentile(tallies[side].took_in_vain, 50):.0f}" for side in sides)
    lines.append(_row("ms p50, ảnh không có mã", vain))
    return "\n".join(lines)


def _row(name: str, cells: Iterable[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _report(table: str, each: int, load: float) -> str:
    return f"""# Đọc mã trên ảnh thẻ

Ảnh tự tạo (`samples/cards/`): thẻ vẽ sẵn của người không có thật, chụp giả lập. Cùng một tập ảnh, cùng một lần chạy,
ba cách đọc: chuỗi cách đọc của trợ lý (`helpdesk/photos/barcodes.py`), zxing-cpp và pyzbar gọi mặc định. Mỗi loại mã
và mỗi hiệu ứng {each} ảnh; ô vuông (vạch) nhỏ nhất của mã trong ảnh từ 2,3 đến 5 điểm ảnh.

Chạy lại: `python -m bench.reader --write` (`python` là `DATA_DIR/env/app/bin/python`). `make bench` cũng đo và ghi vào
bảng chung.

| hiệu ứng | nghĩa là |
|---|---|
| xoay | 0 đến 360 độ |
| nghiêng | mặt thẻ ngả 20 đến 45 độ, hướng bất kỳ |
| mờ | Gauss, độ lệch 0,3 đến 0,45 ô |
| rung tay | nhòe ngang 0,9 ô |
| nhiễu | độ lệch 10 đến 25 mức xám |
| thiếu sáng | 12 đến 30 % ánh sáng, một bên tối hơn |
| nén JPEG | chất lượng 20 đến 50 |
| 12 MP, mã nhỏ | ảnh 4000 × 3000, thẻ xoay bất kỳ, mã vẫn nhỏ như trên |
| nhiều thứ một lúc | xoay, ngả 10 đến 25 độ, mờ 0,15 đến 0,3 ô, nhiễu, 40 đến 80 % ánh sáng, JPEG 60 |

"Đọc sai" là trả về bất kỳ chuỗi nào khác nội dung thật của mã, kể cả trên ảnh không có mã nào (mặt sau thẻ, {each}
ảnh mỗi hiệu ứng, không tính vào tỉ lệ). Cần: đọc được ≥ 99 %, đọc sai 0.

{table}

Máy {os.cpu_count()} nhân, tải trung bình {load:.1f} lúc đo xong; mỗi cách đọc một luồng. Trợ lý chỉ đi tới bước sau khi
bước trước chưa thấy mã: p50 là bước đầu, p95 là ảnh khó, và ảnh không có mã nào phải qua mọi bước.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.reader", description="Đo việc đọc mã trên ảnh thẻ.")
    parser.add_argument("--each", type=int, default=EACH, metavar="N", help=f"số ảnh mỗi loại và hiệu ứng ({EACH})")
    parser.add_argument("--write", action="store_true", help=f"ghi bảng vào {REPORT.relative_to(ROOT)}")
    given = parser.parse_args()
    if given.each < 1:
        parser.error("--each từ 1")
    cv2.setNumThreads(1)
    try:
        tallies = measure(given.each, readers(), lambda text: print(f"• {text}", flush=True))
    except CannotMeasure as error:
        print(f"✗ Chưa đo được: {error}", file=sys.stderr)
        return 1
    table = markdown(tallies)
    print(f"\n{table}")
    for place in tallies[OURS].wrong:
        print(f"✗ Đọc sai: {place}")
    if given.write:
        REPORT.write_text(_report(table, given.each, os.getloadavg()[0]), encoding="utf-8")
        print(f"• Đã ghi {REPORT.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
