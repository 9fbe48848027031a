"""What the mails say: (subject, text) pairs in plain Vietnamese.

Owns the words. Every mail says who sends it and is worth nothing to a thief who reads over a shoulder: no identity
number in full, and of a name only the given name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SIGNED = (
    "--\n"
    "Trợ lý VssID của BHXH quận Thanh Khê, thành phố Đà Nẵng.\n"
    "Đây là thư tự động, anh/chị không cần trả lời. Cần giúp đỡ, anh/chị nhắn lại trong cuộc trò chuyện hoặc gọi "
    "tổng đài 1900 9068."
)
_NEVER_ASKED = (
    "Cán bộ BHXH không bao giờ hỏi mã OTP hay mật khẩu VssID của anh/chị. Ai hỏi, kể cả qua điện thoại, "
    "là lừa đảo: anh/chị đừng đưa."
)

# What a code is for, and the only place where it is entered.
_ERRANDS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "email": (
            "Mã xác nhận email",
            "xác nhận địa chỉ email khi đăng ký tài khoản",
            "trong chính cuộc trò chuyện mà anh/chị đang đăng ký",
        ),
        "resume": (
            "Mã để làm tiếp hồ sơ",
            "làm tiếp hồ sơ đăng ký đang dở",
            "trong chính cuộc trò chuyện mà anh/chị vừa yêu cầu",
        ),
        "delete": (
            "Mã xác nhận xóa dữ liệu",
            "xóa dữ liệu của anh/chị",
            "trong chính cuộc trò chuyện mà anh/chị vừa yêu cầu",
        ),
        "password": (
            "Mã xác nhận đặt mật khẩu",
            "đặt mật khẩu mới",
            "trên chính trang đặt mật khẩu mà anh/chị đang mở",
        ),
    }
)


def otp_mail(code: str, purpose: str) -> tuple[str, str]:
    """A one-time code; `purpose` is one of `Otp`'s."""
    subject, errand, place = _ERRANDS[purpose]
    return _mail(
        subject,
        f"Mã để {errand} là:\n\n    {code}",
        f"Mã dùng được một lần, trong 5 phút, và chỉ để nhập {place}. Không nhập mã này ở bất kỳ nơi nào khác.",
        _NEVER_ASKED,
        "Nếu anh/chị không yêu cầu mã này, xin bỏ qua thư: không có gì thay đổi cả.",
    )


def received_mail(case_code: str, full_name: str = "") -> tuple[str, str]:
    """An application was filed."""
    return _mail(
        f"Đã nhận hồ sơ {case_code}",
        f"BHXH quận Thanh Khê đã nhận hồ sơ đăng ký tài khoản{_of(full_name)}. Mã hồ sơ là:\n\n    {case_code}",
        "Cán bộ sẽ xem hồ sơ trong vòng 24 giờ. Khi hồ sơ được duyệt, mật khẩu lần đầu sẽ được gửi tới địa chỉ "
        "email này.",
        "Muốn biết hồ sơ tới đâu, anh/chị nhắn mã hồ sơ cho trợ lý.",
        _NEVER_ASKED,
    )


def first_password_mail(password: str, bhxh_code: str, full_name: str = "") -> tuple[str, str]:
    """The account is made; the first password is on a line of its own."""
    return _mail(
        "Tài khoản đã được duyệt: mật khẩu lần đầu",
        f"Hồ sơ đăng ký tài khoản{_of(full_name)} đã được duyệt.",
        f"Tên đăng nhập: mã số BHXH (số có đuôi {bhxh_code[-4:]})\nMật khẩu lần đầu:\n\n    {password}",
        "Anh/chị nên đổi mật khẩu sớm: nhắn cho trợ lý “đổi mật khẩu”, trợ lý sẽ gửi đường dẫn tới trang đổi mật khẩu.",
        f"Xin đừng chuyển tiếp thư này và đừng đưa mật khẩu cho ai. {_NEVER_ASKED}",
    )


def link_mail(url: str, purpose: str) -> tuple[str, str]:
    """The one-time link to the password page; `purpose` is "change" or "recover"."""
    what = {"change": "đổi mật khẩu", "recover": "đặt lại mật khẩu"}[purpose]
    return _mail(
        f"Đường dẫn {what}",
        f"Anh/chị vừa yêu cầu {what} tài khoản. Xin mở đường dẫn này:\n\n{url}",
        "Đường dẫn dùng được một lần, trong 30 phút. Xin đừng chuyển tiếp thư này cho ai.",
        _NEVER_ASKED,
        "Nếu anh/chị không yêu cầu, xin bỏ qua thư: mật khẩu vẫn như cũ.",
    )


def password_changed_mail() -> tuple[str, str]:
    """The password was set anew."""
    return _mail(
        "Mật khẩu vừa được đổi",
        "Mật khẩu tài khoản của anh/chị vừa được đổi trên trang của BHXH quận Thanh Khê.",
        "Nếu không phải anh/chị đổi, xin gọi ngay tổng đài 1900 9068.",
        _NEVER_ASKED,
    )


def rejected_mail(case_code: str, reason: str) -> tuple[str, str]:
    """An application was sent back, with the officer's reason."""
    return _mail(
        f"Hồ sơ {case_code} cần bổ sung",
        f"Cán bộ BHXH quận Thanh Khê đã xem hồ sơ {case_code} và chưa duyệt được. Lý do:\n\n{reason.strip()}",
        "Anh/chị mở lại cuộc trò chuyện và nhắn “sửa hồ sơ”: chỉ cần bổ sung đúng phần chưa đạt, những phần khác "
        "được giữ nguyên.",
        _NEVER_ASKED,
    )


def late_mail(case_code: str) -> tuple[str, str]:
    """The promised 24 hours are over without a decision."""
    return _mail(
        f"Hồ sơ {case_code}: xin lỗi vì chậm",
        f"Hồ sơ {case_code} đã quá 24 giờ mà chưa có kết quả. BHXH quận Thanh Khê xin lỗi anh/chị; cán bộ đã được "
        "nhắc và sẽ xem sớm nhất có thể.",
        "Anh/chị không phải làm gì thêm. Có kết quả, trợ lý sẽ báo ngay.",
    )


def office_reminder(case_code: str, url: str, hours: int = 20) -> tuple[str, str]:
    """To the office: an application waits; nothing of the citizen is in it."""
    return _mail(
        f"Hồ sơ {case_code} đã chờ {hours} giờ",
        f"Hồ sơ đăng ký {case_code} đã chờ {hours} giờ mà chưa có quyết định. Người dân được hẹn trả lời trong 24 giờ.",
        f"Mở hồ sơ trong trang cán bộ:\n{url}",
        greeting="Kính gửi anh/chị cán bộ,",
    )


def _of(full_name: str) -> str:
    """Vietnamese given names come last; the rest of the name stays out of the mail."""
    words = full_name.split()
    return f" của anh/chị {words[-1]}" if words else ""


def _mail(subject: str, *paragraphs: str, greeting: str = "Kính chào anh/chị,") -> tuple[str, str]:
    introduction = "Thư này do trợ lý VssID của BHXH quận Thanh Khê gửi."
    return f"{subject} - BHXH quận Thanh Khê", "\n\n".join([greeting, introduction, *paragraphs, _SIGNED]) + "\n"
