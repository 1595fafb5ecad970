"""`python -m tools.benchmarks.foxglove`: how long a message takes from the bus to a client of Foxglove's protocol.

The bus publishes a state 30 times a second, as the service does; `dms listen --foxglove` runs as a process of its own, and a
WebSocket client receives. The time counts from before a state is given to the bus until the client has its JSON.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dms.client.foxglove.channels import CUES, SCHEMAS
from dms.outputs.bus.bus import Bus
from dms.quantiles import quantile
from dms.types import Cues
from tools.benchmarks.foxglove_client import FoxgloveClient
from tools.ports import free_port

RATE_HZ = 30.0
PATIENCE_S = 60.0


def main() -> None:
    """Print the figures as a row of a table."""
    parser = argparse.ArgumentParser(prog="python -m tools.benchmarks.foxglove", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for how long states are published")
    options = parser.parse_args()
    taken_ms = sorted(1000.0 * taken_s for taken_s in latencies_s(options.seconds))
    median, late = (quantile(taken_ms, share) for share in (0.5, 0.95))
    print("| from the bus to a Foxglove client | messages | median | 95 % | worst |\n|---|---|---|---|---|")
    print(f"| a state, 30 a second | {len(taken_ms)} | {median:.1f} ms | {late:.1f} ms | {taken_ms[-1]:.1f} ms |")


def latencies_s(seconds: float) -> list[float]:
    """Publish for so long. Returns how long each state took that arrived."""
    with tempfile.TemporaryDirectory(prefix="dms-") as folder:
        endpoint, port = f"ipc://{folder}/bus", free_port()
        bus = Bus(endpoint, "measured")
        enough = threading.Event()
        publishing = threading.Thread(target=_publish, args=(bus, enough))
        try:
            with _handing_on(endpoint, port, Path(folder) / "log"), FoxgloveClient(f"ws://127.0.0.1:{port}") as client:
                client.learn(len(SCHEMAS))
                client.subscribe(CUES)
                publishing.start()
                found: list[float] = []
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    _, _, cues = client.receive()
                    found.append(time.monotonic() - cues["t"])
                return found
        finally:
            enough.set()
            if publishing.ident is not None:
                publishing.join()
            bus.close()


def _publish(bus: Bus, enough: threading.Event) -> None:
    """The time of a state is when it is given to the bus."""
    while not enough.wait(1.0 / RATE_HZ):
        now = time.monotonic()
        bus.publish_state(now, Cues(now, head_yaw_deg=3.0, gaze_zone="road", openness=0.9), ())


@contextmanager
def _handing_on(endpoint: str, port: int, log: Path) -> Iterator[None]:
    with log.open("w") as file:
        command = [sys.executable, "-m", "dms", "listen", "--endpoint", endpoint, "--foxglove", str(port)]
        process = subprocess.Popen(command, stderr=file)
        try:
            give_up = time.monotonic() + PATIENCE_S
            while "in Foxglove" not in log.read_text():
                if process.poll() is not None or time.monotonic() > give_up:
                    raise SystemExit(log.read_text())
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_S)


if __name__ == "__main__":
    main()
