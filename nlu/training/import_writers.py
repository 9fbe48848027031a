"""Turns writers' plain text files into the training data that Rasa reads (`data/nlu/<topic>.yml`).

    python -m nlu.training.import_writers ba_tu.txt ban_ca.txt  # adds these writers, or replaces what they wrote before
    python -m nlu.training.import_writers --held-back heldback.txt  # STYLE<TAB>MESSAGE a line; never trained on

A writer's file is UTF-8: a line `# intent`, then one message a line; the file's name is the writer's name.
Every intent keeps one block per writer (`metadata: {writer: ...}`), so that the evaluation can leave a writer out.
It drops a writer's repeats, obeys `data/nlu/corrections.yml` (label decisions by the contract's definitions), and
drops a message that stands under two intents without a clear majority. It refuses intents that no topic knows.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import yaml

from nlu.training.corpus import HELD_BACK, TRAINING_DIR, Example, read_examples
from nlu.understanding import Normaliser, load_spellings, normaliser

_TOPICS = {
    "conversation": "greet goodbye thank affirm deny cancel help bot_challenge talk_to_human complain",
    "values": "inform correct_info",
    "out_of_scope": "out_of_scope",
    "start": "ask_vssid_features ask_install_app register_account resume_registration ask_email_setup"
    " ask_agency_choice",
    "photos_and_cards": "ask_photo_guide scan_card",
    "passwords": "otp_not_received password_not_received change_password forgot_password login_problem",
    "accounts": "registration_status account_exists info_mismatch change_contact_info app_error",
    "lookups": "lookup_bhxh_code lookup_participation lookup_benefits lookup_card_validity",
    "places": "lookup_agency lookup_facility ask_contact ask_working_hours",
    "services": "ask_digital_card ask_public_services ask_online_payment ask_news ask_policy",
    "trust": "ask_privacy delete_my_data check_scam",
}
TOPICS: dict[str, list[str]] = {topic: intents.split() for topic, intents in _TOPICS.items()}
CORRECTIONS = TRAINING_DIR / "corrections.yml"
_TOPIC_OF = {intent: topic for topic, intents in TOPICS.items() for intent in intents}
_HEADER = "# Câu ví dụ do người viết thật; mỗi khối là của một người (metadata.writer). Cách thêm: docs/nlu.md\n"


def read_writer(path: Path) -> list[Example]:
    """One writer's file; the label headings come from the contract."""
    intent = ""
    rows: list[Example] = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip().lstrip("-").strip()
        if line.startswith("# "):
            intent = line[2:].strip()
            if intent not in _TOPIC_OF:
                raise ValueError(f"{path.name}:{number}: unknown intent {intent!r}; a new one: _TOPICS in {__name__}")
        elif line:
            style, tab, message = line.partition("\t")
            text = (message if tab else style).replace("\\", "/").strip()
            if text:
                rows.append(Example(text, intent, path.stem, style if tab else ""))
    return rows


def settle(rows: Iterable[Example], normalise: Normaliser, corrections: dict[str, str | None]) -> list[Example]:
    """No repeats by one writer (two people who write the same are two witnesses), one intent for one wording."""
    fixed: list[Example] = []
    for row in rows:
        intent = corrections.get(row.text, row.intent)
        if intent is not None:
            fixed.append(Example(row.text, intent, row.writer, row.style))
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    keys = [" ".join(normalise(row.text).words) or row.text for row in fixed]
    for key, row in zip(keys, fixed, strict=True):
        votes[key][row.intent] += 1
    kept: list[Example] = []
    seen = set()
    for key, row in zip(keys, fixed, strict=True):
        count = votes[key][row.intent]
        clear = count * 3 >= sum(votes[key].values()) * 2
        if clear and (row.writer, row.text.lower()) not in seen:
            seen.add((row.writer, row.text.lower()))
            kept.append(row)
    return kept


def write_blocks(path: Path, rows: list[Example], intents: list[str], style: bool = False) -> None:
    lines = [_HEADER, 'version: "3.1"', "nlu:"]
    for intent in intents:
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in rows:
            if row.intent == intent:
                groups[(row.writer, row.style if style else "")].append(row.text)
        for (writer, kind), texts in sorted(groups.items()):
            meta = f"writer: {writer}, style: {kind}" if kind else f"writer: {writer}"
            lines += [f"- intent: {intent}", f"  metadata: {{{meta}}}", "  examples: |"]
            lines += [f"    - {text}" for text in texts]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m nlu.training.import_writers", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--held-back", type=Path)
    options = parser.parse_args(arguments)
    if options.held_back:
        rows = read_writer(options.held_back)
        write_blocks(HELD_BACK, rows, list(_TOPIC_OF), style=True)
        print(f"{HELD_BACK}: {len(rows)}")
    if options.files:
        fresh = [row for path in options.files for row in read_writer(path)]
        replaced = {path.stem for path in options.files}
        before = [row for row in read_examples() if row.writer not in replaced]
        corrections = yaml.safe_load(CORRECTIONS.read_text(encoding="utf-8")) if CORRECTIONS.exists() else {}
        normalise = normaliser(load_spellings(TRAINING_DIR / "teencode.yml"))
        kept = settle([*before, *fresh], normalise, (corrections or {}).get("corrections") or {})
        homeless = sorted({row.intent for row in before} - set(_TOPIC_OF))
        if homeless:
            # Every file is written anew: what no topic names would be gone.
            raise ValueError(f"in {TRAINING_DIR} but in no topic, add to _TOPICS in {__name__}: {', '.join(homeless)}")
        for topic, intents in TOPICS.items():
            write_blocks(TRAINING_DIR / f"{topic}.yml", kept, intents)
        print(f"{len(kept)} examples kept of {len(before) + len(fresh)}, writers: {sorted({r.writer for r in kept})}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
