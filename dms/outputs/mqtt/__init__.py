"""MQTT: alerts that arrive once the broker is there again, and the state as it is now."""

from __future__ import annotations

from dms.outputs.mqtt.options import MqttOptions, check, reach
from dms.outputs.mqtt.output import open_mqtt
from dms.outputs.plugin import Output

OUTPUT = Output(MqttOptions, open_mqtt, check, reach, needs=("paho.mqtt",))
