"""The permanent address in a message, with its province.

Refuses words that are no place: an address is text that nobody checks, so whatever is taken for one stays wrong. The
provinces are `helpdesk.places.provinces`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from actions.registration.hearing.heard import Heard
from actions.registration.hearing.labels import Label, Message
from actions.registration.hearing.numbers import covered
from actions.said import VALUE_INTENTS, Kind, Said, spelt, words
from helpdesk.identity import FieldName
from helpdesk.places import find_province
from helpdesk.registration import Registration
from helpdesk.text import KIN, NOT, SELF, any_of, fold, folded

# The districts around the office: who names one need not be asked for the province.
_DISTRICTS = {
    "Đà Nẵng": "thanh khe|hai chau|son tra|ngu hanh son|lien chieu|cam le|hoa vang|hoang sa",
    "Quảng Nam": "tam ky|hoi an|dien ban|duy xuyen|dai loc|thang binh|nui thanh|que son|phu ninh|tien phuoc|hiep duc|"
    "nong son|(?:bac|nam) tra my|phuoc son|(?:nam|dong|tay) giang",
}
_PLACE = words(
    r"^(?:số |nhà )*k?\d+[a-z]?(?: \d+)* (?:đường )?[^\d\s]+ [^\d\s]+|tổ (?:dân phố )?\d+|k ?\d+ \S+|"
    r"(?:số nhà|kp|xóm) \d+|(?:thôn|xã|phường|huyện|hẻm|kiệt|ngõ|ngách|khu phố|khối phố|ấp|thành phố|thị xã|thị trấn|"
    r"chung cư|đươngF|quânJ|tinhR) \S+"
)
# Where the place itself begins, behind "chung với thằng con trai …".
_FIRST = re.compile(r"\b(?:k ?\d|kiet|hem|so nha \d|so \d|to \d|thon|khu pho|khoi pho|chung cu|duong|\d+[/\w]* [a-z])")
_WORDED = re.compile(r"\b(?:kiet|hem|so nha \d|to \d|thon|khu pho|khoi pho|chung cu)")
# `Võ Thành` is a street, not somebody's wife who moved.
_PEOPLE = any_of(set(folded((*SELF, *KIN))) - {"vo"})
_LEAD = re.compile(
    r"^[\s:\-–=.,]*(?:(?:da(?!\s+(?:nang|lat|bac|teh))|vang|u|a)\b[\s,]*)?"
    rf"(?:(?:(?:cua\s+)?(?:{_PEOPLE}|nha|thi|ghi|trong|tren|cccd|"
    r"can cuoc|thuong tru|ho khau|gio|hien|dang|cu tru|moi|o)\s+)*(?:la|tai|o|thanh|sang|qua|ve|tro)\b)?"
    r"(?:\s+(?:tai|o|la|tro)\b)*[\s:\-]*"
)
_TAIL = re.compile(
    r"(?:[\s,.]+(?:ạ|á|nha|nhe|nhé|nghe|nghen|nè|đó|hỉ|hen|em|con|chị|anh|ad|bạn|cháu|cô|chú|bác|ơi|rồi|e|c|o|thôi|"
    r"đang|hiện|còn|giờ|dang|hien|mới đúng|mới phải|mới trúng|moi dung))+"
    r"[\s.!]*$",
    re.I,
)
# `K 12` is a lane, `hẻm` an alley.
_IN_ADDRESSES = {"k", "kg", "kh", "hem"}
# Words of sentences that are in no address; those of the second list mean something else without their accents.
_SENTENCES = (
    words(
        rf"{any_of(set(NOT) - _IN_ADDRESSES)}|"
        r"được|dc|muốn|khám|nộp|cơ quan|đăng ký|giùm|giúp|biết|chưa|phải|tra|xem|coi|hồ sơ|tiếp nhận|"
        r"nhưng|vậy|tại sao|làm|tìm|chờ|đợi|khoan|gửi|chụp|app|mật khẩu|điện thoại|tui|tôi|cũng|vợ chồng|xài|danh sách|"
        r"bệnh viện|bảo hiểm|tác dụng|quyền lợi|liên tục|lỗi|triệu|mua|hợp đồng|trong khi|j|kq\w*|tính năng|cảm ơn|ntn|"
        r"chuyển|quên|em muốn|số cuối|chữ số|thêm|vào|bớt"
    ),
    words(
        r"chọn|hỏi|hay|xin|thì|mà|nào|đâu|sao|gì|chi|cần|rồi|bị|để|cho|nếu|sẽ|tiền|thẻ|bao|mấy|giờ|vô|hồi|nãy|chỉ|mô|"
        r"răng|hả|"
        r"nó|hoài|lâu|mệt|quá|lắm|nhiều|gần|trên|ghi|thăm|tách|bản|tuyến|tới|đến|vẫn|nhận|mã|khỏi|hết|mất",
        plain=False,
    ),
    # Without accents what is hardly in the name of a place.
    words(
        r"nghe|het|tien|bi|roi|sao|nhap|nhiu|lan|chac|mua|size|ship|viet|diem|lop|bai|chu|cai|hom nay|ve(?= \S+ gi)|"
        r"the|"
        r"nay|moi|lai|mang|xin|hoi|nao|bao nhieu"
    ),
)
# What a better witness says is not overwritten by where somebody was born.
_STRONGEST = re.compile(r"thuong tru|ho khau|hktt|(?:dia chi|d/c) thuong")
_STRONG = re.compile(r"dia chi|d/c|dc")
_BEGINS = re.compile(r"\s*(?:(?:số\s*)?k?\d|(?:tổ|thôn|kiệt|hẻm|số nhà|to|thon|kiet|hem)\b)", re.I)
Span = tuple[int, int]


def hear_address(message: Message, said: Said, registration: Registration, asked: str, heard: Heard) -> list[Span]:
    """Take the address; returns where in the message it stands."""
    labels = [label for label in message.labels if label.field == FieldName.ADDRESS]
    strong = [label for label in labels if _STRONGEST.match(message.letters, label.start)] or [
        label for label in labels if _STRONG.match(message.letters, label.start)
    ]
    if said.intent not in VALUE_INTENTS and not heard.values:
        # "Hộ khẩu Quảng Nam thì chọn cơ quan nào": where somebody lives is told in questions too.
        return []
    if asked != FieldName.ADDRESS and said.intent == "nlu_fallback" and not heard.values:
        labels = strong
    for label in strong or labels:
        span = _trimmed(message, label.end, _end(message, label), _FIRST)
        if span and (_is_place(message, span) or (asked == FieldName.ADDRESS and _is_told(said, message, span))):
            _keep(message.text[span[0] : span[1]], heard)
            return [span]
    lacks_province = _lacks_province(registration)
    if (asked == FieldName.ADDRESS or (lacks_province and said.intent == "inform" and not heard.values)) and not labels:
        return _answer(message, said, registration, heard)
    if (heard.values or heard.problems) and not registration.has(FieldName.ADDRESS):
        for span in _ending_with_province(message):
            _keep(message.text[span[0] : span[1]], heard)
            return [span]
    return []


def _lacks_province(registration: Registration) -> bool:
    """Whether all of the address is known but its end."""
    return bool(registration.fields.get(FieldName.ADDRESS)) and not registration.fields.get(FieldName.PROVINCE)


def _end(message: Message, label: Label) -> int:
    """An address ends with its line, or where another field or a number of a person begins."""
    stops = [other.start for other in message.labels if other.start >= label.end and other.field != FieldName.ADDRESS]
    stops += [start for start, _ in covered(message) if start >= label.end]
    line = re.search(r"[\n;|]", message.text[label.end :])
    stops += [label.end + line.start()] if line and message.text[label.end : label.end + line.start()].strip() else []
    return min([*stops, len(message.text)])


def _trimmed(message: Message, start: int, end: int, begins: re.Pattern[str] | None = None) -> Span | None:
    """The place between two points, without what leads to it and follows it; `begins`: how it begins at the latest."""
    lead = _LEAD.match(message.letters[start:end])
    start += lead.end() if lead else 0
    first = (begins or _WORDED).search(message.letters[start:end])
    if first and first.start() <= 45 and "," not in message.text[start : start + first.start()]:
        before = message.text[start : start + first.start()]
        start += first.start() if before == before.lower() and len(before.split()) >= 2 else 0
    text = message.text[start:end]
    # "Không có số nhà, tổ 5 thôn La Bông": a sentence before the place.
    while "," in text and _is_sentence(text.split(",")[0]) and not _is_sentence(text.split(",")[1]):
        start += text.index(",") + 1
        start += len(message.text[start:end]) - len(message.text[start:end].lstrip())
        text = message.text[start:end]
    # "Hộ khẩu Quảng Nam mà tui ở Đà Nẵng": what is said about it is no part of it.
    text = re.split(r"[\s,]+(?:mà|nhưng|thì|nên|chứ|chớ|còn)\s", text, maxsplit=1, flags=re.IGNORECASE)[0]
    # "…, quận Thanh Khê, ghi đi đừng hỏi lại": so is a whole sentence behind a comma.
    parts = text.split(",")
    talk = next((at for at, part in enumerate(parts) if at and _is_sentence(part)), len(parts))
    text = ",".join(parts[:talk])
    tail = _TAIL.search(text)
    if tail and len(text[: tail.start()].split()) >= 1:
        text = text[: tail.start()]
    text = text.rstrip(" ,.;:-\n(")
    return (start, start + len(text)) if len(text) >= 2 and any(sign.isalpha() for sign in text) else None


def _answer(message: Message, said: Said, registration: Registration, heard: Heard) -> list[Span]:
    """The question for the address is answered by the whole message, or by its longest part without other fields."""
    for start, end in _free(message):
        span = _trimmed(message, start, end)
        if span is None:
            continue
        text = message.text[span[0] : span[1]]
        # The second question is for the province alone; a corrected address is a whole one.
        only_province = _lacks_province(registration)
        place = _is_place(message, span) or _is_told(said, message, span)
        if place and (_province(text) or not only_province):
            _keep(text, heard)
            return [span]
    return []


def _is_told(said: Said, message: Message, span: Span) -> bool:
    """Nothing marks it as a place, but it is what somebody tells when asked, and nothing else."""
    text = message.text[span[0] : span[1]]
    return said.intent == "inform" and len(text.split()) >= 3 and not _is_sentence(text)


def _free(message: Message) -> list[Span]:
    """What no number, date or other field stands in, the longest first."""
    cuts = sorted([*covered(message), *(_taken_up(message, b) for b in message.labels if b.field != FieldName.ADDRESS)])
    free, at = [], 0
    for start, end in [*cuts, (len(message.text), len(message.text))]:
        if start > at:
            free.append((at, start))
        at = max(at, end)
    return sorted(free, key=lambda span: span[0] - span[1])


def _taken_up(message: Message, label: Label) -> Span:
    """A label with its value: up to the number behind it, else to the next comma, line or label."""
    end = message.end_of(label)
    number = next((stop for start, stop in covered(message) if label.end <= start < end), None)
    if number is not None:
        return label.start, number
    mark = re.search(r"[,;\n|]", message.text[label.end : end])
    return label.start, label.end + mark.start() if mark else end


def _is_sentence(text: str) -> bool:
    # "chi", "hay" and the like have no accents to tell them by: Chi Lăng is a place.
    words_of_text = spelt(text)
    others = _SENTENCES[2 if text.isascii() else 1]
    return bool(_SENTENCES[0].search(words_of_text) or others.search(words_of_text))


def _is_place(message: Message, span: Span) -> bool:
    text = message.text[span[0] : span[1]]
    if _is_sentence(text):
        return False
    if _province(text) or _PLACE.search(spelt(text)):
        return True
    return any(span[0] <= e.start and e.end <= span[1] for e in message.entities if e.kind == Kind.LOCATION)


def _ending_with_province(message: Message) -> Iterator[Span]:
    """ "12 Trần Cao Vân, Thanh Khê, Đà Nẵng" beside other values: from the house number to the province."""
    for start, end in _free(message):
        for piece in re.finditer(r"[^\n;|]+", message.text[start:end]):
            parts = [(m.start(), m.end()) for m in re.finditer(r"[^,]+", piece[0])]
            for last in range(len(parts) - 1, -1, -1):
                text = piece[0][parts[last][0] : parts[last][1]].strip()
                if not _province(text) or len(piece[0][: parts[last][1]].split()) < 2:
                    continue
                offset, first = start + piece.start(), _house(piece[0], parts, last)
                span = _trimmed(message, offset + parts[first][0], offset + parts[last][1])
                if span:
                    yield span
                break


def _house(text: str, parts: list[Span], last: int) -> int:
    """The part that begins the address: the nearest before that has a house number or a word of place."""
    for at in range(last, max(-1, last - 5), -1):
        part = text[parts[at][0] : parts[at][1]]
        if _BEGINS.match(part):
            return at
    at = last
    while at > 0 and _PLACE.search(spelt(text[parts[at - 1][0] : parts[at - 1][1]])):
        at -= 1
    return at


def _keep(text: str, heard: Heard) -> None:
    if len(text) > 200:
        return
    heard.values[FieldName.ADDRESS] = " ".join(text.split())
    province = _province(text)
    if province:
        heard.values[FieldName.PROVINCE] = province


def _province(text: str) -> str:
    province = find_province(text)
    if province is not None:
        return province.name
    folded = fold(text)
    for name, districts in _DISTRICTS.items():
        if re.search(rf"\b(?:(?:quan|q|huyen|h|tp|thanh pho|thi xa|tx) (?:{districts})\b|(?:{districts})$)", folded):
            return name
    return ""
