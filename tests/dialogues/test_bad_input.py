"""What no form expects: each gets a word about what is wrong, and the form stays where it was."""

from __future__ import annotations

import io
import struct
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.stage import people
from tests.stage.back_room import BackRoom
from tests.stage.citizen import Citizen, Comes

# At which question, what is said, which answer it gets.
WRONG = [
    ("bhxh_code", "048123", "reg_x_bhxh_length"),
    ("bhxh_code", "4812345O78", "reg_x_bhxh_letters"),
    ("full_name", "阮文平", "reg_x_name_foreign_script"),
    ("full_name", "nguyen", "reg_x_name_short"),
    ("full_name", "Nguyễn Văn 123", "reg_x_name_digits"),
    ("birth_date", "01/02/2099", "reg_x_birth_future"),
    ("birth_date", "31/02/1960", "reg_x_birth_no_such_day"),
    ("birth_date", "01/02/1820", "reg_x_birth_too_old"),
    ("national_id", "04815600", "reg_x_national_id_length"),
    ("national_id", "999156000001", "reg_x_national_id_province"),
    ("phone", "090512345", "reg_x_phone_length"),
    ("phone", "+14155552671", "reg_x_phone_foreign"),
    ("email", "ba.hai@gmail.com\nbcc: ke.xau@example.com", "reg_x_email_two"),
    ("email", "ba.hai@example.com, ke.xau@example.com", "reg_x_email_two"),
    ("email", "bà.hải@gmail.com", "reg_x_email_accents"),
]


def test_each_wrong_value_is_told_what_is_wrong_and_asked_again(citizen: Citizen, back_room: BackRoom) -> None:
    citizen.says("đăng ký")
    left = list(WRONG)
    while citizen.answer.question != "otp":
        question = citizen.answer.question
        for entry in [entry for entry in left if entry[0] == question]:
            _, said, name = entry
            told = citizen.says(said)
            assert name in told and told.question == question, (said, told)
            left.remove(entry)
        citizen.answers_once()
    assert not left
    # No mail went to anybody's address but the right one.
    for address in ("ke.xau@example.com", "ba.hai@gmail.com", "ba.hai@example.com"):
        assert back_room.rows("SELECT 1 FROM caught_mails WHERE recipient = ?", address) == []
    citizen.answers("confirm")
    assert citizen.person.name in citizen.answer.text and citizen.person.birth_date in citizen.answer.text


