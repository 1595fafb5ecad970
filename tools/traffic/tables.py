"""The judge's figures as tables for people, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tools.traffic.case_run import CaseVerdict
from tools.traffic.expectations import LEVELS
from tools.traffic.judge import Rates, Recall, Where

SHOWN = LEVELS[1:]


def rate_lines(found: Mapping[Where, Rates]) -> list[str]:
    """Alerts an hour by level, a line for each pack, variant and place, and one for all places of a variant."""
    lines = [f"| pack | known | place | hours | {' | '.join(SHOWN)} |", "|---|---|---|---|" + "---|" * len(SHOWN)]
    for pack, variant in dict.fromkeys((pack, variant) for pack, variant, _ in found):
        of_variant = {place: one for (a, b, place), one in found.items() if (a, b) == (pack, variant)}
        lines += [_rate_line(pack, variant, place, [one]) for place, one in of_variant.items()]
        lines.append(_rate_line(pack, variant, "**all**", list(of_variant.values())))
    return lines


def _rate_line(pack: str, variant: str, place: str, of: Sequence[Rates]) -> str:
    hours = sum(one.hours for one in of)
    cells = (f"{sum(one.alerts[level] for one in of) / hours:.1f}" for level in SHOWN)
    return f"| {pack} | {variant} | {place} | {hours:.2f} | {' | '.join(cells)} |"


def recall_lines(found: Mapping[Where, Recall]) -> list[str]:
    """Planted events told in time, with the median and the 95th percentile of the delay since they began."""
    lines = ["| pack | known | event | planted | told | median, s | p95, s |", "|---|---|---|---|---|---|---|"]
    for (pack, variant, event), one in sorted(found.items()):
        delays = f"{one.quantile_s(0.5):.1f} | {one.quantile_s(0.95):.1f}" if one.delays_s else "– | –"
        lines.append(f"| {pack} | {variant} | {event} | {one.planted} | {len(one.delays_s)} | {delays} |")
    return lines


def case_lines(verdicts: Mapping[str, Sequence[CaseVerdict]]) -> list[str]:
    """Each case with what is expected of it, and for each pack `ok` or what was wrong."""
    packs = list(verdicts)
    lines = [f"| case | what happens | expected | {' | '.join(packs)} |", "|---|---|---|" + "---|" * len(packs)]
    for same in zip(*verdicts.values(), strict=True):
        case, expected = same[0].case, "; ".join(map(str, same[0].expected))
        own = f" ({case.pack})" if case.pack else ""
        lines.append(f"| {case.name}{own} | {case.what} | {expected} | {' | '.join(map(_verdict, same))} |")
    good = (f"{pack}: {sum(not one.wrong for one in of)} of {len(of)} ok" for pack, of in verdicts.items())
    return [*lines, "", "; ".join(good)]


def _verdict(verdict: CaseVerdict) -> str:
    return "; ".join(verdict.wrong) or "ok"


def block(title: str, lines: Iterable[str]) -> str:
    """A table under its title."""
    return f"## {title}\n\n" + "\n".join(lines) + "\n"
