"""What only the demo has (no mail server in the settings): a mail catcher and its mailbox page."""
