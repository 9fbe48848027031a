"""All settings of the product: one frozen object, read once at the start, passed down.

Owns the names, the defaults and the checks. Refuses unknown `VSSID_` variables and malformed values: the start stops
with the variable's name and what was expected. `docs/settings.md` lists the same table; a test ties the two.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from helpdesk.calendar import OfficeHours
from helpdesk.errors import SettingsError


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError
    return port


def _address(text: str) -> str:
    if "%" in text:  # an IPv6 zone: no browser opens such an address
        raise ValueError
    return str(ip_address(text))


def _positive(text: str) -> float:
    number = float(text)
    if not number > 0 or number == float("inf"):
        raise ValueError
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def _one_of(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError
        return text

    return parse


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError
    return text.rstrip("/")


def _mailbox(text: str) -> str:
    local, at, host = text.partition("@")
    if not (local and at and host) or not text.isascii() or any(c.isspace() or c in '<>,;"' for c in text):
        raise ValueError
    return text


def _secret(text: str) -> str:
    if not 16 <= len(text) <= 256 or not all(c.isalnum() or c in "_-" for c in text):
        raise ValueError
    return text


def _token(text: str) -> str:
    number, separator, rest = text.partition(":")
    if not number.isdigit() or not separator or not rest:
        raise ValueError
    return text


def _setting(variable: str, default: Any, parse: Callable[[str], Any], expected: str, secret: bool = False) -> Any:
    metadata = {"variable": variable, "parse": parse, "expected": expected, "secret": secret}
    if isinstance(default, list | dict):
        raise TypeError("defaults must be immutable")
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Durations are in seconds, sizes in bytes."""

    port: int = _setting("PORT", 8080, _port, "số cổng 1-65535")
    rasa_port: int = _setting("RASA_PORT", 5005, _port, "số cổng 1-65535")
    actions_port: int = _setting("ACTIONS_PORT", 5055, _port, "số cổng 1-65535")
    data_dir: Path = _setting("DATA_DIR", Path("var"), Path, "đường dẫn thư mục ghi được")

    host: str = _setting("VSSID_HOST", "127.0.0.1", _address, "địa chỉ IP mà trang chat lắng nghe")
    content_dir: Path = _setting("VSSID_CONTENT_DIR", Path("data"), Path, "thư mục nội dung (data/)")
    secret_keys: str = _setting(
        "VSSID_SECRET_KEYS", "", str, "các khóa Fernet cách nhau bằng dấu phẩy, khóa mới trước", secret=True
    )
    log_level: str = _setting(
        "VSSID_LOG_LEVEL", "INFO", _one_of("DEBUG", "INFO", "WARNING", "ERROR"), "DEBUG, INFO, WARNING hoặc ERROR"
    )

    telegram_token: str = _setting(
        "VSSID_TELEGRAM_TOKEN", "", _token, "mã của BotFather, dạng 123456:ABC...", secret=True
    )
    telegram_mode: str = _setting(
        "VSSID_TELEGRAM_MODE", "polling", _one_of("polling", "webhook"), "polling hoặc webhook"
    )
    telegram_webhook_url: str = _setting(
        "VSSID_TELEGRAM_WEBHOOK_URL", "", _url, "địa chỉ https công khai dẫn tới trang chat"
    )
    telegram_webhook_secret: str = _setting(
        "VSSID_TELEGRAM_WEBHOOK_SECRET", "", _secret, "16-256 chữ, số, _ hoặc -", secret=True
    )
    telegram_api_url: str = _setting(
        "VSSID_TELEGRAM_API_URL", "https://api.telegram.org", _url, "địa chỉ http(s) của máy chủ Bot API"
    )

    rasa_timeout: float = _setting("VSSID_RASA_TIMEOUT", 15.0, _positive, "số giây lớn hơn 0")
    late_notice_after: float = _setting("VSSID_LATE_NOTICE_AFTER", 5.0, _positive, "số giây lớn hơn 0")
    workers: int = _setting("VSSID_WORKERS", 16, _count, "số nguyên từ 1")
    upload_limit: int = _setting("VSSID_UPLOAD_LIMIT", 10 * 1024 * 1024, _count, "số byte, từ 1")
    flood_burst: int = _setting("VSSID_FLOOD_BURST", 10, _count, "số tin chưa trả lời, từ 1")
    flood_limit: int = _setting("VSSID_FLOOD_LIMIT", 60, _count, "số tin chưa trả lời, từ 1")
    flood_pause: float = _setting("VSSID_FLOOD_PAUSE", 0.5, _positive, "số giây lớn hơn 0")
    attachment_days: int = _setting("VSSID_ATTACHMENT_DAYS", 30, _count, "số ngày, từ 1")
    conversation_days: int = _setting("VSSID_CONVERSATION_DAYS", 180, _count, "số ngày, từ 1")
    office_hours: OfficeHours = _setting(
        "VSSID_OFFICE_HOURS",
        OfficeHours.parse("07:30-11:30,13:30-17:00"),
        OfficeHours.parse,
        "các khoảng HH:MM-HH:MM cách nhau bằng dấu phẩy",
    )

    public_url: str = _setting(
        "VSSID_PUBLIC_URL", "", _url, "địa chỉ http(s) mà người dân mở trang (mặc định: địa chỉ của máy này)"
    )
    smtp_host: str = _setting(
        "VSSID_SMTP_HOST", "", str, "tên máy chủ SMTP; để trống là chế độ thử, thư nằm ở /demo/mailbox"
    )
    smtp_port: int = _setting("VSSID_SMTP_PORT", 587, _port, "số cổng 1-65535")
    smtp_security: str = _setting(
        "VSSID_SMTP_SECURITY", "starttls", _one_of("starttls", "tls", "none"), "starttls, tls hoặc none"
    )
    smtp_user: str = _setting("VSSID_SMTP_USER", "", str, "tên đăng nhập SMTP")
    smtp_password: str = _setting("VSSID_SMTP_PASSWORD", "", str, "mật khẩu SMTP", secret=True)
    mail_from: str = _setting("VSSID_MAIL_FROM", "tro-ly-vssid@localhost", _mailbox, "một địa chỉ email")
    office_email: str = _setting("VSSID_OFFICE_EMAIL", "can-bo@localhost", _mailbox, "một địa chỉ email")
    draft_days: int = _setting("VSSID_DRAFT_DAYS", 30, _count, "số ngày, từ 1")
    photo_days: int = _setting("VSSID_PHOTO_DAYS", 30, _count, "số ngày, từ 1")

    @property
    def demo(self) -> bool:
        """Without a mail server of its own the product runs as a demo: mails are caught, the registry is made up."""
        return not self.smtp_host

    @property
    def local_url(self) -> str:
        """Where this machine finds the bot."""
        # "All addresses" is none that one can call.
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - read, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def page_url(self) -> str:
        """Where people open the pages; never ends in a slash."""
        return self.public_url or self.local_url

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"

    @property
    def actions_url(self) -> str:
        return f"http://127.0.0.1:{self.actions_port}"

    @property
    def database_path(self) -> Path:
        return self.data_dir / "helpdesk.db"


