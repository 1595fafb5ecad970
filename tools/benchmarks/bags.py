"""`python -m tools.benchmarks.bags`: how long a drive takes to become a bag of ROS 2, and to come back, and how large the bag is.

A simulated driver at 30 pictures a second, without pictures. Each command runs as its user runs it, its start included.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Print a row for each storage."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.bags", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the drive lasts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dms-") as name:
        folder = Path(name)
        drive = folder / "drive.jsonl"
        _run("simulate", "drive", "--minutes", str(options.minutes), "--seed", "1", "-o", str(drive))
        print(f"| {options.minutes:g} minutes of drive | drive, MB | bag, MB | out | back |\n|---|---|---|---|---|")
        for storage in ("mcap", "sqlite3"):
            bag = folder / storage
            out_s = _run("drive", "to-ros", str(drive), "-o", str(bag), "--storage", storage)
            back_s = _run("drive", "from-ros", str(bag), "-o", str(folder / f"{storage}.jsonl"))
            size = sum(path.stat().st_size for path in bag.iterdir())
            print(f"| {storage} | {_mb(drive.stat().st_size)} | {_mb(size)} | {out_s:.1f} s | {back_s:.1f} s |", flush=True)


def _run(*words: str) -> float:
    """Run a command of dms. Returns how long it took, in seconds."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "dms", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f}"


if __name__ == "__main__":
    main()
