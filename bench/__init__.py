"""Benchmarks: one program a claim; `python -m bench` runs them."""
