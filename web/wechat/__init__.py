"""The WeChat Official Account channel: the webhook, the messages out, the pages opened from WeChat."""
