"""Importing an office's members: every way its files come out of Excel, good rows in, bad rows told by their line."""

from __future__ import annotations

import asyncio
import io
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from helpdesk.errors import InvalidInput
from helpdesk.identity.person import BirthDate, Sex
from helpdesk.registry.cells import reason
from helpdesk.registry.columns import HEADINGS
from helpdesk.registry.importing import ImportReport, import_members
from helpdesk.registry.registry import EmbeddedRegistry
from helpdesk.store.database import open_database
from helpdesk.store.sealing import open_sealer
from helpdesk.store.vault import open_cipher

ROOT = Path(__file__).resolve().parents[3]
TODAY = date(2026, 11, 20)
HEAD = "Mã số BHXH,Họ và tên,Ngày sinh,Giới tính,Số CCCD,Mã thẻ BHYT,Tỉnh,Địa chỉ,Giá trị thẻ đến"
GOOD = "0000000101,Nguyễn Thị Lành,12/03/1956,Nữ,048156000001,HT3480000000101,Đà Nẵng,Số 1 đường Giả Định,31/12/2026"


class Desk:
    """Imports files and remembers what was said."""

    def __init__(self, registry: EmbeddedRegistry, folder: Path) -> None:
        self.registry = registry
        self.folder = folder
        self.left_out: dict[int, str] = {}
        self.remarks: dict[int, str] = {}

    def note(self, line: int, words: str, left_out: bool) -> None:
        (self.left_out if left_out else self.remarks)[line] = words

    async def take(self, path: Path) -> ImportReport:
        self.left_out, self.remarks = {}, {}
        return await import_members(self.registry, path, TODAY, self.note)

    async def take_text(self, *lines: str, encoding: str = "utf-8", name: str = "members.csv") -> ImportReport:
        path = self.folder / name
        path.write_bytes("\r\n".join(lines).encode(encoding))
        return await self.take(path)

    async def take_sheet(
        self, *rows: Sequence[Any], dress: Callable[[Any], None] = lambda _sheet: None
    ) -> ImportReport:
        book = Workbook()
        for row in rows:
            book.active.append(list(row))
        dress(book.active)
        book.save(self.folder / "members.xlsx")
        book.close()
        return await self.take(self.folder / "members.xlsx")


@pytest.fixture
async def desk(data_dir: Path) -> AsyncIterator[Desk]:
    async with open_database(data_dir / "helpdesk.db") as database:
        sealer = await open_sealer(database, open_cipher("", data_dir / "secret.key"))
        yield Desk(EmbeddedRegistry(database, sealer), data_dir)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
async def test_every_encoding_and_separator(desk: Desk, encoding: str, separator: str) -> None:
    report = await desk.take_text(
        HEAD.replace(",", separator), GOOD.replace(",", separator), encoding=encoding, name="tên gì cũng được.txt"
    )
    assert (report.added, report.left_out, desk.left_out) == (1, 0, {})
    member = await desk.registry.find_by_code("0000000101")
    assert member is not None
    assert (member.full_name, member.birth_date, member.sex) == ("Nguyễn Thị Lành", BirthDate(1956, 3, 12), Sex.FEMALE)
    assert (member.national_id, member.card) == ("048156000001", "HT3480000000101")
    assert (member.province, member.address) == ("Đà Nẵng", "Số 1 đường Giả Định")
    assert (member.card_valid_until, member.synthetic) == ("2026-12-31", False)


