"""What a shell offers when people press TAB in a value: names that ship with dms, and words that it knows.

Where a value may also be a path, nothing is offered for what begins like one, and the shell completes the path itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dms.types import KSS, AlertKind, Level

Completion = Callable[[str], list[str]]


def packs(incomplete: str) -> list[str]:
    """The rule packs under rules/."""
    from dms.decision.pack_loader import pack_names

    return _that_begin(pack_names(), incomplete)


def packs_or_recorded(incomplete: str) -> list[str]:
    """The rule packs under rules/, and `recorded`."""
    return [*packs(incomplete), *_that_begin(["recorded"], incomplete)]


def cabins(incomplete: str) -> list[str]:
    """The cabins under rules/cabin/."""
    from dms.config.cabin import cabin_paths

    return _that_begin((path.stem for path in cabin_paths()), incomplete)


def spaces(incomplete: str) -> list[str]:
    """The search spaces under rules/spaces/."""
    from dms.config.shipped import rules_folder, shipped_files

    return _that_begin((path.stem for path in shipped_files(rules_folder("spaces"))), incomplete)


def kinds_and_families(incomplete: str) -> list[str]:
    """The kinds of alert, and the families before their dots."""
    families = dict.fromkeys(kind.value.partition(".")[0] for kind in AlertKind)
    return _that_begin([*families, *AlertKind], incomplete)


def label_kinds(incomplete: str) -> list[str]:
    """The kinds of label."""
    return _that_begin([*AlertKind, KSS], incomplete)


def levels(incomplete: str) -> list[str]:
    """The levels of alerts, from the gentlest up."""
    return _that_begin(Level, incomplete)


def one_of(words: Iterable[str]) -> Completion:
    """Returns a completion that offers these words."""
    known = list(words)

    def offer(incomplete: str) -> list[str]:
        return _that_begin(known, incomplete)

    return offer


def _that_begin(words: Iterable[str], incomplete: str) -> list[str]:
    return [str(word) for word in words if word.startswith(incomplete)]
