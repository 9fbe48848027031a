from __future__ import annotations

import pytest

from helpdesk.errors import InvalidInput
from helpdesk.identity.email_hosts import likely_host
from helpdesk.identity.emails import Email, parse_email


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("lan.nguyen@gmail.com", "lan.nguyen@gmail.com"),
        ("  Lan.Nguyen@Gmail.COM ", "lan.nguyen@gmail.com"),
        ("email của em là lan@gmail.com nha", "lan@gmail.com"),
        ("mail: lan@gmail.com ạ", "lan@gmail.com"),
        ("lan@gmail.com.", "lan@gmail.com"),
        ("lan @ gmail . com", "lan@gmail.com"),
        ("lan@gmail .com", "lan@gmail.com"),
        ("ｌａｎ＠ｇｍａｉｌ．ｃｏｍ", "lan@gmail.com"),
        ("Lan <lan@gmail.com>", "lan@gmail.com"),
        ("mailto:lan+bhxh@gmail.com", "lan+bhxh@gmail.com"),
        ("lan a còng gmail chấm com", "lan@gmail.com"),
        ("email là lan chấm nguyen gạch dưới 90 a còng yahoo chấm com chấm vn", "lan.nguyen_90@yahoo.com.vn"),
        ("nguyễn văn an a cong gmail cham com", "nguyenvanan@gmail.com"),
        ("a@thanhkhe.danang.gov.vn", "a@thanhkhe.danang.gov.vn"),
    ],
)
def test_one_address_in_the_ways_it_is_written(typed: str, address: str) -> None:
    assert parse_email(typed) == Email(address, None)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "email_empty"),
        ("lan.gmail.com", "email_no_at"),
        ("không có", "email_no_at"),
        ("lan@gmail", "email_host"),
        ("lan@b.c", "email_host"),
        ("lan@1.2.3.4", "email_host"),
        ("lan@[1.2.3.4]", "email_shape"),
        ("lan@@gmail.com", "email_shape"),
        ("@gmail.com", "email_shape"),
        ("lan@", "email_shape"),
        ("a..b@gmail.com", "email_shape"),
        (".lan@gmail.com", "email_shape"),
        ("lan.@gmail.com", "email_shape"),
        ("lan@-gmail.com", "email_shape"),
        ("lan@gmail..com", "email_shape"),
        ('"lan b"@gmail.com', "email_space"),
        ("lan@x.com, an@y.com", "email_two"),
        ("lan@x.com;an@y.com", "email_two"),
        ("lan@x.com an@y.com", "email_two"),
        ("lan@x.com,Bcc:y", "email_two"),
        ("lan@x.com\nan@y.com", "email_newline"),
        ("lan@x.com\r\nBcc: an@y.com", "email_newline"),
        ("lan@x.com%0aBcc:an", "email_newline"),
        ("lan\u2028@x.com", "email_newline"),
        ("lan\0@x.com", "email_newline"),
        ("nguyễn@gmail.com", "email_accents"),
        ("lan@gmаil.com", "email_accents"),  # a Cyrillic а
        ("nguyen van lan@gmail.com", "email_space"),
        ("a" * 65 + "@gmail.com", "email_long"),
        ("a" * 2000 + "@gmail.com", "email_long"),
    ],
)
def test_what_is_no_mailbox_is_refused_with_its_reason(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_email(typed)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        *((host, "gmail.com") for host in (
            "gmial.com gmai.com gmal.com gamil.com gmali.com gmaill.com gmail.con gmail.cm gmail.co gmail.comm gmail.vn"
            " gmail.com.vn gnail.com gmal.con fmail.com"
        ).split()),
        *((host, "yahoo.com") for host in "yaho.com yahooo.com yahho.com yahoo.con tahoo.com yhaoo.com".split()),
        ("yaho.com.vn", "yahoo.com.vn"),
        ("hotmial.com", "hotmail.com"),
        ("hotmail.con", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"),
        ("vss.gov", "vss.gov.vn"),
        ("mail.con", "mail.com"),
    ],
)  # fmt: skip
def test_a_slip_in_the_host_is_asked_about(host: str, meant: str) -> None:
    assert likely_host(host) == meant
    assert parse_email(f"lan@{host}") == Email(f"lan@{host}", f"lan@{meant}")


def test_a_host_that_cannot_be_is_refused_before_it_is_asked_about() -> None:
    assert likely_host("yahoo.com.v") == "yahoo.com.vn"
    with pytest.raises(InvalidInput) as refused:
        parse_email("lan@yahoo.com.v")
    assert refused.value.code == "email_host"


@pytest.mark.parametrize(
    "host",
    "mail.com ymail.com gmx.com gmail.com yahoo.com yahoo.com.vn yahoo.fr outlook.com.vn hotmail.fr icloud.com me.com"
    " email.com live.com proton.me vss.gov.vn vst.gov.vn danang.gov.vn fpt.com.vn dut.udn.vn abc.co congty.net".split(),
)
def test_a_host_that_exists_is_left_alone(host: str) -> None:
    assert likely_host(host) is None
