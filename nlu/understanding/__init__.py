"""Words to intent: Vietnamese as people type it, calibrated, or "not sure"."""

from nlu.understanding.lexicon import load_concepts, load_spellings, normaliser
from nlu.understanding.model import Knowledge, Settings, Trainer, fit_temperature, softmax
from nlu.understanding.syllables import fold, tone_last
from nlu.understanding.text import Normaliser

__all__ = [
    "Knowledge",
    "Normaliser",
    "Settings",
    "Trainer",
    "fit_temperature",
    "fold",
    "load_concepts",
    "load_spellings",
    "normaliser",
    "softmax",
    "tone_last",
]
