"""The guard: every told password and code is hidden and nothing else is, questions about them pass untouched."""

from __future__ import annotations

import re
import time
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.privacy.typed_secrets import MASK, find_secrets

ROOT = Path(__file__).resolve().parents[4]
# The secret stands between « and ».
PASSWORDS = """
mật khẩu của em là «Abc@123»
mật khẩu của em là «Abc@123», giúp em với
mk: «123456»
mk:«123456»
mk=«Lan1990»
pass vssid «abc123»
mat khau cu la «hoang123»
mk e la «quangnam92»
mk cũ của e là «0905443217» nha
my password is «Summer2024!»
the password: «qwerty12»
Mật khẩu cũ: «Nguyen@1960», mật khẩu mới: «Nguyen@1961»
tài khoản 0412887356 mật khẩu «0905443217»
tk 0412887356 mk «Abc123»
tk/mk: 0412887356/«Abc@123»
user 0412887356 pass «hoa1234» vô ko được
đổi giùm em mật khẩu thành «Thanhkhe2025»
doi mk sang «654321» giup e
mật khẩu em đặt là «Hoa@2020» mà vô không được
mật khẩu nhân viên gửi cho em hôm qua là «Abc@1234»
«Abc@123» là mật khẩu của em
em lấy «123456» làm mật khẩu được không
mật khẩu là «hoangyen»
pass: «iloveyou»
mật khẩu là «Abc 123»
mật khẩu «12345678» đúng không
tui muốn mật khẩu «123456» cho lẹ, đổi được không
mật khẩu là «1234»
mk đăng nhập: «Tuan#88»
MẬT KHẨU LÀ «ABC123»
mật khẩu "«Abc@123»"
em gõ «k7mn-w4xq-2hfp» mà không vô
link này «https://chat.example/password/Q8zX-0123456789abcdefghijklmnopqrstuvwxyzABC» mở không được
«Hoa@2020»
mã pin là «2580»
mật khẩu của mẹ em là «010159»
mật khẩu của chị Hà là «Abc12345»
mật khẩu cấp lần đầu là «Xk29dPq1»
mk mới: «aA1!aA1!»
password=«Abc123456»
mậtkhẩu: «Abc123»
mật khẩu của em nè «Lan@9x9x»
mk cua e ne: «lan1990»
hệ thống gửi mật khẩu là «Zx81kLm0»
em nhập pass «Abc12345» ko vô
e dang xai mat khau «123456Aa», dong nghiep biet het roi
""".strip().splitlines()
CODES = """
otp là «482913»
mã xác nhận «482913»
otp «482913»
OTP: «482 913»
o t p «482913»
mã otp của em là «482-913» ạ
«482913»
dạ «482913» ạ
«482913» là mã otp
mã là «482913»
mã gửi về mail là «482913»
Mã người ta gửi về là «739 204».
otp gửi về «482913» nhập sao không được
ma xac thuc «4829 13»
mã otp em nhận được là «4829»
your verification code is «482913»
em nhập mã 6 số «482913» mà báo sai
""".strip().splitlines()
HARMLESS = """
mật khẩu có mấy ký tự
quên mật khẩu rồi
mật khẩu gửi về mail chưa thấy
mật khẩu là gì
đổi mật khẩu như nào
mật khẩu của tôi là bao nhiêu
mk sai hoài
nhập otp ở đâu
otp 6 số không thấy gửi
mật khẩu là 8 ký tự hay 6
mật khẩu dài 8-20 ký tự
quên mật khẩu, số bhxh 0412887356
em quên mật khẩu 0412887356
em quên mật khẩu: 0412887356
đổi mật khẩu: 048087001234
mk là Lan ở Thanh Khê
mk là nguyen thi hoa
sđt của mk là 0905443217
mk 0905443217 gọi mk nha
mk sinh 01/02/1990
mk làm ở cty May29-3
số bhxh của mk là 0412887356
thẻ của mk: GD4484820113907
mật khẩu gửi về hoa1990@gmail.com
mật khẩu gửi nhầm mail hoa1990@gmail,com
quên mật khẩu iphone13
vào https://bhxh247.vn/login nhập mật khẩu
gọi 1900 9068 xin mật khẩu được không
mật khẩu gửi lúc 16h30 mà giờ chưa thấy
otp hết 300 giây
otp gửi về số 0905443217 hay mail
xin cap lai otp. Số của tui ni 0935 661 902 hỉ
OTP hết hạn so cua e la 0935 222 111
mã 048002 đúng không hay 04802
mã hồ sơ 482913 tới đâu rồi
đổi mật khẩu thành công rồi
đổi mật khẩu thành mật khẩu mới
password is wrong
nó hiện "mật khẩu không đúng"
mật khẩu kho6ng d9u7o75c
mật khẩu có ký tự đặc biệt như @#$ không
mật khẩu năm 2020 còn dùng được không
mật khẩu là mã số bhxh hả
0412887356
0905443217
048156003217
01/02/1990
3-7-2001
12 03 90
otp mất phí 100.000 hả
vo muc nao de doi mat khau
Quên mật khẩu - số 0412887356 - tên Lan
mk: K12/34 Trần Cao Vân
giải giúp em x^2 + 3x = 4
""".strip().splitlines()
# Told in the corpus itself; every other of its messages must pass.
TOLD_IN_CORPUS = {
    "tui muốn mật khẩu 123456 cho lẹ, đổi được không",
    "e dang xai mat khau 123456Aa, dong nghiep biet het roi, gio muon doi lai cho an toan thi bam cho nao",
    "Mã người ta gửi về là 739 204.",
}