async def test_titles_above_and_unknown_columns_beside(desk: Desk) -> None:
    report = await desk.take_text(
        *("sep=;", "DANH SÁCH THAM GIA;;;;", ";;;;", "Kỳ: 11/2026;;;;"),
        "STT;Họ tên ;NĂM SINH;Ghi chú;sổ bhxh",
        '1;"Lê Thị',
        ' Tư";1949;;0000000102',
        ";;;;",
        "2;Ba;1949;;0000000103",
    )
    assert report.ignored_columns == ("STT", "Ghi chú")
    assert (report.added, list(desk.left_out)) == (1, [9])
    member = await desk.registry.find_by_code("0000000102")
    assert member is not None and (member.full_name, member.birth_date) == ("Lê Thị Tư", BirthDate(1949))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("Mã số BHXH", "000000101", "10 chữ số"),
        ("Mã số BHXH", "1,01E+08", "Excel"),
        ("Mã số BHXH", "1.01E+08", "Excel"),
        ("Mã số BHXH", "00000O0101", "chữ cái"),
        ("Mã số BHXH", "0000000000", "toàn số 0"),
        ("Mã số BHXH", "048156000001", "CCCD"),
        ("Mã số BHXH", "#N/A", "#N/A"),
        ("Mã số BHXH", "=A1", "công thức"),
        ("Mã số BHXH", "0000000109", "khác mã số BHXH"),
        ("Họ và tên", "", "thiếu họ tên"),
        ("Họ và tên", "Lành", "họ tên"),
        ("Họ và tên", "王小明", "chữ Việt"),
        ("Ngày sinh", "", "thiếu ngày sinh"),
        ("Ngày sinh", "31/02/1956", "không có thật"),
        ("Ngày sinh", "12/03/2056", "tương lai"),
        ("Ngày sinh", "20526", "12/03/1956"),
        ("Giới tính", "1", "Nam hoặc Nữ"),
        ("Số CCCD", "48156000001", "12 chữ số"),
        ("Số CCCD", "999156000001", "mã tỉnh"),
        ("Mã thẻ BHYT", "HT648000000101", "15 ký tự"),
        ("Mã thẻ BHYT", "HT6480000000101", "mức hưởng"),
        ("Tỉnh", "Atlantis", "tỉnh"),
        ("Địa chỉ", "a" * 301, "quá dài"),
        ("Giá trị thẻ đến", "31/02/2026", "không có thật"),
        ("Giá trị thẻ đến", "hết năm", "31/12/2026"),
    ],
)
async def test_a_bad_cell_leaves_its_row_out_and_says_why(desk: Desk, column: str, value: str, said: str) -> None:
    names = HEAD.split(",")
    cells = GOOD.split(",")
    cells[names.index(column)] = f'"{value}"'
    report = await desk.take_text(HEAD, ",".join(cells), GOOD.replace("0000000101", "0000000102"))
    assert (report.added, report.left_out) == (1, 1)
    assert said in desk.left_out[2]
    assert await desk.registry.count() == 1
    # Nothing of the person is repeated on the screen.
    assert not value or len(value) < 5 or value in said or value not in desk.left_out[2]


async def test_all_that_is_wrong_with_a_row_is_said_at_once(desk: Desk) -> None:
    await desk.take_text(HEAD, "1,Lành,hôm qua,X,2,3,4,,5")
    assert len(desk.left_out[2].split("; ")) == 8


async def test_what_excel_does_that_is_certain_is_undone(desk: Desk) -> None:
    report = await desk.take_text(
        HEAD,
        '\'0000000101,Nguyễn Thị Lành,12/03/1956,,"=""048156000001""",,,,',
        "4800000102.0,Lê Thị Tư,1949,,200000003.0,,,,",
    )
    assert (report.added, desk.left_out) == (2, {})
    found = await desk.registry.find_many(["0000000101", "4800000102"])
    assert {code: member.national_id for code, member in found.items()} == {
        "0000000101": "048156000001",
        "4800000102": "200000003",
    }


async def test_a_person_once_in_a_file(desk: Desk) -> None:
    report = await desk.take_text(
        *(HEAD, GOOD, GOOD, GOOD.replace("0000000101", "0000000102")),
        ",Lê Thị Tư,1949,Nam,,GD4480000000102,,,",
    )
    assert (report.added, report.left_out, report.remarked) == (2, 2, 1)
    assert desk.left_out == {3: "mã số BHXH trùng với dòng 2", 5: "mã số BHXH trùng với dòng 4"}
    assert desk.remarks == {4: "số CCCD/CMND trùng với dòng 2 mà mã số BHXH khác"}


