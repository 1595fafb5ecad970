"""The service in trouble: stopped, hung, killed again and again."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from tools.booted.checking import expect
from tools.booted.inside.machine import (
    UNIT,
    is_watching,
    log,
    main_pid,
    run,
    send,
    show,
    start_watching,
    state,
    succeed,
    wait_for,
    wait_for_another,
)
from tools.booted.places import RUNTIME

BURST = 5
"""StartLimitBurst= of the unit."""


def stops_in_order() -> str:
    start_watching()
    wait_for(is_watching, "a service that watches")
    began = time.monotonic()
    succeed("systemctl", "stop", "dms")
    took_s = time.monotonic() - began
    expect(show("Result") == "success" and show("ExecMainCode") == "1" and show("ExecMainStatus") == "0", state())
    expect(not RUNTIME.exists(), f"{RUNTIME} is left")
    ends = succeed("dms", "events", "--drives", user="dms").splitlines()
    expect("shutdown" in ends[-1], f"the journal does not know how the drive ended: {ends[-1]}")
    return f"in {took_s:.1f} s, exit code 0, the drive ended as a shutdown"


def a_hang_is_killed_by_the_watchdog_and_started_again() -> str:
    start_watching()
    wait_for(is_watching, "a service that watches")
    began = time.monotonic()
    wait_for_another(send(signal.SIGSTOP))
    took_s = time.monotonic() - began
    expect("Watchdog timeout" in log(), "the log does not speak of the watchdog")
    expect(int(show("NRestarts")) >= 1, state())
    return f"watching again {took_s:.1f} s after SIGSTOP"


def an_abort_leaves_the_stack_of_every_thread() -> str:
    """What the watchdog sends to a process that hangs and is not stopped."""
    wait_for_another(send(signal.SIGABRT))
    expect("Fatal Python error: Aborted" in log(), "no stack in the log")
    return "and the service is started again"


def killed_too_often_it_stays_down_until_somebody_looks() -> str:
    start_watching()
    kills = 0
    while show("ActiveState") != "failed":
        expect(kills <= 2 * BURST, f"started again after {kills} kills")
        victim = main_pid()
        if victim:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            kills += 1
            _wait_until_gone(victim)
        time.sleep(0.2)
    expect(kills == BURST, f"down after {kills} kills, not {BURST}")
    expect("Start request repeated too quickly" in log(), "the log does not say why it stays down")
    expect(run("systemctl", "start", UNIT).returncode != 0, "systemctl start started it at once")
    start_watching()
    wait_for(is_watching, "a service that watches")
    return f"down after {kills} kills within a minute; systemctl reset-failed and start brought it back"


def _wait_until_gone(process: int) -> None:
    wait_for(lambda: main_pid() != process, "systemd noticing a kill")


CHECKS = (
    stops_in_order,
    a_hang_is_killed_by_the_watchdog_and_started_again,
    an_abort_leaves_the_stack_of_every_thread,
    killed_too_often_it_stays_down_until_somebody_looks,
)
