"""What runs inside Rasa's own Python 3.10 environment: Vietnamese text in, intent and entities out.

It shares no Python with `bot`, `actions` or `helpdesk`; its contract is HTTP and the names in `domain.yml`.
"""
