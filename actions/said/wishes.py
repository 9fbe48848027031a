"""Words that steer a form rather than answer it: pausing, waiting, stepping back, starting over, not knowing.

Owns the word lists; what is done about them is the turn's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.said.patterns import spelt, words
from actions.said.said import Said
from helpdesk.identity import FieldName
from helpdesk.text import CHILDREN, DENYING, FAMILY, NOT, any_of

_NOT = any_of(NOT)
_DENYING = any_of(DENYING)
_AT_HOME = any_of((*FAMILY, *CHILDREN))
_LATER = (
    r"để (?:sau|mai|mốt|tối|chiều|sáng|bữa|hôm|khi|lúc)|(?:lúc|khi|hôm|bữa|dịp) khác|mai (?:\S+ )?(?:làm|tính|khai|"
    r"rảnh|qua|ra|lên|tới|ghé)|"
    r"mai mốt|"
    r"(?:tối|chiều|sáng|mai|lát|tí|chút|xíu)(?: nữa)?(?: \S+)? (?:làm|khai|điền) (?:tiếp|sau|lại)?|hôm sau|bữa sau"
)
_PAUSE = words(
    rf"{_LATER}|tạm (?:dừng|ngưng|ngừng|gác)|nghỉ đã|dưngF lại|dung lai(?! (?:email|mail|so|cai|dia chi|cccd|"
    rf"can cuoc))|ngưng lại|"
    rf"ngừng lại|"
    rf"để (?:\S+ )?hỏi (?:lại )?(?:{_AT_HOME}|đã)|bận (?:rồi|việc|quá)|mắc việc|thôi (?:{_NOT}|khỏi|dưngF|dung|bỏ)|"
    rf"(?:{_NOT}|khỏi) (?:làm|đăng ký|dk|khai|mần) (?:nữa|tiếp)|stop|dẹp"
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
    r"(?:tìm|kiếm|lấy|lục|coi|xem|mở|chụp|kêu|gọi|nhờ|đeo|về)|(?:đang|để) (?:tìm|kiếm|lấy|lục|chụp|mở)|wait|"
    r"chờ (?:chút|"
    r"tí|xíu)|"
    r"cho chut|cho xiu|cho ti|doi chut|doi ti|doi xiu|doi lat"
)
_HOLD_ON = words(r"^(?:dạ |ấy |ê |a |ủa )*(?:khoan|chờ|đợi)(?: \S+){0,5}$")
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
    rf"(?:{_DENYING}|chưa|mô) (?:biết|nhớ|rõ|có|thấy|thuộc|tìm (?:ra|thấy)|nhớ rõ|"
    r"rành|biêt)"
    r"(?! (?:email|mail|gmail|cccd|căn cước|điện thoại|sđt|sdt|tiền|ai))|có biết đâu|biết đâu|nhớ đâu|có nhớ đâu|"
    r"quên(?: mã| số| mất| rồi| r)|"
    r"mất (?:sổ|thẻ)|làm mất|tra (?:giúp|giùm|dùm|hộ|cho|mã)|tìm (?:giúp|giùm|dùm|hộ)|mù tịt|chịu(?: luôn)?"
)
_INSTEAD = words(
    r"^(?:dạ |thôi |cho (?:em|tôi|tui) |để (?:em|tôi|tui) )*(?:gõ|nhập|đánh)(?: nha| đi| thay| chữ| tay| em| ạ|"
    r" luôn)*$|gõ (?:tay|thay|được|số|cho|luôn)|nhập tay|đánh máy|tự (?:gõ|nhập|điền)|"
    rf"(?:{_DENYING}|chưa|khỏi)(?: có| biết)? (?:chụp|máy ảnh)|"
    rf"{_DENYING} (?:chụp|gửi) (?:được|đc|dc)|cho (?:\S+ )?(?:gõ|nhập|đánh)|muốn (?:gõ|nhập)|"
    r"(?:hư|hỏng|bể) (?:camera|máy ảnh)|"
    r"(?:thẻ|căn cước|cccd) (?:để|bỏ) (?:ở )?nhà|"
    rf"(?:{_DENYING}|chưa)(?: có| mang| đem| cầm)* (?:thẻ|cccd|căn cước|giấy tờ)(?: \S+){{0,3}}|"
    r"mất (?:cccd|căn cước|thẻ căn cước|chứng minh)"
)
_RESEND = words(
    rf"gửi lại|gởi lại|(?:{_DENYING}|chưa) (?:thấy|nhận|có|tới|đến|về)(?: được)?|đâu rồi|mô rồi|chờ hoài|"
    r"đợi hoài|"
    r"(?:mã|otp) khác|(?:cho|xin) (?:\S+ )?(?:mã|otp)(?: mới| khác)?"
)
_CODE_WORDS = words(
    r"gửi lại(?: \S+)? (?:mã|otp|email|mail)|gởi lại(?: \S+)? (?:mã|otp)|"
    rf"(?:{_DENYING}|chưa) (?:thấy|nhận|có)(?: được)? (?:mã|otp)"
)
_CODE_NAMES = words(r"otp|mã xác (?:nhận|thực)|e ?mail|mail|gmail")
_NATIONAL = words(r"(?:dùng|lấy|bằng|xài|thay bằng|sài)(?: luôn)?(?: số)? (?:cccd|căn cước|định danh)(?: thay| luôn)?")
_SENDING = words(
    r"(?:gửi|gởi|chụp|up|đưa|bấm|nhắn)(?: \S+){0,4} (?:đây|nè|nì|rồi|r|nha|đó|liền|xong|luôn)|(?:hình|ảnh|tấm|"
    r"cái)(?: \S+){0,2} "
    r"(?:đây|nè|nì)|đây(?: nè| nha| con| em| ạ)?|(?:gửi|gởi|chụp) (?:rồi|xong|r)|rồi (?:đó|nè)|xong rồi"
)
_LACKS: Mapping[str, str] = {
    FieldName.EMAIL: r"e ?mail|mail|gmail|meo|thư điện tử",
    FieldName.NATIONAL_ID: r"cccd|căn cước|chứng minh|cmnd|thẻ|số đó|giấy tờ",
    FieldName.PHONE: r"điện thoại|đt|sđt|sdt|máy|số nào",
    FieldName.FRONT: r"cccd|căn cước|chứng minh|cmnd|thẻ|giấy tờ|hình|ảnh",
    FieldName.BACK: r"cccd|căn cước|chứng minh|cmnd|thẻ|giấy tờ|hình|ảnh|mặt sau",
    FieldName.PORTRAIT: r"hình|ảnh|chân dung",
}
_LACKING = {
    field: words(
        rf"(?:{_DENYING}|chưa|mô) (?:có |xài |sài |dùng |biết |còn |làm |mang |đem |được cấp |"
        rf"cấp |cái )*(?:{what})|"
        rf"(?:mất|hư|rách|quên|thất lạc)(?: \S+)? (?:{what})|(?:{what})(?: \S+){{0,2}} (?:mất|hư|không còn|bị mất|"
        rf"thất lạc)|mô có(?: {what})?"
    )
    for field, what in _LACKS.items()
}
# "Xóa hết đi" in the middle of a form means the draft, not everything.
_THIS_DRAFT = words(r"bản nháp|hồ sơ (?:này|ni|đó|đang|đk|đăng ký)|làm lại|khai lại|nhập lại|nãy giờ|hồi nãy|từ đầu")
_MY_DATA = words(r"dữ liệu|thông tin|tài khoản|tin nhắn|data|lịch sử|cuộc trò chuyện|khỏi hệ thống")
_TIRED = words(
    r"hỏi (?:hoài|miết|lắm|nhiều|quá|chi|gì)(?: \S+){0,2} (?:lắm|hoài|rứa|vậy|thế|quá|dữ|v|z)|hỏi (?:hoài|miết|lắm|"
    r"dai|nhiều quá)|"
    r"(?:rườm rà|lằng nhằng|rắc rối|phiền (?:phức|quá)|lâu (?:quá|lắc|dữ|ghê)|mệt (?:quá|ghê|rồi|não)|nhiêu khê|"
    r"dài (?:quá|dòng))"
)
_AS_ON_CARD = words(
    r"(?:như|giống|y|theo|coi|xem|ghi|lấy|đúng|in)(?: \S+){0,3} (?:căn cước|cccd|thẻ|giấy|cmnd|chứng minh|hình|"
    r"ảnh)(?: \S+){0,4}"
)
_CONTACT = words(r"e ?mail|mail|gmail|điện thoại|sđt|sdt|đt|số(?: đó)?|hai cái|cả hai|đều|hết")
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
    # "Khoan để coi lại đã" is one, whatever else "coi lại" is asked for.
    if (
        not (said.intent in _WAITABLE or _HOLD_ON.match(text))
        or said.entities
        or "?" in said.text
        or len(text.split()) > 14
    ):
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


def announces_photo(said: Said) -> bool:
    """Whether a photo is said to come or to have come ("hình đây nè"); without it the words are nothing."""
    text = spelt(said.text)
    return len(text.split()) <= 12 and bool(_SENDING.search(text)) and not said.entities


def lacks(said: Said, field: str) -> bool:
    """Whether somebody says not to have what was asked for."""
    pattern = _LACKING.get(field)
    return pattern is not None and bool(pattern.search(spelt(said.text)))


def means_draft(said: Said) -> bool:
    """Whether a wish to delete is about the form under way, not about everything that is kept."""
    text = spelt(said.text)
    return bool(_THIS_DRAFT.search(text)) or (bool(_DISCARD.search(text)) and not _MY_DATA.search(text))


def is_tired(said: Said) -> bool:
    """Whether somebody has had enough of questions, without wanting to stop."""
    return bool(_TIRED.search(spelt(said.text))) and not said.entities


def means_card(said: Said) -> bool:
    """Whether the answer is left to what stands on the card ("như trên căn cước đó")."""
    text = spelt(said.text)
    return len(text.split()) <= 9 and bool(_AS_ON_CARD.search(text))


def speaks_of_contact(said: Said) -> bool:
    """Whether the words are about the e-mail or the phone that were given."""
    return bool(_CONTACT.search(spelt(said.text)))
