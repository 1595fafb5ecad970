"""What Home Assistant is told so that the driver monitor appears there by itself: one device with its entities.

The format is that of its MQTT integration, https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload (Home
Assistant 2024.11 and later). Templates are written in plain Jinja. `None` makes a sensor unknown; an empty text would leave it
what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dms import __version__
from dms.outputs.mqtt.options import MqttOptions
from dms.wire import to_json

_KINDS_IN_FORCE = "value_json.active | map(attribute='kind') | join(' ')"
_PERCLOS = "value_json.cues.perclos_60s"
_FAMILIES = {
    "distraction": "Distraction",
    "fatigue": "Fatigue",
    "driver": "Driver not available",
    "assist": "Eyes on road requested",
}


def discovery(options: MqttOptions) -> Sequence[tuple[str, bytes]]:
    """The topic and the content of the retained message, none if it is not wanted."""
    if options.discovery is None:
        return ()
    device = f"dms_{options.vehicle}"
    state, health = f"{options.base}/state", f"{options.base}/health"
    entities: dict[str, Mapping[str, Any]] = {family: _in_force(family, name, state) for family, name in _FAMILIES.items()}
    entities["alert"] = _sensor("Alert", state, "(value_json.active | first).kind if value_json.active else 'none'")
    entities["level"] = _sensor("Alert level", state, "(value_json.active | first).level if value_json.active else 'none'")
    entities["perclos"] = {
        **_sensor("PERCLOS", state, f"({_PERCLOS} * 100) | round(1) if {_PERCLOS} is number else 'None'"),
        "unit_of_measurement": "%",
        "state_class": "measurement",
    }
    entities["problem"] = {
        **_binary("Driver monitor fault", health, "value_json.status not in ['ok', 'starting']"),
        "device_class": "problem",
        "entity_category": "diagnostic",
        "json_attributes_topic": health,
        "json_attributes_template": "{{ {'why': value_json.degraded} | tojson }}",
    }
    content = {
        "device": {
            "identifiers": [device],
            "name": f"Driver monitor {options.vehicle}",
            "manufacturer": "dms",
            "model": "Driver monitor",
            "sw_version": __version__,
        },
        "origin": {"name": "dms", "sw_version": __version__},
        "availability_topic": f"{options.base}/availability",
        "qos": 1,
        "components": {name: {"unique_id": f"{device}_{name}", **entity} for name, entity in entities.items()},
    }
    return ((f"{options.discovery}/device/{device}/config", to_json(content)),)


def _in_force(family: str, name: str, topic: str) -> Mapping[str, Any]:
    return _binary(name, topic, f"'{family}.' in ({_KINDS_IN_FORCE})")


def _binary(name: str, topic: str, condition: str) -> Mapping[str, Any]:
    return {
        "platform": "binary_sensor",
        "name": name,
        "state_topic": topic,
        "value_template": f"{{{{ 'ON' if {condition} else 'OFF' }}}}",
    }


def _sensor(name: str, topic: str, value: str) -> Mapping[str, Any]:
    return {"platform": "sensor", "name": name, "state_topic": topic, "value_template": f"{{{{ {value} }}}}"}
