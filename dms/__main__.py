"""`python -m dms`: the command line, where the `dms` script is not on the path."""

from __future__ import annotations

from dms.cli.app import main

main()
