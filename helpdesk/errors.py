"""The one tree of errors, grouped by what a caller can do about them.

A class's docstring is its default message. Adapters translate foreign exceptions with `raise … from`.
"""


class HelpdeskError(Exception):
    """Có lỗi xảy ra."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


def where(error: BaseException) -> str:
    """What broke and where, for a log: never the error's text, which may quote a citizen."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


class InvalidInput(HelpdeskError):
    """Dữ liệu gửi lên chưa đúng."""

    def __init__(self, code: str, message: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class NotFound(HelpdeskError):
    """Không tìm thấy nội dung này."""


class Conflict(HelpdeskError):
    """Việc này vừa được xử lý ở nơi khác."""


class Overloaded(HelpdeskError):
    """Anh/chị nhắn nhanh quá, vui lòng chờ ít giây rồi gửi tiếp."""

    def __init__(self, retry_after: float, message: str | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(HelpdeskError):
    """Một bộ phận của hệ thống tạm thời chưa trả lời."""

    def __init__(self, service: str, message: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.service = service
        self.retry_after = retry_after


class SettingsError(HelpdeskError):
    """Cấu hình chưa đúng."""
