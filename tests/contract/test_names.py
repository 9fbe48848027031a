"""The names that tie Rasa's files, the actions, the guide and the contract together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from actions.catalogue import actions
from helpdesk.guide.guide import INTENTS, load_guide
from helpdesk.photos.reader import PhotoReader
from helpdesk.services import open_services
from helpdesk.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
GATEWAY_ONLY = {"send_photo", "share_location", "share_contact"}
ENTITIES = ["bhxh_code", "bhyt_card", "national_id", "phone", "email"]
ENTITIES += ["date", "location", "agency", "benefit", "insurance", "choice"]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def intents_of_domain() -> set[str]:
    return {next(iter(entry)) if isinstance(entry, dict) else entry for entry in read("domain.yml")["intents"]}


def test_the_domain_has_the_contract_s_intents() -> None:
    assert intents_of_domain() == set(INTENTS) | GATEWAY_ONLY


def test_the_domain_has_the_entities() -> None:
    assert read("domain.yml")["entities"] == ENTITIES


async def test_every_action_of_the_domain_exists_and_the_other_way_round(tmp_path: Path) -> None:
    async with open_services(Settings(data_dir=tmp_path)) as services, PhotoReader.open() as reader:
        registered = {action.name() for action in actions(services, reader)}
    assert registered == set(read("domain.yml")["actions"])


def test_every_response_names_an_answer_of_the_guide() -> None:
    guide = load_guide(ROOT / "data")
    for name, variants in read("domain.yml")["responses"].items():
        assert variants[0]["custom"]["answer"] in guide.ids, name


def test_every_intent_has_a_rule() -> None:
    ruled = {rule["steps"][0].get("intent") for rule in read("data/rules.yml")["rules"]} - {None}
    assert ruled == intents_of_domain() | {"nlu_fallback"}


def test_the_page_s_starters_are_the_guide_s_titles() -> None:
    guide = load_guide(ROOT / "data")
    words = (ROOT / "bot" / "web" / "chat" / "words.js").read_text("utf-8")
    starters = re.findall(r'title: "(.+?)", payload: "/(\w+)"', words)
    assert len(starters) == 6
    assert {answer: title for title, answer in starters} == {answer: guide.titles[answer] for _, answer in starters}


def test_lock_files_carry_hashes_and_no_addresses() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "nlu/requirements.txt", "nlu/requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text, name
        pinned = re.findall(r"^[a-z0-9._-]+(?:\[.*\])?==", text, re.MULTILINE | re.IGNORECASE)
        assert len(pinned) > 20 and text.count("--hash=sha256:") >= len(pinned), name
