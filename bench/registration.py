"""The registration in the chat as citizens feel it: typed values, photos, fifty at once, and those who only ask.

Everything goes over the page's API of the running product, as one machine's threads; they too cost processor time.
"""

from __future__ import annotations

import http.client
import itertools
import json
import random
import re
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing

from bench.ledger import OURS, CannotMeasure, Ledger, percentile
from bench.page import Talk
from bench.processes import cpu_seconds, resident_mib
from samples.cards.camera import Shot, photograph
from samples.cards.drawing import citizen_front
from samples.cards.people import Person, invent

CROWD = 50
ASKING = 20
_TYPED = 3
_PHOTOS = 4
_QUIET_SECONDS = 5.0
_PHONE = "0905123456"
_CONSENT = '/inform{"choice":"consent_yes"}'
_TWO_MEGAPIXELS = Shot(size=(1600, 1200), module=4.2, turn=2)
_TWELVE_MEGAPIXELS = Shot(size=(4000, 3000), module=10.0, turn=3, noise=4)
_QUESTIONS = (
    "quen mat khau roi phai lam sao",
    "bhxh thanh khê ở đâu",
    "mk chưa nhận dc otp",
    "Tôi muốn đổi mật khẩu trên ứng dụng",
    "cần chụp ảnh cccd như thế nào cho đúng",
    "thời gian làm việc thứ bảy có không",
)
_CODE = re.compile(r"\b[0-9]{6}\b")
_MAIL_PATIENCE = 30.0


def fill(ledger: Ledger, url: str, pids: Mapping[str, int], seconds: float, say: Callable[[str], None]) -> None:
    """All figures; `seconds` is how long people go on asking, once alone and once beside photos."""
    ledger.add(OURS, {"registration/idle_cpu": _idle(pids)})
    typed = [took for number in range(_TYPED) for took in _typing(url, number)]
    ledger.add(OURS, {"registration/typed_p50": percentile(typed, 50), "registration/typed_p95": percentile(typed, 95)})
    two, twelve = (photograph(citizen_front(invent(4)), shot) for shot in (_TWO_MEGAPIXELS, _TWELVE_MEGAPIXELS))
    # The first photo also starts the reader.
    ledger.add(OURS, {"registration/first_photo": _photo(url, two)})
    for name, photo in (("photo2", two), ("photo12", twelve)):
        ledger.add(OURS, {f"registration/{name}": percentile([_photo(url, photo) for _ in range(_PHOTOS)], 50)})
    ledger.add(OURS, {"registration/reader_memory": resident_mib(pids["actions"])})
    say(f"{ASKING} người hỏi, một mình rồi cạnh ba người gửi ảnh 12 MP")
    ledger.add(OURS, {"registration/asking_p95": percentile(_asking(url, seconds), 95)})
    ledger.add(OURS, {"registration/beside_photos_p95": percentile(_beside_photos(url, seconds, twelve), 95)})
    say(f"{CROWD} người cùng đăng ký một lúc")
    started = time.perf_counter()
    crowd = list(itertools.chain.from_iterable(_together(lambda number: _whole(url, 1000 + number), range(CROWD))))
    rate = len(crowd) / (time.perf_counter() - started)
    ledger.add(OURS, {"registration/crowd_rate": rate, "registration/crowd_p95": percentile(crowd, 95)})


def _idle(pids: Mapping[str, int]) -> float:
    """Processor milliseconds a second of everything while nobody writes."""
    before = {pid: cpu_seconds(pid) for pid in pids.values()}
    time.sleep(_QUIET_SECONDS)
    return sum(cpu_seconds(pid) - used for pid, used in before.items()) / _QUIET_SECONDS * 1000


def _begun(url: str) -> Talk:
    talk = Talk(url)
    talk.ask("đăng ký vssid")
    talk.tap(_CONSENT)
    return talk


def _values(person: Person) -> tuple[str, ...]:
    return (person.bhxh_code, person.name, person.birth_date, person.national_id, person.address, _PHONE)


def _typing(url: str, number: int) -> list[float]:
    """Milliseconds of each typed value of one citizen."""
    with closing(_begun(url)) as talk:
        return [talk.ask(value) for value in _values(invent(number))]


def _photo(url: str, photo: bytes) -> float:
    with closing(_begun(url)) as talk:
        took = talk.send_photo(photo)
        if invent(4).name not in talk.answer:
            raise CannotMeasure(f"ảnh không được đọc: {talk.answer[:80]!r}")
        return took


def _whole(url: str, number: int) -> list[float]:
    """Milliseconds of every turn of a citizen who types all and confirms the e-mail; CannotMeasure if it isn't."""
    address = f"nguoi{number}@example.com"
    with closing(Talk(url)) as talk:
        took = [talk.ask("đăng ký vssid"), talk.tap(_CONSENT)]
        took += [talk.ask(value) for value in (*_values(invent(number)), address)]
        took.append(talk.ask(_mailed_code(url, address)))
        if "email đã được xác nhận" not in talk.answer:
            raise CannotMeasure(f"email chưa được xác nhận: {talk.answer[:80]!r}")
        return took


def _mailed_code(url: str, address: str) -> str:
    parts = urllib.parse.urlsplit(url)
    path = f"/demo/mailbox.json?to={urllib.parse.quote(address)}"
    deadline = time.monotonic() + _MAIL_PATIENCE
    while time.monotonic() < deadline:
        with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)) as connection:
            connection.request("GET", path)
            mails = json.loads(connection.getresponse().read())
        for mail in mails:
            code = _CODE.search(mail["text"])
            if code:
                return code[0]
        time.sleep(0.2)
    raise CannotMeasure("mã OTP không tới hộp thư thử")


def _asking(url: str, seconds: float) -> list[float]:
    """Milliseconds of people's questions, each asking one a second."""
    return list(itertools.chain.from_iterable(_together(lambda number: _asks(url, seconds, number), range(ASKING))))


def _asks(url: str, seconds: float, number: int) -> list[float]:
    questions = itertools.islice(itertools.cycle(_QUESTIONS), number, None)
    took: list[float] = []
    with closing(Talk(url)) as talk:
        time.sleep(random.Random(number).random())
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            took.append(talk.ask(next(questions)))
            time.sleep(max(0.0, 1 - took[-1] / 1000))
    return took


def _beside_photos(url: str, seconds: float, photo: bytes) -> list[float]:
    """As `_asking`, while three citizens send one photo of twelve megapixels after the other."""
    over = threading.Event()

    def send(_number: int) -> list[float]:
        took = []
        while not over.is_set():
            took.append(_photo(url, photo))
        return took

    def ask(_number: int) -> list[float]:
        try:
            return _asking(url, seconds)
        finally:
            over.set()

    works = (send, send, send, ask)
    return _together(lambda number: works[number](number), range(len(works)))[-1]


def _together(work: Callable[[int], list[float]], numbers: Iterable[int]) -> list[list[float]]:
    """What each number's work gives, all at once; the first failure is raised when all have ended."""
    results: dict[int, list[float]] = {}
    broken: list[Exception] = []

    def run(number: int) -> None:
        try:
            results[number] = work(number)
        except (CannotMeasure, OSError, ValueError, http.client.HTTPException) as error:
            broken.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return [results[number] for number in sorted(results)]
