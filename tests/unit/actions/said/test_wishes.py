"""Words about the form itself, and whom somebody registers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.said import wishes as steering
from actions.said.questions import is_question
from actions.said.relations import relation
from actions.said.said import Said
from actions.said.yes_no import says_no
from helpdesk.text import NOT

CASES: dict[str, tuple[Callable[[Said], bool], str, str]] = {
    "pause": (
        steering.wants_pause,
        "để sau|để mai làm|mai làm tiếp|tối em làm tiếp nha chị|lúc khác khai|bận rồi|thôi không làm nữa|dừng lại|"
        "dừng|hủy|"
        "huỷ đi em|tạm dừng|để hỏi con đã|bữa khác làm|thôi dừng|khong lam nua",
        "Nguyễn Đình Huy|đúng rồi|khoan đã|chờ chút|sinh năm 1955|Mai Thị Lan|0905123456|dung lai cccd",
    ),
    "wait": (
        steering.wants_wait,
        "khoan|khoan đã|chờ chút|chờ tí nha con|để tìm thẻ đã|để tui đi lấy cái thẻ|đợi em xíu|từ từ|cho chut|doi ti|"
        "để bác đeo kính vô coi|đang chụp|chút gửi|để kêu thằng cháu chụp|2 phút nữa nha|chờ em tìm cái thẻ",
        "chờ hoài mà không thấy mã đâu hết vậy trời ơi hỏi thiệt có gửi không|khoan, sai tên rồi|để mai làm|Nguyễn "
        "Thị Khoan|"
        "dừng lại|chờ bao lâu?",
    ),
    "discard": (
        steering.wants_discard,
        "xóa hồ sơ|bỏ hết đi|làm lại từ đầu|xoá hết|bắt đầu lại|huỷ hồ sơ|reset|quay lại từ đầu",
        "xóa chữ h trong tên|làm lại ảnh|bỏ số trước lấy số này",
    ),
    "back": (
        steering.wants_back,
        "quay lại|quay lại câu trước|lùi lại một bước|back|bước trước|cho e quay lai cau truoc|qlai cau trc|lui lai",
        "quay lại sửa số điện thoại|quay lại từ đầu|mai tôi quay lại làm tiếp",
    ),
    "unknown": (
        steering.does_not_know,
        "không biết|không nhớ mã số|ko có thẻ|quên mất rồi|mất sổ rồi|tra giùm em|hông biết mô|có nhớ đâu|chịu",
        "không có email|4812345678|đúng rồi|không có cccd",
    ),
    "type": (
        steering.wants_to_type,
        "để gõ tay|không chụp được|cho em gõ|máy hư camera|thẻ để ở nhà|không có cccd ở đây|mất cccd rồi|không mang "
        "thẻ",
        "gõ sai rồi|chụp rồi đó|ảnh mờ quá",
    ),
    "code again": (
        steering.wants_code_again,
        "gửi lại mã|chưa thấy mã|không nhận được|gửi lại đi|chờ hoài không thấy|mã khác đi|chua co ma",
        "482913|đúng rồi|email khác",
    ),
    "photo on its way": (
        steering.announces_photo,
        "hình đây nè|gửi rồi đó|bà gởi hình bà đây|chụp xong rồi|ảnh đây con|xong rồi|đây nè|em up rồi nha",
        "Nguyễn Thị Lành|0905123456|không có hình|để mai chụp",
    ),
    "tired": (
        steering.is_tired,
        "sao hỏi hoài vậy|hỏi gì mà hỏi lắm thế|hỏi chi mà lắm rứa|rườm rà quá|lâu quá|mệt quá con ơi|hỏi nhiều quá",
        "Nguyễn Thị Lành|cho hỏi mã số ở đâu|đúng rồi",
    ),
    "as on the card": (
        steering.means_card,
        "như trên căn cước đó|giống trong cccd|y như thẻ|theo giấy tờ|coi trên thẻ đi",
        "12 Lê Lợi, Đà Nẵng|Nguyễn Văn Thể|không có thẻ",
    ),
    "the draft, not everything": (
        steering.means_draft,
        "xóa hết đi|xóa hồ sơ này đi|bỏ hết làm lại|xoá bản nháp|xóa hết mấy cái nãy giờ",
        "xóa dữ liệu của tôi|xóa hết thông tin của tôi|xóa tài khoản",
    ),
    "e-mail": (
        lambda said: steering.lacks(said, "email"),
        "không có email|k có gmail|bà không xài mail|chưa có email|mô có|em chưa làm mail",
        "có email|email đây|không nhớ",
    ),
    "CCCD": (
        lambda said: steering.lacks(said, "national_id"),
        "mất cccd rồi|bé chưa có cccd|không có căn cước|căn cước bị mất|chưa được cấp cccd",
        "cccd đây|048090000001",
    ),
    "national id": (
        steering.wants_national_id,
        "dùng cccd|lấy số căn cước luôn|dùng số cccd thay đi|xài cccd",
        "không có cccd|cccd đây 048090000001",
    ),
}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (name, text, expected)
        for name, (_, yes, no) in CASES.items()
        for texts, expected in ((yes, True), (no, False))
        for text in texts.split("|")
    ],
)
def test_steering(name: str, text: str, expected: bool) -> None:
    assert CASES[name][0](Said("m", text, "nlu_fallback")) is expected


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("đăng ký cho mẹ tôi", "mẹ"),
        ("làm giùm ba tui", "ba"),
        ("đk cho ông ngoại", "ông ngoại"),
        ("dk dum ong ngoai", "ông ngoại"),
        ("đăng ký giúp chồng em", "chồng"),
        ("tui làm cho vợ", "vợ"),
        ("em khai giùm má", "má"),
        ("đăng ký hộ con trai", "con trai"),
        ("làm cho bà em năm nay 80 tuổi", "bà"),
        ("đăng ký cho người nhà", "người nhà"),
        ("giúp con với", None),
        ("làm cho bác đi con", None),
        ("cho em đăng ký", None),
        ("giúp cô với em ơi", None),
        ("cho tôi hỏi", None),
        ("con làm cho bà đi", None),
        ("thấy mẹ em làm rồi", None),
    ],
)
def test_relation(text: str, who: str | None) -> None:
    assert relation(Said("m", text)) == who


@pytest.mark.parametrize("no", NOT)
def test_however_no_is_spelt_it_steers(said: Callable[..., Said], no: str) -> None:
    assert steering.does_not_know(said(f"{no} biết"))
    assert steering.wants_to_type(said(f"{no} chụp được"))
    assert steering.wants_code_again(said(f"{no} nhận được mã"))
    assert steering.wants_pause(said(f"{no} làm nữa"))
    assert steering.lacks(said(f"{no} có email"), "email")
    assert is_question(said(f"gửi vậy được {no}"))
    assert says_no(said(f"dạ {no}", "deny"))


def test_who_is_called_hong_asks_and_denies_nothing(said: Callable[..., Said]) -> None:
    name = said("Nguyen Thi Hong")
    assert not is_question(name) and not steering.does_not_know(name) and not says_no(name)
