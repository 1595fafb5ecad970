"""`dms mark`, to a service that records, and to all that cannot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from dms.cli import app
from dms.health import Health, InputHealth, RecorderHealth
from dms.outputs.bus.bus import Bus


@pytest.fixture
def mark(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Runs `dms mark` against the bus in the test's folder; exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dms", "mark", *arguments, "--endpoint", f"ipc://{tmp_path}/bus"])
        with pytest.raises(SystemExit) as ending:
            app.main()
        said = capfd.readouterr()
        return int(ending.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def healthy(tmp_path: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """A bus on which some service tells its health, over and over."""
    stop = Event()
    threads: list[Thread] = []
    bus = Bus(f"ipc://{tmp_path}/bus", "test")

    def tell(health: dict[str, Any]) -> None:
        def publish() -> None:
            while not stop.wait(0.05):
                bus.publish_health(Health(1.0, "ok", **health))

        threads.append(Thread(target=publish))
        threads[-1].start()

    yield tell
    stop.set()
    for thread in threads:
        thread.join()
    bus.close()


def test_without_a_service_it_fails_and_says_so(
    mark: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dms.client.marking.HEALTH_WITHIN_S", 0.2)
    code, out, err = mark()
    assert (code, out) == (1, "")
    assert "no service answers" in err
    assert "is not there" in err
    assert "is `dms run` running?" in err


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        ({"recorder": None, "vehicle": InputHealth("ipc:///nowhere")}, "records nothing: start it with --record DIR"),
        ({"recorder": RecorderHealth(), "vehicle": None}, "set vehicle.endpoint"),
        ({"recorder": RecorderHealth(), "vehicle": InputHealth("ipc:///nowhere")}, "no service listens there"),
    ],
)
def test_a_service_that_cannot_is_told_from_one_that_can(
    mark: Callable[..., tuple[int, str, str]], healthy: Callable[[dict[str, Any]], None], health: dict[str, Any], expected: str
) -> None:
    healthy(health)
    code, out, err = mark("why")
    assert (code, out) == (1, "")
    assert expected in err
    assert err.count("\n") == 1
