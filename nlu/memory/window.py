"""Which part of a long conversation Rasa still needs to decide what comes next.

The last turns, whole; a loop that is still open, from its start; and of the older ones those few that the memorising
policies still see. These skip the turns of rules that stand in no story (`hide_rule_turn`), so what they look back on
may lie any number of turns ago. Everything in between is folded into a `Snapshot`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from nlu.memory.snapshot import Snapshot

KEPT_EVENTS = 24  # four to five turns: further than any rule looks back
CUT_AT = 40  # cutting costs a replay, so not at every turn
KEPT_VISIBLE_TURNS = 5  # a memorising policy looks five states back, and a turn has two
LONGEST_LOOP = 400  # an open loop is kept whole up to here; a registration has about 120 events

Replay = Callable[[Sequence[Event]], DialogueStateTracker]


@dataclass(frozen=True)
class Window:
    """`kept` stands for everything before number `start`; `events` are the ones from there on."""

    version: int
    start: int
    next_seq: int
    kept: tuple[Event, ...]
    events: tuple[Event, ...]

    def all_events(self) -> list[Event]:
        """What goes into a tracker."""
        return [*self.kept, *self.events]


EMPTY = Window(0, 0, 0, (), ())


def shorten(window: Window, replay: Replay) -> Window:
    """Leave out earlier sessions, and older turns once there are too many."""
    window = _last_session(window)
    if len(window.events) <= CUT_AT:
        return window
    cut = len(window.events) - KEPT_EVENTS
    if len(window.events) <= LONGEST_LOOP:
        cut = min(cut, _start_of_open_loop(window.events))
    while cut > 0 and not _is_boundary(window.events, cut):
        cut -= 1
    if cut == 0:
        return window
    kept = _fold([*window.kept, *window.events[:cut]], window.events[cut:], replay)
    return Window(window.version, window.start + cut, window.next_seq, tuple(kept), window.events[cut:])


def is_action(event: Event, name: str) -> bool:
    """Whether this action was executed."""
    return isinstance(event, ActionExecuted) and event.action_name == name


def _last_session(window: Window) -> Window:
    for index in range(len(window.events) - 1, -1, -1):
        if is_action(window.events[index], ACTION_SESSION_START_NAME):
            events = window.events[index:]
            return Window(window.version, window.start + index, window.next_seq, (), events)
    return window


def _fold(older: list[Event], recent: Sequence[Event], replay: Replay) -> list[Event]:
    """The last visible turns, and a snapshot in place of each run of other turns."""
    # A reverted turn (a fallback, say) has left no trace that a policy sees.
    applied = {id(event) for event in replay([*older, *recent]).applied_events()}
    turns = _turns(older)
    actions = [_applied_actions(turn, applied) for turn in turns]
    visible = [number for number, executed in enumerate(actions) if any(not e.hide_rule_turn for e in executed)]
    wanted = KEPT_VISIBLE_TURNS - sum(
        any(not e.hide_rule_turn for e in _applied_actions(turn, applied)) for turn in _turns(recent)
    )
    needed = set(visible[-wanted:] if wanted > 0 else ())
    for number in tuple(needed):
        # The last visible action counts once a hidden one has followed it.
        if not actions[number][-1].hide_rule_turn:
            needed.update(itertools.islice((n for n in range(number + 1, len(turns)) if actions[n]), 1))
    folded: list[Event] = []
    seen = 0
    for number, turn in enumerate(turns):
        seen += len(turn)
        if number in needed:
            folded += turn
        elif number + 1 == len(turns) or number + 1 in needed:
            if folded and isinstance(folded[-1], Snapshot):
                folded.pop()
            folded.append(Snapshot.of(replay(older[:seen]), turn[-1].timestamp))
    return folded


def _applied_actions(turn: Sequence[Event], applied: set[int]) -> list[ActionExecuted]:
    return [event for event in turn if isinstance(event, ActionExecuted) and id(event) in applied]


def _turns(events: Sequence[Event]) -> list[list[Event]]:
    turns: list[list[Event]] = []
    for index, event in enumerate(events):
        if not turns or (index and _is_boundary(events, index)):
            turns.append([])
        turns[-1].append(event)
    return turns


def _is_boundary(events: Sequence[Event], index: int) -> bool:
    """Whether a turn ends before `index`.

    The closing `action_listen` stays in front of the message that follows it: reverting that message looks for it.
    While the assistant is paused there is none.
    """
    if is_action(events[index], ACTION_LISTEN_NAME):
        return True
    return isinstance(events[index], UserUttered) and not is_action(events[index - 1], ACTION_LISTEN_NAME)


def _start_of_open_loop(events: Sequence[Event]) -> int:
    """Where the loop that is still active was started; the end if none is.

    `applied_events` folds a loop's repetitions only if it sees the loop start.
    """
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if isinstance(event, ActiveLoop):
            return index if event.name else len(events)
    return len(events)
