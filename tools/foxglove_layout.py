"""`python -m tools.foxglove_layout` writes `docs/examples/foxglove_layout.json`: for `dms listen --foxglove`.

A layout as Foxglove exports and imports it: the configuration of each panel by its id, and the panels in splits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dms.client.foxglove.channels import ACTIVE, CUES, HEALTH, LOG

LAYOUT = Path(__file__).resolve().parents[1] / "docs" / "examples" / "foxglove_layout.json"
WINDOW_S = 60
COLOURS = {
    "none": "#68e24a",
    "info": "#4a90e2",
    "advisory": "#f5c542",
    "warning": "#f08c00",
    "urgent": "#e03131",
    "emergency": "#862e9c",
}


def layout() -> dict[str, Any]:
    """The whole layout."""
    panels = {
        "Indicator!level": _level(),
        "Plot!direction": _plot(
            "Direction, degrees from forward", "head_yaw_deg", "head_pitch_deg", "gaze_yaw_deg", "gaze_pitch_deg"
        ),
        "Plot!eyes": _plot("Eyes and drowsiness", "openness", "perclos_60s", "off_road", "eyes_closed", highest=1.2),
        "Plot!levels": _plot_of("Level of the worst alert", {f"{ACTIVE}.level": "level"}, highest=5.5),
        "Plot!speed": _plot("Speed, km/h", "speed_kph"),
        "StateTransitions!zone": _states(
            {f"{CUES}.gaze_zone": "looks at", f"{CUES}.phone": "phone", f"{ACTIVE}.kind": "alert", f"{CUES}.degraded": "degraded"}
        ),
        "RosOut!log": {"topicToRender": LOG, "minLogLevel": 2, "searchTerms": []},
        "RawMessages!health": {"topicPath": HEALTH, "diffEnabled": False, "showFullMessageForDiff": False},
    }
    left = _column("Plot!direction", _column("Plot!eyes", _column("StateTransitions!zone", "Plot!levels", 60), 40), 33)
    right = _column("Indicator!level", _column("RosOut!log", _column("Plot!speed", "RawMessages!health", 45), 45), 15)
    return {
        "configById": panels,
        "globalVariables": {},
        "userNodes": {},
        "playbackConfig": {"speed": 1},
        "layout": {"direction": "row", "first": left, "second": right, "splitPercentage": 65},
    }


def layout_text() -> str:
    """The file's content."""
    return json.dumps(layout(), indent=2) + "\n"


def _plot(title: str, *cues: str, highest: float | None = None) -> dict[str, Any]:
    return _plot_of(title, {f"{CUES}.{cue}": cue for cue in cues}, highest)


def _plot_of(title: str, labels: dict[str, str], highest: float | None = None) -> dict[str, Any]:
    paths = [
        {"value": path, "enabled": True, "timestampMethod": "receiveTime", "label": label, "showLine": True, "lineSize": 1.5}
        for path, label in labels.items()
    ]
    limits = {} if highest is None else {"minYValue": 0, "maxYValue": highest}
    return {
        "foxglovePanelTitle": title,
        "paths": paths,
        "showXAxisLabels": True,
        "showYAxisLabels": True,
        "showLegend": True,
        "legendDisplay": "floating",
        "showPlotValuesInLegend": True,
        "isSynced": True,
        "xAxisVal": "timestamp",
        "followingViewWidth": WINDOW_S,
        **limits,
    }


def _states(labels: dict[str, str]) -> dict[str, Any]:
    paths = [{"value": path, "timestampMethod": "receiveTime", "label": label} for path, label in labels.items()]
    return {"foxglovePanelTitle": "What is going on", "paths": paths, "isSynced": True, "showPoints": False}


def _level() -> dict[str, Any]:
    rules = [
        {"operator": "=", "rawValue": name, "color": colour, "label": "all is well" if name == "none" else name}
        for name, colour in COLOURS.items()
    ]
    return {
        "foxglovePanelTitle": "Worst alert",
        "path": f"{ACTIVE}.level_name",
        "style": "background",
        "fallbackColor": "#a0a0a0",
        "fallbackLabel": "no service",
        "rules": rules,
    }


def _column(first: Any, second: Any, percentage: float) -> dict[str, Any]:
    return {"direction": "column", "first": first, "second": second, "splitPercentage": percentage}


if __name__ == "__main__":
    LAYOUT.write_text(layout_text())
    print(f"wrote {LAYOUT}")
