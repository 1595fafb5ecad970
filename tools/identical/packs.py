"""The rule packs that ship."""

from __future__ import annotations

from tools.identical.commands import ROOT


def packs() -> list[str]:
    """Their names, sorted."""
    return sorted(path.stem for path in (ROOT / "rules").glob("*.yaml"))
