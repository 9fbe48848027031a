"""What is heard in messages as people really type them: which values, for which fields, and what is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from actions.registration.hearing import Heard, hear
from actions.said.questions import is_question
from actions.said.said import Said
from helpdesk.registration.model import Registration, Status
from helpdesk.registration.progress import Progress

TODAY = date(2026, 11, 22)
Hear = Callable[..., Heard]


def draft(**fields: str) -> Registration:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    return Registration("r", "c", Status.DRAFT, fields, Progress(), now, now)


@pytest.fixture
def listen(said: Callable[..., Said]) -> Hear:
    def make(text: str, asked: str = "", intent: str = "inform", **fields: str) -> Heard:
        return hear(said(text, intent), draft(**fields), asked, TODAY)

    return make


BINH = {
    "full_name": "Trần Văn Bình",
    "birth_date": "1990-02-01",
    "national_id": "048090000001",
    "phone": "0905123456",
    "email": "binh@gmail.com",
    "address": "12 Trần Cao Vân, Thanh Khê, Đà Nẵng",
    "province": "Đà Nẵng",
    "bhxh_code": "0000010002",
}


@pytest.mark.parametrize(
    "text",
    [
        "Họ tên: Trần Văn Bình\nNgày sinh: 01/02/1990\nCCCD: 048090000001\nSĐT: 0905.123.456\nEmail: binh@gmail.com\n"
        "Địa chỉ: 12 Trần Cao Vân, Thanh Khê, Đà Nẵng\nMã BHXH: 0000010002",
        "Trần Văn Bình, 01/02/1990, 048090000001, 0905123456, binh@gmail.com, 0000010002, "
        "12 Trần Cao Vân, Thanh Khê, Đà Nẵng",
        "binh@gmail.com 0905123456 mã số 0000010002 cccd 048 090 000 001, Trần Văn Bình sinh ngày 1 tháng 2 năm 1990, "
        "địa chỉ 12 Trần Cao Vân, Thanh Khê, Đà Nẵng",
        "Trần Văn Bình\n1/2/1990\n048090000001\n0905123456\nbinh@gmail.com\n"
        "12 Trần Cao Vân, Thanh Khê, Đà Nẵng\n0000010002",
        "dạ em tên Trần Văn Bình, sinh 1/2/90, số điện thoại là không chín không năm một hai ba bốn năm sáu, "
        "mail là binh a còng gmail chấm com, bảo hiểm 00000 10002, căn cước 048090.000.001, "
        "hộ khẩu 12 Trần Cao Vân, Thanh Khê, Đà Nẵng ạ",
    ],
)
def test_everything_at_once(listen: Hear, text: str) -> None:
    heard = listen(text, "front")
    assert heard.values == BINH
    assert not heard.problems


def test_everything_without_accents_or_signs(listen: Hear) -> None:
    heard = listen(
        "con tên la tran van binh sinh 1/2/90 cccd 048090000001 sdt 0905 123 456 mail binh@gmail.com nha "
        "o 12 tran cao van thanh khe da nang",
        "front",
    )
    assert heard.values == {
        **{name: BINH[name] for name in ("birth_date", "national_id", "phone", "email", "province")},
        "full_name": "Tran Van Binh",
        "address": "12 tran cao van thanh khe da nang",
    }


@pytest.mark.parametrize(
    ("asked", "text", "field", "value"),
    [
        # BHXH number
        ("front", "so bhxh 0000010002 nha em", "bhxh_code", "0000010002"),
        ("front", "dạ mã số là không không không không không một không không không hai", "bhxh_code", "0000010002"),
        ("bhxh_code", "mã số năm số không một ba số không hai", "bhxh_code", "0000010002"),
        ("bhxh_code", "00000 10002", "bhxh_code", "0000010002"),
        ("bhxh_code", "00000.10002 ạ", "bhxh_code", "0000010002"),
        ("bhxh_code", "ht3480000010001", "bhxh_code", "0000010001"),
        ("bhxh_code", "so the HT 3 48 0000010001", "card", "HT3480000010001"),
        ("bhxh_code", "048 090 000 001", "bhxh_code", "048090000001"),
        ("front", "mã số bhxh 048090000001", "bhxh_code", "048090000001"),
        ("bhxh_code", "không phải số 4812345670 mà là 4812345678", "bhxh_code", "4812345678"),
        # CCCD, CMND
        ("national_id", "0480 9000 0001", "national_id", "048090000001"),
        ("national_id", "so can cuoc day nghe: 0 4 9 1 7 3 0 0 2 2 1 6, du 12 so", "national_id", "049173002216"),
        ("national_id", "cmnd cũ 201234567", "national_id", "201234567"),
        ("national_id", "201 456 789, chứng minh cũ chín số", "national_id", "201456789"),
        ("national_id", "là không bốn tám không chín hai không không năm tám ba một ạ", "national_id", "048092005831"),
        ("", "cccd 048196005566, cap ngay 12/05/2021, dien thoai 0934 111 000", "national_id", "048196005566"),
        # Phone
        ("phone", "0905-123-456 nha e", "phone", "0905123456"),
        ("phone", "+84905123456", "phone", "0905123456"),
        ("phone", "905123456", "phone", "0905123456"),
        ("phone", "số của bác là không chín ba lăm, bốn bốn bảy, hai một ba", "phone", "0935447213"),
        ("phone", "so dt 0935 6 muoi 6 118 kkk tuc la 0935660118", "phone", "0935660118"),
        ("bhxh_code", "0905123456 là sđt của em", "phone", "0905123456"),
        ("front", "0905123456 (sđt), 0000010002 (bhxh)", "phone", "0905123456"),
        # Birth date
        ("birth_date", "55", "birth_date", "1955"),
        ("birth_date", "năm 55", "birth_date", "1955"),
        ("birth_date", "sinh năm năm lăm", "birth_date", "1955"),
        ("birth_date", "tên là trần thị lài sinh năm năm mươi lăm", "birth_date", "1955"),
        ("birth_date", "12 3 1956", "birth_date", "1956-03-12"),
        ("birth_date", "12/3/56 nghe con", "birth_date", "1956-03-12"),
        ("birth_date", "bà sinh ngày mười hai tháng ba năm một chín năm sáu", "birth_date", "1956-03-12"),
        ("birth_date", "Mùng chín tháng hai năm 1961.", "birth_date", "1961-02-09"),
        ("birth_date", "chồng tui sinh hai mốt tháng sáu sáu tám", "birth_date", "1968-06-21"),
        ("birth_date", "tháng 2 năm 2006, ngày mùng 5 ạ", "birth_date", "2006-02-05"),
        ("birth_date", "sinh nam 1990 ngay 3 thang 2", "birth_date", "1990-02-03"),
        ("birth_date", "26 thnag 11 năm 2001 ạ", "birth_date", "2001-11-26"),
        ("birth_date", "nhầm, tui sinh năm 1973 chớ không phải 1937", "birth_date", "1973"),
        ("birth_date", "12031956", "birth_date", "1956-03-12"),
        # Name
        ("full_name", "e tên Lan, Nguyễn Thị Lan", "full_name", "Nguyễn Thị Lan"),
        ("full_name", "mình tên Bảy, Trần Văn Bảy", "full_name", "Trần Văn Bảy"),
        ("full_name", "em là Thảo, họ Võ, Võ Nguyên Thảo", "full_name", "Võ Nguyên Thảo"),
        ("full_name", "bà tên phan thị tư", "full_name", "Phan Thị Tư"),
        ("full_name", "Tên: Võ Thị Kim Chi, sinh 1994", "full_name", "Võ Thị Kim Chi"),
        ("full_name", "họ tên đầy đủ của mẹ em là Võ Thị Lành ạ", "full_name", "Võ Thị Lành"),
        ("full_name", "NGUYỄN VĂN SÁU!!! GHI CHO ĐÚNG", "full_name", "Nguyễn Văn Sáu"),
        ("full_name", "Thì Võ Hồng Phúc chứ ai", "full_name", "Võ Hồng Phúc"),
        ("full_name", "đứng tên là Phạm Thị Gái, gái là i ngắn nghe em", "full_name", "Phạm Thị Gái"),
        ("full_name", "bà tên là Trần Thị Bưởi bưởi là trái bưởi đó", "full_name", "Trần Thị Bưởi"),
        ("full_name", "nguyễn thị hà", "full_name", "Nguyễn Thị Hà"),
        ("full_name", "Trần Thị Mây", "full_name", "Trần Thị Mây"),
        ("full_name", "nguyen van dung", "full_name", "Nguyen Van Dung"),
        ("full_name", "H'Hen Niê", "full_name", "H'Hen Niê"),
        ("full_name", "A Lăng Thị Hoa", "full_name", "A Lăng Thị Hoa"),
        ("full_name", "ông Nguyễn Văn Tám", "full_name", "Nguyễn Văn Tám"),
        ("front", "Nguyễn Thị Lành", "full_name", "Nguyễn Thị Lành"),
        # Address
        ("address", "to 14 xuan ha thanh khe da nang", "address", "to 14 xuan ha thanh khe da nang"),
        ("address", "dạ ở Hội An ạ", "province", "Quảng Nam"),
        ("address", "12 Trần Cao Vân, quận Thanh Khê", "province", "Đà Nẵng"),
        ("address", "Đà Nẵng", "address", "Đà Nẵng"),
        ("address", "thường trú tổ 21 An Khê, quận Thanh Khê nha em", "address", "tổ 21 An Khê, quận Thanh Khê"),
        ("address", "hộ khẩu Gio Linh Quảng Trị, còn tạm trú ở Hà Huy Tập Đà Nẵng", "address", "Gio Linh Quảng Trị"),
        ("address", "quê ở Quế Sơn còn hộ khẩu 88/3 Trần Cao Vân Đà Nẵng", "address", "88/3 Trần Cao Vân Đà Nẵng"),
        ("address", "không phải phường xuân hà mà là phường an khê", "address", "phường an khê"),
        ("", "dạ tui tên Trần Thị Lụa, nhà ở tổ 14 phường Xuân Hà quận Thanh Khê đó em", "address",
         "tổ 14 phường Xuân Hà quận Thanh Khê"),
        # E-mail
        ("email", "binh@gmail.com nha con", "email", "binh@gmail.com"),
        ("email", "e xai mail nay ne ad mylinh2000.hk@gmail.com, chu thuong het", "email", "mylinh2000.hk@gmail.com"),
        ("email", "binh @ gmail . com", "email", "binh@gmail.com"),
        ("email", "binh a còng gmail chấm com", "email", "binh@gmail.com"),
        ("email", "lua73@gmail.com chớ không phải lua37@gmail.com", "email", "lua73@gmail.com"),
    ],
)  # fmt: skip
def test_one_value(listen: Hear, asked: str, text: str, field: str, value: str) -> None:
    heard = listen(text, asked)
    assert heard.values.get(field) == value, heard


@pytest.mark.parametrize(
    ("asked", "text", "field", "code"),
    [
        ("bhxh_code", "000001000", "bhxh_code", "bhxh_length"),
        ("national_id", "04809000001", "national_id", "national_id_length"),
        ("front", "cccd 04809000001", "national_id", "national_id_length"),
        ("phone", "090512345", "phone", "phone_length"),
        ("phone", "+1 415 555 2671", "phone", "phone_foreign"),
        ("", "sdt 090512345, cccd 048090000001", "phone", "phone_length"),
        ("phone", "số của thằng con là 0905 123 456, còn số tui là 0914 556 201", "phone", "phone_two"),
        ("birth_date", "30/2/1960", "birth_date", "birth_no_such_day"),
        ("", "sinh 30/2/1960, cccd 048090000001", "birth_date", "birth_no_such_day"),
        ("birth_date", "1/1/2030", "birth_date", "birth_future"),
        ("birth_date", "68 tuổi", "birth_date", "birth_shape"),
        ("full_name", "dạ con tên Hà", "full_name", "name_short"),
        ("full_name", "Trần Văn 2", "full_name", "name_digits"),
        ("full_name", "陈文平", "full_name", "name_foreign_script"),
        ("email", "binh@gmail", "email", "email_host"),
        ("email", "binh.gmail.com", "email", "email_no_at"),
        ("email", "bình@gmail.com", "email", "email_accents"),
        ("email", "lan nguyen@gmail.com", "email", "email_space"),
        ("email", "a@gmail.com b@gmail.com", "email", "email_two"),
    ],
)
def test_a_mistake_is_told(listen: Hear, asked: str, text: str, field: str, code: str) -> None:
    heard = listen(text, asked)
    assert heard.problems.get(field) == code, heard
    assert field not in heard.values


@pytest.mark.parametrize(
    ("asked", "intent", "text"),
    [
        ("full_name", "nlu_fallback", "để tìm thẻ đã"),
        ("full_name", "nlu_fallback", "chờ chút"),
        ("full_name", "nlu_fallback", "khoan đã"),
        ("full_name", "complain", "sao hỏi hoài vậy"),
        ("full_name", "affirm", "dạ vâng ạ"),
        ("full_name", "nlu_fallback", "ứng dụng lỗi"),
        ("full_name", "cancel", "nhập lại toàn bộ"),
        ("full_name", "lookup_benefits", "coi tiền thai sản vợ"),
        ("full_name", "lookup_agency", "đường tới Trần Cao Vân"),
        ("full_name", "nlu_fallback", "gap tu van vien"),
        ("address", "nlu_fallback", "để tui tìm thẻ đã"),
        ("address", "nlu_fallback", "chờ chút nha con"),
        ("address", "out_of_scope", "con mèo của em đẻ 4 con nè"),
        ("address", "nlu_fallback", "10 số cuối thẻ bhyt là mã bhxh pk ad"),
        ("address", "ask_agency_choice", "hộ khẩu Quảng Nam thì chọn cơ quan nào"),
        ("address", "lookup_agency", "đường tới bhxh"),
        ("birth_date", "inform", "ngày cấp 15/4/2021"),
        ("birth_date", "inform", "ngày cấp căn cước chớ chi, 12.08.2021 đó bạn"),
        ("birth_date", "ask_working_hours", "nghỉ 2/9 có làm việc không"),
        ("birth_date", "inform", "hết hạn ngày 01/06/2035"),
        ("phone", "inform", "MST cá nhân 8123456701"),
        ("email", "nlu_fallback", "e k có gmail"),
        ("", "nlu_fallback", "mẹ em ở Quế Sơn thì bảo hiểm huyện nằm ở đâu"),
        ("", "info_mismatch", "tên hiện trong app bị thiếu chữ"),
    ],
)
def test_nothing_is_taken(listen: Hear, asked: str, intent: str, text: str) -> None:
    heard = listen(text, asked, intent)
    assert not heard.values, heard
    assert not heard.problems, heard


def test_a_mobile_number_where_the_code_was_asked_is_a_question(listen: Hear) -> None:
    heard = listen("0905123456", "bhxh_code")
    assert (heard.unclear, heard.values) == ("0905123456", {})
    assert listen("0905123456 0000010002", "bhxh_code").values == {"phone": "0905123456", "bhxh_code": "0000010002"}


def test_known_numbers_are_not_overwritten_by_what_looks_alike(listen: Hear) -> None:
    assert listen("201234567", "phone", national_id="048090000001").problems == {"phone": "phone_length"}
    assert listen("201234567", "email", national_id="048090000001").values == {}
    assert listen("12/3/2020", "phone", birth_date="1990-02-01").values == {}


def test_dictated_digits_of_an_address_are_asked_about(listen: Hear) -> None:
    heard = listen("email là bà tư năm sáu a còng gmail chấm com", "email")
    assert (heard.values["email"], heard.email_hint) == ("batunamsau@gmail.com", "batu56@gmail.com")
    assert listen("binh@gmial.com", "email").email_hint == "binh@gmail.com"


def test_the_name_of_whom_it_is_for(said: Callable[..., Said]) -> None:
    message = said("em tên Trần Thị Hoa đăng ký cho mẹ, mẹ em tên Nguyễn Thị Lành")
    assert hear(message, draft(for_whom="helper"), "", TODAY).values["full_name"] == "Nguyễn Thị Lành"
    assert hear(message, draft(for_whom="self"), "", TODAY).values["full_name"] == "Trần Thị Hoa"


def test_accents_come_later(listen: Hear) -> None:
    assert listen("Trần Văn Bình", "phone", full_name="Tran Van Binh").values == {"full_name": "Trần Văn Bình"}
    assert listen("Lê Thị Tư", "phone", full_name="Tran Van Binh").values == {}


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("nguyễn thị hà", False),
        ("dạ không sai đâu", False),
        ("không có gì", False),
        ("sao cũng được", False),
        ("không", False),
        ("Lê Thị Mây", False),
        ("mã số ở đâu vậy em", True),
        ("gửi rồi sao nữa", True),
        ("có mất tiền không", True),
        ("the la gi", True),
        ("được chưa?", True),
    ],
)
def test_questions(text: str, asks: bool) -> None:
    assert is_question(Said("m", text)) is asks


def test_what_calls_an_email_is_no_address(said: Callable[..., Said]) -> None:
    heard = hear(said("dạ email của em là lan@gmail.com ạ"), draft(), "address", TODAY)
    assert heard.values == {"email": "lan@gmail.com"}


def test_it_is_quick(said: Callable[..., Said]) -> None:
    messages = [
        said("\n".join(f"{name}: {value}" for name, value in BINH.items())),
        said("ạ " * 500),
        said("Nguyễn " * 250),
    ]
    for message in messages:
        start = time.process_time()
        for _ in range(20):
            hear(message, draft(), "address", TODAY)
        # Of the processor, generous: ten times what it takes.
        assert (time.process_time() - start) / 20 < 0.02
