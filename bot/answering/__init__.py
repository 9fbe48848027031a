"""What one message gets: Rasa asked, the guide's answer filled in, what was typed cleaned before."""

from bot.answering.cleaning import clean_text
from bot.answering.rasa import RasaClient, TurnFailed
from bot.answering.rendering import Rendering
from bot.answering.triage import Triage

__all__ = ["RasaClient", "Rendering", "Triage", "TurnFailed", "clean_text"]
