"""Yes and no as people say them, and what is neither."""

from __future__ import annotations

import pytest

from actions.said.said import Said
from actions.said.yes_no import says_no, says_yes


@pytest.mark.parametrize(
    "text",
    [
        "đúng", "dung roi", "ừ đúng rồi đó", "dạ không sai đâu", "dạ không sai đâu ạ", "không có gì sai hết",
        "chuẩn luôn", "ok em", "oke nha", "ok e", "dạ", "vâng ạ", "uh", "được rồi đó", "khỏi sửa",
        "đúng hết rồi em ơi", "phải rồi con", "dạ phải", "co", "có ạ", "y chang rứa luôn",
        "đúng rồi gửi đi con", "nộp luôn đi", "👍", "👍👍", "đr ad ơi", "rồi", "đồng ý nha", "chính xác",
        "hông sai chỗ mô", "k sai", "xác nhận",
    ],
)  # fmt: skip
def test_yes(text: str) -> None:
    said = Said("m", text, "nlu_fallback")
    assert says_yes(said)
    assert not says_no(said)


@pytest.mark.parametrize(
    "text",
    [
        "không", "ko", "hong", "chưa", "dạ chưa ạ", "sai rồi", "sai rồi 1955 mới đúng", "chưa đúng",
        "không phải", "nhầm rồi", "chưa, sai ngày sinh rồi", "không đúng đâu em", "k đúng", "trật lất rồi",
        "thôi", "👎", "❌", "đâu có đúng", "hổng phải", "dạ không ạ", "không đồng ý",
    ],
)  # fmt: skip
def test_no(text: str) -> None:
    said = Said("m", text, "nlu_fallback")
    assert says_no(said)
    assert not says_yes(said)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("khoan", "nlu_fallback"),
        ("ừ mà khoan", "affirm"),
        ("dừng", "cancel"),
        ("dừng lại", "cancel"),
        ("đừng gửi", "deny"),
        ("dung gui", "affirm"),
        ("đúng chưa?", "affirm"),
        ("đúng rồi nhưng sai số nhà", "affirm"),
        ("ok nhưng đổi số điện thoại", "affirm"),
        ("để xem đã", "affirm"),
        ("tiếp tục hồ sơ ra sao", "registration_status"),
        ("Trần Văn Bình", "inform"),
        ("0905123456", "inform"),
        ("🙂", "nlu_fallback"),
        ("", ""),
        ("...", "affirm"),
    ],
)
def test_not_a_yes(text: str, intent: str) -> None:
    assert not says_yes(Said("m", text, intent))


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("mã số ở đâu", "lookup_bhxh_code"),
        ("không biết mã số", "lookup_bhxh_code"),
        ("cảm ơn em", "thank"),
        ("ok", "affirm"),
    ],
)
def test_not_a_no(text: str, intent: str) -> None:
    assert not says_no(Said("m", text, intent))
