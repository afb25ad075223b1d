"""Measurements: `python -m bench.evaluate` for answers, `python -m bench.turns` for speed."""
