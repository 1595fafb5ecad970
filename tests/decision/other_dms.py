"""dms with something that it does not have: a module of the tests is imported first, in a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def dms_with(module: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder` with what this module of the tests adds. Returns the program when it has ended."""
    program = (
        f"import sys\nsys.path.insert(0, {str(_ROOT)!r})\nimport {module}\n"
        f"from dms.cli.app import main\nsys.argv = {['dms', *words]!r}\nmain()\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=folder)
