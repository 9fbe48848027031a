"""What the password page says: for every code of a refusal the field it belongs to and what to do now."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from helpdesk.accounts import LONGEST, SHORTEST, Strength
from helpdesk.errors import InvalidInput

RULES = (
    f"Từ {SHORTEST} đến {LONGEST} ký tự.",
    "Có ít nhất 1 chữ cái và 1 chữ số. Chữ có dấu, dấu cách và ký hiệu đều dùng được.",
    "Không chứa mã số BHXH hay họ tên của anh/chị, không quá dễ đoán như 12345678a hay matkhau123.",
)
STRENGTHS: Mapping[Strength, str] = MappingProxyType(
    {
        Strength.WEAK: "yếu, người khác dễ đoán",
        Strength.FAIR: "tạm được",
        Strength.GOOD: "khá mạnh",
        Strength.STRONG: "rất mạnh",
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, at which field ("" for the whole page)."""

    field: str
    text: str


_PASSWORD_FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "password_empty": Fault("new", "Anh/chị chưa nhập mật khẩu mới."),
        "password_short": Fault("new", f"Mật khẩu mới ngắn quá. Anh/chị nhập ít nhất {SHORTEST} ký tự ạ."),
        "password_long": Fault("new", f"Mật khẩu mới dài quá. Anh/chị nhập nhiều nhất {LONGEST} ký tự ạ."),
        "password_control": Fault("new", "Mật khẩu mới có ký tự lạ không gõ lại được. Anh/chị gõ bằng bàn phím ạ."),
        "password_spaces": Fault("new", "Mật khẩu mới có dấu cách ở đầu hoặc cuối. Anh/chị bỏ dấu cách đó đi ạ."),
        "password_letters": Fault("new", "Mật khẩu mới chưa có chữ cái. Anh/chị thêm ít nhất 1 chữ cái ạ."),
        "password_digits": Fault("new", "Mật khẩu mới chưa có chữ số. Anh/chị thêm ít nhất 1 chữ số ạ."),
        "password_number": Fault(
            "new", "Mật khẩu mới có mã số BHXH, người khác dễ đoán. Anh/chị chọn mật khẩu khác ạ."
        ),
        "password_name": Fault(
            "new", "Mật khẩu mới có họ tên của anh/chị, người khác dễ đoán. Anh/chị chọn cái khác ạ."
        ),
        "password_common": Fault(
            "new", "Mật khẩu này nhiều người dùng nên dễ bị đoán. Anh/chị ghép hai ba từ với vài chữ số ạ."
        ),
        "password_same": Fault("new", "Mật khẩu mới giống mật khẩu cũ. Anh/chị chọn mật khẩu khác ạ."),
        "password_repeat": Fault("repeat", "Hai lần nhập mật khẩu mới chưa giống nhau. Anh/chị nhập lại cả hai ô ạ."),
    }
)
_CODE_FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "otp_shape": "Mã gồm đúng 6 chữ số. Anh/chị xem lại trong thư rồi nhập lại ạ.",
        "otp_none": "Chưa có mã nào đang chờ. Anh/chị bấm “Gửi lại mã” ạ.",
        "otp_wrong": "Mã chưa đúng.",
        "otp_expired": "Mã đã quá 5 phút nên hết hạn. Anh/chị bấm “Gửi lại mã” để nhận mã mới ạ.",
        "otp_old": "Đây là mã của thư trước. Anh/chị nhập mã trong thư mới nhất ạ.",
        "otp_foreign": "Mã này là của việc khác. Anh/chị tìm thư có tên “Mã xác nhận đặt mật khẩu” mới nhất ạ.",
        "otp_used": "Mã này đã dùng rồi. Anh/chị bấm “Gửi lại mã” để nhận mã mới ạ.",
        "otp_locked": "Mã đã nhập sai 5 lần nên không dùng được nữa. Anh/chị bấm “Gửi lại mã” để nhận mã mới ạ.",
    }
)


def fault_of(error: InvalidInput) -> Fault:
    """In the citizen's words; an unknown code is told in general."""
    if error.code == "password_old_wrong":
        return Fault("old", _old_wrong(getattr(error, "tries_left", 0)))
    if error.code == "otp_hourly":
        wait = waiting(getattr(error, "retry_after", None) or 3600)
        return Fault("", f"Đã gửi 5 mã trong một giờ. Anh/chị chờ khoảng {wait} rồi thử lại ạ.")
    if error.code == "otp_wrong":
        left = getattr(error, "tries_left", None)
        return Fault("code", f"{_CODE_FAULTS['otp_wrong']} Anh/chị còn nhập được {left} lần nữa ạ.")
    if error.code in _CODE_FAULTS:
        return Fault("code", _CODE_FAULTS[error.code])
    return _PASSWORD_FAULTS.get(error.code, Fault("", "Nội dung gửi lên chưa đúng. Anh/chị nhập lại giúp em ạ."))


def _old_wrong(tries_left: int) -> str:
    return (
        f"Mật khẩu cũ chưa đúng. Anh/chị xem lại chữ hoa, chữ thường; còn nhập được {tries_left} lần nữa. "
        "Không nhớ thì nhắn cho trợ lý “quên mật khẩu” ạ."
    )


def too_soon(seconds: float) -> Fault:
    """A code can't be sent again yet."""
    return Fault(
        "", f"Mã vừa được gửi rồi ạ. Anh/chị xem hộp thư (cả thư rác); sau {waiting(seconds)} mới gửi lại được."
    )


def waiting(seconds: float) -> str:
    """`45 giây`, `12 phút`."""
    return f"{math.ceil(seconds)} giây" if seconds <= 90 else f"{math.ceil(seconds / 60)} phút"
