"""Foxglove: what the bus becomes there, message by message, and the layout that shows it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from dms.cli.app import app
from dms.client.foxglove.channels import ACTIVE, ALERT, CUES, LOG, SCHEMAS, SUMMARY, Sent, Translator
from dms.client.foxglove.server import FoxgloveServer, address_of
from dms.errors import DmsError, UsageError
from dms.outputs.bus.messages import Topic
from tools.foxglove_layout import LAYOUT, layout, layout_text

UTC, UTC_NS = "2026-11-21T09:30:34.250000Z", 1795253434_250000000
AN_ALERT = {
    "topic": "alert",
    "utc": UTC,
    "t": 12.3,
    "kind": "distraction.long",
    "level": "warning",
    "phase": "raise",
    "rule": "long",
    "cause": {"head_away_deg": 31.25},
}


def told(topic: Topic, fields: dict[str, Any]) -> dict[str, tuple[int, dict[str, Any]]]:
    return by_channel(Translator().sent(topic, json.dumps(fields), fields, 7))


def by_channel(sent: Iterator[Sent]) -> dict[str, tuple[int, dict[str, Any]]]:
    return {each.channel: (each.time_ns, json.loads(each.content)) for each in sent}


def test_an_alert_is_an_event_and_a_line_of_the_log() -> None:
    found = told(Topic.ALERT, AN_ALERT)
    assert found[ALERT] == (UTC_NS, AN_ALERT)
    time_ns, line = found[LOG]
    assert time_ns == UTC_NS
    assert line["timestamp"] == {"sec": 1795253434, "nsec": 250000000}
    assert line["name"] == "distraction.long"
    assert line["message"].startswith("distraction.long warning, raise, rule long: ")


@pytest.mark.parametrize(
    ("level", "phase", "expected"),
    [
        ("info", "raise", 2),
        ("advisory", "raise", 3),
        ("warning", "escalate", 3),
        ("urgent", "raise", 4),
        ("emergency", "escalate", 5),
        ("emergency", "clear", 2),
        ("warning", "acknowledge", 2),
        ("warning", "suppress", 1),
    ],
)
def test_how_urgent_a_line_of_the_log_is(level: str, phase: str, expected: int) -> None:
    assert told(Topic.ALERT, {**AN_ALERT, "level": level, "phase": phase})[LOG][1]["level"] == expected


def test_the_state_is_cues_to_plot_and_the_level_of_the_worst_alert() -> None:
    cues = {"t": 12.3, "head_yaw_deg": -31.0, "off_road": True, "gaze_zone": "lap"}
    state = {"topic": "state", "utc": UTC, "t": 12.3, "cues": cues, "active": [AN_ALERT], "sounding": "distraction.long"}
    found = told(Topic.STATE, state)
    assert found[CUES] == (UTC_NS, cues)
    active = found[ACTIVE][1]
    assert (active["level"], active["level_name"], active["number"]) == (3, "warning", 1)
    assert active["sounding"] == active["kind"] == "distraction.long"
    calm = told(Topic.STATE, {**state, "active": [], "sounding": None, "cues": None})
    assert calm.keys() == {ACTIVE}
    assert (calm[ACTIVE][1]["level"], calm[ACTIVE][1]["level_name"]) == (0, "none")


def test_health_is_told_in_the_log_when_it_changes() -> None:
    translator = Translator()
    said = []
    for status in ("ok", "ok", "degraded", "degraded", "ok"):
        health = {"topic": "health", "status": status, "degraded": ["camera: covered"] if status == "degraded" else []}
        said.append(by_channel(translator.sent(Topic.HEALTH, json.dumps(health), health, 7)).get(LOG))
    assert [None if line is None else (line[1]["level"], line[1]["message"]) for line in said] == [
        (2, "service ok"),
        None,
        (3, "service degraded: camera: covered"),
        None,
        (2, "service ok"),
    ]


@pytest.mark.parametrize("utc", [None, "yesterday"])
def test_a_service_whose_clock_was_never_set_is_shown_at_the_time_of_arrival(utc: str | None) -> None:
    assert told(Topic.ALERT, {**AN_ALERT, "utc": utc})[ALERT][0] == 7


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8765", ("127.0.0.1", 8765)),
        (":9000", ("127.0.0.1", 9000)),
        ("0.0.0.0:9000", ("0.0.0.0", 9000)),
        ("car.local", ("car.local", 8765)),
        ("[::1]:9000", ("::1", 9000)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert address_of(text) == address


@pytest.mark.parametrize("text", ["host:port", "1:99999", "a b:1", ":-1"])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"--foxglove {text}: expected HOST:PORT")):
        address_of(text)


def test_without_the_extra_it_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "foxglove", None)
    with pytest.raises(UsageError, match=r"foxglove-sdk is not installed: pip install .*\[foxglove\]"):
        FoxgloveServer("127.0.0.1", 0)


def test_an_address_that_is_taken_is_one_clear_message() -> None:
    with FoxgloveServer("127.0.0.1", 0) as first, pytest.raises(DmsError, match="cannot be served"):
        FoxgloveServer("127.0.0.1", int(first.url.rpartition(":")[2]))


@pytest.mark.parametrize("more", [("--json",), ("--topic", "alert"), ("--count", "3")])
def test_what_it_cannot_be_combined_with(more: tuple[str, ...]) -> None:
    refused = CliRunner().invoke(app, ["listen", "--foxglove", "8765", *more])
    assert isinstance(refused.exception, UsageError)


def panels_in(split: Any) -> list[str]:
    return [split] if isinstance(split, str) else [*panels_in(split["first"]), *panels_in(split["second"])]


def paths_in(config: Any) -> Iterator[str]:
    if isinstance(config, dict):
        for name, value in config.items():
            if name in ("value", "path", "topicPath", "topicToRender"):
                yield value
            else:
                yield from paths_in(value)
    elif isinstance(config, list):
        for value in config:
            yield from paths_in(value)


def test_the_layout_shows_what_there_is() -> None:
    """Every panel stands once, and every path leads to a field of a channel that is served."""
    assert LAYOUT.read_text() == layout_text(), "write it anew: python -m tools.foxglove_layout"
    panels = layout()["configById"]
    assert sorted(panels_in(layout()["layout"])) == sorted(panels)
    paths = list(paths_in(panels))
    assert len(paths) > 10
    for path in paths:
        topic, _, field = path.partition(".")
        assert topic in SCHEMAS, path
        assert not field or field in SCHEMAS[topic]["properties"], path
    assert SUMMARY in SCHEMAS


def test_the_sdk_knows_every_setting_of_the_panels() -> None:
    """Against Foxglove's own declarations of what a panel can be told."""
    layouts = pytest.importorskip("foxglove.layouts")
    known = {
        "Plot": layouts.PlotConfig,
        "StateTransitions": layouts.StateTransitionsConfig,
        "Indicator": layouts.IndicatorConfig,
        "RosOut": layouts.LogConfig,
        "RawMessages": layouts.RawMessagesConfig,
    }
    series = {"Plot": layouts.PlotSeries, "StateTransitions": layouts.StateTransitionsSeries}
    for name, config in layout()["configById"].items():
        kind = name.partition("!")[0]
        settings = known[kind]()._to_dict().keys() | {"foxglovePanelTitle"}
        assert config.keys() <= settings, name
        for path in config.get("paths", []):
            assert path.keys() <= series[kind](value="")._to_dict().keys()