async def test_what_does_not_go_together_is_remarked_and_taken(desk: Desk) -> None:
    report = await desk.take_text(HEAD, GOOD.replace("Nữ", "Nam"), "0000000102,Lê Thị Tư,1950,,049149000001,,,,")
    assert (report.added, report.remarked) == (2, 2)
    assert desk.remarks == {2: "giới tính không khớp số CCCD", 3: "năm sinh không khớp số CCCD"}


async def test_a_second_import_updates(desk: Desk) -> None:
    await desk.take_text(HEAD, GOOD)
    report = await desk.take_text(HEAD, GOOD, "0000000102,Lê Thị Tư,1949,,,,,,")
    assert (report.added, report.updated, report.unchanged) == (1, 0, 1)
    # What is left empty or has no column stays; a dash clears.
    report = await desk.take_text(
        "Mã số BHXH,Họ tên,Ngày sinh,CCCD,Tỉnh,Hạn thẻ", "0000000101,Nguyễn Thị Lành,12/03/1956,,Quảng Nam,-"
    )
    assert (report.added, report.updated, report.unchanged) == (0, 1, 0)
    member = await desk.registry.find_by_code("0000000101")
    assert member is not None
    assert (member.national_id, member.province, member.card_valid_until) == ("048156000001", "Quảng Nam", None)
    assert member.card == "HT3480000000101"


async def test_the_number_may_come_from_the_card_and_from_two_columns(desk: Desk) -> None:
    report = await desk.take_text(
        "Số CCCD,Số CMND,Họ tên,Ngày sinh,Mã thẻ BHYT",
        ",200000001,Nguyễn Thị Lành,12/03/1956,HT 3 48 0000000101",
        ",200000001,Nguyễn Thị Lành,12/03/1956,",
    )
    assert (report.added, desk.left_out) == (1, {3: "thiếu mã số BHXH"})
    member = await desk.registry.find_by_code("0000000101")
    assert member is not None and (member.national_id, member.card) == ("200000001", "HT3480000000101")


# Excel


async def test_a_workbook_with_its_kinds_of_cells(desk: Desk) -> None:
    heads = HEAD.split(",")

    def dress(sheet: Any) -> None:
        sheet["A5"].number_format = "0000000000"
        sheet["E5"].number_format = "000000000000"

    report = await desk.take_sheet(
        ["DANH SÁCH"],
        heads,
        ["0000000101", "Nguyễn Thị Lành", datetime(1956, 3, 12), "Nữ", "048156000001", None, "Đà Nẵng", None,
         date(2026, 12, 31)],
        [4800000102, "Lê Thị Tư", 1949, "nữ", 200000003, None, None, 12, None],
        [103, "Trần Văn Bình", "1/2/1990", None, 48090000001, None, None, None, None],
        [480000104, "Phạm Văn Lợi", 19000, None, 48090000001, None, None, None, None],
        [4800000105.5, "Phạm Văn Lợi", 1952, None, None, None, None, None, None],
        dress=dress,
    )  # fmt: skip
    assert (report.added, sorted(desk.left_out)) == (3, [6, 7])
    assert all(word in desk.left_out[6] for word in ("10 chữ số", "thành Ngày", "12 chữ số"))
    assert "số lẻ" in desk.left_out[7]
    found = await desk.registry.find_many(["0000000101", "4800000102", "0000000103"])
    births = {code: member.birth_date.iso for code, member in found.items()}
    assert births == {"0000000101": "1956-03-12", "4800000102": "1949", "0000000103": "1990-02-01"}
    assert found["0000000103"].national_id == "048090000001"
    assert (found["4800000102"].address, found["4800000102"].national_id) == ("12", "200000003")
    assert found["0000000101"].card_valid_until == "2026-12-31"


