"""The work of the desk: conversations and who may speak in them, tickets and their clocks, staff, history.

No page and no bot in here; SQL only in `desk.store`.
"""
