"""The outputs that come with dms, in the service: named, checked, and nothing lost when everything goes at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from dms import plugins
from dms.cli import check
from dms.config.settings import Settings, load_settings
from dms.outputs.plugin import PLUGIN_GROUP, Output
from dms.service.checks.plugins import check_plugins
from tests.outputs.forwarding_examples import Ear, Mosquitto, broker_in, free_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
StartService = Callable[..., Any]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"][PLUGIN_GROUP]

check_app = typer.Typer()
check_app.command()(check.command)


@pytest.mark.parametrize("name", DECLARED)
def test_every_output_that_is_declared_is_installed(name: str) -> None:
    installed = plugins.installed(PLUGIN_GROUP)
    assert name in installed, "install dms again: pip install --no-deps -e ."
    assert isinstance(installed[name].load(Output), Output)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    one = broker_in(tmp_path / "broker")
    yield one
    one.stop()


def test_an_alert_told_while_the_broker_was_away_survives_a_kill_and_arrives_with_the_next_start(
    start: StartService, microsleep: Path, long_video: Path, tmp_path: Path, broker: Mosquitto
) -> None:
    settings = {"outputs": {"mqtt": {"host": "127.0.0.1", "port": broker.port, "store": str(tmp_path / "mqtt.store")}}}
    first = start("--source", microsleep, "--speed-kph", "80", settings=settings)
    alert = first.wait_for("alert", lambda message: message["phase"] == "raise")
    health = first.wait_for("health")
    assert health["degraded"] == [], "a broker that is away for moments is no fault"
    first.process.kill()
    first.process.wait()
    broker.start()
    ear = Ear(broker)
    second = start("--source", long_video, settings=settings)
    wait_until(lambda: ear.objects("alert"), "the alert arrives")
    second.wait_for("health")
    assert second.stop() == 0
    ear.close()
    told = next(each for each in ear.objects("alert") if each["phase"] == "raise")
    assert told["id"].startswith(f"{alert['session']}-")
    assert {key: told[key] for key in ("t", "kind", "level", "cause")} == {
        key: alert[key] for key in ("t", "kind", "level", "cause")
    }
    assert ear.heard[-1] == ("dms/vehicle/availability", b"offline")


def configured(folder: Path, **outputs: Any) -> Path:
    path = folder / "dms.yaml"
    path.write_text(yaml.safe_dump({"outputs": outputs}, sort_keys=False))
    return path


CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a broker without a name": ("mqtt", {}, "2: outputs.mqtt.host: the key is missing"),
    "a password that is not there": (
        "mqtt",
        {"host": "broker", "username": "me", "password_file": "/nowhere/password"},
        "2: outputs.mqtt: /nowhere/password: not there; put the secret there",
    ),
    "a webhook that is no address": ("webhook", {"url": "fleet"}, "3: outputs.webhook.url: 'fleet': an address that begins with"),
    "a page on no address": (
        "prometheus",
        {"address": "all"},
        "3: outputs.prometheus.address: 'all': 'all' does not appear to be",
    ),
    "a layout that is not there": ("can", {"dbc": "/nowhere.dbc"}, "2: outputs.can: /nowhere.dbc: No such file or directory"),
    "a token for everybody on the way": ("kuksa", {"host": "far", "token_file": "t"}, "2: outputs.kuksa: token_file beyond this"),
    "a misspelt key": ("journald", {"sokcet": "/run/x"}, "3: outputs.journald.sokcet: unknown key; did you mean 'socket'?"),
}


@pytest.mark.parametrize(("name", "section", "said"), CASES.values(), ids=CASES)
def test_a_mistake_in_a_section_is_found_with_its_line(name: str, section: dict[str, Any], said: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(check_app, [str(config := configured(tmp_path, **{name: section}))])
    assert answer.exit_code == 78
    assert f"{config}:{said}" in answer.stderr


def test_a_missing_extra_is_named_with_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dms.outputs.plugin.find_spec", lambda name: None)  # as where nothing optional is installed
    answer = CliRunner().invoke(check_app, [str(configured(tmp_path, mqtt={"host": "broker"}))])
    assert answer.exit_code == 78
    how = "pip install -c constraints.txt '.[mqtt]' in the source folder of dms"
    assert f"outputs.mqtt: the library paho.mqtt is not installed: {how}" in answer.stderr
    found = {finding.subject: finding.detail for finding in check_plugins(Settings(), tmp_path)}
    assert found["output mqtt"].endswith(", needs the extra dms[mqtt]")
    assert not found["output journald"].endswith("]"), "it needs nothing"


def test_doctor_says_who_is_not_there(tmp_path: Path) -> None:
    port = free_port()
    config = configured(tmp_path, mqtt={"host": "127.0.0.1", "port": port})
    findings = {each.subject: each for each in check_plugins(load_settings(config), config)}
    assert findings["output mqtt"].grade == "warn"
    assert findings["output mqtt"].detail == f"the MQTT broker 127.0.0.1:{port}: Connection refused"
