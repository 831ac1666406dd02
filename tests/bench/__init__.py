"""Benchmarks: ratios to a ceiling measured in the same run. `python -m tests.bench [name…]`."""
