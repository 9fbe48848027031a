"""The order of `make bench`: peer, trainings, starts, then both sides up and measured in turns, then the fresh clone.

A step that fails is written down with its reason and the others go on. Servers end with their block, whatever happens.
"""

from __future__ import annotations

import http.client
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import clone, measuring, ours, reader, registration, stock
from bench.ledger import OURS, STOCK, CannotMeasure, Ledger
from bench.sample import Sample, draw
from bench.scale import measures
from bench.stock import FULL_EPOCHS, Peer
from bench.table import NO_PEER
from nlu.training import read_examples, read_held_back
from ops.train import ROOT

_STARTS = 2
_QUICK_PHOTOS = 2


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    data_dir: Path
    quick: bool
    per_intent: int
    rounds: int
    seconds: float
    fresh: bool
    with_clone: bool


def say(text: str) -> None:
    print(f"• {text}", flush=True)


class Run:
    """One run of the bench."""

    def __init__(self, options: Options, model: Path, folder: Path) -> None:
        self.ledger = Ledger()
        self._options = options
        self._model = model
        self._folder = folder
        self._held_back = read_held_back(ROOT / "tests" / "nlu" / "heldback.yml")
        self._examples = read_examples(ROOT / "data" / "nlu")
        if not self._held_back:
            raise CannotMeasure("không có tập giữ riêng tests/nlu/heldback.yml")

    def everything(self) -> Ledger:
        self._describe()
        peer = self._peer()
        sample = peer.sample if peer else draw(self._examples, self._options.per_intent)
        self._describe_sample(sample)
        sample_model = self._train(sample, peer)
        self._starts(peer)
        self._side_by_side(sample_model, peer)
        self._registration()
        self._reader()
        self._scale()
        self._clone()
        self._describe_noise()
        return self.ledger

    def _peer(self) -> Peer | None:
        epochs = stock.epochs_wanted()
        bench = self._options.data_dir / "bench"
        current = draw(self._examples, self._options.per_intent)
        peer = None if self._options.fresh else stock.known_peer(bench, current.intents, current.per_intent, epochs)
        if peer is None and self._options.quick:
            self.ledger.skipped[NO_PEER] = "chưa có mô hình nguyên bản"
            self.ledger.notes.append("Chưa có mô hình Rasa nguyên bản: bảng này không so sánh. `make bench` sẽ dựng.")
            return None
        with self._attempt("dựng Rasa nguyên bản", NO_PEER):
            if peer is None:
                say(
                    f"Huấn luyện Rasa nguyên bản trên {current.label} ({len(current.examples)} câu, {epochs} vòng). "
                    "Làm một lần rồi giữ lại; với mẫu đầy đủ trên hai nhân có thể mất cả tiếng."
                )
                peer = stock.train_peer(self._options.data_dir, current, epochs)
            self.ledger.notes.append(peer_note(peer))
        if peer and peer.sample.label != current.label:
            self.ledger.notes.append(
                "Dữ liệu học đã đổi từ khi lấy mẫu. Hai phía vẫn học đúng một mẫu; "
                "`python -m bench --fresh` lấy mẫu mới."
            )
        return peer

    def _train(self, sample: Sample, peer: Peer | None) -> Path | None:
        found = None
        with self._attempt(f"huấn luyện trợ lý trên {sample.label}", "train", "sample"):
            found, cost = ours.train_on_sample(self._options.data_dir, self._folder, sample)
            self.ledger.add(OURS, {"train/sample": cost.seconds, "train/sample_cpu": cost.cpu_seconds})
        if peer:
            self.ledger.add(STOCK, {"train/sample": peer.seconds, "train/sample_cpu": peer.cpu_seconds})
        if self._options.quick:
            self.ledger.skipped["fulltrain"] = "--quick"
        else:
            with self._attempt("huấn luyện trợ lý trên toàn bộ dữ liệu", "fulltrain"):
                cost = ours.train_on_all(self._options.data_dir, self._folder)
                self.ledger.add(OURS, {"fulltrain/seconds": cost.seconds})
        return found

    def _starts(self, peer: Peer | None) -> None:
        """Each alone, in turns; nobody answers at the actions' port, which neither asks for when it starts."""
        for number in range(_STARTS):
            with self._attempt(f"thời gian khởi động, lần {number + 1}", "start"):
                with ours.rasa_alone(self._options.data_dir, self._folder, self._model) as server:
                    self.ledger.add(OURS, {"start/ready": server.ready_seconds})
                if peer:
                    with stock.serving_peer(self._options.data_dir, self._folder, peer.model, 1) as server:
                        self.ledger.add(STOCK, {"start/ready": server.ready_seconds})

    def _side_by_side(self, sample_model: Path | None, peer: Peer | None) -> None:
        data_dir, folder = self._options.data_dir, self._folder
        parts = ("product", "all", "parse", "turn", "page", "memory")
        with ExitStack() as servers, self._attempt("khởi động sản phẩm", *parts):
            product = servers.enter_context(ours.product(data_dir, folder))
            self.ledger.add(OURS, {"product/ready": product.page.ready_seconds})
            urls, stock_pid = {OURS: product.rasa_url}, None
            if peer:
                with self._attempt("khởi động Rasa nguyên bản", NO_PEER):
                    served = stock.serving_peer(data_dir, folder, peer.model, product.actions_port)
                    server = servers.enter_context(served)
                    urls[STOCK], stock_pid = server.url, server.pid
            # Speed first: what is parsed for its accuracy later would only warm up what remembers words.
            with self._attempt("tốc độ", "parse", "turn", "page"):
                messages = measuring.Messages.shuffled(self._held_back)
                texts = measuring.choose_texts(self.ledger, urls, messages)
                for number in range(self._options.rounds):
                    say(f"Đo tốc độ, vòng {number + 1}/{self._options.rounds} (tải máy {os.getloadavg()[0]:.1f})")
                    fresh = messages.unseen(number)
                    measuring.measure_round(self.ledger, urls, texts, fresh, self._options.seconds)
                    measuring.measure_page(self.ledger, product.page.url, texts)
            with self._attempt("bộ nhớ", "memory"):
                measuring.measure_memory(self.ledger, product.pids(), stock_pid)
            with self._attempt("độ chính xác, toàn bộ dữ liệu", "all"):
                measuring.measure_accuracy(self.ledger, "all", OURS, product.rasa_url, self._held_back)
            if sample_model:
                with self._attempt("độ chính xác, cùng một mẫu", "sample"):
                    with ours.rasa_alone(data_dir, folder, sample_model) as server:
                        measuring.measure_accuracy(self.ledger, "sample", OURS, server.url, self._held_back)
                    if STOCK in urls:
                        measuring.measure_accuracy(self.ledger, "sample", STOCK, urls[STOCK], self._held_back)

    def _registration(self) -> None:
        """On a product of its own: nothing that was measured before has warmed or filled it."""
        with (
            self._attempt("đăng ký trong khung chat", "registration"),
            ours.product(self._options.data_dir, self._folder / "registration") as product,
        ):
            registration.fill(self.ledger, product.page.url, product.pids(), self._options.seconds, say)

    def _reader(self) -> None:
        with self._attempt("đọc mã trên ảnh thẻ", "reader"):
            reader.fill(self.ledger, _QUICK_PHOTOS if self._options.quick else reader.EACH, say)

    def _scale(self) -> None:
        size = measures.QUICK_SIZE if self._options.quick else measures.SIZE
        with self._attempt(f"dữ liệu lớn ({size.messages} tin)", "scale"):
            measures.fill(self.ledger, self._options.data_dir, self._folder, size, say)

    def _clone(self) -> None:
        if not self._options.with_clone:
            self.ledger.skipped["clone"] = "--quick" if self._options.quick else "--no-clone"
            return
        with self._attempt("bản sao mới tới câu trả lời đầu tiên", "clone"):
            self.ledger.add(OURS, {"clone/answer": clone.first_answer_seconds(self._folder)})

    @contextmanager
    def _attempt(self, what: str, *parts: str) -> Iterator[None]:
        say(what[0].upper() + what[1:])
        try:
            yield
        except (CannotMeasure, OSError, http.client.HTTPException, ValueError) as error:
            reason = str(error) or type(error).__name__
            print(f"✗ Không đo được {what}: {reason}", flush=True)
            self.ledger.missing.update(dict.fromkeys(parts, reason))

    def _describe(self) -> None:
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
        self.ledger.about |= {
            "commit": commit.stdout.strip(),
            "model": self._model.name,
            "cores": os.cpu_count(),
            "held_back": len(self._held_back),
            "rounds": self._options.rounds,
            "load_at_start": round(os.getloadavg()[0], 2),
        }

    def _describe_sample(self, sample: Sample) -> None:
        known = {example.text.casefold() for example in self._examples}
        again = sum(example.text.casefold() in known for example in self._held_back)
        self.ledger.about |= {"sample": sample.label, "sample_examples": len(sample.examples)}
        self.ledger.notes.append(
            f"Mẫu chung {sample.label}: {len(sample.examples)} câu, {len(sample.intents)} ý định. Tập giữ riêng: "
            f"{len(self._held_back)} câu, trong đó {again} câu tình cờ trùng nguyên văn một câu học."
        )

    def _describe_noise(self) -> None:
        loads: Sequence[float] = self.ledger.about.get("load_averages") or [os.getloadavg()[0]]
        self.ledger.notes.append(noise_note(self.ledger, loads))


