"""The guide: what the office's answers hold, how one is shown, what an officer is told about a mistake."""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

from helpdesk.conversations.model import Button
from helpdesk.errors import NotFound, SettingsError
from helpdesk.guide.file import Answer
from helpdesk.guide.guide import INTENTS, REQUIRED, Guide, load_guide
from helpdesk.settings import Settings

CONTENT = Path(__file__).parents[4] / "data"


class Clock:
    """A monotonic clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def guide() -> Guide:
    return load_guide(CONTENT)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the office's own content that a test may break."""
    shutil.copytree(CONTENT / "guide", tmp_path / "guide")
    return tmp_path


def add(content: Path, text: str, name: str = "extra.yml") -> None:
    (content / "guide" / name).write_text(text, encoding="utf-8")


def problems(content: Path) -> str:
    with pytest.raises(SettingsError) as raised:
        load_guide(content)
    return str(raised.value)


# What the office's answers hold


def test_there_is_an_answer_for_every_intent_and_situation(guide: Guide) -> None:
    domain = yaml.safe_load((CONTENT.parent / "domain.yml").read_text(encoding="utf-8"))
    gateway_only = {"send_photo", "share_location", "share_contact"}
    assert {name for intent in domain["intents"] for name in intent} - gateway_only == set(INTENTS)
    assert len(INTENTS) == len(set(INTENTS)) == 47
    assert set(REQUIRED) <= set(guide.ids)
    responses = [variation for variations in domain["responses"].values() for variation in variations]
    named = {variation["custom"]["answer"] for variation in responses if "custom" in variation}
    assert len(named) > 40
    assert named <= set(guide.ids)


@pytest.mark.parametrize(
    ("identifier", "facts"),
    [
        ("ask_install_app", ["email", "App Store", "CH Play", "Android", "iOS"]),
        (
            "register_account",
            [
                "(*)",
                "sổ BHXH",
                "10 số cuối thẻ BHYT",
                "ô bôi đỏ",
                "kính lúp",
                "nơi thường trú",
                "chân dung",
                "hai mặt",
                "không xoay ngang",
                "kéo ảnh vào khung",
                "04802",
                "OTP",
                "24 giờ",
                "Đăng ký ngay",
            ],
        ),
        ("register_step_2", ["(*)", "10 số cuối", "ô bôi đỏ", "kính lúp", "thường trú"]),
        ("register_step_4", ["04802", "email", "OTP", "24 giờ"]),
        ("ask_photo_guide", ["không xoay ngang", "vào khung"]),
        ("change_password", ["4 bước", "Đổi mật khẩu", "mật khẩu cũ", "Hoàn tất", "OTP"]),
        ("forgot_password", ["Quên mật khẩu", "Cổng dịch vụ công", "email", "8079 đã dừng"]),
        ("lookup_agency", ["574A Trần Cao Vân", "1900 9068", "0935327326 (Hà)"]),
        (
            "ask_contact",
            ["1900 9068", "0935327326 (Hà)", "0934967911 (Hảo)", "0977455381 (Thu)", "có thể đã đổi"],
        ),
        (
            "ask_vssid_features",
            [
                "quá trình tham gia",
                "ốm đau, thai sản",
                "mã số BHXH",
                "đại lý thu",
                "cơ sở y tế",
                "24/7",
                "video",
                "thay thế thẻ BHYT",
            ],
        ),
        ("ask_working_hours", ["chưa có nguồn", "1900 9068"]),
        ("ask_news", ["01/08/2025", "03/02/2026", "BHXH cơ sở"]),
        ("bot_challenge", ["trợ lý tự động", "không phải người thật"]),
        ("talk_to_human", ["chưa vào trả lời được", "1900 9068", "574A", "2019"]),
        ("check_scam", ["Lời khuyên chung", "OTP", "không mất phí", "1900 9068"]),
    ],
)
def test_the_office_guide_is_there(guide: Guide, identifier: str, facts: list[str]) -> None:
    answer = guide.get(identifier)
    said = "\n".join([answer.text, answer.details or "", *(button.title or "" for button in answer.buttons)])
    assert [fact for fact in facts if fact.casefold() not in said.casefold()] == []


def test_what_is_unsure_leads_to_the_hotline(guide: Guide) -> None:
    answers = [guide.get(identifier) for identifier in guide.ids]
    unsure = [answer for answer in answers if answer.unsure]
    assert len(unsure) > 10
    silent = [a.id for a in unsure if "1900 9068" not in f"{a.text}\n{a.details or ''}"]
    assert silent == []


