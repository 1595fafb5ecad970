"""`python -m tools.fuzz READER --cases N`: N random cases for a reader (`all` for each), and what became of them.

Cases that break the reader are written into `--keep`, where the tests find them from then on.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from tools.fuzz.campaign import random_cases, run
from tools.fuzz.readers import READERS

CORPUS = Path("tests/fuzz/corpus")


def main() -> None:
    """Run the campaign that the command line asks for; exit code 1 if anything broke."""
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("reader", choices=["all", *READERS])
    parser.add_argument("--cases", type=int, default=1000, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=CORPUS, help="where cases that break a reader are written, in a folder each")
    options = parser.parse_args()
    names = list(READERS) if options.reader == "all" else [options.reader]
    sys.exit(sum(_broken(name, options) for name in names) > 0)


def _broken(name: str, options: argparse.Namespace) -> int:
    reader = READERS[name]
    with tempfile.TemporaryDirectory(prefix="dms-fuzz-") as folder:
        seeds = list(reader.seeds(Path(folder)))
        began_s = time.monotonic()
        outcome = run(reader, random_cases(seeds, options.cases, options.seed), Path(folder))
    took_s = time.monotonic() - began_s
    broken = len(outcome.broken)
    print(f"{name}: {outcome.cases} cases in {took_s:.0f} s: {outcome.read} read, {outcome.refused} refused, {broken} broken")
    for case, reason in outcome.broken.items():
        place = options.keep / name / hashlib.sha256(case).hexdigest()[:12]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(case)
        print(f"  {place}: {reason}")
    return broken


if __name__ == "__main__":
    main()