def _take_apart(marked: str) -> tuple[str, str]:
    return re.sub("[«»]", "", marked), re.sub("«.*?»", MASK, marked)


@pytest.mark.parametrize("marked", PASSWORDS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_told_password_is_hidden(marked: str, form: Literal["NFC", "NFD"]) -> None:
    said, expected = _take_apart(unicodedata.normalize(form, marked))
    assert (find_secrets(said).text, find_secrets(said).kinds) == (expected, ("password",))


@pytest.mark.parametrize("marked", CODES)
def test_told_code_is_hidden_and_passes_when_it_was_asked_for(marked: str) -> None:
    said, expected = _take_apart(marked)
    assert (find_secrets(said).text, find_secrets(said).kinds) == (expected, ("otp",))
    assert find_secrets(said, "otp").text == said


@pytest.mark.parametrize("said", HARMLESS)
def test_talk_about_them_passes(said: str) -> None:
    assert find_secrets(said).text == said
    assert find_secrets(said).kinds == ()


@pytest.mark.parametrize("expecting", ["birth_date", "number", "otp", "full_name"])
def test_six_bare_digits_pass_when_something_is_expected(expecting: str) -> None:
    assert find_secrets("150690", expecting).kinds == ()


def test_password_is_hidden_even_when_a_code_is_expected() -> None:
    assert find_secrets("mật khẩu là Abc@123", "otp").kinds == ("password",)
    assert find_secrets("mật khẩu nó gửi là 482913", "otp").kinds == ()


def test_both_kinds_are_told_apart() -> None:
    found = find_secrets("mk: Abc@123 và otp là 482913")
    assert found.text == f"mk: {MASK} và otp là {MASK}"
    assert found.kinds == ("password", "otp")


@pytest.mark.slow
def test_no_false_alarm_in_the_corpus() -> None:
    fired = set()
    count = 0
    for path in [*sorted((ROOT / "data" / "nlu").glob("*.yml")), ROOT / "tests" / "nlu" / "heldback.yml"]:
        for block in yaml.load(path.read_text("utf-8"), yaml.CSafeLoader).get("nlu", []):
            for line in block.get("examples", "").splitlines() if "intent" in block else []:
                said = re.sub(r"\[([^\]]+)\](?:\{[^}]*\}|\([^)]*\))", r"\1", line.strip().removeprefix("- "))
                count += 1
                if find_secrets(said).kinds:
                    fired.add(said)
    assert count > 20_000
    assert fired == TOLD_IN_CORPUS


@given(st.text(max_size=300), st.sampled_from([None, "otp", "number"]))
def test_any_text_keeps_what_is_no_secret(said: str, expecting: str | None) -> None:
    found = find_secrets(said, expecting)
    if found.kinds:
        kept = [re.escape(part) for part in found.text.split(MASK)]
        assert re.fullmatch(r"[\s\S]+".join(kept), said)
    else:
        assert found.text == said


_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ"


@given(
    st.sampled_from(["mật khẩu của em là", "mk:", "mat khau cu la", "Password:", "pass vssid là", "mật khẩu mới:"]),
    st.text(_LETTERS, min_size=3, max_size=10),
    st.text("0123456789", min_size=2, max_size=6),
    st.sampled_from(["", " ạ", ", giúp em với", "\nem cảm ơn"]),
)
def test_told_letters_and_digits_never_stay(opening: str, letters: str, digits: str, ending: str) -> None:
    secret = f"Q{letters}{digits}x"
    found = find_secrets(f"{opening} {secret}{ending}")
    assert found.text == f"{opening} {MASK}{ending}"
    assert find_secrets(found.text).text == found.text


@given(st.from_regex(r"\A[0-9]{6}\Z"), st.sampled_from(["otp là {}", "mã xác nhận {} ạ", "OTP:{}", "{}"]))
def test_told_code_never_stays(code: str, sentence: str) -> None:
    assert find_secrets(sentence.format(code)).text == sentence.format(MASK)


@pytest.mark.parametrize(
    "hostile", ["@" * 4000, "mk " * 1400, "1 " * 2000 + "là otp", "otp " + "1-" * 2000, "mk:" * 1400]
)
def test_hostile_text_costs_little(hostile: str) -> None:
    started = time.process_time()
    find_secrets(hostile)
    assert time.process_time() - started < 0.5
