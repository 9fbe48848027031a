"""A citizen's message and everything Rasa does until it listens again, as one piece: it happens wholly or not at all.

Rasa swallows what goes wrong in an action and saves the half turn; the caller gets an empty answer. Here a turn that
fails raises `TurnFailed`, and nothing of it is saved, so that it can be tried again. A message that was handled before
(same conversation, same message id) is answered with the replies of then. Parsing, prediction and execution are
Rasa's own, without what they spend on log lines that nobody reads.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import rasa.core.actions.action
from rasa.core.actions.action import Action, ActionBotResponse, ActionExecutionRejection, ActionListen
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import TrackerStore
from rasa.engine.graph import ExecutionContext
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.constants import SESSION_START_METADATA_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name
from rasa.utils.endpoints import ClientResponseError

from nlu.memory import DuplicateTurn, SqliteTrackerStore
from nlu.serving import action_server, payloads, rule_policy
from nlu.serving.runner import SequentialGraphRunner

logger = logging.getLogger(__name__)

# Components that serve a model in place of the ones that it was trained with; they need nothing else trained.
_OURS = {RulePolicy: rule_policy.RulePolicy, RegexMessageHandler: payloads.RegexMessageHandler}


class TurnFailed(RasaException):
    """A turn that did not run through; nothing of it was saved. `transient`: trying again may well help."""

    def __init__(self, code: str, transient: bool) -> None:
        """Name the reason: `actions_unavailable`, `action_failed`, `action_limit`, `store_unavailable`."""
        super().__init__(code)
        self.code = code
        self.transient = transient


class TurnProcessor(MessageProcessor):
    """Rasa's processor with turns that are all or nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Load the model."""
        super().__init__(*args, **kwargs, on_circuit_break=_refuse_endless_actions)
        self._known_intents: set[str] = set(self.domain.intents)
        self._known_entities: set[str] = set(self.domain.entities)
        self._domain_is_empty = self.domain.is_empty()

    @staticmethod
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        """As stock, with our runner and our rule look-up."""
        with TempDirectoryPath(get_temp_dir_name()) as directory:
            storage, metadata = LocalModelStorage.from_model_archive(Path(directory), Path(model_path))
            for node in metadata.predict_schema.nodes.values():
                node.uses = _OURS.get(node.uses, node.uses)
            context = ExecutionContext(graph_schema=metadata.predict_schema, model_id=metadata.model_id)
            runner = SequentialGraphRunner.create(metadata.predict_schema, storage, context)
            return Path(model_path).name, metadata, runner

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Handle a message, or repeat the answer that it got before."""
        failures: list[Exception] = []
        running = action_server.failures.set(failures)
        try:
            if not await self._repeat(message):
                await self._run_turn(message, failures)
        except sqlite3.Error as error:
            raise TurnFailed("store_unavailable", transient=True) from error
        finally:
            action_server.failures.reset(running)
        output = message.output_channel
        return output.messages if isinstance(output, CollectingOutputChannel) else None

    async def _run_turn(self, message: UserMessage, failures: list[Exception]) -> None:
        tracker = await self.log_message(message, should_save_tracker=False)
        tracker = await self.run_action_extract_slots(message.output_channel, tracker)
        await self._run_prediction_loop(message.output_channel, tracker)
        if failures:
            raise _failure(failures[0]) from failures[0]
        try:
            await self.save_tracker(tracker)
        except DuplicateTurn:
            if isinstance(message.output_channel, CollectingOutputChannel):
                message.output_channel.messages.clear()
            await self._repeat(message)

    async def _update_tracker_session(
        self, tracker: DialogueStateTracker, output_channel: OutputChannel, metadata: dict[str, Any] | None = None
    ) -> None:
        """As stock, but a form that is open when the session expires goes on in the new one, with its slots.

        Whoever fills in a form in the evening and goes on two days later answers the question that was left open.
        """
        form, slots = tracker.active_loop_name, tracker.current_slot_values()
        await super()._update_tracker_session(tracker, output_channel, metadata)
        if form is None or tracker.active_loop_name or form not in self.domain.form_names:
            return
        slots.pop(SESSION_START_METADATA_SLOT, None)
        carried = [SlotSet(name, value) for name, value in slots.items() if tracker.get_slot(name) != value]
        tracker.update_with_events([ActiveLoop(form), *carried], self.domain)

    async def _repeat(self, message: UserMessage) -> bool:
        if not isinstance(self.tracker_store, SqliteTrackerStore):
            return False
        turn = await self.tracker_store.handled_turn(message.sender_id, message.message_id)
        if turn is None:
            return False
        tracker = self.tracker_store.init_tracker(message.sender_id)
        await self._send_bot_messages(turn, tracker, message.output_channel)
        return True

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        """As stock, but an exception ends the turn, and only actions that may write get a copy to write on."""
        try:
            given = tracker
            if prediction.events or not isinstance(action, (ActionBotResponse, ActionListen)):
                given = tracker.copy()
                given.update_with_events(prediction.events, self.domain)
            events = await action.run(output_channel, nlg, given, self.domain)
        except ActionExecutionRejection:
            tracker.update(ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence))
            return self.should_predict_another_action(action.name())
        except asyncio.CancelledError:
            raise
        except Exception as error:
            raise _failure(error) from error

        self._log_action_on_tracker(tracker, action, events, prediction)
        if any(isinstance(event, UserUttered) for event in events or ()):
            tracker = await self.run_action_extract_slots(output_channel, tracker)
        await self.execute_side_effects(events or [], tracker, output_channel)
        return self.should_predict_another_action(action.name())

    def _log_action_on_tracker(
        self,
        tracker: DialogueStateTracker,
        action: Action,
        events: list[Event] | None,
        prediction: PolicyPrediction,
    ) -> None:
        """As stock, without copies for the debug log."""
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)

    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """As stock, without copies for the debug log."""
        action = rasa.core.actions.action.ActionExtractSlots(self.action_endpoint)
        events = await action.run(output_channel, self.nlg, tracker, self.domain)
        await self._send_bot_messages(events, tracker, output_channel)
        tracker.update_with_events(events, self.domain)
        return tracker

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """As stock, with the domain's names looked up instead of collected anew; each unknown name is told once."""
        if self._domain_is_empty:
            return
        intent = parse_data[INTENT][INTENT_NAME_KEY]
        if intent and intent not in self._known_intents:
            self._known_intents.add(intent)
            logger.warning("Intent '%s' is not in the domain.", intent)
        for element in parse_data["entities"] or ():
            entity = element["entity"]
            if entity and entity not in self._known_entities:
                self._known_entities.add(entity)
                logger.warning("Entity '%s' is not in the domain.", entity)

    @staticmethod
    def _log_slots(tracker: DialogueStateTracker) -> None:
        """Slots are personal data; they are not written to a log."""


class TurnAgent(Agent):
    """Rasa's agent with `TurnProcessor`, and without a second store that hides when the first one fails."""

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        if store is None:
            raise ValueError("a tracker store is needed")
        store.domain = domain
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """As stock, with our processor."""
        self.processor = TurnProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
        )
        self.domain = self.processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses


def _failure(error: BaseException) -> TurnFailed:
    """What kind of failure this is; Rasa hides connection errors behind its own exceptions."""
    if isinstance(error, TurnFailed):
        return error
    noted: Sequence[BaseException] = action_server.failures.get() or [error]
    if isinstance(noted[-1], sqlite3.Error):
        return TurnFailed("store_unavailable", transient=True)
    unreachable = isinstance(noted[-1], (aiohttp.ClientConnectionError, asyncio.TimeoutError))
    if unreachable and not isinstance(noted[-1], ClientResponseError):
        return TurnFailed("actions_unavailable", transient=True)
    return TurnFailed("action_failed", transient=False)


def _refuse_endless_actions(*_: object) -> NoReturn:
    raise TurnFailed("action_limit", transient=False)
