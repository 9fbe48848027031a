"""What a one-time code looks like, and the ways in which one is refused.

Refuses to know any code (`helpdesk.accounts.otp`).
"""

from __future__ import annotations

import unicodedata

from helpdesk.errors import InvalidInput

# More than this is no code with dashes, and long texts are not worth normalising.
_LONGEST = 64
_BETWEEN_DIGITS = frozenset(" -–—.,_/|·•()[]:\t\n\r\u200b\u200c\u200d\ufeff")


class OtpRefused(InvalidInput):
    """Mã chưa đúng."""

    def __init__(self, code: str, *, tries_left: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(code, _message(code))
        self.tries_left = tries_left
        self.retry_after = retry_after


def six_digits(text: str) -> str:
    """The six digits that somebody typed, however spaced and in whatever width; else OtpRefused("otp_shape")."""
    if len(text) > _LONGEST:
        raise OtpRefused("otp_shape")
    digits = "".join(c for c in unicodedata.normalize("NFKC", text) if c not in _BETWEEN_DIGITS)
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        raise OtpRefused("otp_shape")
    return digits


def _message(code: str) -> str:
    return {
        "otp_shape": "Mã gồm đúng 6 chữ số.",
        "otp_none": "Chưa có mã nào đang chờ ở đây.",
        "otp_wrong": "Mã chưa đúng.",
        "otp_expired": "Mã đã hết hạn.",
        "otp_old": "Đây là mã cũ, đã có mã mới hơn.",
        "otp_foreign": "Mã này không phải của cuộc trò chuyện và địa chỉ email này.",
        "otp_used": "Mã này đã được dùng.",
        "otp_locked": "Mã đã bị khóa vì nhập sai 5 lần.",
        "otp_hourly": "Đã gửi 5 mã trong một giờ.",
    }[code]
