"""The guide: which answers there are, and what each looks like to a citizen.

Owns the names that must be there, what holds between the files of `data/guide/`, rendering to a `Reply`, and
taking up an edit while running. Refuses choosing an answer (that is Rasa's) and the shape of a file (`guide_file`).
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from helpdesk.conversations import Button, Reply
from helpdesk.errors import NotFound, SettingsError
from helpdesk.guide.file import Answer, FileContent, FollowUp, read_file

log = logging.getLogger(__name__)

# The contract's names. A button to one of these goes through Rasa, which keeps the dialogue's thread.
# fmt: off
INTENTS = (
    "greet", "goodbye", "thank", "affirm", "deny", "cancel", "help", "bot_challenge",
    "talk_to_human", "complain", "inform", "correct_info", "out_of_scope",
    "ask_vssid_features", "ask_install_app", "register_account", "resume_registration", "ask_email_setup",
    "ask_photo_guide", "scan_card", "ask_agency_choice", "otp_not_received",
    "password_not_received", "registration_status", "change_password", "forgot_password",
    "login_problem", "account_exists", "info_mismatch", "change_contact_info", "app_error",
    "lookup_bhxh_code", "lookup_participation", "lookup_benefits", "lookup_card_validity",
    "lookup_agency", "lookup_facility", "ask_contact", "ask_working_hours",
    "ask_digital_card", "ask_public_services", "ask_online_payment", "ask_news", "ask_policy",
    "ask_privacy", "delete_my_data", "check_scam",
)
# Further answers that the gateway and the dialogue ask for by name.
SITUATIONS = (
    "send_photo", "share_location", "share_contact", "sticker", "voice", "file", "too_long",
    "emoji_only", "empty", "edited",
    "late", "failed", "slowed", "stale_button", "feedback_yes", "feedback_no", "repeat",
    "offer_intents", "offer_again", "offer_refused", "misunderstood", "welcome", "menu",
    "register_now",
)
# fmt: on
REQUIRED = (*INTENTS, *SITUATIONS)

DETAILS_TITLE = "Xem chi tiết"
HELPED_TITLE = "👍 Có ích"
NOT_HELPED_TITLE = "👎 Chưa được"
_LOOK_EVERY = 1.0

_Stamp = tuple[tuple[str, int, int], ...]


class Guide:
    """All answers by id, kept in step with the files.

    A sound edit shows within a second; a broken one is logged and the last good version stays.
    """

    def __init__(self, folder: Path, answers: Mapping[str, Answer], stamp: _Stamp, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._answers = answers
        self._stamp = stamp
        self._clock = clock
        self._looked_at = clock()

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._current())

    @property
    def titles(self) -> dict[str, str]:
        """What a citizen would say to get each answer, by id."""
        return {identifier: answer.title for identifier, answer in self._current().items()}

    def get(self, identifier: str) -> Answer:
        """The answer of this id; NotFound when there is none."""
        answer = self._current().get(identifier)
        if answer is None:
            raise NotFound(f"Không có câu trả lời '{identifier}' trong data/guide.")
        return answer

    def render(self, identifier: str, *, details: bool = False, repeat: bool = False) -> Reply:
        """The answer as a message: the short text or its details.

        A repeat is led in and offers staff, save where nothing was explained ("Dạ không có chi ạ" twice).
        """
        answer, answers = self.get(identifier), self._answers
        text, buttons, pictures = answer.text, [], answer.pictures
        if details and answer.details is not None:
            text, pictures = f"{answer.details}{_origin(answer)}", ()
        elif answer.details is not None:
            buttons.append(Button(DETAILS_TITLE, f"more:{identifier}"))
        buttons += [_button(follow_up, answers) for follow_up in answer.buttons]
        lead_in = answers["repeat"]
        if repeat and answer.source and all(identifier != follow_up.answer for follow_up in lead_in.buttons):
            text = f"{lead_in.text}\n\n{text}"
            added = [_button(follow_up, answers) for follow_up in lead_in.buttons]
            buttons += [button for button in added if button not in buttons]
        if answer.feedback:
            buttons.append(Button(HELPED_TITLE, f"helped:{identifier}:yes"))
            buttons.append(Button(NOT_HELPED_TITLE, f"helped:{identifier}:no"))
        return Reply(text=text, buttons=tuple(buttons), answer=identifier, pictures=pictures)

    def _current(self) -> Mapping[str, Answer]:
        now = self._clock()
        if now - self._looked_at >= _LOOK_EVERY:
            self._looked_at = now
            self._take_up_edits()
        return self._answers

    def _take_up_edits(self) -> None:
        try:
            stamp = _stamp(self._folder)
        except OSError:
            stamp = ()
        if stamp == self._stamp:
            return
        # Taken even when the edit is broken, so that the same error is logged once and not every second.
        self._stamp = stamp
        try:
            self._answers = _read(self._folder)
        except SettingsError as error:
            log.error("Giữ nội dung cũ của data/guide vì bản mới có lỗi. %s", error)
        else:
            log.info("Đã nhận nội dung mới của data/guide: %d câu trả lời.", len(self._answers))


def load_guide(content_dir: Path, clock: Callable[[], float] = time.monotonic) -> Guide:
    """Read `content_dir/guide/*.yml`; SettingsError lists everything that is to be mended."""
    folder = content_dir / "guide"
    try:
        stamp = _stamp(folder)
    except OSError as error:
        raise SettingsError(
            f"Không đọc được thư mục {folder} ({error.strerror}). Thư mục này chứa các câu trả lời; "
            "kiểm tra VSSID_CONTENT_DIR."
        ) from error
    return Guide(folder, _read(folder), stamp, clock)


def _stamp(folder: Path) -> _Stamp:
    """Changes when a file of the guide does."""
    with os.scandir(folder) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith((".yml", ".yaml"))]
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in files))


def _read(folder: Path) -> dict[str, Answer]:
    files = [read_file(path) for path in sorted(folder.glob("*.yml"))]
    problems = [f"{path.name}: đuôi tệp phải là .yml. Hãy đổi tên tệp." for path in sorted(folder.glob("*.yaml"))]
    problems += [problem for file in files for problem in file.problems]
    problems += _problems_between(files, folder)
    if problems:
        listed = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(problems, 1))
        raise SettingsError(f"Nội dung trong data/guide có {len(problems)} chỗ cần sửa:\n{listed}")
    return {answer.id: answer for file in files for _, answer in file.answers}


def _problems_between(files: list[FileContent], folder: Path) -> list[str]:
    problems: list[str] = []
    ids = {identifier for file in files for identifier in file.all_ids}
    # The answers of a file that could not be read at all are not missing.
    complete = all(file.all_ids or not file.problems for file in files)
    first_place: dict[str, str] = {}
    first_titled: dict[str, str] = {}
    for file in files:
        for line, answer in file.answers:
            found = []
            if answer.id in first_place:
                found.append(f"mã này đã có ở {first_place[answer.id]}. Hãy xóa hoặc đổi mã một câu.")
            if answer.title.casefold() in first_titled:
                found.append(
                    f"tiêu đề '{answer.title}' trùng với câu '{first_titled[answer.title.casefold()]}', người dân "
                    "sẽ thấy hai nút giống nhau. Hãy đổi một tiêu đề."
                )
            found += [
                f"nút dẫn tới '{button.answer}' nhưng không có câu trả lời nào mang mã đó. Hãy sửa mã hoặc bỏ nút."
                for button in answer.buttons
                if complete and button.answer is not None and button.answer not in ids
            ]
            if answer.picture and not (folder / "pictures" / answer.picture).is_file():
                found.append(f"không thấy ảnh pictures/{answer.picture}. Hãy chép ảnh vào đó hoặc bỏ dòng 'picture'.")
            problems += [f"{file.name}, dòng {line}, câu trả lời '{answer.id}': {problem}" for problem in found]
            first_place.setdefault(answer.id, f"{file.name}, dòng {line}")
            first_titled.setdefault(answer.title.casefold(), answer.id)
    if complete:
        problems += [
            f"Thiếu câu trả lời '{identifier}': trợ lý cần câu này. Hãy thêm lại '- id: {identifier}'."
            for identifier in REQUIRED
            if identifier not in ids
        ]
    return problems


def _button(follow_up: FollowUp, answers: Mapping[str, Answer]) -> Button:
    if follow_up.answer is None:
        return Button(follow_up.title or "", url=follow_up.url)
    target = follow_up.answer
    payload = f"/{target}" if target in INTENTS else f"answer:{target}"
    return Button(follow_up.title or answers[target].title, payload)


def _origin(answer: Answer) -> str:
    """The line that says where the details come from and how old they are, the date as readers write it."""
    if answer.source is None:
        return ""
    origin = f"\n\nNguồn: {answer.source}."
    if answer.valid_as_of:
        parts = answer.valid_as_of.split("-")
        origin += f" Thông tin tính đến {('năm', 'tháng', 'ngày')[len(parts) - 1]} {'/'.join(reversed(parts))}."
    return origin
