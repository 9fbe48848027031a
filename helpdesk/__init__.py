"""What the office knows and its rules: no chat platform, no Rasa, no HTTP server."""
