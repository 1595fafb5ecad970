"""Packs, configurations, cabins and search spaces with mistakes in them, and what `dms check` says of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tools.identical.commands import Commands
from tools.identical.manifest import Output

_PACK = """\
pack: mine
title: Mine
conditions:
  away: {cue: off_road, is: true}
speed_gates:
  moving: {from_kph: 20, hysteresis_kph: 2}
rules:
  look:
    kind: sustained
    alert: distraction.long
    says: The eyes have been off the road.
    when: away
    speed: moving
    ladder:
      - {level: warning, after_s: 3}
      - {level: urgent, after_s: 5}
    clear: {for_s: 1.0}
  glances:
    kind: cumulative
    alert: distraction.cumulative
    when: away
    window_s: 30
    ladder: [{level: warning, total_s: 10}]
    reset: {for_s: 2}
  drowsy:
    kind: ratio
    alert: fatigue.drowsiness
    when: {cue: eyes_closed, is: true}
    windows: {minute: {window_s: 60, usable_s: 30}}
    ladder: [{level: advisory, share: {minute: 0.08}}]
    clear: {share_below: {minute: 0.06}, for_s: 5.0}
  yawns:
    kind: count
    alert: fatigue.yawning
    of: [{event: yawn}]
    within_s: 300
    ladder: [{level: info, at_least: 3}]
