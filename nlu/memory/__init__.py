"""Conversations that stay cheap when they grow long, and what of them may be kept."""

from nlu.memory.tracker_store import DuplicateTurn, SqliteTrackerStore

__all__ = ["DuplicateTurn", "SqliteTrackerStore"]
