"""Tests of the web faces: real HTTP against a live server, a stand-in bot, headless Chromium."""
