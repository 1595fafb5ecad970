"""What other packages bring: an output and sources that are installed beside dms, and what is said of those that are broken."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from dms import plugins
from dms.capture import CaptureSettings, Mounting, Silence, open_source
from dms.cli import check
from dms.config.settings import load_settings
from dms.outputs.plugin import PLUGIN_GROUP
from dms.service.checks.camera import check_camera
from dms.service.checks.plugins import check_plugins
from tests.service.toy_packages import install, install_toy

ROOT = Path(__file__).resolve().parents[2]
StartService = Callable[..., Any]
_numbers = count()
OURS = {name for name, plugin in plugins.installed(PLUGIN_GROUP).items() if plugin.package.startswith("dms ")}
"""The outputs that come with dms."""

check_app = typer.Typer()
check_app.command()(check.command)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the toy package is installed, for this process, too."""
    monkeypatch.syspath_prepend(tmp_path / "site")
    return install_toy(tmp_path / "site")


def beside(*folders: Path) -> dict[str, str]:
    """The environment of a process for which packages in these folders are installed beside dms."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (*folders, ROOT)))}


def configured(folder: Path, **settings: Any) -> Path:
    """A configuration whose lines are where the tests say they are."""
    path = folder / "dms.yaml"
    path.write_text(yaml.safe_dump(settings, sort_keys=False))
    return path


def checked(config: Path) -> Result:
    """What `dms check` says of it."""
    return CliRunner().invoke(check_app, [str(config)])


def test_a_drive_from_a_source_of_another_package_goes_to_an_output_of_another_package(
    start: StartService, toy: Path, microsleep: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "alerts.jsonl"
    options = ("--source", f"film://{microsleep}", "--speed-kph", "80")  # in real time: the listener has to be there
    service = start(*options, settings={"outputs": {"toy": {"file": str(lines)}}}, env=beside(toy))
    for phase in ("raise", "clear"):
        service.wait_for("alert", lambda message, phase=phase: message["phase"] == phase)
    heard = [f"{each['phase']} {each['kind']} {each['t']!r}" for each in service.messages if each["topic"] == "alert"]
    health = service.wait_for("health")
    assert service.stop() == 0
    said = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [text for what, text in said if what == "alert"][: len(heard)] == heard
    others = [each for each in said if each[0] != "alert"]
    assert [each[0] for each in others] == ["session", "ends", "closed"]
    assert others[0][1] == health["session"]
    assert others[1][1] in ("shutdown", "source_ended")  # the film is short: whichever comes first
    assert (health["camera"]["source"], health["degraded"], health["faults"]) == (str(microsleep), [], {})


def test_an_output_that_fails_is_named_and_everything_else_goes_on(
    start: StartService, toy: Path, long_video: Path, tmp_path: Path
) -> None:
    options = {"file": str(tmp_path / "alerts.jsonl"), "fails": True}
    service = start("--source", long_video, settings={"outputs": {"toy": options}}, env=beside(toy))
    health = service.wait_for("health", lambda message: message["faults"].get("output.toy", 0) > 2 and message["frames"] > 10)
    assert health["status"] == "degraded"
    assert "output toy: on_step: ConnectionError: the broker is away" in health["degraded"]
    service.wait_for("observation")
    assert service.stop() == 0
    assert "output toy failed" in service.log


@pytest.mark.usefixtures("toy")
def test_a_camera_of_another_package_is_read_like_every_camera(video: Path) -> None:
    """In time, turned upright, and opened again when the film is over."""
    said: list[str] = []
    frames = 0
    with open_source(f"filmcam://{video}", CaptureSettings(mounting=Mounting(90), silent_after_s=0.1)) as camera:
        assert (camera.live, camera.name) == (True, f"filmcam://{video}")
        for item in camera:
            said += [event.message for event in camera.take_events()]
            if not isinstance(item, Silence):
                assert item.image.shape[:2] == (320, 240), "turned"
                frames += 1
            if frames > 5 and any("the film is over" in each for each in said):
                break
    assert f"filmcam://{video}: this is a film" in said


CANNOT = "plug-in 'PART' (dms.outputs) of broken-PART 1.0 cannot be loaded: "


@pytest.fixture(
    params=[
        pytest.param(("import missing\n", f"{CANNOT}ModuleNotFoundError: No module named 'missing'"), id="its import fails"),
        pytest.param(("def :\n", f"{CANNOT}SyntaxError: invalid syntax"), id="it is not Python"),
        pytest.param(
            ("x = 1\n", f"{CANNOT}AttributeError: module 'broken_PART' has no attribute 'OUTPUT'"), id="nothing is there"
        ),
        pytest.param(
            ("OUTPUT = 'a word'\n", f"{CANNOT.split(' cannot')[0]}: broken_PART:OUTPUT is of type str, not Output"),
            id="it is something else",
        ),
    ]
)
def broken(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """An output that is broken, and what is to be said of it."""
    name = f"part{next(_numbers)}"
    module, said = request.param
    monkeypatch.syspath_prepend(install(tmp_path / "site", f"broken-{name}", module, {"dms.outputs": {name: "OUTPUT"}}))
    return name, said.replace("PART", name)


def test_a_broken_output_is_one_line_at_check_and_run(
    broken: tuple[str, str], tmp_path: Path, video: Path, refused: Callable[..., Any]
) -> None:
    name, said = broken
    config = configured(tmp_path, source=str(video), outputs={name: {}})
    answer = checked(config)
    first, last = answer.stderr.splitlines()
    assert answer.exit_code == 78
    assert first.startswith(f"{config}:3: outputs.{name}: {said}")
    assert last == "dms check: 1 problem"

    refusal = refused("--source", video, settings={"outputs": {name: {}}})
    assert refusal.exit_code == 78
    (line,) = refusal.message.splitlines()
    assert line.startswith(f"dms: {config}:")
    assert f": outputs.{name}: {said}" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dms.yaml", "site"], "nothing was begun"


def test_doctor_lists_what_is_installed_and_names_what_is_broken(toy: Path, tmp_path: Path, video: Path) -> None:
    entry_points = {"dms.outputs": {"wrong": "X"}, "dms.sources": {"bad": "Y", "rtsp": "Z"}}
    install(toy, "dms-broken", "import nothing_of_that_name\n", entry_points)
    config = configured(tmp_path, source=f"film://{video}", outputs={"toy": {"file": "x", "style": "loud"}, "nobody": None})
    settings = load_settings(config)
    found = [each for each in check_plugins(settings, config) if each.subject.removeprefix("output ") not in OURS]
    findings = [*found, next(iter(check_camera(settings, tmp_path)))]
    known = ", ".join(sorted({"toy", "wrong", *OURS}))
    missing = "of dms-broken 1.0 cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_that_name'"
    assert [f"{each.grade} {each.subject}: {each.detail}" for each in findings] == [
        f"fail output: {config}:5: outputs.toy.style: 'loud': should be 'short' or 'long'",
        f"fail output: {config}:6: outputs.nobody: no output of this name is installed; known: {known}",
        f"warn output wrong: plug-in 'wrong' (dms.outputs) {missing}",
        f"warn source bad: plug-in 'bad' (dms.sources) {missing}",
        "ok source film: dms-toy 1.0, in use",
        "ok source filmcam: dms-toy 1.0",
        "warn source rtsp: plug-in 'rtsp' (dms.sources) of dms-broken 1.0 is never used: dms reads rtsp:// itself",
        f"ok source: film://{video}: a source of another package",
    ]


@pytest.mark.usefixtures("toy")
def test_every_mistake_in_the_sections_of_outputs_has_its_line(tmp_path: Path) -> None:
    sections = {"toy": {"style": "loud", "fil": "x"}, "toi": {}}
    config = configured(tmp_path, rules="no-such-pack", outputs=sections, source="flim:///drive.mp4")
    answer = checked(config)
    *problems, last = answer.stderr.splitlines()
    assert answer.exit_code == 78
    assert last == f"dms check: {len(problems)} problems"
    said = "\n".join(problems)
    for expected in (
        f"{config}:1: rules: 'no-such-pack': ",
        f"{config}:3: outputs.toy.file: the key is missing",
        f"{config}:4: outputs.toy.style: 'loud': should be 'short' or 'long'",
        f"{config}:5: outputs.toy.fil: unknown key; did you mean 'file'?",
        f"{config}:6: outputs.toi: no output of this name is installed; did you mean 'toy'?",
        f"{config}:7: source: flim:///drive.mp4: no source for flim:// is installed; did you mean 'film'?",
    ):
        assert expected in said


@pytest.mark.usefixtures("toy")
def test_an_output_that_cannot_be_opened_is_one_line(tmp_path: Path, video: Path, refused: Callable[..., Any]) -> None:
    lines = tmp_path / "nowhere" / "alerts.jsonl"
    refusal = refused("--source", video, settings={"outputs": {"toy": {"file": str(lines)}}})
    assert refusal.exit_code == 1
    assert refusal.message.splitlines()[-1] == f"dms: output toy: {lines}: No such file or directory"
    assert "Traceback" not in refusal.message


def test_a_name_that_two_packages_claim_is_nobodys(toy: Path, tmp_path: Path) -> None:
    install(toy, "dms-other", "OUTPUT = 1\n", {"dms.outputs": {"toy": "OUTPUT"}})
    answer = checked(configured(tmp_path, outputs={"toy": {"file": "x"}}))
    assert answer.exit_code == 78
    assert "plug-in 'toy' (dms.outputs): claimed by dms-other 1.0 and dms-toy 1.0: uninstall one of them" in answer.stderr
