"""The sandbox against the 61 checks of the conformance probe, run as it is run elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent / "conformance"
ROOT = HERE.parents[2]


def test_all_checks_pass() -> None:
    found = subprocess.run(
        [sys.executable, "probe.py", "sandbox_adapter:SandboxAdapter"],
        cwd=HERE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    failed = [line for line in found.stdout.splitlines() if " OK" not in line and not line.endswith(" pass")]
    assert (failed, found.stdout.splitlines()[-1:], found.returncode) == ([], ["61 of 61 pass"], 0)
