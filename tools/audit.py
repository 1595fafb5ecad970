"""`python -m tools.audit PIP_AUDIT LOCKED`: known vulnerabilities in the packages that the service brings along.

Exit code 0 if there is none, 1 if there is one. A package that the service of advisories does not know, or an index that cannot
be reached, is no clean bill: it is said, with exit code 0, because the next attempt may get an answer.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any


def main() -> int:
    """Run it."""
    program, locked = sys.argv[1:]
    options = ["--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    command = [program, *options, f"--requirement={locked}"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(answer.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        last = (answer.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"NOT AUDITED: the advisories cannot be reached from here: {last}")
        return 0
    print("\n".join(report(packages)))
    return 1 if any(package.get("vulns") for package in packages) else 0


def report(packages: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each vulnerability, and one on what was looked at: `packages` as pip-audit writes them."""
    for package in packages:
        for flaw in package.get("vulns", ()):
            fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
            names = " ".join([flaw["id"], *flaw.get("aliases", ())])
            yield f"{package['name']} {package['version']}: {names}; fixed in {fixed}"
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    audited = len(packages) - len(skipped)
    found = sum(len(package.get("vulns", ())) for package in packages)
    if audited:
        yield f"{audited} packages audited, {found} known vulnerabilities"
    if skipped:
        yield f"NOT AUDITED: {len(skipped)} packages, because the advisories cannot be reached from here: {', '.join(skipped)}"


if __name__ == "__main__":
    sys.exit(main())
