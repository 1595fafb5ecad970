"""What the Debian package, the image and the wheel are made from agrees with the project."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKED = ROOT / "packaging" / "locked.txt"
LAID_OUT = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
"""What the wheel brings for people to read: from the checkout to a folder of the environment."""


def versions(path: Path) -> dict[str, str]:
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", path.read_text(), re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins}


def test_every_dependency_is_locked_in_the_version_that_was_tested() -> None:
    tested, locked = versions(ROOT / "constraints.txt"), versions(LOCKED)
    needed = [re.sub(r"[-_.]+", "-", re.split(r"[<>=]", line)[0]).lower() for line in PYPROJECT["project"]["dependencies"]]
    assert {name: locked.get(name) for name in needed} == {name: tested[name] for name in needed}, "run: make locked"


def test_every_locked_package_is_held_to_its_hashes() -> None:
    entries = re.split(r"\n(?=[\w.-]+==)", LOCKED.read_text())[1:]
    assert len(entries) >= 20
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def laid_out() -> list[Path]:
    """Every paper that the wheel lays out, where it lies in the checkout."""
    return sorted(
        path for source in LAID_OUT for path in ([ROOT / source] if (ROOT / source).is_file() else (ROOT / source).rglob("*.md"))
    )


@pytest.mark.parametrize("paper", [path for path in laid_out() if path.suffix == ".md"], ids=lambda path: path.name)
def test_links_of_a_paper_that_is_installed_lead_to_what_is_installed_too(paper: Path) -> None:
    sources = [ROOT / source for source in LAID_OUT]
    for link in re.findall(r"\]\((?!https?:|#)([^)\s#]+)", paper.read_text()):
        target = (paper.parent / link).resolve()
        assert any(target.is_relative_to(source) for source in sources), f"{link} in {paper.name}"


def test_papers_are_laid_out_as_in_the_checkout() -> None:
    assert {source: place.removeprefix("share/doc/dms/") for source, place in LAID_OUT.items()} == {
        name: name for name in LAID_OUT
    }


def test_the_image_has_what_the_unit_sets() -> None:
    unit, image = (ROOT / "systemd/dms.service").read_text(), (ROOT / "packaging/container/Containerfile").read_text()
    for setting in re.findall(r"^Environment=(.*)$", unit, re.MULTILINE):
        assert setting in image


@pytest.mark.parametrize("setting", ["WatchdogSec", "RestartPreventExitStatus", "Restart", "TimeoutStopSec"])
def test_the_quadlet_file_has_what_the_unit_has(setting: str) -> None:
    texts = [(ROOT / name).read_text() for name in ("systemd/dms.service", "packaging/container/dms.container")]
    unit, quadlet = [re.findall(rf"^{setting}=(.*)$", text, re.MULTILINE) for text in texts]
    assert unit
    assert unit == quadlet


@pytest.mark.parametrize("folder", ["State", "Runtime"])
def test_the_folders_of_the_quadlet_file_are_the_units_and_stay_with_the_images_user(folder: str) -> None:
    """systemd itself would give them to the unit's user, root, whenever it runs one of the unit's commands."""
    names = ("systemd/dms.service", "packaging/container/dms.container", "packaging/container/Containerfile")
    unit, quadlet, image = ((ROOT / name).read_text() for name in names)
    user, group = re.search(r"^USER (\d+):(\d+)$", image, re.MULTILINE).groups()
    mode, name = (re.search(rf"^{folder}Directory{what}=(.*)$", unit, re.MULTILINE).group(1) for what in ("Mode", ""))
    path = {"State": "/var/lib", "Runtime": "/run"}[folder] + f"/{name}"
    assert f"\nExecStartPre=/usr/bin/install -d -m {mode} -o {user} -g {group} {path}\n" in quadlet
    assert f"\nVolume={path}:{path}\n" in quadlet
    assert not re.search(rf"^{folder}Directory", quadlet, re.MULTILINE)


def test_the_quadlet_file_starts_without_a_camera_and_without_a_network() -> None:
    quadlet = (ROOT / "packaging/container/dms.container").read_text()
    assert not re.search(r"^AddDevice=", quadlet, re.MULTILINE)
    assert "\n[Quadlet]\nDefaultDependencies=false\n" in quadlet