# Read by Rasa's process and the launcher, not by the code here; named so that they don't count as unknown.
FOREIGN_VARIABLES = frozenset({"VSSID_RASA_LOG_LEVEL"})


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; SettingsError names the variable and what was expected."""
    environment = os.environ if environ is None else environ
    known = {f.metadata["variable"]: f for f in fields(Settings)}
    unknown = sorted(
        name
        for name in environment
        if name.startswith("VSSID_") and name not in known and name not in FOREIGN_VARIABLES
    )
    if unknown:
        raise SettingsError(
            f"Không có cấu hình tên {', '.join(unknown)}. Xem các tên dùng được trong docs/settings.md."
        )
    values: dict[str, Any] = {}
    for variable, setting in known.items():
        text = environment.get(variable, "").strip()
        if not text:
            continue
        try:
            values[setting.name] = setting.metadata["parse"](text)
        except ValueError as error:
            shown = "(giá trị được giấu)" if setting.metadata["secret"] else repr(text)
            raise SettingsError(f"{variable}={shown} chưa đúng: cần {setting.metadata['expected']}.") from error
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    ports = [settings.port, settings.rasa_port, settings.actions_port]
    if len(set(ports)) < len(ports):
        raise SettingsError("PORT, RASA_PORT và ACTIONS_PORT phải là ba số khác nhau.")
    if settings.telegram_token and settings.telegram_mode == "webhook":
        if not settings.telegram_webhook_url:
            raise SettingsError("VSSID_TELEGRAM_WEBHOOK_URL còn trống: chế độ webhook cần địa chỉ công khai.")
        if not settings.telegram_webhook_secret:
            raise SettingsError("VSSID_TELEGRAM_WEBHOOK_SECRET còn trống: chế độ webhook cần 16-256 ký tự bí mật.")
    if settings.smtp_user and not settings.smtp_password:
        raise SettingsError("VSSID_SMTP_PASSWORD còn trống: VSSID_SMTP_USER cần mật khẩu đi kèm.")
    if settings.flood_limit < settings.flood_burst:
        raise SettingsError("VSSID_FLOOD_LIMIT phải lớn hơn hoặc bằng VSSID_FLOOD_BURST.")