def with_value_of_formula(path: Path, value: str) -> None:
    """What Excel does on saving: the formula's last value stands beside it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"</f><v></v>" in parts[sheet] or b"</f><v />" in parts[sheet] or b"</f><v/>" in parts[sheet]
    for empty in (b"</f><v></v>", b"</f><v />", b"</f><v/>"):
        parts[sheet] = parts[sheet].replace(empty, f"</f><v>{value}</v>".encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


async def test_formulas_are_their_values_and_without_one_they_are_told_of(desk: Desk) -> None:
    rows = (["Mã số BHXH", "Họ tên", "Ngày sinh"], ["=4800000100+2", "Lê Thị Tư", 1949])
    report = await desk.take_sheet(*rows)
    assert (report.added, list(desk.left_out)) == (0, [2]) and "công thức" in desk.left_out[2]
    with_value_of_formula(desk.folder / "members.xlsx", "4800000102")
    report = await desk.take(desk.folder / "members.xlsx")
    assert (report.added, desk.left_out) == (1, {})
    assert await desk.registry.find_by_code("4800000102") is not None


async def test_the_sheet_with_the_headings_is_taken_and_hidden_ones_are_not(desk: Desk) -> None:
    book = Workbook()
    book.active.append(["Ghi chú", "xem trang sau"])
    for title, code, state in [("ẩn", "0000000109", "hidden"), ("thật", "0000000101", "visible")]:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        sheet.append(["Mã số BHXH", "Họ tên", "Ngày sinh"])
        sheet.append([code, "Lê Thị Tư", 1949])
    book.save(desk.folder / "members.xlsx")
    assert (await desk.take(desk.folder / "members.xlsx")).added == 1
    assert await desk.registry.find_by_code("0000000101") is not None


# Files that are none


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "trống"),
        (b"\xef\xbb\xbf\r\n", "tiêu đề"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "trang web"),
        (b"\x89PNG\r\n\x1a\n", "ảnh"),
        (b"\x00\x01\x02\x03" * 50, "không phải tệp CSV"),
        (b"PK\x03\x04 and nothing more", "hỏng"),
        ("Tên,Tuổi\nLê Thị Tư,77\n".encode(), "tiêu đề"),
        ("Họ tên,Ngày sinh\nLê Thị Tư,1949\n".encode(), "mã số BHXH"),
    ],
)
async def test_a_wrong_file_gets_a_clear_word(desk: Desk, content: bytes, said: str) -> None:
    path = desk.folder / "members.xlsx"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as refused:
        await desk.take(path)
    assert said in str(refused.value)
    assert await desk.registry.count() == 0


async def test_a_zip_that_is_no_workbook_a_folder_and_nothing(desk: Desk) -> None:
    with zipfile.ZipFile(desk.folder / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    for path, said in [(desk.folder / "a.xlsx", "hỏng"), (desk.folder, "Không có"), (desk.folder / "b", "Không có")]:
        with pytest.raises(InvalidInput) as refused:
            await desk.take(path)
        assert said in str(refused.value)


async def test_a_workbook_that_breaks_off(desk: Desk) -> None:
    await desk.take_sheet(["Mã số BHXH", "Họ tên", "Ngày sinh"], ["0000000101", "Lê Thị Tư", 1949])
    whole = (desk.folder / "members.xlsx").read_bytes()
    for length in range(100, len(whole), 500):
        (desk.folder / "members.xlsx").write_bytes(whole[:length])
        with pytest.raises(InvalidInput):
            await desk.take(desk.folder / "members.xlsx")
    with zipfile.ZipFile(desk.folder / "members.xlsx", "w") as broken:
        with zipfile.ZipFile(io.BytesIO(whole)) as archive:
            for name in archive.namelist():
                content = archive.read(name)
                broken.writestr(name, content[: len(content) * 2 // 3] if "sheet1" in name else content)
    with pytest.raises(InvalidInput) as refused:
        await desk.take(desk.folder / "members.xlsx")
    assert "hỏng" in str(refused.value)


async def test_bytes_that_are_no_utf8_cost_their_row_only(desk: Desk) -> None:
    path = desk.folder / "members.csv"
    lines = [HEAD.encode(), GOOD.encode(), GOOD.replace("0101", "0102").encode("cp1258", "replace")]
    path.write_bytes(b"\n".join(lines))
    report = await desk.take(path)
    assert (report.added, list(desk.left_out)) == (1, [3]) and "UTF-8" in desk.left_out[3]


async def test_a_quote_that_never_closes(desk: Desk) -> None:
    rows = [f"0000001{number:03},Lê Thị Tư,1949,,,,,," for number in range(300)]
    broken = '0000000102,"Lê Thị Tư,1949,,,,,,' + "x" * 140_000
    with pytest.raises(InvalidInput) as refused:
        await desk.take_text(HEAD, *rows, broken)
    assert "Dòng 302" in str(refused.value)


async def test_a_long_file_is_read_in_portions(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    portions: list[int] = []
    put = desk.registry.put

    async def counting(members: Sequence[Any]) -> None:
        portions.append(len(members))
        await put(members)

    monkeypatch.setattr(desk.registry, "put", counting)
    rows = [f"{number:010},Lê Thị Tư,1949,,,,,," for number in range(1, 3001)]
    started = time.process_time()
    report = await desk.take_text(HEAD, *rows)
    assert (report.added, await desk.registry.count()) == (3000, 3000)
    assert max(portions) <= 500
    assert time.process_time() - started < 30  # about two seconds on a quiet machine


# Words


def test_every_refusal_has_words_for_the_office() -> None:
    """The codes are read out of the identifiers' own sources, so that a new one is not forgotten."""
    codes: set[str] = set()
    for name in ("bhxh", "birth_dates", "national_ids", "full_names"):
        source = (ROOT / "helpdesk" / "identity" / f"{name}.py").read_text("utf-8")
        codes |= set(re.findall(r'InvalidInput\(\s*"([a-z_]+)"', source))
    assert len(codes) > 20
    for code in codes:
        assert reason(InvalidInput(code)) != str(InvalidInput(code)), code


