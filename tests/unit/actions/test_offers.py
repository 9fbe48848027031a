"""What is offered when the assistant isn't sure, and what is made of the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker

from actions.catalogue import actions
from actions.offers import ActionCorrectAnswer, ActionOfferIntents
from helpdesk.conversations.model import ChannelIdentity
from helpdesk.guide.guide import Guide, load_guide
from helpdesk.photos.reader import PhotoReader
from helpdesk.services import open_services
from helpdesk.settings import Settings


@pytest.fixture
def guide(settings: Settings) -> Guide:
    return load_guide(settings.content_dir)


@pytest.fixture
async def accept(data_dir: Path) -> AsyncIterator[Action]:
    """`action_accept_offer` with all that it may lead to."""
    async with open_services(Settings(data_dir=data_dir)) as services:
        await services.conversations.store.open_conversation(ChannelIdentity("web", "t"))
        made = actions(services, cast(PhotoReader, None))
        yield next(one for one in made if one.name() == "action_accept_offer")


def user(text: str, *ranked: str) -> dict[str, Any]:
    ranking = [{"name": name, "confidence": 0.3} for name in ranked]
    parse = {"text": text, "intent": ranking[0] if ranking else {}, "intent_ranking": ranking}
    return {"event": "user", "text": text, "parse_data": parse}


def action(name: str) -> dict[str, Any]:
    return {"event": "action", "name": name}


LISTEN = action("action_listen")


async def play(run: Action, events: list[dict[str, Any]], offered: list[str] | None = None) -> tuple[Any, list[Any]]:
    latest = events[-1]
    tracker = Tracker(
        sender_id="web:t",
        slots={"offered_intents": offered},
        latest_message=latest["parse_data"],
        events=events,
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name=None,
    )
    dispatcher = CollectingDispatcher()
    result = await run.run(dispatcher, tracker, {})  # type: ignore[typeddict-item]
    assert len(dispatcher.messages) == 1, "one turn, one message"
    return dispatcher.messages[0]["custom"], result


async def test_the_three_likeliest_topics_and_staff_are_offered(guide: Guide) -> None:
    message = user(
        "mã", "nlu_fallback", "lookup_bhxh_code", "affirm", "ask_agency_choice", "otp_not_received", "scan_card"
    )
    said, events = await play(ActionOfferIntents(guide), [LISTEN, message])
    assert [b["payload"] for b in said["buttons"]] == [
        "/lookup_bhxh_code",
        "/ask_agency_choice",
        "/otp_not_received",
        "/talk_to_human",
    ]
    assert events[0]["value"] == ["lookup_bhxh_code", "ask_agency_choice", "otp_not_received"]


async def test_with_nothing_to_go_by_the_usual_topics_are_offered(guide: Guide) -> None:
    said, _ = await play(ActionOfferIntents(guide), [LISTEN, user("…")])
    assert len(said["buttons"]) == 4


async def test_the_second_time_in_a_row_it_is_said_differently(guide: Guide) -> None:
    first, _ = await play(ActionOfferIntents(guide), [LISTEN, user("a", "nlu_fallback", "help")])
    again, _ = await play(
        ActionOfferIntents(guide),
        [LISTEN, user("a", "help"), action("action_offer_intents"), LISTEN, user("b", "nlu_fallback", "help")],
    )
    assert first["text"] != again["text"]


OFFERED = ["forgot_password", "login_problem", "change_password"]


async def test_yes_after_an_offer_takes_the_first(accept: Action) -> None:
    events = [LISTEN, user("mk", "help"), action("action_offer_intents"), LISTEN, user("đúng rồi", "affirm")]
    said, _ = await play(accept, events, OFFERED)
    assert said == {"answer": "forgot_password"}


async def test_yes_to_a_password_link_asks_for_the_number(accept: Action) -> None:
    events = [LISTEN, user("qmk", "forgot_password"), action("utter_forgot_password"), LISTEN, user("ok", "affirm")]
    said, after = await play(accept, events)
    assert said["answer"] == "errand_recover_ask_bhxh_code"
    assert {"event": "active_loop", "timestamp": None, "name": "errand_form"} in after


async def test_no_after_an_answer_offers_what_else_was_likely(guide: Guide) -> None:
    asked = user("mk", "forgot_password", "password_not_received", "change_password", "login_problem")
    events = [LISTEN, asked, action("utter_forgot_password"), LISTEN, user("không phải", "deny")]
    said, _ = await play(ActionCorrectAnswer(guide), events)
    payloads = [b["payload"] for b in said["buttons"]]
    assert payloads == ["/password_not_received", "/change_password", "/login_problem", "/talk_to_human"]


async def test_no_after_an_offer_leads_to_staff(guide: Guide) -> None:
    events = [LISTEN, user("mk", "help"), action("action_offer_intents"), LISTEN, user("không", "deny")]
    said, _ = await play(ActionCorrectAnswer(guide), events, OFFERED)
    assert said == {"answer": "offer_refused"}


async def test_no_at_the_beginning_of_a_session_is_just_no(guide: Guide) -> None:
    yesterday = [LISTEN, user("mk", "forgot_password"), action("utter_forgot_password"), LISTEN]
    today = [action("action_session_start"), {"event": "session_started"}, LISTEN, user("không", "deny")]
    said, _ = await play(ActionCorrectAnswer(guide), [*yesterday, *today])
    assert said == {"answer": "deny"}
