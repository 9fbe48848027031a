"""One module a channel behind one interface (`bot.channels.base`)."""
