"""`python -m tools.booted.inside`: all checks, in the order of a package's life."""

from __future__ import annotations

from tools.booted.checking import run_checks
from tools.booted.inside import access, completion, faults, package, running

CHECKS = (
    *package.ARRIVAL,
    *running.CHECKS,
    *access.CHECKS,
    *completion.CHECKS,
    *running.RELOADS,
    *faults.CHECKS,
    *package.DEPARTURE,
)

if __name__ == "__main__":
    run_checks(CHECKS)
