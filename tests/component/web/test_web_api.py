"""The web chat API of the contract, with everything hostile that may come in."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import resource
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from PIL import Image

from helpdesk.settings import Settings
from tests.stage.stack import Chat, Stack, StandInRasa, running, serving


def picture(format: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "navy").save(buffer, format)
    return buffer.getvalue()


def code(answer: httpx.Response) -> str:
    error = answer.json()["error"]
    assert error["message"] and error["message"][0].isupper()
    return error["code"]


async def test_a_conversation_as_the_contract_says(chat: Chat) -> None:
    sent = await chat.http.post(chat.url, json={"id": "u-1", "text": "Xin chào"}, headers=chat.headers)
    assert (sent.status_code, sent.json()) == (202, {"id": "u-1", "duplicate": False})
    await chat.until(1)
    answer = (await chat.http.get(chat.url, params={"after": 0}, headers=chat.headers)).json()
    assert answer["typing"] is False
    first, second = answer["messages"]
    assert (first["seq"], first["author"], first["text"]) == (1, "contact", "Xin chào")
    assert (second["seq"], second["author"], second["text"]) == (2, "assistant", "nghe: Xin chào")
    assert set(second) == {"seq", "id", "author", "text", "buttons", "attachments", "created_at"}


async def test_a_long_poll_ends_with_the_answer_and_typing_shows(chat: Chat, rasa: StandInRasa) -> None:
    release = asyncio.Event()

    async def slow(request):  # type: ignore[no-untyped-def]
        await release.wait()
        return await rasa.echo(request)

    rasa.behave = slow
    await chat.send(text="chờ em")
    during = (await chat.http.get(chat.url, params={"after": 0}, headers=chat.headers)).json()
    assert during["typing"] is True
    poll = asyncio.create_task(chat.history(after=1, wait=20))
    await asyncio.sleep(0.1)
    assert not poll.done()
    release.set()
    assert [m["text"] for m in await asyncio.wait_for(poll, 30)] == ["nghe: chờ em"]


async def test_a_long_poll_gives_up_in_time(chat: Chat) -> None:
    assert await asyncio.wait_for(chat.history(wait=0.2), 20) == []


async def test_events_stream_messages_and_typing(stack: Stack) -> None:
    async with serving(stack.web) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        chat = await Chat.open(http)
        await chat.send(text="một")
        await chat.until(1)
        seen = []
        async with http.stream("GET", f"/api/conversations/{chat.id}/events", headers=chat.headers) as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            async for line in events.aiter_lines():
                if line.startswith("data: ") and "seq" in line:
                    seen.append(json.loads(line[6:])["text"])
                    if seen == ["một", "nghe: một"]:
                        await chat.send(text="hai")
                    if len(seen) == 4:
                        break
        assert seen == ["một", "nghe: một", "hai", "nghe: hai"]


async def test_tokens_open_their_own_conversation_only(client: httpx.AsyncClient) -> None:
    mine, other = await Chat.open(client), await Chat.open(client)
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": mine.token}, {"Authorization": "Bearer "}):
        answer = await client.get(mine.url, headers=headers)
        assert (answer.status_code, code(answer)) == (401, "unauthorized")
    foreign = await client.get(mine.url, headers=other.headers)
    assert (foreign.status_code, code(foreign)) == (404, "not_found")
    foreign = await client.post(mine.url, headers=other.headers, json={"id": "1", "text": "x"})
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "malformed_json"),
        (b"[]", "malformed_json"),
        (b'{"id": "1", "text": "\xff\xfe"}', "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b'{"text": "a"}', "bad_id"),
        (b'{"id": 7, "text": "a"}', "bad_id"),
        (b'{"id": "", "text": "a"}', "bad_id"),
        (b'{"id": "../../etc", "text": "a"}', "bad_id"),
        (b'{"id": "1"}', "empty"),
        (b'{"id": "1", "text": "  \\n "}', "empty"),
        (b'{"id": "1", "text": "\\u200b\\u202e\\u0000"}', "empty"),
        (b'{"id": "1", "text": ["a"]}', "bad_text"),
        (b'{"id": "1", "payload": {"a": 1}}', "bad_payload"),
        (b'{"id": "1", "payload": ""}', "bad_payload"),
        (b'{"id": "1", "payload": "\\ud800"}', "bad_payload"),
        (b'{"id": "1", "location": {"latitude": 91, "longitude": 1}}', "bad_location"),
        (b'{"id": "1", "location": {"latitude": true, "longitude": 1}}', "bad_location"),
        (b'{"id": "1", "location": "here"}', "bad_location"),
    ],
)
async def test_bad_messages_get_a_code_and_a_sentence(chat: Chat, body: bytes, expected: str) -> None:
    headers = chat.headers | {"Content-Type": "application/json"}
    answer = await chat.http.post(chat.url, content=body, headers=headers)
    assert (answer.status_code, code(answer)) == (400, expected)
    assert await chat.history() == []


@pytest.mark.parametrize("query", ["after=x", "after=-1", "wait=nan", "wait=-3", "after=1e99"])
async def test_bad_parameters(chat: Chat, query: str) -> None:
    answer = await chat.http.get(f"{chat.url}?{query}", headers=chat.headers)
    assert answer.status_code == 400


async def test_a_body_beyond_the_limit_is_refused_unread(chat: Chat) -> None:
    answer = await chat.http.post(chat.url, json={"id": "1", "text": "x" * 700_000}, headers=chat.headers)
    assert (answer.status_code, code(answer)) == (413, "too_large")


async def test_a_hundred_kilobytes_of_text_are_answered(chat: Chat, stack: Stack) -> None:
    assert (await chat.send(text="a " * 50_000)).status_code == 202
    assert (await chat.until(1))[0]["text"] == stack.services.guide.render("too_long").text


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("xin\u0000 chào\u0007", "xin  chào"),
        ("mật\u200bkhẩu \u202eabc", "mậtkhẩu abc"),
        ("\ud800lạ", "lạ"),
        ("<b>đậm</b> *sao* [a](javascript:1)", "<b>đậm</b> *sao* [a](javascript:1)"),
        ("hoa\u0300", "hoà"),
    ],
)
async def test_invisible_tricks_go_and_words_stay(chat: Chat, typed: str, kept: str) -> None:
    body = json.dumps({"id": "1", "text": typed})
    headers = chat.headers | {"Content-Type": "application/json"}
    assert (await chat.http.post(chat.url, content=body, headers=headers)).status_code == 202
    assert (await chat.history())[0]["text"] == kept


async def test_photos_are_kept_encrypted_and_shown_to_their_owner(
    chat: Chat, stack: Stack, settings: Settings, rasa: StandInRasa
) -> None:
    content = picture()
    sent = await chat.http.post(
        chat.url, data={"id": "p1"}, files={"file": ("x.jpg", content, "image/jpeg")}, headers=chat.headers
    )
    again = await chat.http.post(
        chat.url, data={"id": "p1"}, files={"file": ("x.jpg", content, "image/jpeg")}, headers=chat.headers
    )
    assert (sent.status_code, sent.json()["duplicate"], again.json()["duplicate"]) == (202, False, True)
    await chat.until(1)
    assert rasa.asked[0]["payload"] == "/send_photo"
    [attachment] = (await chat.history())[0]["attachments"]
    assert attachment["kind"] == "photo"
    shown = await chat.http.get(attachment["url"], headers=chat.headers)
    assert (shown.content, shown.headers["content-type"]) == (content, "image/jpeg")
    other = await Chat.open(chat.http)
    assert (await chat.http.get(attachment["url"], headers=other.headers)).status_code == 404
    elsewhere = attachment["url"].replace(chat.id, other.id)
    assert (await chat.http.get(elsewhere, headers=other.headers)).status_code == 404
    files = list((settings.data_dir / "attachments").iterdir())
    assert len(files) == 1 and content not in files[0].read_bytes()


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (b"", 415, "not_an_image"),
        (b"%PDF-1.7 not a picture", 415, "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "not_an_image"),
        (picture("GIF"), 415, "not_an_image"),
        (picture()[:100], 415, "not_an_image"),
        (b"\xff" * (11 * 1024 * 1024), 413, "too_large"),
    ],
)
async def test_files_that_are_no_photos(chat: Chat, content: bytes, status: int, expected: str) -> None:
    answer = await chat.http.post(
        chat.url, data={"id": "p"}, files={"file": ("a.jpg", content, "image/jpeg")}, headers=chat.headers
    )
    assert (answer.status_code, code(answer)) == (status, expected)


async def test_broken_forms(chat: Chat) -> None:
    headers = chat.headers | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await chat.http.post(chat.url, content=b"--x\r\nnonsense", headers=headers)
    assert (answer.status_code, code(answer)) in {(400, "malformed_form"), (400, "bad_id")}
    no_boundary = chat.headers | {"Content-Type": "multipart/form-data"}
    answer = await chat.http.post(chat.url, content=b"x", headers=no_boundary)
    assert answer.status_code == 400
    answer = await chat.http.post(chat.url, data={"id": "1"}, files={"other": b"x"}, headers=chat.headers)
    assert (answer.status_code, code(answer)) == (400, "file_missing")


async def test_health_readiness_and_figures(client: httpx.AsyncClient, chat: Chat) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "parts": {"rasa": "ok", "store": "ok"}})
    await chat.send(text="a")
    await chat.until(1)
    figures = (await client.get("/metrics")).text
    assert 'vssid_messages_received_total{channel="web",kind="text"} 1.0' in figures


async def test_readiness_is_red_without_rasa(settings: Settings) -> None:
    async with running(replace(settings, rasa_port=1)) as stack:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(stack.web), base_url="http://test") as http:
            answer = await http.get("/readyz")
            assert (answer.status_code, answer.json()["parts"]["rasa"]) == (503, "down")


async def test_errors_stay_in_vietnamese_json(client: httpx.AsyncClient) -> None:
    missing = await client.get("/api/nothing")
    assert (missing.status_code, code(missing)) == (404, "not_found")
    wrong = await client.put("/api/conversations")
    assert (wrong.status_code, code(wrong)) == (405, "method_not_allowed")
    assert missing.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_full_disk_turns_readiness_red_and_loses_nothing(
    stack: Stack, client: httpx.AsyncClient, chat: Chat
) -> None:
    await chat.send(text="trước")
    await chat.until(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file of this process may grow: to SQLite that is what a full disk is.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        refused = await chat.send(text="đầy")
        ready = await client.get("/readyz")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (refused.status_code, code(refused)) == (503, "unavailable")
    assert (ready.status_code, ready.json()["parts"]["store"]) == (503, "down")
    assert (await client.get("/readyz")).status_code == 200
    await chat.send(text="sau")
    await chat.until(2)
    history = [message["text"] for message in await chat.history()]
    assert history == ["trước", "nghe: trước", "sau", "nghe: sau"]


async def test_a_pile_of_accents_holds_nobody_up(chat: Chat) -> None:
    started = time.process_time()
    assert (await chat.send(text="a" + "\u0301\u0323" * 60_000)).status_code == 202
    assert time.process_time() - started < 1


async def test_slow_uploads_do_not_block_anybody_s_photo(stack: Stack) -> None:
    async with serving(stack.web) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        chat = await Chat.open(http)
        released = asyncio.Event()

        async def trickle() -> AsyncIterator[bytes]:
            yield b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"
            await released.wait()
            yield b"\r\n--x--\r\n"

        headers = chat.headers | {"Content-Type": "multipart/form-data; boundary=x"}
        slow = [asyncio.create_task(http.post(chat.url, content=trickle(), headers=headers)) for _ in range(6)]
        await asyncio.sleep(0.2)
        sent = http.post(chat.url, data={"id": "p"}, files={"file": ("a.jpg", picture())}, headers=chat.headers)
        assert (await asyncio.wait_for(sent, 30)).status_code == 202
        released.set()
        assert {answer.status_code for answer in await asyncio.gather(*slow)} == {400}


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
async def test_every_usual_format_is_a_photo(chat: Chat, format: str) -> None:
    files = {"file": ("x", picture(format), "application/octet-stream")}
    assert (await chat.http.post(chat.url, data={"id": "p"}, files=files, headers=chat.headers)).status_code == 202
    await chat.until(1)
    [attachment] = (await chat.history())[0]["attachments"]
    shown = await chat.http.get(attachment["url"], headers=chat.headers)
    assert shown.headers["content-type"] == f"image/{format.lower()}"


async def test_a_phone_s_jpeg_with_a_second_picture_inside_is_a_photo(chat: Chat) -> None:
    buffer = io.BytesIO()
    first, second = Image.new("RGB", (64, 48), "navy"), Image.new("RGB", (32, 24), "white")
    first.save(buffer, "MPO", save_all=True, append_images=[second])
    files = {"file": ("IMG_1.JPG", buffer.getvalue(), "image/jpeg")}
    assert (await chat.http.post(chat.url, data={"id": "p"}, files=files, headers=chat.headers)).status_code == 202


async def test_one_photo_sent_four_times_at_once_is_kept_once(chat: Chat, settings: Settings) -> None:
    sends = [
        chat.http.post(chat.url, data={"id": "p"}, files={"file": ("a.jpg", picture())}, headers=chat.headers)
        for _ in range(4)
    ]
    answers = await asyncio.gather(*sends)
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False, True, True, True]
    assert len(list((settings.data_dir / "attachments").iterdir())) == 1


async def test_an_idle_event_stream_says_nothing_of_typing(stack: Stack) -> None:
    async with serving(stack.web) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        chat = await Chat.open(http)
        said = []
        with contextlib.suppress(httpx.ReadTimeout):
            async with http.stream(
                "GET", f"/api/conversations/{chat.id}/events", headers=chat.headers, timeout=1
            ) as events:
                async for line in events.aiter_lines():
                    said.append(line)
        assert not [line for line in said if "typing" in line]
