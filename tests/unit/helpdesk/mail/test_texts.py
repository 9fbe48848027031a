"""What the mails say: who sends them, and what must never be in them."""

from __future__ import annotations

import re

import pytest

from helpdesk.mail import texts as mail_texts

LINK = "http://127.0.0.1:8080/mat-khau/abc"
MAILS = {
    "received": mail_texts.received_mail("K7M2P9QX", "Nguyễn Thị Hường"),
    "first_password": mail_texts.first_password_mail("Xanh-42-Lúa", "0412345678", "Nguyễn Thị Hường"),
    "change": mail_texts.link_mail(LINK, "change"),
    "recover": mail_texts.link_mail(LINK, "recover"),
    "changed": mail_texts.password_changed_mail(),
    "rejected": mail_texts.rejected_mail("K7M2P9QX", "Ảnh mặt sau CCCD bị mờ."),
    "late": mail_texts.late_mail("K7M2P9QX"),
    "office": mail_texts.office_reminder("K7M2P9QX", "http://127.0.0.1:8080/console/cases/x"),
} | {purpose: mail_texts.otp_mail("482913", purpose) for purpose in ("email", "resume", "delete", "password")}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_says_who_sends_it(name: str) -> None:
    subject, text = MAILS[name]
    assert "BHXH quận Thanh Khê" in subject
    assert "\n" not in subject
    assert len(subject) <= 90
    assert "trợ lý VssID của BHXH quận Thanh Khê" in text
    assert "  \n" not in text
    assert text.endswith("\n")


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_tells_a_whole_identity(name: str) -> None:
    whole = " ".join(MAILS[name])
    assert "0412345678" not in whole
    assert "Nguyễn Thị" not in whole
    # Nothing but the code may look like a code to somebody (or a phone) that picks six digits out of the text.
    assert re.findall(r"(?<!\d)\d{6}(?!\d)", whole) == (["482913"] if "482913" in whole else [])


def test_the_mails_hold_what_they_are_for() -> None:
    assert "K7M2P9QX" in MAILS["received"][1]
    assert "24 giờ" in MAILS["received"][1]
    assert "\n    Xanh-42-Lúa\n" in MAILS["first_password"][1]
    assert "đuôi 5678" in MAILS["first_password"][1]
    assert "Ảnh mặt sau CCCD bị mờ." in MAILS["rejected"][1]
    assert f"\n{LINK}\n" in MAILS["change"][1]
    assert "30 phút" in MAILS["recover"][1]
    assert "20 giờ" in MAILS["office"][1]
