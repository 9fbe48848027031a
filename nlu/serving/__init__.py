"""Rasa served lean, a turn all or nothing.

No face: the process begins here, and placeholders have to be in place before anything imports Rasa.
"""
