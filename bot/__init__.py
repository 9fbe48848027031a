"""How people reach the assistant: channels, the gateway, and later the staff's console."""