def test_the_headings_are_documented() -> None:
    text = (ROOT / "docs" / "import.md").read_text("utf-8")
    for headings in HEADINGS.values():
        for heading in headings:
            assert heading in text, heading


# The command


def command(*arguments: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops.import_members", *arguments],
        cwd=ROOT,
        env={"DATA_DIR": str(data_dir), "PATH": "/usr/bin", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
    )


async def test_the_command_tells_and_its_exit_code_too(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "tốt đẹp.csv", tmp_path / "bad.csv", tmp_path / "none.csv"
    good.write_text(f"{HEAD}\n{GOOD}\n", "utf-8")
    bad.write_text(f"{HEAD}\n" + "1,,,,,,,,\n" * 300, "utf-8")
    run = await asyncio.gather(
        *(asyncio.to_thread(command, *arguments, data_dir=tmp_path / "var") for arguments in [(), ("",), (str(none),)])
    )
    assert [done.returncode for done in run] == [2, 2, 2]
    assert "make import FILE=" in run[0].stderr and "make import FILE=" in run[1].stderr
    assert "Không có tệp này" in run[2].stderr
    done = command(str(good), data_dir=tmp_path / "var")
    assert (done.returncode, done.stderr) == (0, "") and "thêm 1" in done.stdout
    done = command(str(bad), data_dir=tmp_path / "var")
    assert done.returncode == 1 and "bỏ qua 300" in done.stdout and "100 dòng nữa" in done.stdout
    assert done.stdout.count("dòng ") < 220