def peer_note(peer: Peer) -> str:
    short = (
        ""
        if peer.epochs == FULL_EPOCHS
        else f" RÚT NGẮN (nguyên bản là {FULL_EPOCHS}; độ chính xác và thời gian học của nó không so được)"
    )
    return (
        f"Rasa nguyên bản: pipeline và policy mặc định của `rasa init`, {peer.epochs} vòng{short}; huấn luyện lúc "
        f"{peer.trained_at} với tải máy {peer.load_average:.1f}, nên thời gian học so qua hai lần chạy khác nhau."
    )


def noise_note(ledger: Ledger, loads: Sequence[float]) -> str:
    """How much the rounds of one and the same figure differ: what is smaller than that is no difference."""
    shares = []
    for key in ("parse/p50", "turn/p50", "turn/rate"):
        spread = ledger.spread(OURS, key)
        if spread and len(spread.values) > 1 and spread.middle:
            shares.append((spread.high - spread.low) / spread.middle)
    scatter = (
        f"; cùng một số lệch nhau tới {100 * max(shares):.0f} % giữa các vòng, nhỏ hơn mức ấy là nhiễu"
        if shares
        else ""
    )
    return (
        f"Máy {os.cpu_count()} nhân, tải trung bình lúc đo {min(loads):.1f}–{max(loads):.1f} "
        f"(chính phép đo góp khoảng 1–2){scatter}. Số trong ngoặc là thấp nhất và cao nhất; "
        "tỉ lệ tính theo từng cặp vòng đo liền nhau."
    )
