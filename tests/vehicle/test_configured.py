"""Sources of vehicle data in the configuration: found, checked line by line, listened to by `dms doctor`, used by the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from dms.cli import check
from dms.config.settings import load_settings, with_changes
from dms.errors import ConfigurationError
from dms.service.checks.vehicle import check_vehicle
from dms.vehicle.configured import load_vehicle_sources
from tests.service.toy_packages import install, install_steady
from tests.vehicle.conftest import DBC

SEVERAL = "several messages have a signal of this name: write WHEEL.ANGLE or OTHER.ANGLE"

check_app = typer.Typer()
check_app.command()(check.command)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the package of a stranger is installed, for this process, too."""
    site = install_steady(tmp_path / "site")
    monkeypatch.syspath_prepend(site)
    return site


def configured(folder: Path, **vehicle: Any) -> Path:
    path = folder / "dms.yaml"
    path.write_text(yaml.safe_dump({"vehicle": vehicle}, sort_keys=False))
    return path


def test_one_source_is_written_beside_its_name(tmp_path: Path) -> None:
    short = configured(
        tmp_path, source="can", dbc=str(DBC), channel="vcan7", signals={"speed_kph": "SPEED_KPH"}, assume_speed_kph=60
    )
    (source,) = load_vehicle_sources(load_settings(short), short)
    assert (source.name, source.options.channel, dict(source.tells)) == ("can", "vcan7", {"speed_kph": 2.0})  # type: ignore[attr-defined]
    changed = with_changes(load_settings(short), {"vehicle.assume_speed_kph": 50.0})
    assert (changed.vehicle.assume_speed_kph, list(changed.vehicle.sources)) == (50.0, ["can"])


def test_several_sources_stand_in_the_order_in_which_they_count(tmp_path: Path) -> None:
    bus = {"source": "can", "dbc": str(DBC)}
    drive_train, body = (
        {**bus, "signals": {"speed_kph": "SPEED_KPH"}},
        {**bus, "channel": "can1", "signals": {"turn_signal": "STALK"}},
    )
    config = configured(tmp_path, sources={"drive_train": drive_train, "body": body, "gpsd": None})
    found = load_vehicle_sources(load_settings(config), config)
    assert [(each.name, list(each.tells)) for each in found] == [
        ("drive_train", ["speed_kph"]),
        ("body", ["turn_signal"]),
        ("gpsd", ["speed_kph"]),
    ]


def problems_in(config: Path) -> list[str]:
    answer = CliRunner().invoke(check_app, [str(config)])
    assert answer.exit_code == 78
    return answer.stderr.splitlines()[:-1]


def test_every_mistake_has_its_line(tmp_path: Path) -> None:
    signals = {"speed_kph": {"signal": "SPEED_KPG"}, "steering_deg": "ANGLE"}
    config = configured(tmp_path, source="can", interface="soketcan", dbc=str(DBC), signals=signals)
    assert problems_in(config) == [
        f"{config}:3: vehicle.interface: 'soketcan': python-can knows no such kind of interface",
        f"{config}:6: vehicle.signals.speed_kph: the DBC has no signal 'SPEED_KPG'; did you mean 'SPEED_KPH'?",
        f"{config}:8: vehicle.signals.steering_deg: {SEVERAL}",
    ]


@pytest.mark.parametrize(
    ("vehicle", "problem"),
    [
        ({"source": "cam"}, "2: vehicle.source: no vehicle source 'cam' is installed; did you mean 'can'?"),
        ({"sources": {"cam": {}}}, "3: vehicle.sources.cam: no vehicle source 'cam' is installed; did you mean 'can'?"),
        ({"source": "gpsd", "prt": 2947}, "3: vehicle.prt: unknown key; did you mean 'port'?"),
        ({"sources": {"gpsd": {"port": 0}}}, "4: vehicle.sources.gpsd.port: 0: should be greater than or equal to 1"),
        (
            {"source": "can", "dbc": "/nowhere.dbc", "signals": {"gear": "G"}},
            "3: vehicle.dbc: /nowhere.dbc: No such file or directory",
        ),
        ({"source": "can", "signals": {"gear": "G"}}, "1: vehicle.dbc: the key is missing"),
        (
            {"source": "can", "dbc": str(DBC), "signals": {"speed": "S"}},
            "5: vehicle.signals.speed: unknown key; did you mean 'speed_kph'?",
        ),
        ({"source": "gpsd", "sources": {}}, "1: vehicle: source and sources: one of them is enough"),
        ({"channel": "can0"}, "2: vehicle.channel: unknown key"),
    ],
)
def test_a_mistake_is_one_line(vehicle: dict[str, Any], problem: str, tmp_path: Path) -> None:
    config = configured(tmp_path, **vehicle)
    (found,) = problems_in(config)
    assert found.startswith(f"{config}:{problem}")


@pytest.mark.usefixtures("toy")
def test_doctor_says_what_arrives(tmp_path: Path) -> None:
    can = {"dbc": str(DBC), "channel": "no-such-bus", "signals": {"gear": "GearSelector"}}
    config = configured(tmp_path, sources={"steady": {"kph": 82.0}, "can": can})
    said = [
        f"{each.grade} {each.subject}: {each.detail}" for each in check_vehicle(load_settings(config), config, listens_for_s=0.5)
    ]
    assert said[0].startswith("ok vehicle steady: ")
    assert said[0].endswith(" messages used")
    assert said[1].startswith("ok vehicle steady speed_kph: 82.0, ")
    assert said[2].startswith("fail vehicle can: socketcan no-such-bus: ")
    assert said[3:] == [
        "ok vehicle sources: can is installed; gpsd is installed; kuksa is installed",
        "ok vehicle source steady: dms-steady 1.0",
    ]


def test_doctor_asks_for_a_speed_where_nobody_tells_one(tmp_path: Path) -> None:
    config = tmp_path / "dms.yaml"
    config.write_text("rules: default\n")
    first = next(iter(check_vehicle(load_settings(config), config)))
    assert (first.grade, first.subject) == ("warn", "vehicle")


def test_a_broken_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(install(tmp_path / "site", "dms-bad", "SOURCE = 1\n", {"dms.vehicle": {"bad": "SOURCE"}}))
    config = configured(tmp_path, source="bad")
    with pytest.raises(
        ConfigurationError, match=r"vehicle\.source: plug-in 'bad' \(dms\.vehicle\) of dms-bad 1\.0: .* not VehicleSource"
    ):
        load_vehicle_sources(load_settings(config), config)
