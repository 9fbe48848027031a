"""Whole dialogues with every part real: Rasa and its model, the actions, the bot, the mails, the pages."""
