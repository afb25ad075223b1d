"""Tests of the bot process, over a small model trained once a session."""
