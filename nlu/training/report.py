"""Words of the evaluation: `docs/nlu-report.md`, in Vietnamese.

It only lays out what `nlu.training.evaluate` measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from nlu.training.figures import Answers, Figures

STYLES = {
    "1": "có dấu", "2": "không dấu", "3": "teencode", "4": "gõ lỗi", "5": "phương ngữ", "6": "đọc dài",
    "7": "rất ngắn", "8": "nóng giận, nói bóng gió",
}  # fmt: skip
_HEAD = "| tập | câu | đúng | bỏ dấu | sai mà chắc | không chắc | đúng hoặc trong 3 gợi ý | nhận ra ngoài phạm vi |"


def write_report(
    crossed: Answers,
    unseen: Answers,
    threshold: float,
    seconds: float,
    measure: Callable[[Answers, float], Figures],
) -> str:
    lines = [
        "# Báo cáo nhận hiểu câu hỏi",
        "",
        "Do `make eval` viết ra; đừng sửa tay. Mọi số là phần trăm.",
        "",
        f"Học trong {seconds:.0f} giây. Dưới ngưỡng {threshold:g} trợ lý coi là không chắc và hỏi lại với ba gợi ý.",
        "**Để riêng từng người viết**: mỗi người được chấm bởi mô hình chưa từng đọc câu nào của họ; đây là số",
        "cho thấy người lạ sẽ được hiểu tới đâu. **Tập giữ riêng**: một người viết nữa, không bao giờ dùng để học.",
        "",
        _HEAD,
        "|---" * 8 + "|",
        _row("để riêng từng người viết", measure(crossed, threshold)),
        _row("tập giữ riêng", measure(unseen, threshold)),
        "",
        "![ma trận nhầm lẫn](nlu-confusion.svg)",
        "",
        "## Tập giữ riêng theo kiểu viết",
        "",
        _HEAD,
        "|---" * 8 + "|",
    ]
    styles = np.array([e.style for e in unseen.examples])
    lines += [
        _row(f"{s} {STYLES.get(s, '')}", measure(unseen.part(styles == s), threshold)) for s in sorted(set(styles))
    ]
    lines += ["", "## Theo người viết (mô hình chưa đọc người đó)", "", _HEAD, "|---" * 8 + "|"]
    writers = np.array([e.writer for e in crossed.examples])
    lines += [_row(w, measure(crossed.part(writers == w), threshold)) for w in sorted(set(writers))]
    lines += ["", "## Theo ý định", "", *_by_intent(crossed, unseen)]
    lines += ["", "## Cặp hay nhầm nhất (để riêng từng người viết)", "", *_pairs(crossed)]
    lines += ["", "## Ngưỡng nào", ""]
    lines += ["| ngưỡng | đúng và chắc | sai mà chắc | không chắc | đúng hoặc trong 3 gợi ý | giữ riêng: bốn số ấy |"]
    lines += ["|---" * 6 + "|"]
    for step in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8):
        cells = []
        for answers in (crossed, unseen):
            f = measure(answers, step)
            sure_right = round(100 - f.unsure - f.confident_errors, 2)
            cells.append([sure_right, f.confident_errors, f.unsure, f.right_or_offered])
        mine, held = ([f"{c:g}" for c in row] for row in cells)
        lines.append(f"| {step:g} | " + " | ".join(mine) + " | " + " · ".join(held) + " |")
    lines += ["", "## Độ chắc có đúng nghĩa không", "", *_calibration(crossed), ""]
    return "\n".join(lines)


def _row(title: str, f: Figures) -> str:
    cells = [f.count, f.right, f.stripped, f.confident_errors, f.unsure, f.right_or_offered, f.off_topic]
    shown = ["–" if isinstance(c, float) and np.isnan(c) else f"{c:g}" for c in cells]
    return f"| {title} | " + " | ".join(shown) + " |"


def _by_intent(crossed: Answers, unseen: Answers) -> list[str]:
    lines = [
        "| ý định | câu | nhận ra | đoán đúng | nhận ra (giữ riêng) | hay bị hiểu thành |",
        "|---|---|---|---|---|---|",
    ]
    guess, held = crossed.guesses(), unseen.guesses()
    for label in crossed.labels:
        mine = crossed.truth == label
        wrong = Counter(guess[mine & (guess != label)])
        named = ", ".join(f"{name} ({n})" for name, n in wrong.most_common(3))
        recall = 100 * np.mean(guess[mine] == label) if mine.any() else 0.0
        precision = 100 * np.mean(crossed.truth[guess == label] == label) if (guess == label).any() else 0.0
        theirs = unseen.truth == label
        other = f"{100 * np.mean(held[theirs] == label):.1f}" if theirs.any() else "–"
        lines.append(f"| {label} | {mine.sum()} | {recall:.1f} | {precision:.1f} | {other} | {named} |")
    return lines


def _pairs(crossed: Answers) -> list[str]:
    guess = crossed.guesses()
    pairs = Counter((t, g) for t, g in zip(crossed.truth, guess, strict=True) if t != g)
    return ["| đúng ra | bị hiểu thành | số lần |", "|---|---|---|"] + [
        f"| {t} | {g} | {n} |" for (t, g), n in pairs.most_common(25)
    ]


def _calibration(crossed: Answers) -> list[str]:
    lines = ["| độ chắc | câu | đúng |", "|---|---|---|"]
    best = crossed.chances.max(1)
    right = crossed.guesses() == crossed.truth
    edges = [0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 1.01]
    for low, high in pairwise(edges):
        inside = (best >= low) & (best < high)
        if inside.any():
            lines.append(f"| {low:g} – {min(high, 1):g} | {inside.sum()} | {100 * right[inside].mean():.1f} |")
    return lines
