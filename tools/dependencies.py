"""`python -m tools.dependencies` checks that pyproject.toml, constraints.txt and the imports of dms, tools and tests agree.

- What `dms` imports is a dependency or in an extra that adds something to run; what `tools` and `tests` import may also be in
  their own extras.
- Every package that is declared is pinned, and nothing else is: versions of what these bring along are pip's business.
- Every package that is declared is imported somewhere, except for programs of development and what `BESIDES` explains.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TO_RUN = ("torch", "tune", "cluster", "mqtt", "prometheus", "kuksa", "can", "serve", "studio", "foxglove", "ros")
"""Extras with which `dms` itself can do more."""
MAY_USE: Mapping[str, tuple[str, ...]] = {
    "dms": TO_RUN, "examples": (), "tools": (*TO_RUN, "tools", "dev"), "tests": (*TO_RUN, "tools", "dev"),
}  # fmt: skip
"""Extras by the tree whose modules may import what is in them. An example runs with what every installation has."""
BESIDES: Mapping[str, str] = {
    "onnx": "torch.onnx and onnxruntime.quantization import it and do not bring it along",
    "onnxscript": "torch.onnx imports it and does not bring it along",
}
"""Declared, although nothing here imports them."""
PARTS: Mapping[str, str] = {"pydantic-core": "pydantic", "dask": "distributed"}
"""Packages that are a part of another one, which asks for exactly the version that it was released with."""
PEERS = frozenset({"mediapipe", "vcd", "label_studio_sdk", "jsonschema", "gi"})
"""What runs in an environment of its own: programs that ours is measured or held against, GStreamer's binding under the Python of
the system."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Project:
    """What pyproject.toml and constraints.txt below `root` declare. Names are normalised as package indexes do it."""

    root: Path

    @cached_property
    def declared(self) -> dict[str, frozenset[str]]:
        """Packages by the extra that they are declared in; those that every installation has under an empty name."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        groups = {"": project["dependencies"], **project["optional-dependencies"]}
        return {extra: frozenset(map(_package, lines)) - {project["name"]} for extra, lines in groups.items()}

    @cached_property
    def pinned(self) -> frozenset[str]:
        """Packages with a version in constraints.txt."""
        lines = (self.root / "constraints.txt").read_text(encoding="utf-8").splitlines()
        return frozenset(_package(line) for line in lines if line.strip() and not line.startswith("#"))

    def imported(self, tree: str) -> dict[str, str]:
        """Third-party packages that the modules below `tree` import, each with one module that does."""
        distributions = packages_distributions()
        found: dict[str, str] = {}
        for path in sorted((self.root / tree).rglob("*.py")):
            for module in _imports(path):
                if module not in sys.stdlib_module_names and module not in MAY_USE and module not in PEERS:
                    for package in distributions.get(module, [module]):
                        name = _normal(package)
                        found.setdefault(PARTS.get(name, name), str(path.relative_to(self.root)))
        return found


def problems(project: Project) -> Iterator[str]:
    """What does not agree, a sentence each."""
    declared = project.declared
    everything = frozenset().union(*declared.values())
    imported = {tree: project.imported(tree) for tree in MAY_USE}
    for tree, extras in MAY_USE.items():
        allowed = declared[""].union(*(declared[extra] for extra in extras))
        for package, where in imported[tree].items():
            if package not in allowed:
                yield f"{where} imports {package}, which is in none of: {', '.join(('dependencies', *extras))}"
    yield from _each(everything - project.pinned, "is declared in pyproject.toml and not pinned in constraints.txt")
    yield from _each(project.pinned - everything, "is pinned in constraints.txt and not declared in pyproject.toml")
    for package in everything:
        places = [extra or "dependencies" for extra, packages in declared.items() if package in packages]
        if len(places) > 1:
            yield f"{package} is declared in more than one place: {', '.join(places)}"
    used = frozenset().union(*imported.values())
    yield from _each(everything - declared["dev"] - used - BESIDES.keys(), "is declared in pyproject.toml and never imported")
    yield from _each(used & BESIDES.keys(), "is explained in BESIDES and imported after all")


def _each(packages: Iterable[str], what: str) -> Iterator[str]:
    return (f"{package} {what}" for package in sorted(packages))


def _imports(path: Path) -> Iterator[str]:
    """The outermost module of every import statement, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _package(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    if found is None:
        raise ValueError(f"no package name in {requirement!r}")
    return _normal(found.group())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main() -> int:
    """Print what does not agree; the exit code is 1 if there is anything."""
    found = list(problems(Project(ROOT)))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
