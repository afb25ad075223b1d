"""What the assistant can do: one module per goal of the consumer, run inside the Rasa server."""
