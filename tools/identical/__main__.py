"""`python -m tools.identical check` and `record`; `--corpus` for the hours of simulated drivers."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.identical.commands import ROOT, Commands, hold_environment_still
from tools.identical.corpus import corpus_outputs
from tools.identical.machine import machine
from tools.identical.manifest import Manifest, Output, differences
from tools.identical.quick import PARTS, quick_outputs

KEPT = ROOT / "tests" / "data" / "identical"


def main() -> int:
    """Record or check; 0 if nothing differs."""
    options = _parser().parse_args()
    hold_environment_still()
    with tempfile.TemporaryDirectory(prefix="dms-") as folder:
        commands = Commands(Path(folder))
        return _record(options, commands) if options.action == "record" else _check(options, commands)


def _record(options: argparse.Namespace, commands: Commands) -> int:
    made = Manifest.of(_outputs(options, commands), machine())
    made.write(_manifest(options), with_texts=not options.corpus)
    print(f"{_manifest(options)}: {len(made.hashes)} outputs")
    return 0


def _check(options: argparse.Namespace, commands: Commands) -> int:
    old = Manifest.read(_manifest(options))
    if options.part:
        old = old.only(lambda name: any(PARTS[part].holds(name) for part in options.part))
    new = Manifest.of(_outputs(options, commands), machine())
    found = list(differences(old, new))
    print("\n".join(found) if found else f"{len(old.hashes)} outputs, all identical", flush=True)
    if old.machine != new.machine and old.of_pictures:
        print(f"not compared, made by networks on another machine: {len(old.of_pictures)} outputs", file=sys.stderr)
    return 1 if found else 0


def _outputs(options: argparse.Namespace, commands: Commands) -> Iterator[Output]:
    return corpus_outputs(commands) if options.corpus else quick_outputs(commands, getattr(options, "part", ()))


def _manifest(options: argparse.Namespace) -> Path:
    return options.file or KEPT / ("corpus.json" if options.corpus else "quick.json")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.identical", description="Whether dms still does what it did.")
    actions = parser.add_subparsers(dest="action", required=True)
    for name, help_text in (("record", "write down what it does now"), ("check", "compare what it does now to what it did")):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("file", type=Path, nargs="?", help="the manifest; by default the one kept in tests/data/identical")
        action.add_argument("--corpus", action="store_true", help="hours of simulated drives under every pack: their alerts")
        if name == "check":
            action.add_argument("--part", action="append", default=[], choices=PARTS, help="of the quick set, only this part")
    return parser


if __name__ == "__main__":
    sys.exit(main())