"""
_CHANGES: Mapping[str, tuple[str, str]] = {
    "as-it-is": ("", ""),
    "not-yaml": ("title: Mine", "title: [Mine"),
    "tabs": ("  look:", "\tlook:"),
    "key-twice": ("title: Mine", "title: Mine\ntitle: Yours"),
    "no-name": ("pack: mine\n", ""),
    "name-with-blanks": ("pack: mine", "pack: My Pack"),
    "no-title": ("title: Mine\n", ""),
    "unknown-key": ("title: Mine", "titel: Mine"),
    "unknown-rule-kind": ("kind: sustained", "kind: sustaned"),
    "no-rule-kind": ("    kind: sustained\n", ""),
    "unknown-alert": ("alert: distraction.long", "alert: distraction.longer"),
    "unknown-level": ("level: urgent", "level: panic"),
    "levels-go-down": ("level: urgent", "level: info"),
    "times-go-down": ("after_s: 5", "after_s: 2"),
    "negative-time": ("after_s: 3", "after_s: -3"),
    "time-is-text": ("after_s: 3", "after_s: soon"),
    "time-is-not-finite": ("after_s: 3", "after_s: .inf"),
    "both-times": ("after_s: 5", "after_s: 5, plus_s: 2"),
    "plus-first": ("after_s: 3", "plus_s: 3"),
    "unknown-time": ("after_s: 3", "after_ms: 3"),
    "no-ladder": ("    ladder: [{level: warning, total_s: 10}]\n", ""),
    "empty-ladder": ("[{level: warning, total_s: 10}]", "[]"),
    "never-reached": ("total_s: 10", "total_s: 40"),
    "unknown-condition": ("    when: away\n    speed", "    when: awya\n    speed"),
    "unknown-cue": ("{cue: off_road, is: true}", "{cue: off_raod, is: true}"),
    "no-test": ("{cue: off_road, is: true}", "{cue: off_road}"),
    "two-tests": ("{cue: off_road, is: true}", "{cue: head_yaw_deg, above: 3, below: 5}"),
    "is-maybe": ("{cue: off_road, is: true}", "{cue: off_road, is: maybe}"),
    "number-of-a-switch": ("{cue: off_road, is: true}", "{cue: off_road, above: 3}"),
    "outside-of-the-cue": ("{cue: off_road, is: true}", "{cue: openness, below: 7}"),
    "until-on-the-wrong-side": ("{cue: off_road, is: true}", "{cue: head_away_deg, above: 15, until: 20}"),
    "until-of-a-switch": ("{cue: off_road, is: true}", "{cue: off_road, is: true, until: 3}"),
    "unknown-zone": ("{cue: off_road, is: true}", "{cue: gaze_zone, in: [sunroof]}"),
    "unknown-word": ("{cue: off_road, is: true}", "{cue: turn_signal, is: lefft}"),
    "raised-by-nobody": ("{cue: off_road, is: true}", "{raised: driver.absent}"),
    "all-of-nothing": ("{cue: off_road, is: true}", "{all: []}"),
    "unknown-gate": ("speed: moving", "speed: mooving"),
    "gate-below-itself": ("hysteresis_kph: 2", "hysteresis_kph: 30"),
    "gate-upside-down": ("hysteresis_kph: 2", "hysteresis_kph: 2, below_kph: 10"),
    "usable-beyond-window": ("usable_s: 30", "usable_s: 90"),
    "share-of-another-window": ("share: {minute: 0.08}", "share: {hour: 0.08}"),
    "share-beyond-one": ("share: {minute: 0.08}", "share: {minute: 8}"),
    "counts-nothing": ("{event: yawn}", "{}"),
    "counts-two-things": ("{event: yawn}", "{event: yawn, raised: distraction.long}"),
    "counts-unknown-event": ("{event: yawn}", "{event: sneeze}"),
    "count-of-both": ("at_least: 3", "at_least: 3, fewer_than: 9"),
    "clear-unknown": ("clear: {for_s: 1.0}", "clear: {four_s: 1.0}"),
    "acknowledge-unknown": ("clear: {for_s: 1.0}", "acknowledge: always"),
    "suppressed-without-end": ("clear: {for_s: 1.0}", "suppress: [{when: away, reason: none}]"),
    "arbitration-upside-down": ("title: Mine", "title: Mine\narbitration: {audible_from: urgent, continuous_from: info}"),
    "rules-are-a-list": ("rules:\n  look:", "rules:\n  - look:"),
    "clear-above-the-ladder": ("share_below: {minute: 0.06}", "share_below: {minute: 0.2}"),
    "clear-missing": ("    clear: {share_below: {minute: 0.06}, for_s: 5.0}\n", ""),
    "everything-at-once": ("after_s: 3}", "after_ms: 3}\n      - {level: loud, after_s: x}"),
}
_CONFIGURATIONS: Mapping[str, str] = {
    "good": "source: /dev/video0\n",
    "empty": "",
    "list": "- source\n",
    "unknown-key": "sauce: /dev/video0\n",
    "camera": "camera: {fps: 1000, fourcc: MOTION, rotate: 45, mirror: perhaps, field_of_view_deg: 400}\n",
    "perception": "perception: {engine: tensorflow, precision: fp16, threads: 0, driver_side: middle, region: [0, 0, 2, 2]}\n",
    "region": "perception:\n  driver_side: right\n  region: [0.1, 0, 0.3, 1]\n",
    "journal": "journal: {keep_days: .inf, keep_mib: -1, path: 7}\n",
    "record": "record: {video: event, keep_mib: some, video_quality: 500}\n",
    "vehicle": "vehicle: {assumed_speed_kph: 80 km/h}\n",
    "names": "rules: defualt\ncabin: left_hand_drve\n",
    "log-level": "log_level: LOUD\nbus: {endpoint: 5}\n",
    "cabin": "name: tiny\ndriver_side: middle\ntargets: []\n",
    "cabin-regions": "name: tiny\ndriver_side: left\ntargets: {road: 5}\nregions: {lap: {yaw: 1}}\n",
    "space": "tunes: default\nparameters:\n  rules.no_rule.ladder.warning.after_s: {from: 1, to: 2, step: 0.1}\n",
    "space-upside-down": "tunes: default\nparameters:\n  rules.sleep.ladder.urgent.after_s: {from: 4, to: 2, step: 0.1}\n",
    "space-refused": "tunes: default\nparameters:\n  rules.sleep.ladder.urgent.after_s: {from: -4, to: 2, step: 0}\n",
    "space-unknown-pack": "tunes: defualt\nparameters: {}\n",
    "space-empty": "tunes: default\nobjectives: [speed]\nparameters: {}\n",
}


def broken_rule_outputs(commands: Commands) -> Iterator[Output]:
    """`dms check` of a small pack with one mistake each, and of broken configurations, cabins and spaces."""
    packs = []
    for name, (old, new) in _CHANGES.items():
        if old not in _PACK:
            raise ValueError(f"{name}: the pack has no {old!r}")
        packs.append(_written(commands, f"pack-{name}", _PACK.replace(old, new, 1)))
    yield Output("broken/check/packs", commands.run("check", *packs, "missing.yaml").text)
    files = [_written(commands, f"config-{name}", text) for name, text in _CONFIGURATIONS.items()]
    yield Output("broken/check/configurations", commands.run("check", *files).text)
    for name in ("everything-at-once", "not-yaml"):
        explained = commands.run("rules", "explain", f"./pack-{name}.yaml")
        yield Output(f"broken/explain/{name}", explained.text)
    yield Output("broken/run", commands.run("run", "--config", "config-camera.yaml").text)
    yield Output("broken/run/no-source", commands.run("run", "--config", "config-empty.yaml").text)


def _written(commands: Commands, name: str, text: str) -> str:
    (commands.folder / f"{name}.yaml").write_text(text)
    return f"{name}.yaml"
