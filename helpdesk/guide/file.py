"""One YAML file of the guide: its shape, and every problem in it told so that an officer can mend it.

Owns the schema of an answer and reading a file into answers. Refuses what needs the other files (is a button's
target there, is an id taken) and what a citizen is shown: both are `guide`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from helpdesk.guide.parsing import BadField, parse

MAX_TITLE = 40
MAX_TEXT = 600
MAX_DETAILS = 2000
MAX_BUTTONS = 3


def _real_date(text: str) -> str:
    year, month, day = (*(int(part) for part in text.split("-")), 1, 1)[:3]
    date(year, month, day)
    return text


AnswerId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TITLE, pattern=r"^[^\n]*$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$", max_length=1000)]
PictureName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*\.png$")]
SourceDate = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$"), AfterValidator(_real_date)]


class FollowUp(BaseModel):
    """A button below an answer: leads to another answer, or opens a page."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    answer: AnswerId | None = None
    url: Url | None = None
    title: Title | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        if (self.answer is None) == (self.url is None):
            raise ValueError("mỗi nút cần đúng một trong hai: 'answer' (mã câu trả lời) hoặc 'url' (địa chỉ trang)")
        if self.url is not None and self.title is None:
            raise ValueError("nút mở trang 'url' cần thêm 'title' (chữ trên nút)")
        return self


class Answer(BaseModel):
    """What the assistant says to one question."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: AnswerId
    title: Title
    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT)]
    details: Annotated[str, StringConstraints(min_length=1, max_length=MAX_DETAILS)] | None = None
    buttons: Annotated[tuple[FollowUp, ...], Field(max_length=MAX_BUTTONS, strict=False)] = ()
    picture: PictureName | None = None
    source: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    valid_as_of: SourceDate | None = None
    unsure: bool = False
    notes: str | None = None
    feedback: bool = False

    @property
    def pictures(self) -> tuple[str, ...]:
        return () if self.picture is None else (self.picture,)

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.feedback and self.source is None:
            raise ValueError("câu trả lời có 'feedback: true' là câu thông tin nên cần ghi 'source' (nguồn)")
        if self.unsure and self.notes is None:
            raise ValueError("câu trả lời có 'unsure: true' cần thêm 'notes' ghi rõ điều gì chưa chắc")
        return self


@dataclass(slots=True)
class FileContent:
    """What a file gave: its sound answers with the line each starts on, and its problems in Vietnamese.

    `all_ids` also names the answers that have problems, so that these cause no second complaint elsewhere.
    """

    name: str
    answers: list[tuple[int, Answer]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    all_ids: set[str] = field(default_factory=set)


def read_file(path: Path) -> FileContent:
    """Read one file; whatever is wrong in it becomes a problem, never an exception."""
    content = FileContent(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        content.problems.append(f"{path.name}: không phải chữ UTF-8. Hãy lưu lại tệp với bảng mã UTF-8.")
        return content
    except OSError as error:
        content.problems.append(f"{path.name}: không đọc được tệp ({error.strerror}).")
        return content
    try:
        node, entries = parse(text)
        if node is None:
            return content
        if not isinstance(node, yaml.SequenceNode):
            content.problems.append(
                f"{path.name}: tệp phải là danh sách câu trả lời, mỗi câu bắt đầu bằng '- id: ...' sát lề trái."
            )
            return content
    except yaml.YAMLError as error:
        content.problems.append(f"{path.name}, {_yaml_problem(error, text)}")
        return content
    except BadField as error:
        content.problems.append(f"{path.name}, {error}")
        return content
    for item, entry in zip(node.value, entries, strict=True):
        _read_entry(content, item.start_mark.line + 1, entry)
    return content


def _read_entry(content: FileContent, line: int, entry: Any) -> None:
    named = entry.get("id") if isinstance(entry, dict) else None
    place = f"{content.name}, dòng {line}" + (f", câu trả lời '{named}'" if named else "")
    if not isinstance(entry, dict):
        content.problems.append(f"{place}: câu trả lời phải bắt đầu bằng '- id: ...'.")
        return
    if isinstance(named, str):
        content.all_ids.add(named)
    try:
        content.answers.append((line, Answer.model_validate(entry)))
    except ValidationError as error:
        content.problems.extend(f"{place}: {_schema_problem(dict(one))}" for one in error.errors())


def _yaml_problem(error: yaml.YAMLError, text: str) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return f"dòng {line}: có ký tự lạ, thường do chép từ Word hoặc trang web. Hãy gõ lại dòng này."
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    line = mark.line + 1 if mark else 1
    return (
        f"dòng {line}: viết chưa đúng dạng YAML. Hãy xem dòng này và dòng ngay trên: thụt lề bằng dấu cách (không "
        "dùng phím Tab), sau dấu hai chấm có một dấu cách, đoạn dài hoặc có dấu hai chấm thì đặt dưới 'text: |'."
    )


def _schema_problem(error: dict[str, Any]) -> str:
    """One complaint of the schema, and what to do about it."""
    *_, last = error["loc"] or ("",)
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    known = FollowUp.model_fields if error["loc"][:1] == ("buttons",) else Answer.model_fields
    match kind:
        case "extra_forbidden":
            return f"không có trường '{where}'. Các trường dùng được: {', '.join(known)}."
        case "missing":
            return f"thiếu trường '{where}'. Hãy thêm dòng '{where}: ...'."
        case "string_too_short":
            return f"trường '{where}' đang trống. Hãy ghi nội dung hoặc bỏ hẳn dòng này."
        case "string_too_long":
            limit, length = context["max_length"], len(error["input"])
            advice = "Hãy viết ngắn lại, phần dài chuyển xuống 'details'." if last == "text" else "Hãy viết ngắn lại."
            return f"trường '{where}' dài {length} ký tự, nhiều nhất {limit}. {advice}"
        case "too_long":
            return f"trường '{where}' có nhiều hơn {context['max_length']} mục. Hãy bỏ bớt."
        case "bool_type":
            return f"trường '{where}' chỉ nhận true hoặc false."
        case "string_type":
            return f"trường '{where}' phải là chữ."
        case "tuple_type" | "model_type" | "model_attributes_type":
            return f"trường '{where}' viết chưa đúng: mỗi nút là '- answer: ...' hoặc '- title: ...' kèm 'url: ...'."
        case "string_pattern_mismatch" | "value_error" if last in _FORMS:
            return f"trường '{where}' ghi '{error['input']}' chưa đúng: {_FORMS[str(last)]}."
        case "value_error":
            prefix = f"trường '{where}': " if where else ""
            return f"{prefix}{context['error']}."
        case _:
            return f"trường '{where}' chưa đúng ({error['msg']})."


_FORMS = {
    "id": "chỉ gồm chữ thường không dấu, số và dấu _, dài 2-40 ký tự",
    "answer": "ghi mã (id) của một câu trả lời, chữ thường không dấu",
    "url": "địa chỉ trang phải bắt đầu bằng https:// và không có dấu cách",
    "title": "tiêu đề chỉ viết trên một dòng",
    "picture": "ghi tên tệp ảnh .png nằm trong thư mục pictures, chữ thường không dấu, không dấu cách",
    "valid_as_of": "ghi ngày dạng 2026-02-13, tháng dạng 2026-02 hoặc năm dạng 2026",
}
