"""`python -m tools.identical record FILE` and `check FILE`; `--corpus DIR` for the ten hours of simulated drivers."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.identical.commands import Commands, hold_environment_still
from tools.identical.corpus import corpus_outputs
from tools.identical.machine import machine
from tools.identical.manifest import Manifest, differences
from tools.identical.quick import quick_outputs


def main() -> int:
    """Record or check; 0 if nothing differs."""
    options = _parser().parse_args()
    hold_environment_still()
    with tempfile.TemporaryDirectory(prefix="dms-") as folder:
        commands = Commands(Path(folder))
        return _record(options, commands) if options.command == "record" else _check(options, commands)


def _record(options: argparse.Namespace, commands: Commands) -> int:
    if options.corpus is None:
        made = Manifest.of(quick_outputs(commands), machine())
        made.write(options.file, with_texts=True)
    else:
        outputs = []
        for output in corpus_outputs(commands, options.corpus):
            outputs.append(output)
            # Each time, so that what an hour has brought is not lost with the last drive.
            made = Manifest.of(outputs, machine())
            made.write(options.file, with_texts=False)
    print(f"{options.file}: {len(made.hashes)} outputs")
    return 0


def _check(options: argparse.Namespace, commands: Commands) -> int:
    old = Manifest.read(options.file)
    outputs = quick_outputs(commands) if options.corpus is None else corpus_outputs(commands, options.corpus, old.hashes)
    new = Manifest.of(outputs, machine())
    found = list(differences(old, new))
    print("\n".join(found) if found else f"{len(old.hashes)} outputs, all identical", flush=True)
    if old.machine != new.machine:
        print(f"not compared, made by networks on another machine: {len(old.of_pictures)} outputs", file=sys.stderr)
    return 1 if found else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.identical", description="Whether dms still does what it did.")
    actions = parser.add_subparsers(dest="command", required=True)
    for name, help_text in (("record", "write down what it does now"), ("check", "compare what it does now to what it did")):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("file", type=Path, help="the manifest, such as tests/data/identical/quick.json")
        action.add_argument("--corpus", type=Path, metavar="DIR", help="the corpus of simulated drives instead, made in DIR")
    return parser


if __name__ == "__main__":
    sys.exit(main())
