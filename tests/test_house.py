"""The house rules that a linter does not know: module sizes, light imports, and a README that tells the truth."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "onnxruntime", "cv2", "zmq", "sqlalchemy")


def module_lengths(package: str) -> dict[str, int]:
    """Lines of each module below `package`, those that only mark a package left out."""
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in (ROOT / package).rglob("*.py")}
    return {path: lines for path, lines in lengths.items() if lines > 3}


@pytest.mark.parametrize("package", ["dms", "tools"])
def test_a_stranger_can_read_any_module_in_one_sitting(package: str) -> None:
    lengths = module_lengths(package)
    assert {path: lines for path, lines in lengths.items() if lines > 500} == {}
    assert statistics.median(lengths.values()) <= 150


@pytest.mark.parametrize(
    "statement",
    [
        "import dms",
        "import dms.cli.app",
        "import dms.monitor.monitor, dms.drives.replaying.replay",
        "import dms.decision.pack_loader",
        "import dms.capture, dms.capture.address",
    ],
)
def test_light_work_loads_no_heavy_library(statement: str) -> None:
    program = f"import sys; {statement}; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_every_command_has_help_and_stands_in_the_readme() -> None:
    from dms.cli.app import COMMANDS, GROUPS

    readme = (ROOT / "README.md").read_text()
    documented = set(re.findall(r"\bdms ([a-z]+)", readme))
    assert COMMANDS.keys() | GROUPS.keys() <= documented
    assert all(import_module(f"dms.cli.{name}").command.__doc__ for name in COMMANDS)
    assert {name: import_module(f"dms.cli.{name}").app.info.help for name in GROUPS} == GROUPS


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["--help"], {"numpy", "yaml", "msgspec", "dms.types", "dms.config"}),
        (["--version"], {"numpy", "yaml", "msgspec", "dms.types", "dms.config"}),
        (["repaly"], {"numpy", "yaml", "msgspec", "dms.types", "dms.config"}),
        (["rules", "list"], {"numpy", "zmq", "mcap", "dms.capture", "dms.drives"}),
        (["check"], {"numpy", "zmq", "mcap"}),
        (["events", "--help"], {"numpy", "zmq", "sqlalchemy"}),
        (["run", "--help"], {"zmq", "mcap", "yaml", "dms.decision", "dms.drives"}),
    ],
)
def test_a_command_loads_what_it_needs_and_no_other(arguments: list[str], needless: set[str]) -> None:
    program = (
        f"import sys; from dms.cli.app import main; sys.argv = ['dms', *{arguments!r}]\n"
        "try: main()\n"
        f"finally: print('loaded', sorted(set({sorted({*HEAVY, *needless})!r}) & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert answer.stdout.splitlines()[-1] == "loaded []", answer.stderr


def test_the_readme_names_no_file_that_is_missing() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", (ROOT / "README.md").read_text())
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
