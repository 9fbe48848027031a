"""Rasa's rule policy (see nlu/turns.py)."""

from __future__ import annotations

import rasa.core.policies.rule_policy as stock


class RulePolicy(stock.RulePolicy):
    """Rasa's policy."""
