"""The bot process: understanding, Rasa server, channel, stores, training."""