def gif() -> bytes:
    frames = [Image.effect_noise((64, 64), 50 + n).convert("P") for n in range(3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


def bomb(side: int = 20_000) -> bytes:
    """A PNG of one colour that unpacks to 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


FILES = {
    "tep.pdf": (b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", 415),
    "anh.heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(4096), 415),
    "anh.gif": (gif(), 415),
    "rong.jpg": (b"", 415),
    "lon.jpg": (people.face() + bytes(60 * 1024 * 1024), 413),
    "bom.png": (bomb(), 413),
    "chu.jpg": ("không phải ảnh đâu".encode(), 415),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_photo_changes_nothing(citizen: Citizen, back_room: BackRoom, name: str) -> None:
    citizen.registers("portrait")
    content, status = FILES[name]
    try:
        refused = citizen.upload(content, name=name)
    except httpx.WriteError:
        # The connection may be closed before sixty megabytes are through.
        assert name == "lon.jpg"
    else:
        assert refused.status_code == status, refused.text
        # In words for people.
        assert "nh" in refused.json()["error"]["message"]
    assert set(back_room.photos(citizen.id)) == {"front", "back"}
    assert citizen.says("ủa gửi không được em ơi").question in ("portrait", "")
    assert citizen.sends(people.face()).question == "phone"


def test_half_a_photo(citizen: Citizen, back_room: BackRoom) -> None:
    """Its beginning is a JPEG's: only who opens it sees that the rest is missing."""
    citizen.registers("portrait")
    assert "reg_photo_not_an_image" in citizen.sends(people.face()[:2000])
    assert set(back_room.photos(citizen.id)) == {"front", "back"}
    assert citizen.sends(people.face()).question == "phone"


def test_somebody_elses_photo_is_out_of_reach(
    citizen: Citizen, comes: Comes, back_room: BackRoom, rasa_port: int
) -> None:
    victim = comes()
    victim.registers("front")
    victim.sends(people.front(victim.person))
    (photo,) = back_room.rows(
        "SELECT a.id FROM attachments a JOIN messages m ON m.id = a.message_id WHERE m.conversation_id = ?", victim.id
    )
    kept = back_room.registration(victim.id)["id"]
    citizen.registers("portrait")
    for payload in (
        f'/send_photo{{"photo":"{photo["id"]}"}}',
        f'/inform{{"choice":"insist_portrait","photo":"{photo["id"]}"}}',
        '/inform{"choice":"insist_portrait"}',
        f'/inform{{"registration":"{kept}"}}',
    ):
        assert "stale_button" in citizen.taps_payload(payload), payload
        citizen.says(payload)
    address = f"/api/conversations/{citizen.id}/attachments/{photo['id']}"
    assert citizen.http.get(address, headers=citizen.headers).status_code == 404
    # Even with Rasa's own door open (it is not, outside of this machine) a photo belongs to its conversation.
    told = httpx.post(
        f"http://127.0.0.1:{rasa_port}/webhooks/gateway/webhook",
        json={
            "sender": f"web:{citizen.id}",
            "message_id": uuid.uuid4().hex,
            "payload": "/send_photo",
            "metadata": {"photo": photo["id"]},
        },
        timeout=30,
    ).json()
    assert told["replies"][0]["custom"]["answer"] == "reg_photo_gone"
    assert set(back_room.photos(citizen.id)) == {"front", "back"}
    assert citizen.sends(people.face()).question == "phone"


def test_the_same_message_twice_counts_once(citizen: Citizen) -> None:
    citizen.registers("full_name")
    first = citizen.says(citizen.person.name, identifier="m-lap-lai")
    again = citizen.post("m-lap-lai", text=citizen.person.name)
    assert again.status_code == 202 and again.json()["duplicate"] is True
    with ThreadPoolExecutor(6) as taps:
        posts = list(taps.map(lambda _: citizen.post("m-hai", text=citizen.person.birth_date), range(6)))
    assert sum(not post.json()["duplicate"] for post in posts) == 1
    citizen.settles()
    assert first.question == "birth_date" and citizen.answer.question == "national_id"
    told = [message["text"] for message in citizen.history()]
    assert told.count(citizen.person.name) == 1 and told.count(citizen.person.birth_date) == 1
    assert len(told) % 2 == 0


def test_odd_payloads_and_letters(citizen: Citizen) -> None:
    citizen.registers("birth_date")
    odd: list[dict[str, Any]] = [
        {"payload": '/inform{"choice":"submit"}'},
        {"payload": '/inform{"choice":"yes"}'},
        {"payload": "/inform"},
        {"payload": '/correct_info{"choice":"../../etc/passwd"}'},
        {"text": "x" * 5000},
        {"text": '/inform{"choice":"submit"}'},
        {"text": "‮" + "2/3/1960"[::-1]},
        {"text": "\u200b\u200b"},
        {"text": "🪪🪪🪪"},
        {"location": {"latitude": 16.06, "longitude": 108.2}},
    ]
    for message in odd:
        response = citizen.post(**message)
        assert response.status_code in (202, 400), (message, response.text)
        if response.status_code == 202:
            citizen.hears()
            assert "failed" not in citizen.answer and "reg_filed" not in citizen.answer, (message, citizen.answer)
    citizen.says(citizen.person.birth_date)
    citizen.answers("confirm")
    assert citizen.person.birth_date in citizen.answer.text
