"""Nothing is kept that nobody names: whatever is defined in the houses is read by some code or paper of theirs.

Owns the count: functions, classes, constants, methods, fields and members of enums, by their bare names, so two that
share a name keep each other. Tests don't count as readers: what only a test calls is tested for nobody.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("helpdesk", "actions", "bot", "nlu", "ops")
READERS = (*HOUSES, "bench", "samples")
# Papers that name things: Rasa's parts in its configuration, a page's values in its template.
PAPERS = ("config.yml", "endpoints.yml", "credentials.yml", "bot/templates/**/*.html")

# What others call by a name of theirs.
_HOOKS = """
    actions.server: capture_signals                                                 # uvicorn
    bot.http.server: capture_signals startup connection_lost                        # uvicorn
    bot.channels.telegram.polling: parse_json_payload                               # python-telegram-bot
    bot.demo.catcher: handle_DATA                                                   # aiosmtpd
    bot.http.app: file_response                                                     # starlette
    helpdesk.guide.file: model_config _one_target _honest                           # pydantic
    nlu.entities.extractor: required_components                                     # rasa: a component
    nlu.memory.snapshot: apply_to                                                   # rasa: an event
    nlu.memory.tracker_store: retrieve                                              # rasa: a tracker store
    nlu.serving.channel: send_response blueprint                                    # rasa: a channel
    nlu.lean_imports: create_module exec_module                             # importlib
    nlu.serving.logs: formatException                                               # logging
    nlu.serving.rule_policy: _find_action_from_rules _prediction_states _get_possible_keys  # rasa: its rule policy
    nlu.serving.turns: _load_model handle_message _update_tracker_session _run_action  # rasa: its agent and processor
    nlu.serving.turns: _check_for_unseen_features _log_slots _create_tracker_store  # rasa: its agent and processor
    nlu.training.importer: get_nlu_data                                             # rasa: an importer
    nlu.understanding.classifier: required_components fingerprint_addon             # rasa: a component
"""
# What is read by its value, written for a table, or part of the contract and waits for its first reader.
_KEPT = """
    helpdesk.conversations.model: AGENT PENDING OPEN RESOLVED  # values of columns and of the chat's API
    bot.gateway.wakeups: OFFICER                               # the live pages of the staff, to come
    helpdesk.mail.queue: QUEUED SENDING SENT                     # values of a column
    helpdesk.registry.member: card_valid_until                 # imported and kept for what a citizen asks of his card
    helpdesk.settings: office_hours                            # VSSID_OFFICE_HOURS, for the hand-over to staff
    helpdesk.calendar: is_open                                 # the same
    helpdesk.registration.fields: repairable                   # a test holds the staff's ready-made reasons against it
    helpdesk.store.domain: tables                              # a test holds the schema against them
    helpdesk.accounts.keeping: tables
    helpdesk.conversations.errands: tables
    helpdesk.conversations.keeping: tables
    helpdesk.mail.keeping: tables
    helpdesk.registration.keeping: tables
    helpdesk.registry.registry: tables
    helpdesk.staff.keeping: tables
    nlu.training.figures: off_topic_not_taken                  # printed with the whole record
"""


def _allowed() -> set[tuple[str, str]]:
    lines = [line.partition("#")[0].partition(":") for line in (_HOOKS + _KEPT).splitlines() if line.strip()]
    return {(module.strip(), name) for module, _, names in lines for name in names.split()}


def _module(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _files(folders: tuple[str, ...]) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def _defined(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno
            case ast.ClassDef(name=name):
                yield name, node.lineno
                yield from _defined(node.body)
            case ast.Assign(targets=targets):
                yield from ((target.id, node.lineno) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node.lineno
            case ast.If() | ast.Try():
                yield from _defined([child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)])


class _Reads(ast.NodeVisitor):
    """The names that are read, save inside of their own definition."""

    def __init__(self) -> None:
        self.found: set[str] = set()
        self._inside: list[str] = []

    def _note(self, name: str) -> None:
        if name not in self._inside:
            self.found.add(name)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._inside.append(node.name)
        self.generic_visit(node)
        self._inside.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _definition

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._note(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            self._note(node.attr)
        self.generic_visit(node)

    def visit_alias(self, node: ast.alias) -> None:
        # Under its own name an import alone is no reader; under another one, that other name is read.
        if node.asname:
            self._note(node.name)

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        for name in node.kwd_attrs:
            self._note(name)
        self.generic_visit(node)


@cache
def _read_names() -> frozenset[str]:
    reads = _Reads()
    for file in _files(READERS):
        reads.visit(ast.parse(file.read_text("utf-8")))
    papers = (file.read_text("utf-8") for pattern in PAPERS for file in ROOT.glob(pattern))
    return frozenset(reads.found.union(*(re.findall(r"\w+", text) for text in papers)))


def _dead(house: str) -> list[tuple[str, str, int]]:
    """Module, name and line of what nobody reads; Python's own names (`__all__`, `__init__`) aside."""
    return [
        (_module(file), name, line)
        for file in _files((house,))
        for name, line in _defined(ast.parse(file.read_text("utf-8")).body)
        if name not in _read_names() and not name.startswith("__")
    ]


@pytest.mark.parametrize("house", HOUSES)
def test_every_name_has_a_reader(house: str) -> None:
    allowed = _allowed()
    assert [f"{module}:{line} {name}" for module, name, line in _dead(house) if (module, name) not in allowed] == []


def test_what_is_allowed_is_still_there_and_still_needs_it() -> None:
    dead = {(module, name) for house in HOUSES for module, name, _ in _dead(house)}
    assert _allowed() - dead == set()
