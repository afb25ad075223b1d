"""The library of cases: read, checked, built into one file, searched, and applied to the facts of a matter.

Nothing here imports another part of Weiquan; every path comes in as an argument.
"""
