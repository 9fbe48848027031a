"""The console's words: what the fields, photos and deeds are called, and the ready-made reasons for sending back.

Owns every text that a citizen gets from a choice of the staff: polite, plain, and it says what to do better.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from helpdesk.identity import FieldName
from helpdesk.photos import Side
from helpdesk.registration import FIELDS
from helpdesk.staff import Deed

SIDES: Mapping[Side, str] = MappingProxyType(
    {
        Side.PORTRAIT: "Ảnh chân dung",
        Side.FRONT: "CCCD mặt trước",
        Side.BACK: "CCCD mặt sau",
        Side.CARD: "Thẻ BHYT",
    }
)

# The ready-made reasons of every part that can be sent back, in the order of the form.
_REASONS: Mapping[FieldName, Mapping[str, str]] = MappingProxyType(
    {
        FieldName.PORTRAIT: {
            "blurred": "ảnh bị mờ. Anh/chị giữ chắc máy, chụp lại ở nơi đủ sáng ạ.",
            "dark": "ảnh tối hoặc bị lóa. Anh/chị quay mặt về phía ánh sáng rồi chụp lại ạ.",
            "hidden": "chưa thấy rõ mặt. Anh/chị bỏ mũ, khẩu trang, kính râm rồi chụp thẳng ạ.",
            "other_person": "người trong ảnh chưa giống ảnh trên CCCD. Anh/chị gửi ảnh chính người đăng ký ạ.",
        },
        FieldName.FRONT: {
            "blurred": "ảnh bị mờ, chưa đọc được chữ. Anh/chị đặt thẻ trên mặt phẳng, chụp lại ở nơi đủ sáng ạ.",
            "wrong_side": "chưa đúng mặt. Mặt trước là mặt có ảnh chân dung ạ.",
            "cut_off": "ảnh bị mất góc. Anh/chị chụp lại cho đủ bốn góc thẻ ạ.",
            "glare": "ảnh bị lóa, che mất chữ. Anh/chị tắt đèn flash, chụp lại giúp ạ.",
            "expired": "thẻ đã hết hạn. Anh/chị gửi ảnh thẻ còn hạn ạ.",
            "other_person": "thẻ chưa đúng của người đăng ký. Anh/chị gửi lại đúng thẻ ạ.",
        },
        FieldName.BACK: {
            "blurred": "ảnh bị mờ, chưa đọc được chữ. Anh/chị đặt thẻ trên mặt phẳng, chụp lại ở nơi đủ sáng ạ.",
            "wrong_side": "chưa đúng mặt. Anh/chị lật thẻ lại rồi chụp mặt không có ảnh chân dung ạ.",
            "cut_off": "ảnh bị mất góc. Anh/chị chụp lại cho đủ bốn góc thẻ ạ.",
            "glare": "ảnh bị lóa, che mất chữ. Anh/chị tắt đèn flash, chụp lại giúp ạ.",
        },
        FieldName.BHXH_CODE: {
            "mismatch": "chưa khớp với người đăng ký. Anh/chị xem lại 10 số cuối trên thẻ BHYT ạ.",
            "unknown": "không tìm thấy mã số này. Anh/chị xem lại 10 số cuối trên thẻ BHYT ạ.",
        },
        FieldName.FULL_NAME: {
            "mismatch": "chưa khớp với CCCD. Anh/chị ghi lại đúng như trên thẻ ạ.",
            "accents": "còn thiếu dấu. Anh/chị ghi lại đủ dấu như trên CCCD ạ.",
        },
        FieldName.BIRTH_DATE: {"mismatch": "chưa khớp với CCCD. Anh/chị ghi lại đúng như trên thẻ ạ."},
        FieldName.NATIONAL_ID: {"mismatch": "chưa khớp với ảnh thẻ. Anh/chị ghi lại đúng các số trên thẻ ạ."},
        FieldName.PHONE: {"unreachable": "chúng tôi chưa gọi được số này. Anh/chị cho lại số đang dùng ạ."},
        FieldName.ADDRESS: {
            "mismatch": "chưa khớp với CCCD. Anh/chị ghi lại đúng như trên thẻ ạ.",
            "incomplete": "chưa đủ. Anh/chị ghi thêm số nhà, đường, phường/xã, tỉnh/thành phố ạ.",
        },
        FieldName.EMAIL: {"unreachable": "thư gửi tới địa chỉ này bị trả lại. Anh/chị cho địa chỉ email khác ạ."},
    }
)
# What the citizen reads a part is called, and its reasons.
REASONS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {name: (FIELDS[name].heading, reasons) for name, reasons in _REASONS.items()}
)
PART_ONLY = "anh/chị gửi lại giúp ạ."
# Nothing in the application can be repaired for these.
GENERAL_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "has_account": "Người này đã có tài khoản. Nếu quên mật khẩu, anh/chị nhắn “quên mật khẩu” để lấy lại ạ.",
        "not_the_person": "Chúng tôi chưa xác nhận được đây là yêu cầu của chính người đăng ký. Anh/chị mang CCCD đến "
        "cơ quan BHXH để được giúp ạ.",
        "come_to_office": "Thông tin chưa khớp với dữ liệu của cơ quan. Anh/chị mang CCCD và thẻ BHYT đến cơ quan BHXH "
        "để được giúp ạ.",
    }
)

DEEDS: Mapping[str, str] = MappingProxyType(
    {
        Deed.LOGGED_IN: "đăng nhập",
        Deed.LOGIN_FAILED: "đăng nhập sai",
        Deed.LOGGED_OUT: "đăng xuất",
        Deed.CASE_VIEWED: "xem hồ sơ",
        Deed.PHOTO_VIEWED: "xem ảnh",
        Deed.APPROVED: "duyệt hồ sơ",
        Deed.REJECTED: "trả lại hồ sơ",
        Deed.DECISION_REFUSED: "bấm quyết định nhưng hồ sơ đã có người xử lý",
        Deed.DATA_ERASED: "xóa dữ liệu cá nhân theo yêu cầu",
        Deed.REPLY_RESENT: "gửi lại tin không tới nơi",
        Deed.REPLY_SEEN: "đã xem tin không tới nơi",
        Deed.MAIL_RESENT: "gửi lại thư không gửi được",
        Deed.MAIL_SEEN: "đã xem thư không gửi được",
        Deed.QUESTIONS_VIEWED: "xem câu hỏi của các câu trả lời chưa được",
        Deed.FEEDBACK_SEEN: "đã xem câu trả lời chưa được",
        Deed.AGENT_CREATED: "thêm cán bộ",
        Deed.AGENT_RESET: "đặt lại mật khẩu cán bộ",
        Deed.AGENT_DISABLED: "khóa cán bộ",
    }
)

# What the photo gate found, for a photo that the citizen insisted on.
FINDINGS: Mapping[str, str] = MappingProxyType(
    {
        "too_small": "ảnh nhỏ",
        "too_dark": "ảnh tối",
        "too_bright": "ảnh quá sáng",
        "blurry": "ảnh mờ",
        "sideways": "ảnh xoay ngang",
        "cut_off": "thẻ bị mất góc",
        "no_card": "không thấy thẻ",
        "no_face": "không thấy mặt người",
        "many_faces": "nhiều mặt người",
        "face_small": "mặt quá nhỏ",
        "wrong_side_front": "có thể là mặt trước",
        "wrong_side_back": "có thể là mặt sau",
        "wrong_card": "có thể là thẻ khác",
        "dim": "hơi tối",
        "glare": "có chỗ lóa",
        "flat": "ảnh trơn, ít chi tiết",
        "rotated": "máy đã tự xoay cho xuôi",
        "unread": "máy không đọc được chữ",
        "no_ocr": "máy không có bộ đọc chữ",
        "too_slow": "máy chưa kịp xem",
    }
)
