"""Drives that cannot be read, or not all of them, and what is said of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.identical.commands import Commands
from tools.identical.drives import simulate
from tools.identical.manifest import Output

_LINES: Mapping[str, str] = {
    "no-json": '{"topic":"observation","t":1.0,',
    "plain-text": "hello",
    "array": "[1, 2, 3]",
    "number": "17",
    "empty-object": "{}",
    "topic-unknown": '{"topic":"observatoin","t":1.0,"frame":1}',
    "topic-is-a-number": '{"topic":5,"t":1.0,"frame":1}',
    "t-missing": '{"topic":"observation","frame":1}',
    "t-is-text": '{"topic":"observation","t":"1.0","frame":1}',
    "t-is-null": '{"topic":"vehicle","t":null,"speed_kph":80}',
    "t-is-nan": '{"topic":"observation","t":NaN,"frame":1}',
    "t-is-infinite": '{"topic":"observation","t":1e999,"frame":1}',
    "t-is-negative": '{"topic":"observation","t":-5.0,"frame":1}',
    "t-goes-back": '{"topic":"observation","t":0.01,"frame":1}',
    "t-far-away": '{"topic":"observation","t":1e12,"frame":1}',
    "frame-is-a-fraction": '{"topic":"observation","t":1.0,"frame":1.5}',
    "frame-missing": '{"topic":"observation","t":1.0}',
    "camera-unknown": '{"topic":"observation","t":1.0,"frame":1,"camera":"broken"}',
    "phone-unknown": '{"topic":"observation","t":1.0,"frame":1,"phone":"in_pocket"}',
    "box-too-short": '{"topic":"observation","t":1.0,"frame":1,"face":{"score":0.9,"box":[1,2,3]}}',
    "score-out-of-range": '{"topic":"observation","t":1.0,"frame":1,"face":{"score":1.9,"box":[1,2,3,4]}}',
    "head-without-yaw": '{"topic":"observation","t":1.0,"frame":1,"head":{"pitch":1.0,"roll":0.0}}',
    "head-is-text": '{"topic":"observation","t":1.0,"frame":1,"head":"left"}',
    "head-beyond-a-turn": '{"topic":"observation","t":1.0,"frame":1,"head":{"yaw":900.0,"pitch":1.0,"roll":0.0,"sigma":-1}}',
    "open-out-of-range": '{"topic":"observation","t":1.0,"frame":1,"eyes":{"left":{"open":7,"visible":1},"right":null}}',
    "eyes-one-sided": '{"topic":"observation","t":1.0,"frame":1,"eyes":{"left":{"open":0.5,"visible":1}}}',
    "emotion-unknown": '{"topic":"observation","t":1.0,"frame":1,"emotion":{"boredom":1.0}}',
    "landmarks-broken": '{"topic":"observation","t":1.0,"frame":1,"landmarks":[[1,2],[3]]}',
    "speed-is-text": '{"topic":"vehicle","t":1.0,"speed_kph":"fast"}',
    "speed-is-negative": '{"topic":"vehicle","t":1.0,"speed_kph":-3}',
    "turn-signal-unknown": '{"topic":"vehicle","t":1.0,"turn_signal":"up"}',
    "assist-is-a-number": '{"topic":"vehicle","t":1.0,"assist_active":2}',
    "action-unknown": '{"topic":"driver","t":1.0,"action":"sneeze"}',
    "action-missing": '{"topic":"driver","t":1.0}',
    "label-ends-early": '{"topic":"label","t":2.0,"end":1.0,"kind":"fatigue.sleep"}',
    "label-unknown": '{"topic":"label","t":1.0,"end":2.0,"kind":"fatigue.slep"}',
    "label-outside": '{"topic":"label","t":100.0,"end":200.0,"kind":"fatigue.sleep"}',
    "label-without-end": '{"topic":"label","t":1.0,"kind":"fatigue.sleep"}',
    "label-kss-without-value": '{"topic":"label","t":1.0,"end":2.0,"kind":"kss"}',
    "label-value-out-of-range": '{"topic":"label","t":1.0,"end":2.0,"kind":"kss","value":12}',
    "alert-level-unknown": '{"topic":"alert","t":1.0,"kind":"fatigue.sleep","level":"loud","phase":"raise","onset":0}',
    "setup-without-rules": '{"topic":"setup","t":0.0}',
    "more-fields": '{"topic":"observation","t":1.0,"frame":1,"mood":"good"}',
    "topic-last": '{"t":1.01,"frame":1,"topic":"observation"}',
    "escaped": '{"topic":"driver","t":1.0,"action":"mark","note":"\\u00e9\\n\\ud83d"}',
    "blank": "   ",
}
_SIDES: Mapping[str, tuple[str, str]] = {
    "no-heading": ("csv", "1.0,2.0,fatigue.sleep\n"),
    "no-column": ("csv", "t,kind\n1.0,fatigue.sleep\n"),
    "not-a-time": ("csv", "t,end,kind\none,2.0,fatigue.sleep\n"),
    "a-comma-too-much": ("csv", "t,end,kind,note\n1.0,2.0,fatigue.sleep,yawns, nods\n"),
    "unknown-kind": ("csv", "t,end,kind\n1.0,2.0,fatigue.slep\n"),
    "overlap": ("csv", "t,end,kind\n1.0,3.0,fatigue.sleep\n2.0,4.0,fatigue.sleep\n"),
    "outside": ("csv", "t,end,kind\n100,120,fatigue.sleep\n200,220,fatigue.microsleep\n"),
    "good": ("csv", "t,end,kind,note,value\n1.0,3.0,fatigue.sleep,,\n0,9,kss,,7\n"),
    "no-json": ("json", "[{]"),
    "no-list": ("json", "{}"),
    "no-object": ("json", "[1]"),
    "json-without-end": ("json", '[{"t":1,"kind":"kss"}]'),
}


def broken_drive_outputs(commands: Commands) -> Iterator[Output]:
    """`dms replay` of drives with each of the bad lines in its middle, of files that are no drives, and beside bad labels."""
    good = _good_lines(commands.folder)
    middle, whole = len(good) // 2, "\n".join([*good, ""]).encode()
    lines = {name: "\n".join([*good[:middle], line, *good[middle:], ""]).encode() for name, line in _LINES.items()}
    yield _replayed(commands, "lines", lines)
    yield _replayed(commands, "files", _files(whole))
    yield _replayed(commands, "not-utf-8", {"alone": whole.replace(b'"ok"', b'"\xff"', 1)})
    yield _replayed(commands, "mcap", _damaged(_good_mcap(commands.folder)), "mcap")
    for name, (suffix, labels) in _SIDES.items():
        (commands.folder / f"sides-{name}.labels.{suffix}").write_text(labels)
    yield _replayed(commands, "sides", dict.fromkeys(_SIDES, whole))
    for name in _SIDES:
        yield Output(f"broken/label/{name}", commands.run("label", f"sides-{name}.jsonl").text)
    for name in ("unknown-kind", "good"):
        yield Output(f"broken/score/{name}", commands.run("score", f"sides-{name}.jsonl", "--json").text)
    (commands.folder / "nothing-here").mkdir()
    for name in ("missing.jsonl", "nothing-here", "sides-no-list.labels.json"):
        yield Output(f"broken/no-drive/{name}", commands.run("replay", name).text)
    yield Output("broken/no-pack", commands.run("replay", "sides-good.jsonl", "--rules", "defualt").text)


def _files(whole: bytes) -> Mapping[str, bytes]:
    return {
        "empty": b"",
        "blank-lines-alone": b"\n\n\n",
        "no-observation": b'{"topic":"vehicle","t":1.0,"speed_kph":80}\n',
        "cut-off": whole[:-40],
        "byte-order-mark": b"\xef\xbb\xbf" + whole,
        "dos-line-ends": whole.replace(b"\n", b"\r\n"),
        "zeros": bytes(2000),
        "twice": whole + whole,
    }


def _damaged(whole: bytes) -> Mapping[str, bytes]:
    half, third = len(whole) // 2, len(whole) // 3
    return {
        "whole": whole,
        "empty": b"",
        "other": b"not an MCAP file at all" * 20,
        "magic-alone": whole[:8],
        "of-version-1": whole[:5] + b"1" + whole[6:],
        "cut-off": whole[:half],
        "cut-off-end": whole[:-30],
        "damaged": whole[:third] + bytes(64) + whole[third + 64 :],
    }


def _good_lines(folder: Path) -> list[str]:
    path = folder / "good.jsonl"
    simulate("drive", "--minutes", "0.2", "--fps", "10", "--seed", "2", "-o", str(path))
    return [line for line in path.read_text().splitlines() if json.loads(line)["topic"] != "label"]


def _good_mcap(folder: Path) -> bytes:
    path = folder / "good.mcap"
    simulate("drive", "--minutes", "0.5", "--fps", "10", "--seed", "2", "-o", str(path))
    return path.read_bytes()


def _replayed(commands: Commands, group: str, contents: Mapping[str, bytes], suffix: str = "jsonl") -> Output:
    """What `dms replay` says of all of them: each drive that cannot be read is named, and the others are replayed."""
    names = [f"{group}-{name}.{suffix}" for name in contents]
    for name, content in zip(names, contents.values(), strict=True):
        (commands.folder / name).write_bytes(content)
    return Output(f"broken/replay/{group}", commands.run("replay", *names, "--processes", "1").text)
