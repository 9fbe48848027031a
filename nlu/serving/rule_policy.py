"""Finds the rule for the next action by index instead of by trying every rule on every past state.

Rasa's `RulePolicy` turns the whole conversation into states and walks all rules through all of them, two to three times
a turn: 40 % of a turn with 46 rules. A rule can only apply if its last state names the action just taken and the
intent just heard, and it looks back no further than it is long. Training, the rules and the decision are Rasa's, and
so is every case that the index cannot decide; tests/nlu/test_same_as_stock.py holds the answers against stock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rasa.core.policies.rule_policy as stock
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

Demand = tuple[str | None, str | None]
SHORTEST_LOOK_BACK = 2


class RuleIndex:
    """The rules of one look-up table, by what their last state demands of action and intent; None demands nothing."""

    def __init__(self, last_states: Iterable[tuple[str, State]]) -> None:
        """Take each rule's key and its last state."""
        self._rules: dict[Demand, list[str]] = {}
        for rule, last in last_states:
            demand = (_demanded(last, PREVIOUS_ACTION, ACTION_NAME), _demanded(last, USER, INTENT))
            self._rules.setdefault(demand, []).append(rule)

    def candidates(self, state: State) -> set[str]:
        """At least every rule that applies in `state`, which must name a previous action."""
        action = state[PREVIOUS_ACTION].get(ACTION_NAME)
        intent = state.get(USER, {}).get(INTENT)
        found: set[str] = set()
        for demand in {(action, intent), (action, None), (None, intent), (None, None)}:
            found.update(self._rules.get(demand, ()))
        return found


class RulePolicy(stock.RulePolicy):
    """Rasa's policy with a faster look-up; named alike because events carry the name."""

    _indexes: dict[int, RuleIndex] | None = None
    _look_back = SHORTEST_LOOK_BACK
    _sees_everything = False
    _seen: tuple[DialogueStateTracker, int, list[State]] | None = None

    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        """As stock. Where no rule is found, stock derives a key from the whole conversation; so it is looked at."""
        found = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        if found[0] is not None or use_text_for_last_user_input:
            return found
        self._sees_everything = True
        try:
            return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        finally:
            self._sees_everything = False

    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The last states only, built once for the look by text and the look by intent."""
        if self._sees_everything:
            return super()._prediction_states(tracker, domain, use_text_for_last_user_input, rule_only_data)
        self._build_indexes()
        seen = self._seen
        if seen is None or seen[0] is not tracker or seen[1] != len(tracker.events):
            seen = self._seen = (tracker, len(tracker.events), _last_states(tracker, domain, self._look_back))
        # The featurizer deletes text or intent from the user's part.
        states = [{**state, USER: dict(state[USER])} if USER in state else state for state in seen[2]]
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        """As stock, among the rules that the index names."""
        index = (self._indexes or {}).get(id(lookup))
        if index is None or not states[-1].get(PREVIOUS_ACTION):
            return super()._get_possible_keys(lookup, states)
        backwards = list(enumerate(reversed(states)))
        return {
            rule
            for rule in index.candidates(states[-1])
            if all(self._is_rule_applicable(rule, turn, state) for turn, state in backwards)
        }

    def _build_indexes(self) -> None:
        if self._indexes is not None:
            return
        self._indexes = {}
        for table in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH):
            rules = self.lookup.get(table, {})
            states = {rule: self._rule_key_to_state(rule) for rule in rules}
            self._look_back = max([self._look_back, *(len(sequence) for sequence in states.values())])
            self._indexes[id(rules)] = RuleIndex((rule, sequence[-1]) for rule, sequence in states.items())


def _last_states(tracker: DialogueStateTracker, domain: Domain, count: int) -> list[State]:
    """What `domain.states_for_tracker_history` ends with."""
    events = tracker.applied_events()
    skipped = sum(isinstance(event, ActionExecuted) for event in events) + 1 - count
    replayed = tracker.init_copy()
    states = []
    for event in events:
        if isinstance(event, ActionExecuted):
            if skipped <= 0:
                states.append(domain.get_active_state(replayed))
            skipped -= 1
        replayed.update(event)
    states.append(domain.get_active_state(replayed))
    return states


def _demanded(state: State, part: str, name: str) -> str | None:
    value = state.get(part, {}).get(name)
    return value if value and value != SHOULD_NOT_BE_SET else None
