"""What one message gets: Rasa asked, the guide's answer filled in, what was typed cleaned before."""

from bot.answering.hygiene import clean_text
from bot.answering.rasa import DialogueClient, DialogueFailed
from bot.answering.triage import Answering

__all__ = ["Answering", "DialogueClient", "DialogueFailed", "clean_text"]
