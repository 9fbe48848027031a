"""What citizens wrote and who they are never reaches the file; the running turn sees it all, and repeats still work."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActiveLoop, BotUttered, SlotSet, UserUttered

from nlu.entities.extractor import find_entities
from nlu.entities.places import Gazetteer
from nlu.memory.masking import IN_A_FORM, MASKED, kept, masked
from nlu.memory.tracker_store import SqliteTrackerStore
from nlu.serving.channel import GatewayOutput
from nlu.serving.turns import TurnAgent
from tests.nlu.conftest import FakeActions

pytestmark = pytest.mark.filterwarnings("default")

NAME, NUMBER, ADDRESS = "Lương Thị Quýt", "048199012345", "quyt.luong@example.vn"


def said(text: str, entities: list[dict[str, Any]] | None = None, **more: Any) -> UserUttered:
    parse: dict[str, Any] = {"intent": {"name": "inform", "confidence": 0.9}, "entities": entities or [], "text": text}
    parse["intent_ranking"] = [parse["intent"]]
    return UserUttered(text, parse["intent"], entities, parse, message_id="m", **more)


def extracted(text: str) -> list[dict[str, Any]]:
    places = Gazetteer.load()
    return [{"entity": f.entity, "start": f.start, "end": f.end, "value": f.value} for f in find_entities(text, places)]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("số của em 0905123456 nhé", "0905123456"),
        ("so 0905.123.456", "0905.123.456"),
        ("0905 123 456 gọi em", "0905 123 456"),
        ("cccd 048-199-012-345", "048-199-012-345"),
        ("+84 (905) 123 456", "905) 123 456"),
        ("thẻ GD4 79 01234 56789", "79 01234 56789"),
        ("thẻ GD479A1234567890", "A1234567890"),
        ("mã là 1 2 3 4 5 6", "1 2 3 4 5 6"),
        ("mã là 123456", "123456"),
        ("sinh ngày 01/02/1960", "01/02/1960"),
        ("em sinh 1-2-60", "1-2-60"),
        ("mẹ em sinh mùng ba tháng tư năm sáu mươi", "ba tháng tư năm sáu mươi"),
        ("sinh năm 1960", "1960"),
        ("０９０５１２３４５６", "０９０５１２３４５６"),
        ("0️⃣9️⃣0️⃣5️⃣1️⃣2️⃣3️⃣", "9️⃣0️⃣5️⃣1️⃣"),
        ("không chín không năm một hai ba bốn năm sáu", "chín không năm một hai"),
        ("email em quyt.luong@gmail.com ạ", "quyt.luong"),
        ("email quyt @ gmail.com", "quyt"),
        ("email quyt.luong gmail.com", "quyt.luong"),
        ("email quyt chấm luong a còng gmail chấm com", "quyt chấm luong"),
        ("số\u200b048\u200b199\u200b012\u200b345", "199\u200b012"),
        ("x" * 3000 + " 048199012345", "048199012345"),
    ],
)
def test_numbers_dates_and_addresses_are_dotted_out(text: str, secret: str) -> None:
    event, fields = kept(said(text, extracted(text)), in_form=False)
    assert secret in text
    assert secret not in str(fields) and secret not in str(event.as_dict())
    assert len(fields["text"]) == len(text)
    assert fields["parse_data"]["text"] == fields["text"]
    assert all(e["value"] == MASKED for e in fields["parse_data"]["entities"])


@pytest.mark.parametrize(
    "text",
    [
        "quận Thanh Khê ở đâu",
        "gọi 1900 9068 hay 19009068",
        "mã 04802 là gì",
        "bước 1, 2, 3",
        "ba má em năm nay sáu chục",
        "đóng từ 2015",
        "",
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    event = said(text, extracted(text))
    assert kept(event, in_form=False)[0].text == text


def test_within_a_form_only_the_kind_of_message_stays() -> None:
    event = said(NAME, [{"entity": "name", "value": NAME, "role": "r", "start": 0, "end": 3}], metadata={"x": NAME})
    stays, fields = kept(event, in_form=True)
    assert NAME not in str(fields)
    assert fields["text"] == fields["parse_data"]["text"] == stays.text == IN_A_FORM
    assert fields["parse_data"]["entities"] == [{"entity": "name", "role": "r", "value": MASKED}]
    assert fields["parse_data"]["intent_ranking"] == event.parse_data["intent_ranking"]
    assert stays.intent == event.intent and stays.message_id == "m" and stays.timestamp == event.timestamp
    assert event.text == NAME and event.metadata == {"x": NAME}, "the turn's own event is left alone"


def test_marks_in_metadata_stay_and_words_do_not() -> None:
    metadata = {
        "typed": True,
        "model_id": "048199012345a",
        "from": f"{NAME} {NUMBER}",
        "n": 48199012345,
        "d": {"a": NAME},
    }
    _, fields = kept(said("chào", metadata=metadata), in_form=False)
    assert "48199012345" not in str({**fields["metadata"], "model_id": ""})
    assert fields["metadata"]["typed"] is True and fields["metadata"]["model_id"] == "048199012345a"
    assert fields["metadata"]["d"] == MASKED
    _, fields = kept(said("chào", metadata=metadata), in_form=True)
    assert NAME not in str(fields)
    _, fields = kept(SlotSet("session_started_metadata", metadata), in_form=True)
    assert NAME not in str(fields)


def test_answers_of_the_bot() -> None:
    event = BotUttered(f"Số {NUMBER}, gọi 1900 9068", {"custom": {"text": NUMBER, "answer": "otp"}, "buttons": None})
    stays, fields = kept(event, in_form=False)
    assert NUMBER not in str(fields) and stays.text == f"Số {'•' * 12}, gọi 1900 9068"
    assert fields["data"]["custom"]["answer"] == "otp"
    plain = BotUttered("Dạ", {"custom": {"answer": "otp", "case": NUMBER}})
    assert kept(plain, in_form=False)[0] is plain, "references are not words"


def test_a_hundred_thousand_characters_take_no_time() -> None:
    import time

    started = time.process_time()
    for text in ("x" * 100_000, "1 " * 50_000, "a@" * 50_000, "@ " * 50_000, "ba " * 33_000, ".gmail" * 16_000):
        masked(text)
    assert time.process_time() - started < 3


def raw(folder: Path) -> bytes:
    found = [path.read_bytes() for path in folder.iterdir() if path.name.startswith("dialogues.db")]
    assert len(found) > 1, "the write-ahead log is looked at too"
    return b"".join(found)


def written(text: str) -> list[bytes]:
    """As SQLite would hold it: JSON escapes what is not ASCII."""
    return [part.encode() for word in text.split() for part in (word, json.dumps(word)[1:-1])]


async def say(agent: TurnAgent, text: str, message_id: str) -> Any:
    return await agent.handle_message(UserMessage(text, GatewayOutput(), "web:1", message_id=message_id))


async def test_nothing_typed_into_a_form_reaches_the_disk(
    ours: TurnAgent, actions: FakeActions, tmp_path: Path
) -> None:
    await say(ours, "chào", "0")
    await say(ours, "quét thẻ", "1")
    first = await say(ours, f"sai {NAME}", "2")
    await say(ours, f"{NAME} {NUMBER}", "3")
    assert f"{NAME} {NUMBER}" in [body["tracker"]["latest_message"]["text"] for body in actions.asked]
    await say(ours, f'/inform{{"choice": "{NAME}"}}', "4")  # a button inside the form
    done = await say(ours, f"{ADDRESS} {NUMBER}", "5")
    assert done == [{"text": "Dạ thẻ đúng rồi ạ."}]
    await say(ours, f"xong rồi, số em {NUMBER}, thư {ADDRESS}", "6")
    tracker = await ours.tracker_store.retrieve("web:1")
    assert tracker.active_loop_name is None
    assert [e.text for e in tracker.events if isinstance(e, UserUttered)][:2] == ["chào", IN_A_FORM]
    ours.tracker_store._cache.clear()
    again = await ours.tracker_store.retrieve("web:1")
    assert [e.as_dict() for e in again.events] == [e.as_dict() for e in tracker.events]
    for secret in (NUMBER, ADDRESS, NAME):
        for form in written(secret):
            assert form not in raw(tmp_path), secret
    # A message that comes again gets its first answer, word for word.
    assert await say(ours, f"sai {NAME}", "2") == first and first[0]["text"].startswith("Dạ số")
    assert await say(ours, f"{ADDRESS} {NUMBER}", "5") == done


async def test_another_process_opened_the_form_in_between(ours: TurnAgent, tmp_path: Path) -> None:
    await say(ours, "chào", "0")
    first = await ours.tracker_store.retrieve("web:1")
    other = SqliteTrackerStore(ours.domain, path=str(tmp_path / "dialogues.db"))
    second = await other.retrieve("web:1")
    second.update(ActiveLoop("card_form"))
    await other.save(second)
    first.update(UserUttered(NAME))
    await ours.tracker_store.save(first)
    other.close()
    assert all(form not in raw(tmp_path) for form in written(NAME))


async def test_a_tracker_of_another_kind_is_no_way_round(ours: TurnAgent, tmp_path: Path) -> None:
    from rasa.shared.core.trackers import DialogueStateTracker

    tracker = DialogueStateTracker("web:2", ours.domain.slots)
    tracker.update_with_events([ActiveLoop("card_form"), UserUttered(NAME)], None)
    await ours.tracker_store.save(tracker)
    tracker.update(UserUttered(NAME))
    await ours.tracker_store.save(tracker)
    full = await ours.tracker_store.retrieve_full_tracker("web:2")
    assert [e.text for e in full.events if isinstance(e, UserUttered)] == [IN_A_FORM] * 2
    assert all(form not in raw(tmp_path) for form in written(NAME))


async def test_texts_of_an_earlier_version_are_erased(ours: TurnAgent, tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    store = SqliteTrackerStore(ours.domain, path=str(folder / "dialogues.db"))
    store._database.executemany(
        "INSERT INTO events (sender_id, seq, data) VALUES ('a', ?, ?)", [(n, f"{NUMBER} " * 50) for n in range(300)]
    )
    store._database.execute("PRAGMA user_version = 2")
    store.close()
    assert NUMBER.encode() in (folder / "dialogues.db").read_bytes()
    store = SqliteTrackerStore(ours.domain, path=str(folder / "dialogues.db"))
    store.close()
    assert [path.name for path in folder.iterdir()] == ["dialogues.db"]
    assert NUMBER.encode() not in (folder / "dialogues.db").read_bytes()
    assert os.stat(folder / "dialogues.db").st_mode & 0o077 == 0
