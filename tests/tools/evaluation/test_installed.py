"""Videos are judged through the shipped command, whose figures must not depend on what a machine finds faster at the moment."""

from __future__ import annotations

import subprocess
import sys

from tools.evaluation.shipped import installed


def test_the_program_that_is_judged_runs_its_networks_in_float32_on_every_machine() -> None:
    ask = (
        "from dms.perception.loaded_networks import load_networks;"
        "from dms.config.defaults import ENGINE, THREADS;"
        "print(*{choice.precision for choice in load_networks(ENGINE, None, THREADS, 'auto').choices.values()})"
    )
    with installed(None) as installation:
        command = [sys.executable, "-c", ask]
        environment = {"PYTHONPATH": str(installation.folder), "PATH": ""}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=installation.folder)
        assert done.stdout.strip() == "fp32", done.stderr
