"""The table: what was promised, what was measured, the ratio, and whether it is reached.

Owns the targets (issue 2, "Figures to reach") and the words. Pure: a ledger in, Markdown out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.ledger import OURS, STOCK, Ledger, Spread, gain

NO_PEER = "peer"


@dataclass(frozen=True)
class Target:
    """What is asked, in words, of our value or of the gain over the peer."""

    words: str
    holds: Callable[[float], bool]
    of_gain: bool = False


@dataclass(frozen=True)
class Line:
    """One row. `points`: the two sides are compared by difference, not by ratio."""

    what: str
    key: str
    unit: str
    target: Target | None = None
    lower_is_better: bool = True
    points: bool = False
    against: bool = True


def _least(value: float) -> Target:
    return Target(f"≥ {value:g}", lambda found: found >= value)


def _under(value: float) -> Target:
    return Target(f"< {value:g}", lambda found: found < value)


def _most(value: float) -> Target:
    return Target(f"≤ {value:g}", lambda found: found <= value)


def _times(value: float, words: str) -> Target:
    return Target(words, lambda found: found >= value, of_gain=True)


_MORE = Target("hơn nguyên bản", lambda found: found > 0, of_gain=True)


def _percent(what: str, key: str, target: Target | None = None, against: bool = False, lower: bool = False) -> Line:
    return Line(what, key, "%", target, lower_is_better=lower, points=True, against=against)


LINES = (
    _percent("tin giữ riêng, học toàn bộ dữ liệu: đúng ý định", "all/right", _least(93)),
    _percent("… sai mà chắc", "all/confident_errors", _under(3), lower=True),
    _percent("… nhận ra ngoài phạm vi", "all/off_topic", _least(90)),
    Line("… kém đi khi bỏ hết dấu", "all/drop", "điểm", _most(1), against=False),
    _percent("… đúng, hoặc nằm trong 3 gợi ý khi không chắc", "all/right_or_offered", _least(98)),
    _percent("… trả lời đúng ngay, không hỏi lại", "all/right_at_once"),
    _percent("cùng một mẫu: đúng ý định, có dấu", "sample/right", _MORE, against=True),
    _percent("cùng một mẫu: đúng ý định, bỏ hết dấu", "sample/stripped_right", _MORE, against=True),
    _percent("… sai mà chắc, có dấu", "sample/confident_errors", against=True, lower=True),
    _percent("… sai mà chắc, bỏ hết dấu", "sample/stripped_confident_errors", against=True, lower=True),
    _percent("… nhận ra ngoài phạm vi", "sample/off_topic", against=True),
    _percent("… đúng hoặc nằm trong 3 gợi ý", "sample/right_or_offered", against=True),
    Line("huấn luyện trên cùng một mẫu", "train/sample", "s", _times(10, "nhanh gấp 10")),
    Line("… thời gian bộ xử lý", "train/sample_cpu", "s"),
    Line("huấn luyện toàn bộ dữ liệu", "fulltrain/seconds", "s", _under(60), against=False),
    Line("`/model/parse` p50", "parse/p50", "ms", _times(4, "nhanh gấp 4")),
    Line("`/model/parse` p95", "parse/p95", "ms"),
    Line("trọn một lượt qua REST, p50", "turn/p50", "ms", _times(4, "dưới 1/4")),
    Line("… p95", "turn/p95", "ms"),
    Line("lượt mỗi giây, 8 người cùng lúc", "turn/rate", "lượt/s", _times(8, "gấp 8"), lower_is_better=False),
    Line("1/4 số lượt cần action: p50", "turn/mixed_p50", "ms", _times(4, "dưới 1/4")),
    Line("… p95 (tức lượt có action)", "turn/mixed_p95", "ms"),
    Line("… lượt mỗi giây, 8 người cùng lúc", "turn/mixed_rate", "lượt/s", _times(8, "gấp 8"), lower_is_better=False),
    Line("một cuộc dài: p50 của lượt 1–40", "turn/first", "ms"),
    Line("một cuộc dài: p50 của lượt 161–200", "turn/last", "ms"),
    Line("… cuối chia đầu (phẳng là 1)", "turn/growth", "×", _most(1.25)),
    Line("Rasa khởi động tới khi sẵn sàng", "start/ready", "s", _times(2, "dưới 1/2")),
    Line("cả sản phẩm, `make run` lần hai, tới khi sẵn sàng", "product/ready", "s", _under(20), against=False),
    Line("bộ nhớ Rasa", "memory/rasa", "MiB", _most(700)),
    Line("bộ nhớ bot", "memory/bot", "MiB", _most(150), against=False),
    Line("bộ nhớ actions", "memory/actions", "MiB", _most(150), against=False),
    Line("trang chat: từ lúc gửi tới câu trả lời, p50", "page/p50", "ms", _under(60), against=False),
    Line("… p95", "page/p95", "ms", against=False),
    Line("đăng ký trong chat: một giá trị gõ tay, p50", "registration/typed_p50", "ms", against=False),
    Line("… p95", "registration/typed_p95", "ms", against=False),
    Line("… ảnh 1,9 MP, từ lúc gửi tới câu trả lời", "registration/photo2", "ms", against=False),
    Line("… ảnh 12 MP", "registration/photo12", "ms", against=False),
    Line("… ảnh đầu tiên (còn phải bật bộ đọc ảnh)", "registration/first_photo", "ms", against=False),
    Line("… bộ nhớ actions khi bộ đọc ảnh đang bật", "registration/reader_memory", "MiB", against=False),
    Line("… 20 người chỉ hỏi, p95", "registration/asking_p95", "ms", against=False),
    Line(
        "… … cạnh 3 người liên tục gửi ảnh 12 MP, p95",
        "registration/beside_photos_p95",
        "ms",
        _under(500),
        against=False,
    ),
    Line(
        "… 50 người cùng đăng ký: lượt mỗi giây",
        "registration/crowd_rate",
        "lượt/s",
        lower_is_better=False,
        against=False,
    ),
    Line("… … p95", "registration/crowd_p95", "ms", against=False),
    Line("cả sản phẩm khi không ai nhắn: bộ xử lý mỗi giây", "registration/idle_cpu", "ms", against=False),
    _percent("đọc mã trên ảnh thẻ tự tạo", "reader/rate", _least(99)),
    Line("… đọc sai", "reader/wrong", "chuỗi", _most(0), against=False),
    Line("… p50", "reader/p50", "ms", against=False),
    Line("… p95", "reader/p95", "ms", against=False),
    _percent("… cùng ảnh ấy, zxing-cpp gọi mặc định", "reader/zxing_rate"),
    Line("… … p50", "reader/zxing_p50", "ms", against=False),
    _percent("… cùng ảnh ấy, pyzbar gọi mặc định", "reader/zbar_rate"),
    Line("… … p50", "reader/zbar_p50", "ms", against=False),
    Line("dữ liệu lớn: nhận một tin", "scale/accept", "ms", against=False),
    Line("… lấy tin kế tiếp", "scale/claim", "ms", against=False),
    Line("… ghi câu trả lời", "scale/finish", "ms", against=False),
    Line("… đọc một cuộc trò chuyện", "scale/history", "ms", against=False),
    Line("… tra danh sách người tham gia", "scale/look_up", "ms", against=False),
    Line("… xóa một cuộc trò chuyện", "scale/delete", "ms", _under(5), against=False),
    Line("… `/metrics`, chậm nhất trong 5 lần", "scale/metrics", "ms", _under(20), against=False),
    Line("… dọn hằng giờ khi không có gì tới hạn", "scale/expire_idle", "ms", against=False),
    Line("… dọn khi rất nhiều thứ tới hạn", "scale/expire_much", "s", against=False),
    Line("… … một tin tới lúc ấy chờ lâu nhất", "scale/expire_accept", "ms", against=False),
    Line("… … một lần đọc lúc ấy chờ lâu nhất", "scale/expire_history", "ms", against=False),
    Line("… mở cơ sở dữ liệu", "scale/open", "s", _under(6), against=False),
    Line("… Rasa mở tệp hội thoại của nó", "scale/dialogues", "s", _under(6), against=False),
    Line("… cả sản phẩm, `make run`, tới khi sẵn sàng", "scale/ready", "s", _under(6), against=False),
    Line("33.000 hồ sơ chờ: một trang của hàng chờ", "scale/console", "ms", _under(100), against=False),
    Line("… xem có gì đổi không", "scale/console_unchanged", "ms", _under(20), against=False),
    Line(
        "2.000 người cùng chờ tin, giới hạn mềm 1.024 tệp: ai nhận được",
        "scale/waiting",
        "người",
        _least(2000),
        lower_is_better=False,
        against=False,
    ),
    Line("1.000 người khi chỉ mở được 512 tệp: có chỗ", "scale/full_served", "người", against=False),
    Line("… được báo là hết chỗ", "scale/full_refused", "người", against=False),
    Line("… không nghe gì", "scale/full_dropped", "người", _most(0), against=False),
    Line("500 người cùng hỏi: p50", "scale/asking_p50", "ms", against=False),
    Line("… p95", "scale/asking_p95", "ms", against=False),
    Line("… bị báo nhầm là trả lời muộn", "scale/asking_told_late", "người", _most(0), against=False),
    Line("bản sao mới tới câu trả lời đầu tiên (kho gói đã ấm)", "clone/answer", "s", _under(240), against=False),
)


@dataclass(frozen=True)
class Row:
    """A finished row; `reached` is None where nothing was asked or measured."""

    cells: tuple[str, ...]
    reached: bool | None
    missing: bool


def rows(ledger: Ledger, part: str | None = None) -> list[Row]:
    """All of them, or those of one part (`scale`)."""
    return [_row(line, ledger) for line in LINES if part is None or line.key.startswith(f"{part}/")]


def _row(line: Line, ledger: Ledger) -> Row:
    ours = ledger.spread(OURS, line.key)
    stock = ledger.spread(STOCK, line.key) if line.against else None
    asked = line.target.words if line.target else ""
    if ours is None:
        reason, failed = ledger.gap(line.key) or ("không có số liệu", True)
        return Row(
            (line.what, asked, f"({'không đo được' if failed else 'bỏ qua'}: {reason})", "", "", ""), None, failed
        )
    compared = _compare(line, ours, stock)
    judged = compared if line.target and line.target.of_gain else ours.middle
    reached = line.target.holds(judged) if line.target and judged is not None else None
    # A peer that is there on purpose must have been measured too.
    missing = line.against and stock is None and NO_PEER not in ledger.skipped
    theirs = _shown(stock, line.unit) if stock else "(không đo được)" if missing else ""
    ratio = "" if compared is None else f"{compared:+.1f} điểm" if line.points else f"{compared:.1f}×"
    verdict = "" if reached is None else "đạt" if reached else "CHƯA ĐẠT"
    return Row((line.what, asked, _shown(ours, line.unit), theirs, ratio, verdict), reached, missing)


def _compare(line: Line, ours: Spread, stock: Spread | None) -> float | None:
    if stock is None:
        return None
    if line.points:
        return ours.middle - stock.middle
    return gain(ours, stock, line.lower_is_better) if ours.low > 0 and stock.low > 0 else None


def _shown(spread: Spread, unit: str) -> str:
    middle = _number(spread.middle)
    if len(spread.values) < 2 or spread.high == spread.low:
        return f"{middle} {unit}"
    return f"{middle} {unit} ({_number(spread.low)}–{_number(spread.high)})"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def markdown(ledger: Ledger, part: str | None = None) -> str:
    """The whole table, or one part of it, with its notes."""
    head = ("việc", "cần", "trợ lý", "Rasa nguyên bản", "tỉ lệ", "")
    lines = [_joined(head), "|---" * len(head) + "|", *(_joined(row.cells) for row in rows(ledger, part))]
    return "\n".join([*lines, "", *(f"- {note}" for note in ledger.notes)])


def _joined(cells: tuple[str, ...]) -> str:
    # A reason may quote a log: a bar or a line break in it would break the row.
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def complete(ledger: Ledger) -> bool:
    """Whether everything that was to be measured was."""
    return not ledger.missing and not any(row.missing for row in rows(ledger))
