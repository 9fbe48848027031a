"""Words that steer a form rather than answer it: pausing, waiting, stepping back, starting over, not knowing.

Owns the word lists; what is done about them is the turn's.
"""

from __future__ import annotations

import re

from actions.registration.said import Said
from actions.registration.wording import spelt, words

_LATER = (
    r"để (?:sau|mai|mốt|tối|chiều|sáng|bữa|hôm|khi|lúc)|(?:lúc|khi|hôm|bữa|dịp) khác|mai (?:làm|tính|khai|rảnh)|"
    r"mai mốt|"
    r"(?:tối|chiều|sáng|mai|lát|tí|chút|xíu)(?: nữa)?(?: \S+)? (?:làm|khai|điền) (?:tiếp|sau|lại)?|hôm sau|bữa sau"
)
_PAUSE = words(
    rf"{_LATER}|tạm (?:dừng|ngưng|ngừng|gác)|nghỉ đã|dưngF lại|dung lai(?! (?:email|mail|so|cai|dia chi|cccd|"
    rf"can cuoc))|ngưng lại|"
    rf"ngừng lại|"
    r"để (?:\S+ )?hỏi (?:lại )?(?:con|cháu|chồng|vợ|má|mẹ|ba|đã)|bận (?:rồi|việc|quá)|mắc việc|thôi (?:không|ko|k|"
    r"khỏi|dưngF|dung|bỏ)|"
    r"(?:không|ko|k|hông|khỏi) (?:làm|đăng ký|dk|khai|mần) (?:nữa|tiếp)|stop|dẹp"
)
# Alone only: "Nguyễn Đình Huy" is a name.
_CANCEL = words(
    r"(?:dạ |thôi |em |cho (?:tôi|em) )*(?:hủy|huỷ|dưngF|ngừng|ngưng|thoát|cancel)"
    r"(?: (?:đi|bỏ|luôn|đăng ký|ạ|nha|nhe|nhé|giúp|em|bạn|tôi|lại|ra))*"
)
_WAIT = words(
    r"^(?:dạ |ấy |ê |ơ |a |ủa )*khoan(?: đã| chút| tí| xíu| khoan)*|khoan (?:đã|chút|tí)|(?:chờ|đợi)(?: \S+)? (?:tìm|"
    r"kiếm|lấy|chụp|mở|coi)|(?:chờ|đợi)(?: \S+)? (?:chút|tí|xíu|lát|đã|phút|tẹo|miếng|với)|(?:chờ|"
    r"đợi) (?:nha|nhé|nghe)|"
    r"từ từ|(?:chút|tí|lát|xíu)(?: nữa)? (?:gửi|gởi|chụp|có)|(?:1|một|2|5|mấy|vài) phút(?: nữa)?|"
    r"để(?: tui| tôi| em| mình| con| chị| anh| bác| bà| ông| cô| chú| e| t)?(?: đi| vô| ra| lên)? "
    r"(?:tìm|kiếm|lấy|lục|coi|xem|mở|chụp|kêu|gọi|nhờ|đeo)|(?:đang|để) (?:tìm|kiếm|lấy|lục|chụp|mở)|wait|chờ (?:chút|"
    r"tí|xíu)|"
    r"cho chut|cho xiu|cho ti|doi chut|doi ti|doi xiu|doi lat"
)
_NO_WAIT = words(r"sửa|sai|nhầm|lộn|hủy|huỷ|thôi|mai|bữa khác|hôm khác|lúc khác|dừng|ngừng|ngưng|bỏ|xóa|xoá")
_DISCARD = words(
    r"(?:xóa|xoá|bỏ|hủy|huỷ) (?:luôn )?(?:hồ sơ|bản nháp|hết|sạch|toàn bộ|tất cả|đi)|làm lại (?:từ đầu|hết)|"
    r"bắt đầu lại|"
    r"(?:khai|nhập|đăng ký) lại từ đầu|quay (?:lại|về) (?:từ )?(?:đầu|bước (?:1|một|đầu))|reset|làm lại từ bước (?:1|"
    r"một)"
)
_BACK = words(
    r"(?:dạ |cho (?:tôi|em|mình|tui|e) |xin )*(?:quay lại|qlai|lui lại|lùi lại|trở lại|back|quay về|lui|lùi|về)"
    r"(?: lại)?(?: cho \S+)?(?: (?:một|1|cái))?(?: (?:câu|bước|mục|phần|cau|chút))?(?: (?:trước|hồi nãy|khi nãy|"
    r"lúc nãy|nãy|trc|vừa rồi))?"
    r"(?: (?:đi|với|giúp|giùm|em|nha|ạ|cái|ad))*|(?:bước|câu) trước"
)
_UNKNOWN = words(
    r"(?:không|ko|k|kg|kh|hông|hong|hổng|hok|chưa|chẳng|nỏ|mô) (?:biết|nhớ|rõ|có|thấy|thuộc|tìm (?:ra|thấy)|nhớ rõ|"
    r"rành|biêt)"
    r"(?! (?:email|mail|gmail|cccd|căn cước|điện thoại|sđt|sdt|tiền|ai))|có biết đâu|biết đâu|nhớ đâu|có nhớ đâu|"
    r"quên(?: mã| số| mất| rồi| r)|"
    r"mất (?:sổ|thẻ)|làm mất|tra (?:giúp|giùm|dùm|hộ|cho|mã)|tìm (?:giúp|giùm|dùm|hộ)|mù tịt|chịu(?: luôn)?"
)
_INSTEAD = words(
    r"gõ (?:tay|thay|được|số|cho|luôn)|nhập tay|đánh máy|tự (?:gõ|nhập|điền)|(?:không|ko|k|hông|hong|chưa|khỏi)(?: có|"
    r" biết)? (?:chụp|máy ảnh)|"
    r"(?:không|ko|k|hông) (?:chụp|gửi) (?:được|đc|dc)|cho (?:\S+ )?(?:gõ|nhập|đánh)|muốn (?:gõ|nhập)|(?:hư|hỏng|"
    r"bể) (?:camera|máy ảnh)|"
    r"(?:thẻ|căn cước|cccd) (?:để|bỏ) (?:ở )?nhà|(?:không|ko|k|hông|chưa)(?: có| mang| đem| cầm)* (?:thẻ|cccd|"
    r"căn cước|giấy tờ)(?: \S+){0,3}|"
    r"mất (?:cccd|căn cước|thẻ căn cước|chứng minh)"
)
_RESEND = words(
    r"gửi lại|gởi lại|(?:chưa|không|ko|k|hông|hong) (?:thấy|nhận|có|tới|đến|về)(?: được)?|đâu rồi|mô rồi|chờ hoài|"
    r"đợi hoài|"
    r"(?:mã|otp) khác|(?:cho|xin) (?:\S+ )?(?:mã|otp)(?: mới| khác)?"
)
_CODE_WORDS = words(
    r"gửi lại(?: \S+)? (?:mã|otp|email|mail)|gởi lại(?: \S+)? (?:mã|otp)|(?:chưa|không|ko|k) (?:thấy|nhận|"
    r"có)(?: được)? (?:mã|otp)"
)
_CODE_NAMES = words(r"otp|mã xác (?:nhận|thực)|e ?mail|mail|gmail")
_NATIONAL = words(r"(?:dùng|lấy|bằng|xài|thay bằng|sài)(?: luôn)?(?: số)? (?:cccd|căn cước|định danh)(?: thay| luôn)?")
_WAITABLE = frozenset(
    {"nlu_fallback", "inform", "cancel", "affirm", "deny", "out_of_scope", "send_photo", "correct_info", ""}
)


