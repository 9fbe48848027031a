"""The state of a conversation at one point, as an event that stands for everything before it.

A tracker is what its events make of it. So that old events can be left out, one `Snapshot` goes first and restores what
they had built up: slots, active loop, pause, the last action. It speaks no line in a story and is never trained on.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import SkipEventInMDStoryMixin
from rasa.shared.core.trackers import DialogueStateTracker, TrackerActiveLoop


class Snapshot(SkipEventInMDStoryMixin):
    """Puts a tracker into the state that it was taken from."""

    type_name = "snapshot"

    def __init__(
        self,
        state: dict[str, Any],
        timestamp: float | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep `state` as `of` made it."""
        super().__init__(timestamp, metadata)
        self.state = state

    @classmethod
    def of(cls, tracker: DialogueStateTracker, timestamp: float | None) -> Snapshot:
        """What `tracker` knows now, in values that JSON can hold."""
        loop = tracker.active_loop
        return cls(
            {
                "slots": {name: slot.value for name, slot in tracker.slots.items() if slot.has_been_set},
                "paused": tracker.is_paused(),
                "active_loop": dataclasses.asdict(loop) if loop else None,
                "latest_action": tracker.latest_action,
            },
            timestamp,
        )

    def apply_to(self, tracker: DialogueStateTracker) -> None:
        """Restore the state; a slot that the domain no longer has is dropped."""
        tracker._reset()
        for name, value in self.state["slots"].items():
            if name in tracker.slots:
                tracker._set_slot(name, value)
        tracker._paused = self.state["paused"]
        loop = self.state["active_loop"]
        tracker.active_loop = TrackerActiveLoop(**loop) if loop else None
        tracker.latest_action = self.state["latest_action"]
        # As in a fresh tracker: listening comes next. Policies show the state at such a point even if what follows is
        # hidden from them, and without any state they fail.
        tracker.followup_action = ACTION_LISTEN_NAME

    def as_dict(self) -> dict[str, Any]:
        """A dictionary that `_from_parameters` reads back."""
        return {**super().as_dict(), "state": self.state}

    @classmethod
    def _from_parameters(cls, parameters: dict[str, Any]) -> Snapshot:
        return cls(parameters["state"], parameters.get("timestamp"), parameters.get("metadata"))

    def __eq__(self, other: object) -> bool:
        """Equal if the restored state is."""
        return isinstance(other, Snapshot) and self.state == other.state

    def __hash__(self) -> int:
        """By type: the state holds lists."""
        return hash(self.type_name)

    def __str__(self) -> str:
        """Without values: slots hold personal data."""
        return f"Snapshot({len(self.state['slots'])} slots)"