def test_nothing_is_invented_or_marked_up(guide: Guide) -> None:
    for identifier in guide.ids:
        answer = guide.get(identifier)
        said = f"{answer.text}\n{answer.details or ''}"
        # The one example of how an address looks.
        said = said.replace("ten.cua.minh@gmail.com", "").replace("ten@gmail.com", "")
        assert not re.search(r"\w@\w", said), f"{identifier} names an e-mail address; none is official"
        assert not re.search(r"\*\*|^#|\]\(|<\w+>", said, re.MULTILINE), f"{identifier} has markup"
        assert not re.search(r"soạn[^.]*8079(?! đã dừng)", said), identifier


def test_privacy_tells_the_days_that_are_kept(guide: Guide) -> None:
    settings = Settings()
    for identifier in ("ask_privacy", "delete_my_data"):
        text = guide.get(identifier).text
        assert f"{settings.attachment_days} ngày" in text
        assert f"{settings.conversation_days} ngày" in text


def test_the_readme_names_the_fields_of_an_answer() -> None:
    readme = (CONTENT / "guide" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \| (?:có|không|khi)", readme, re.MULTILINE) == list(Answer.model_fields)
    files = {path.name for path in (CONTENT / "guide").glob("*.yml")}
    assert set(re.findall(r"^\| `(\w+\.yml)`", readme, re.MULTILINE)) == files


# How an answer is shown


@pytest.mark.parametrize("details", [False, True])
def test_every_answer_fits_every_channel(guide: Guide, details: bool) -> None:
    for identifier in guide.ids:
        reply = guide.render(identifier, details=details, repeat=True)
        assert 0 < len(reply.text) < 4096
        assert reply.answer == identifier
        assert len({button.title for button in reply.buttons}) == len(reply.buttons), identifier
        for button in reply.buttons:
            assert 0 < len(button.title) <= 40
            assert (button.payload is None) != (button.url is None)
            assert len((button.payload or "").encode()) <= 64


def test_buttons_lead_on(guide: Guide) -> None:
    reply = guide.render("register_account")
    assert reply.text == guide.get("register_account").text
    assert reply.buttons == (
        Button("Xem chi tiết", "more:register_account"),
        Button("Đăng ký ngay tại đây", "/register_account"),
        Button(guide.titles["register_now"], "answer:register_now"),
        Button(guide.titles["ask_email_setup"], "/ask_email_setup"),
        Button("👍 Có ích", "helped:register_account:yes"),
        Button("👎 Chưa được", "helped:register_account:no"),
    )


def test_details_say_where_they_come_from(guide: Guide) -> None:
    reply = guide.render("change_password", details=True)
    answer = guide.get("change_password")
    assert answer.details is not None
    assert reply.text.startswith(answer.details)
    assert reply.text.endswith(f"Nguồn: {answer.source}. Thông tin tính đến năm 2022.")
    assert "more:change_password" not in [button.payload for button in reply.buttons]
    assert guide.render("ask_digital_card", details=True).text.endswith(" tính đến ngày 13/02/2026.")
    assert guide.render("ask_contact", details=True).text.endswith(" tính đến tháng 02/2026.")


def test_details_of_an_answer_without_any_are_the_answer(guide: Guide) -> None:
    assert guide.render("thank", details=True) == guide.render("thank")


def test_a_repeat_is_led_in_and_offers_staff_once(guide: Guide) -> None:
    reply = guide.render("login_problem", repeat=True)
    assert reply.text.startswith("Dạ em gửi lại ạ.")
    assert reply.text.endswith(guide.get("login_problem").text)
    assert [b.payload for b in reply.buttons].count("/talk_to_human") == 1


@pytest.mark.parametrize("identifier", ["thank", "out_of_scope", "talk_to_human"])
def test_a_repeat_of_what_explains_nothing_is_not_led_in(guide: Guide, identifier: str) -> None:
    assert guide.render(identifier, repeat=True) == guide.render(identifier)


def test_a_page_opens_by_its_address(content: Path) -> None:
    add(
        content,
        "- id: extra\n  title: Thêm\n  text: Dạ\n  buttons:\n    - {title: Mở, url: 'https://example.gov.vn'}\n",
    )
    assert load_guide(content).render("extra").buttons == (Button("Mở", url="https://example.gov.vn"),)


def test_a_picture_goes_with_the_short_text(content: Path) -> None:
    (content / "guide" / "pictures").mkdir()
    (content / "guide" / "pictures" / "man-hinh.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    add(content, "- id: extra\n  title: Thêm\n  text: Dạ\n  details: Dài\n  picture: man-hinh.png\n")
    guide = load_guide(content)
    assert guide.render("extra").pictures == ("man-hinh.png",)
    assert guide.render("extra", details=True).pictures == ()


def test_an_unknown_answer_is_not_found(guide: Guide) -> None:
    with pytest.raises(NotFound, match="khong_co"):
        guide.render("khong_co")


# What an officer is told


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (
            "- id: extra\n  title: A\n  text: Dạ\n  tittle: B\n",
            ["dòng 1", "'extra'", "không có trường 'tittle'"],
        ),
        ("- id: extra\n  title: A\n", ["'extra'", "thiếu trường 'text'"]),
        ("- id: extra\n  title: A\n  text:\n", ["'extra'", "'text' đang trống"]),
        (f"- id: extra\n  title: {'A' * 41}\n  text: Dạ\n", ["'title' dài 41 ký tự, nhiều nhất 40"]),
        (f"- id: extra\n  title: A\n  text: {'a' * 601}\n", ["dài 601", "nhiều nhất 600", "'details'"]),
        ("- id: Extra 1\n  title: A\n  text: Dạ\n", ["'Extra 1'", "chữ thường không dấu"]),
        (
            "- id: extra\n  title: A\n  text: Dạ\n  buttons:\n    - answer: nowhere\n",
            ["'nowhere'", "không có câu trả lời"],
        ),
        (
            "- id: extra\n  title: A\n  text: Dạ\n  buttons:\n    - title: B\n",
            ["buttons.1", "đúng một trong hai"],
        ),
        (
            "- id: extra\n  title: A\n  text: Dạ\n  buttons:\n    - anwser: greet\n",
            ["buttons.1.anwser", "answer, url"],
        ),
        ("- id: extra\n  title: A\n  text: Dạ\n  buttons: greet\n", ["'buttons' viết chưa đúng"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  buttons:\n    - greet\n", ["'buttons.1' viết chưa đúng"]),
        (
            "- id: extra\n  title: A\n  text: Dạ\n  buttons:\n" + "    - answer: greet\n" * 4,
            ["'buttons' có nhiều hơn 3 mục"],
        ),
        (
            "- id: extra\n  title: A\n  text: Dạ\n  buttons:\n    - {title: B, url: 'http://a.vn'}\n",
            ["buttons.1.url", "https://"],
        ),
        ("- id: extra\n  title: A\n  text: Dạ\n  valid_as_of: 2026-13\n", ["'2026-13'", "2026-02-13"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  valid_as_of: hôm qua\n", ["'hôm qua'", "2026-02-13"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  feedback: có\n", ["'feedback' chỉ nhận true hoặc false"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  feedback: true\n", ["'extra'", "source"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  unsure: true\n", ["'extra'", "notes"]),
        ("- id: extra\n  title: A\n  text: [Dạ]\n", ["'text' phải là chữ"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  picture: khong-co.png\n", ["pictures/khong-co.png"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  picture: ../a.png\n", ["'picture'", "pictures"]),
        ("- id: greet\n  title: A\n  text: Dạ\n", ["'greet'", "mã này đã có ở conversation.yml"]),
        ("- id: extra\n  title: quên mật khẩu\n  text: Dạ\n", ["'extra'", "trùng với câu 'forgot_password'"]),
        ("- id: extra\n  title: A\n  text: Dạ\n  text: Vâng\n", ["dòng 4", "'text' ghi hai lần"]),
        ("- id: extra\n  title: A\n  text: Lưu ý: dạ\n", ["extra.yml, dòng 3", "YAML"]),
        ("- id: extra\n\ttitle: A\n", ["extra.yml, dòng 2", "Tab"]),
        ("- id: extra\n  title: A\x07\n  text: Dạ\n", ["extra.yml, dòng 2", "ký tự lạ"]),
        ("id: extra\ntitle: A\n", ["extra.yml", "danh sách"]),
        ("- chỉ có chữ\n", ["extra.yml, dòng 1", "- id:"]),
    ],
)
def test_a_mistake_is_told_with_its_place_and_its_cure(content: Path, entry: str, told: list[str]) -> None:
    add(content, entry)
    message = problems(content)
    assert "có 1 chỗ cần sửa" in message, message
    assert [part for part in ["extra.yml", *told] if part not in message] == [], message


def test_all_mistakes_are_told_at_once(content: Path) -> None:
    add(content, "- id: one\n  title: A\n- id: two\n  title: B\n  text: Dạ\n  valid_as_of: mai\n", "one.yml")
    add(content, "- id: [\n", "two.yml")
    message = problems(content)
    assert "có 3 chỗ cần sửa" in message
    assert "one.yml, dòng 1" in message
    assert "one.yml, dòng 3" in message
    assert "two.yml, dòng" in message


def test_one_unreadable_file_is_one_problem(content: Path) -> None:
    path = content / "guide" / "account.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n- id: [\n", encoding="utf-8")
    message = problems(content)
    assert "có 1 chỗ cần sửa" in message
    assert "account.yml, dòng" in message


def test_a_missing_answer_is_named(content: Path) -> None:
    path = content / "guide" / "contact.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("- id: ask_working_hours", "- id: hours"), encoding="utf-8"
    )
    assert "Thiếu câu trả lời 'ask_working_hours'" in problems(content)


def test_a_file_that_is_not_utf8_or_misnamed_is_told(content: Path) -> None:
    (content / "guide" / "extra.yml").write_bytes(b"- id: a" + b"\xff\xfe")
    add(content, "- id: a\n", "other.yaml")
    message = problems(content)
    assert "extra.yml: không phải chữ UTF-8" in message
    assert "other.yaml: đuôi tệp phải là .yml" in message


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VSSID_CONTENT_DIR"):
        load_guide(tmp_path)


def test_an_officers_words_mean_themselves(content: Path) -> None:
    # NFD as a Mac writes it; and words that YAML would turn into a boolean, a date or a number.
    add(
        content,
        "\ufeff- id: extra\n  title: Hoa\u0300\n  text: No\n  valid_as_of: 2026-02-13\n"
        "- id: more\n  title: 123\n  text: 1e3\n",
    )
    guide = load_guide(content)
    assert guide.get("extra").title == "Hoà"
    assert guide.get("extra").text == "No"
    assert guide.get("extra").valid_as_of == "2026-02-13"
    assert (guide.get("more").title, guide.get("more").text) == ("123", "1e3")


# Edits while running


def edit(content: Path, before: str, after: str) -> None:
    path = content / "guide" / "conversation.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    # Two writes within one tick of the file system's clock must still differ.
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1_000_000))


def test_an_edit_shows_without_a_restart(content: Path) -> None:
    clock = Clock()
    guide = load_guide(content, clock)
    edit(content, "Dạ không có chi ạ.", "Dạ có chi mô ạ.")
    clock.now += 0.5
    assert "không có chi" in guide.render("thank").text, "looked before a second had passed"
    clock.now += 0.6
    assert "có chi mô" in guide.render("thank").text


def test_a_broken_edit_keeps_the_last_good_version(content: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    guide = load_guide(content, clock)
    edit(content, "  title: Cảm ơn\n", "  titel: Cảm ơn\n")
    for _ in range(3):
        clock.now += 2
        with caplog.at_level(logging.ERROR):
            assert guide.titles["thank"] == "Cảm ơn"
    assert [record.getMessage().count("'titel'") for record in caplog.records] == [1], "told once, not every second"
    edit(content, "  titel: Cảm ơn\n", "  title: Cảm ơn nghe\n")
    clock.now += 2
    assert guide.titles["thank"] == "Cảm ơn nghe"


def test_a_folder_that_vanishes_keeps_the_last_good_version(content: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    guide = load_guide(content, clock)
    (content / "guide").rename(content / "away")
    for _ in range(3):
        clock.now += 2
        assert guide.titles["thank"] == "Cảm ơn"
    assert len(caplog.records) == 1
    (content / "away").rename(content / "guide")
    edit(content, "  title: Cảm ơn\n", "  title: Cảm ơn nghe\n")
    clock.now += 2
    assert guide.titles["thank"] == "Cảm ơn nghe"


def test_a_new_file_is_taken_up(content: Path) -> None:
    clock = Clock()
    guide = load_guide(content, clock)
    add(content, "- id: extra\n  title: Thêm\n  text: Dạ\n")
    clock.now += 2
    assert "extra" in guide.ids
