"""What is imported, what is declared and what is pinned are the same, and every way to install uses the pins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.dependencies import ROOT, Project, problems

PYPROJECT = """
[project]
name = "dms"
dependencies = ["numpy>=2.0"]
[project.optional-dependencies]
torch = ["torch>=2.6"]
tune = []
cluster = []
mqtt = []
prometheus = []
foxglove = []
serve = []
studio = []
ros = []
kuksa = []
can = []
tools = ["dms[torch]"]
dev = ["dms[tools]", "pytest>=8", "ruff"]
"""
FILES = {
    "pyproject.toml": PYPROJECT,
    "constraints.txt": "# tested with\nnumpy==2.4.6\ntorch==2.13.0\npytest==9.2.0\nruff==0.17.5\n",
    "dms/core.py": "import json\n\nimport numpy as np\n",
    "dms/engine.py": "def load():\n    import torch\n",
    "tools/train.py": "from torch.nn import functional\n\nfrom dms.core import json\n",
    "tests/test_core.py": "import pytest\n\nfrom tools import train\n",
}


def project_with(folder: Path, **changed: str) -> Project:
    """A small project in which everything agrees, but for the changed files."""
    for name, text in {**FILES, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Project(folder)


def test_this_project_declares_and_pins_what_it_imports() -> None:
    assert list(problems(Project(ROOT))) == []


def test_a_project_in_which_everything_agrees_has_no_problems(tmp_path: Path) -> None:
    assert list(problems(project_with(tmp_path))) == []


@pytest.mark.parametrize(
    ("file", "text", "complaint"),
    [
        ("dms/core.py", "import yaml\nimport numpy\n", "dms/core.py imports pyyaml, which is in none of: dependencies, torch"),
        ("dms/core.py", "import numpy\n\ndef f():\n    import pytest\n", "dms/core.py imports pytest, which is in none of"),
        ("dms/core.py", "", "numpy is declared in pyproject.toml and never imported"),
        ("constraints.txt", FILES["constraints.txt"] + "rich==15.0.0\n", "rich is pinned in constraints.txt and not declared"),
        ("constraints.txt", FILES["constraints.txt"].replace("ruff==0.17.5\n", ""), "ruff is declared in pyproject.toml and not"),
        ("pyproject.toml", PYPROJECT.replace("tune = []", 'tune = ["NumPy"]'), "numpy is declared in more than one place"),
    ],
)
def test_what_does_not_agree_is_named(tmp_path: Path, file: str, text: str, complaint: str) -> None:
    found = list(problems(project_with(tmp_path, **{file: text})))
    assert [each for each in found if each.startswith(complaint)], found


def test_every_command_that_installs_the_project_uses_the_pins() -> None:
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "systemd").glob("*.md")]
    lines = [line for path in (*papers, ROOT / "Makefile") for line in path.read_text().splitlines()]
    installing = [line for line in lines if re.search(r"pip install\b.* '?(-e )?'?(\.|dms)(\[| |'|`|$)", line)]
    assert len(installing) >= 5
    assert [line for line in installing if "-c constraints.txt" not in line and "$(PIP_OPTIONS)" not in line] == []