def wants_pause(said: Said) -> bool:
    """Whether the form is to be left for now."""
    text = spelt(said.text)
    return said.intent in ("cancel", "goodbye") or bool(_PAUSE.search(text) or _CANCEL.fullmatch(text))


def wants_wait(said: Said) -> bool:
    """Whether only a moment is needed ("để tìm thẻ đã"); the form waits with the question it has put."""
    text = spelt(said.text)
    if said.intent not in _WAITABLE or said.entities or "?" in said.text or len(text.split()) > 14:
        return False
    return bool(_WAIT.search(text)) and not _NO_WAIT.search(text) and not re.search(r"\d{4}", text)


def wants_discard(said: Said) -> bool:
    """Whether the draft is to be thrown away."""
    return bool(_DISCARD.search(spelt(said.text)))


def wants_back(said: Said) -> bool:
    """Whether the last answer is to be taken back."""
    return bool(_BACK.fullmatch(spelt(said.text)))


def does_not_know(said: Said) -> bool:
    """Whether a number is not known or not at hand."""
    return said.intent == "lookup_bhxh_code" or bool(_UNKNOWN.search(spelt(said.text)))


def wants_to_type(said: Said) -> bool:
    """Whether typing is preferred to photos, or the card is not at hand."""
    return bool(_INSTEAD.search(spelt(said.text)))


def wants_code_again(said: Said) -> bool:
    """Whether the mail's code has to be sent again, where it was asked for."""
    if said.intent in ("otp_not_received", "nlu_fallback", "inform", "deny", "password_not_received", ""):
        return said.intent == "otp_not_received" or bool(_RESEND.search(spelt(said.text)))
    return bool(_CODE_WORDS.search(spelt(said.text)))


def asks_for_code(said: Said) -> bool:
    """Whether the mail's code is asked for while another question is open."""
    text = spelt(said.text)
    return bool(_CODE_WORDS.search(text)) or (wants_code_again(said) and bool(_CODE_NAMES.search(text)))


def wants_national_id(said: Said) -> bool:
    """Whether the personal id shall stand for the BHXH number."""
    return bool(_NATIONAL.search(spelt(said.text)))
