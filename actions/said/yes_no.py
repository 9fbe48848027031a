"""Yes and no, as people say them to a summary that they are shown.

Refuses to take for a yes what holds back, asks, or corrects something ("ừ mà khoan", "đúng rồi nhưng sai số nhà"): a
registration that is sent by mistake is worse than one more question.
"""

from __future__ import annotations

import re

from actions.said.patterns import spelt, words
from actions.said.said import Said
from helpdesk.text import DENYING, NOT, any_of

_NOT = any_of((*DENYING, "chả", "chưa", "khỏi"))
# "Không sai chữ nào", "không có gì sai", "khỏi sửa".
_NOT_WRONG = words(
    rf"{_NOT}(?: có| thấy| bị| cần| phải| còn)*(?: gì| chi| chỗ nào| chỗ mô| chữ nào| cái nào| điều gì)?(?: để)?"
    r"(?: sai| nhầm| lộn| trật| lệch| thiếu| sửa| chỉnh| đổi)+"
    r"(?: gì| chi| chỗ nào| chỗ mô| chữ nào| chữ mô| vào đâu| mô| nữa| hết| cả| đâu)*"
)
_NOT_RIGHT = words(
    rf"(?:{_NOT}|đâu có|mô có|đâu|mô)(?: có| được| phải là| hề)?"
    r"(?: đúng| phải| chính xác| chuẩn| khớp| trúng| ok\w*| đồng ý| được| dc| chịu| hợp lý)+"
)
_WRONG = words(r"sai|nhầm|lộn|trật|bâyJ|lệch|thiếu|sia|(?:mới|mí|ms) (?:đúng|phải|trúng|chuẩn)|ch[uứ] \S+ gì")
# Without accents `dung` is nearly always `đúng`, except before what one is not to do.
_HOLD = words(
    r"khoan|từ từ|chơF(?! chi| gì)|đơiJ|cho (?:chut|ti|xiu|da)|doi (?:chut|ti|xiu|da)|đưngF|dưngF|ngừng|nhưng|hủy|huỷ|"
    r"sửa|đôiR|doi lai|chinhR|chinh (?:lai|sua|giup)|thay|dung (?:gui|lai|lam|nop|voi|co|lay)|chưa (?:gửi|nộp|vội|"
    r"muốn)|"
    r"để (?:xem|coi|tìm|tui|tôi|em|mình|con|chị|anh|bác|hỏi|mai|sau|lúc|bữa|hôm|kiểm)"
)
_YES_WORD = (
    r"(?:đúng|dugn|đug|đr|phải|chính xác|chính nó|chuẩn|khớp|trúng|ok\w*|oki\w*|uk\w*|hợp lệ|hợp lý|y chang|rứa|được|"
    r"đc|"
    r"dc|đồng ý|nhất trí|xác nhận|confirm|duyệt|gửi|gởi|nộp|chốt|submit|tiếp|tiếp tục|làm|mần|bắt đầu|yes|yep|yeah|y|"
    r"uh|uhm|"
    r"um|ukm|ừ|ừa|ừm|ờ|u|vâng|dạ|có|rồi|chắc chắn|tất nhiên|dĩ nhiên|chấp nhận|sẵn sàng|tán thành|hoàn toàn|boong)"
)
_FILLER = (
    r"(?:dạ|vâng|a|á|ạ|à|ơ|ơi|em|e|con|chị|c|anh|bạn|b|nha|nhé|nhe|nghe|nghen|nè|đó|đấy|rồi|r|òi|ròi|hết|luôn|lun|mà|"
    r"thì|"
    r"là|cứ|thế|vậy|z|rứa|hỉ|cả|tất|ad|bot|lắm|đi|giùm|dùm|giúp|hồ sơ|cho|tôi|tui|mình|bà|ông|cô|chú|bác|cháu|này|nữa|"
    r"trên|"
    r"như|thông tin|liền|nhanh|lẹ|hen|hè|y|nhỉ|thưa|đã|xem|kỹ|coi|thấy|i|kkk|haha|chứ|chớ|quá|số|tên|ngày sinh|địa chỉ)"
)
_ALL_YES = words(rf"(?:{_FILLER} )*{_YES_WORD}(?: (?:{_YES_WORD}|{_FILLER}))*")
# Not "chẳng": alone it is the beginning of something, not an answer.
_NO_WORD = rf"(?:{any_of(NOT)}|chưa|no|nope|sai|thôi|khỏi|nỏ|nhầm|lộn|trật|đâu (?:có|phải)|mô (?:có|phải)|từ chối)"
_ALL_NO = words(
    rf"(?:{_FILLER} )*{_NO_WORD}(?: (?:{_NO_WORD}|{_FILLER}|cần|phải|có|đúng|đâu|mô|bét|lất|tùm lum|muốn|đồng ý))*"
)
# A confident other intent is not the answer to a question, whatever small words it is made of.
_MAYBE_YES = frozenset({"affirm", "nlu_fallback", "inform", "resume_registration", ""})
_MAYBE_NO = frozenset(
    {"deny", "nlu_fallback", "inform", "correct_info", "info_mismatch", "complain", "out_of_scope", ""}
)
_YES_SIGNS = re.compile("[👍👌✅☑✔🆗💯🙆🫡]")
_NO_SIGNS = re.compile("[👎❌🙅⛔🚫✖]")


def says_yes(said: Said) -> bool:
    """A yes, also where the classifier isn't sure."""
    if not any(sign.isalnum() for sign in said.text):
        return bool(_YES_SIGNS.search(said.text)) and not _NO_SIGNS.search(said.text)
    text = _settled(said.text)
    if "?" in said.text or _WRONG.search(text) or _HOLD.search(text):
        return False
    return said.intent == "affirm" or (said.intent in _MAYBE_YES and bool(_ALL_YES.fullmatch(text)))


def says_no(said: Said) -> bool:
    """A no, also where the classifier isn't sure."""
    if not any(sign.isalnum() for sign in said.text):
        return bool(_NO_SIGNS.search(said.text))
    text = _settled(said.text)
    if said.intent not in _MAYBE_NO:
        return False
    # What is wrong is told in many words: "sai rồi, 1955 mới đúng".
    if _WRONG.search(text) and said.intent != "out_of_scope":
        return True
    return bool(_ALL_NO.fullmatch(text)) or (said.intent == "deny" and not _ALL_YES.fullmatch(text))


def _settled(text: str) -> str:
    """Spelt, with double negations said straight."""
    clauses = (_NOT_WRONG.sub("đungS", spelt(clause)) for clause in re.split(r"[,.;!?\n]+", text))
    return " ".join(_NOT_RIGHT.sub("sai", clause) for clause in clauses if clause)
