"""What needs a look, as the staff read it: what happened, to whom, when, and what can be done.

Owns the words. Shows as little of a person as leads to a deed: channel, a short name of the conversation, the case's
code, a masked address; of a question its beginning. Raw errors of platforms and servers stay in the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.console.clock import moment
from helpdesk.attention import short
from helpdesk.conversations import GivenUpReply, UnhelpfulAnswer
from helpdesk.mail import UnsentMail
from helpdesk.registration import CaseReference

CHANNELS: Mapping[str, str] = MappingProxyType({"web": "trang chat", "telegram": "Telegram"})
MAILS: Mapping[str, str] = MappingProxyType(
    {
        "otp": "Thư có mã xác nhận",
        "received": "Thư báo đã nhận hồ sơ",
        "rejected": "Thư trả lại hồ sơ để sửa",
        "first_password": "Thư có mật khẩu lần đầu",
        "link": "Thư có đường dẫn đặt mật khẩu",
        "password_changed": "Thư báo mật khẩu vừa đổi",
        "late": "Thư xin lỗi vì trả kết quả chậm",
        "office_reminder": "Thư nhắc cán bộ có hồ sơ chờ lâu",
    }
)
_WHY: Mapping[str, str] = MappingProxyType(
    {
        "address_refused": "hộp thư này không nhận: địa chỉ sai, đã đóng hoặc đầy",
        "message_refused": "máy chủ thư không nhận nội dung này",
        "email_shape": "địa chỉ email chưa đúng",
        "unreadable": "thư không còn đọc được",
        "gave_up": "đã thử ba ngày mà máy chủ thư không nhận",
        "expired": "hết hạn trước khi gửi được",
    }
)
_BLOCKED = "blocked by the user"
_GONE = ("deactivated", "chat not found", "kicked", "user not found")
_LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """A line of one of the lists; `key` names it in its form, `question` is what a citizen asked."""

    key: str
    what: str
    whom: str
    when: str
    advice: str
    case: CaseReference | None = None
    can_go_again: bool = False
    question: str | None = None


def reply_row(reply: GivenUpReply, titles: Mapping[str, str], case: CaseReference | None) -> AttentionRow:
    channel = _channel(reply.channel)
    title = titles.get(reply.answer or "")
    said = f"Tin “{title}”" if title else "Một tin"
    error = reply.error.lower()
    call = "Việc gấp thì mở hồ sơ, gọi điện cho người dân." if case else ""
    if _BLOCKED in error:
        what, advice = "người dân đã chặn trợ lý", "Chỉ gửi lại được khi người dân bỏ chặn."
    elif any(sign in error for sign in _GONE):
        what, advice = f"cuộc trò chuyện trên {channel} không còn", "Gửi lại thường không tới được."
    elif reply.tries > 1:
        what, advice = f"đã thử {reply.tries} lần mà {channel} không nhận", f"{channel} chạy lại rồi thì gửi lại được."
    else:
        what, advice = f"{channel} không chuyển tin này", "Có thể gửi lại một lần nữa."
    return AttentionRow(
        key=reply.message_id,
        what=f"{said} chưa tới: {what}.",
        whom=_whom(reply.channel, reply.conversation_id),
        when=moment(reply.at),
        advice=f"{advice} {call}".strip(),
        case=case,
        can_go_again=True,
    )


def mail_row(mail: UnsentMail, case: CaseReference | None) -> AttentionRow:
    if mail.can_go_again:
        advice = "Máy chủ thư đã chạy, địa chỉ đúng thì gửi lại được."
        if case:
            advice += " Địa chỉ sai thì mở hồ sơ, gọi điện cho người dân."
    elif mail.reason == "unreadable":
        advice = "Không gửi lại được. Báo người phụ trách máy chủ: khóa mã hóa có thể đã mất."
    else:
        advice = "Thư này có hạn nên không gửi lại: người dân xin lại trong khung chat là được."
    return AttentionRow(
        key=mail.id,
        what=f"{MAILS.get(mail.kind, 'Một thư')} chưa gửi được: {_WHY.get(mail.reason, 'máy chủ thư không nhận')}.",
        whom=f"Đến {mail.to}" if mail.to else "Không rõ địa chỉ",
        when=moment(mail.at),
        advice=advice,
        case=case,
        can_go_again=mail.can_go_again,
    )


def answer_row(answer: UnhelpfulAnswer, question: str | None, titles: Mapping[str, str]) -> AttentionRow:
    title = titles.get(answer.answer)
    asked = " ".join((question or "").split())
    if len(asked) > _LONGEST_QUESTION:
        asked = f"{asked[:_LONGEST_QUESTION]}…"
    return AttentionRow(
        key=f"{answer.conversation_id}.{answer.answer}",
        what=f"👎 Câu trả lời “{title}” chưa giúp được." if title else "👎 Một câu trả lời cũ chưa giúp được.",
        whom=_whom(answer.channel, answer.conversation_id),
        when=moment(answer.at),
        advice=f"Chưa đúng ý người dân thì nhờ người phụ trách nội dung sửa câu trả lời này (mã: {answer.answer}).",
        question=asked or "(không còn lưu câu hỏi)",
    )


def _channel(name: str) -> str:
    return CHANNELS.get(name, name)


def _whom(channel: str, conversation_id: str) -> str:
    return f"Người dân trên {_channel(channel)}, cuộc trò chuyện {short(conversation_id)}"
