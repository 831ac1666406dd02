"""`python -m tests.bench [name…]`: prints every benchmark, or the named ones."""

import importlib
import sys

NAMES = ("reading", "updates", "report", "panel", "planning", "memory", "sending", "reports")


def main() -> None:
    """Run and print."""
    for name in sys.argv[1:] or NAMES:
        for line in importlib.import_module(f"tests.bench.{name}").run():
            print(f"{name}: {line}", flush=True)


main()
