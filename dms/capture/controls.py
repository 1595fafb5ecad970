"""The controls of a V4L2 camera, such as exposure and an infrared lamp, by the names that `v4l2-ctl --list-ctrls` gives.

v4l2-ctl reads and sets them: the program of those who make Linux's camera drivers, in every distribution (`v4l-utils`). The
Python library for it, linuxpy, is under the GPL: code of another licence may start such a program, but not import it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from dms.errors import SourceError

TOOL = "v4l2-ctl"
NEEDS_TOOL = f"{TOOL} is not installed: apt-get install v4l-utils"
ANSWERS_WITHIN_S = 3.0
_CONTROL = re.compile(r"\s*(?P<name>\w+) 0x[0-9a-f]+ \((?P<kind>[^)]*)\)\s*:(?P<rest>.*)")
_NUMBER = re.compile(r"\b(min|max|step|default|value)=(-?\d+)")
_FLAGS = re.compile(r"flags=(.*)")
_ENTRY = re.compile(r"\s+(?P<number>\d+): (?P<name>.*)")

Asked = int | bool | str
"""A number, true or false, or an entry of a menu by its name."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control: `numbers` holds what is known of its `min`, `max`, `step`, `default` and `value`, `menu` the names of its
    entries."""

    name: str
    kind: str
    numbers: Mapping[str, int]
    flags: str = ""
    menu: dict[int, str] = field(default_factory=dict)

    @property
    def value(self) -> int | None:
        """What it is set to, None if it cannot be told."""
        return self.numbers.get("value")

    @property
    def choice(self) -> str:
        """What it can be set to, in words."""
        if self.menu:
            return " or ".join(f"{number} ({name})" for number, name in self.menu.items())
        if self.kind == "bool":
            return "0 or 1"
        least, most, step = (self.numbers.get(key) for key in ("min", "max", "step"))
        if least is None or most is None:
            return self.kind
        return f"{least} to {most}" + (f" in steps of {step}" if step not in (None, 0, 1) else "")

    def number_of(self, asked: Asked) -> int:
        """The number to set for what a person wrote.

        Raises:
            ValueError: it cannot be set to that; the message says to what it can.
        """
        if isinstance(asked, str):
            found = [number for number, name in self.menu.items() if name.casefold() == asked.casefold()]
            if not found:
                raise ValueError(f"{self.name} cannot be {asked!r}: it can be {self.choice}")
            return found[0]
        number = int(asked)
        least, most = (0, 1) if self.kind == "bool" else (self.numbers.get("min"), self.numbers.get("max"))
        is_out = (least is not None and number < least) or (most is not None and number > most)
        if is_out or (self.menu and number not in self.menu):
            raise ValueError(f"{self.name} cannot be {number}: it can be {self.choice}")
        return number


def read_controls(device: str) -> dict[str, Control]:
    """The controls of a camera by name.

    Raises:
        SourceError: v4l2-ctl is not installed, or there is no camera.
    """
    return {control.name: control for control in parsed(_called(device, "--list-ctrls-menus"))}


def parsed(text: str) -> Iterator[Control]:
    """The controls in what `v4l2-ctl --list-ctrls-menus` prints."""
    control: Control | None = None
    for line in text.splitlines():
        if found := _CONTROL.fullmatch(line):
            flags = _FLAGS.search(found["rest"])
            numbers = {name: int(number) for name, number in _NUMBER.findall(found["rest"])}
            if control is not None:
                yield control
            control = Control(found["name"], found["kind"].strip(), numbers, flags[1].strip() if flags else "")
        elif control is not None and (entry := _ENTRY.fullmatch(line)):
            control.menu[int(entry["number"])] = entry["name"].strip()
    if control is not None:
        yield control


def problems_of(wanted: Mapping[str, Asked], controls: Mapping[str, Control]) -> list[str]:
    """What is wrong with controls that a person asks for, in words: names that the camera lacks, and values out of range."""
    return [problem for name, asked in wanted.items() if (problem := _problem(name, asked, controls)) is not None]


def _problem(name: str, asked: Asked, controls: Mapping[str, Control]) -> str | None:
    if name not in controls:
        near = get_close_matches(name, controls, n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        return f"the camera has no control {name}{hint} (it has: {', '.join(controls) or 'none'})"
    try:
        controls[name].number_of(asked)
    except ValueError as error:
        return str(error)
    return None


def set_controls(device: str, wanted: Mapping[str, Asked]) -> list[str]:
    """Set controls in the order in which they are written. Returns what was not set, in words: the camera is used anyway."""
    try:
        controls = read_controls(device) if wanted else {}
    except SourceError as error:
        return [f"its controls are not set: {error}"]
    not_set = []
    for name, asked in wanted.items():
        problem = _problem(name, asked, controls)
        if problem is None:
            problem = _set(device, name, controls[name].number_of(asked))
        if problem is not None:
            not_set.append(problem)
    return not_set


def _set(device: str, name: str, number: int) -> str | None:
    """Set one control. Returns why it is not what was asked for, None if it is."""
    try:
        _called(device, f"--set-ctrl={name}={number}")
        granted = read_controls(device)[name].value
    except SourceError as error:
        hint = "; write the control that leaves it to the camera before it" if "denied" in str(error) else ""
        return f"{name} is not set to {number}: {error}{hint}"
    return None if granted in (number, None) else f"{name} is {granted}, asked for {number}"


def _called(device: str, argument: str) -> str:
    """What v4l2-ctl prints.

    Raises:
        SourceError: it is not installed, fails or does not answer.
    """
    command = [TOOL, "--device", device, argument]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing in it that v4l2-ctl takes for another option
            command, capture_output=True, text=True, errors="replace", timeout=ANSWERS_WITHIN_S, check=False
        )
    except FileNotFoundError:
        raise SourceError(NEEDS_TOOL) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"{TOOL}: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SourceError(said[-1] if said else f"{TOOL}: exit code {done.returncode}")
    return done.stdout
