"""The service as it should go: it starts, tells systemd and its subscribers, keeps its journal, reloads rules, stops in order."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from dms.client.subscriber import Subscriber
from dms.decision.pack_loader import pack_path
from dms.outputs.bus.messages import Topic
from dms.outputs.journal.reader import JournalReader
from dms.recording.drive import open_drive
from dms.types import Observation
from tests.service.conftest import PATIENCE_S, PROGRAM, write_configuration
from tests.service.toy_packages import install

ROOT = Path(__file__).resolve().parents[2]
StartService = Callable[..., Any]


def drives_of(journal: Path) -> list[dict[str, Any]]:
    with JournalReader(journal) as reader:
        return list(reader.drives())


def test_a_recorded_drive_is_watched_to_its_end(start: StartService, video: Path, tmp_path: Path) -> None:
    service = start("--source", video, "--record", tmp_path / "recordings")
    last = service.wait_for("health", lambda health: health["status"] == "stopping")
    assert service.wait() == 0
    assert last["frames"] == 60
    assert last["faults"] == {}
    observed = [message for message in service.messages if message["topic"] == "observation"]
    assert [message["frame"] for message in observed] == sorted(message["frame"] for message in observed)
    (recorded,) = (tmp_path / "recordings").iterdir()
    assert sum(isinstance(record, Observation) for record in open_drive(recorded)) == 60
    (drive,) = drives_of(service.journal)
    assert drive["end_reason"] == "source_ended"
    assert drive["source"] == str(video)
    *_, summary = [message for message in service.messages if message["topic"] == "summary"]
    assert (summary["kind"], summary["complete"]) == ("drive", True)
    assert summary["availability"] < 0.5, "nobody is there"


def test_health_says_what_a_fault_report_needs(start: StartService, long_video: Path) -> None:
    service = start("--source", long_video)
    health = service.wait_for("health", lambda health: health["frames"] > 0)
    assert {
        "status",
        "fps",
        "dropped",
        "latency_ms",
        "cpu_percent",
        "rss_mib",
        "temperature_c",
        "journal",
        "camera",
    } <= health.keys()
    assert {"versions", "models_sha256", "config_sha256", "uptime_s"} <= health.keys()
    assert health["rules"]["pack"] == "default"
    assert len(health["rules"]["sha256"]) == 64


def test_sigterm_ends_the_drive_and_the_service_in_order(start: StartService, long_video: Path) -> None:
    service = start("--source", long_video)
    service.wait_for("observation")
    assert service.stop() == 0
    assert service.wait_for("health", lambda health: health["status"] == "stopping")
    (drive,) = drives_of(service.journal)
    assert drive["end_reason"] == "shutdown"
    steps = ("loading libraries", "watching ", "the first picture is published", "stopped: shutdown")
    places = [service.log.find(step) for step in steps]
    assert -1 not in places, service.log
    assert places == sorted(places), "each step of a start is told when it is taken"


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[tuple[socket.socket, dict[str, str]]]:
    """Listens as systemd would; the environment that tells the service so."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(address))
        channel.settimeout(30.0)
        yield channel, {**os.environ, "NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "10000000"}


def test_systemd_hears_ready_then_the_watchdog_then_stopping(
    start: StartService, long_video: Path, systemd: tuple[socket.socket, dict[str, str]]
) -> None:
    channel, environment = systemd
    service = start("--source", long_video, env=environment)
    heard = [channel.recv(4096).decode()]
    while heard.count("WATCHDOG=1") < 3:
        heard.append(channel.recv(4096).decode())
    assert heard.index("READY=1") < heard.index("WATCHDOG=1")
    assert any(message.startswith("STATUS=") and message != "STATUS=loading" for message in heard)
    service.process.send_signal(signal.SIGTERM)
    while heard[-1] != "STOPPING=1":
        heard.append(channel.recv(4096).decode())
    assert service.wait() == 0


def test_changed_rules_are_reloaded_and_a_mistake_in_them_is_refused(
    start: StartService, long_video: Path, tmp_path: Path
) -> None:
    pack = tmp_path / "mine.yaml"
    original = pack_path("default").read_text()
    pack.write_text(original)
    service = start("--source", long_video, "--rules", pack)
    before = service.wait_for("health")["rules"]

    pack.write_text(original + "\nrulez: {}\n")
    service.process.send_signal(signal.SIGHUP)
    refused = service.wait_for("health", lambda health: health["rules"]["refused"] is not None)
    assert refused["rules"]["sha256"] == before["sha256"]
    assert refused["status"] == "degraded"
    assert f"{pack}:" in refused["rules"]["refused"]

    pack.write_text(original + "\n# a remark\n")
    service.process.send_signal(signal.SIGHUP)
    after = service.wait_for("health", lambda health: health["rules"]["refused"] is None)["rules"]
    assert after["sha256"] != before["sha256"]

    assert service.stop() == 0
    first, second = drives_of(service.journal)
    assert (first["end_reason"], second["end_reason"]) == ("rules_reloaded", "shutdown")
    assert [first["pack_sha256"], second["pack_sha256"]] == [before["sha256"], after["sha256"]]


def test_sighup_while_it_starts_and_while_it_ends_is_no_reason_to_die(start: StartService, long_video: Path) -> None:
    """Systemd takes an end by SIGHUP for one that was wanted, and would not start the service again."""
    service = start("--source", long_video)
    while "loading libraries" not in service.log:
        assert service.process.poll() is None
        time.sleep(0.01)
    asking = threading.Event()

    def ask() -> None:
        while not asking.wait(0.005) and service.process.poll() is None:
            service.process.send_signal(signal.SIGHUP)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        service.wait_for("observation")
        assert service.stop() == 0, service.log
    finally:
        asking.set()
        asker.join()


def test_after_a_storm_of_reloads_the_last_rules_are_in_force(start: StartService, long_video: Path, tmp_path: Path) -> None:
    """A script that is stuck sends hundreds, while the pack is written over, wrong, cut off and missing in turn."""
    pack, text = tmp_path / "mine.yaml", pack_path("default").read_text()
    pack.write_text(text)
    service = start("--source", long_video, "--rules", pack)
    before = service.wait_for("health", lambda health: health["frames"] > 0)
    threads = len(list(Path(f"/proc/{service.process.pid}/task").iterdir()))
    for turn in range(300):
        match turn % 4:
            case 0:
                pack.write_text(f"{text}\n# {turn}\n")
            case 1:
                pack.write_text(f"{text}\nrulez{turn}: 7\n")
            case 2:
                pack.write_text(text[: 20 * turn])
            case 3:
                pack.unlink()
        service.process.send_signal(signal.SIGHUP)
        time.sleep(0.005)
    pack.write_text(f"{text}\n# the last\n")
    service.process.send_signal(signal.SIGHUP)
    wanted = hashlib.sha256(pack.read_bytes()).hexdigest()
    after = service.wait_for("health", lambda health: health["rules"]["sha256"] == wanted)
    service.wait_for("observation", lambda message: message["t"] > after["t"])
    assert after["rules"]["refused"] is None
    assert after["frames"] > before["frames"]
    assert len(list(Path(f"/proc/{service.process.pid}/task").iterdir())) <= threads + 1
    assert service.stop() == 0
    assert drives_of(service.journal)[-1]["pack_sha256"] == wanted


def test_the_configuration_that_ships_is_valid_and_says_what_the_defaults_are() -> None:
    from dms.config.settings import Settings, load_settings

    path = Path(__file__).resolve().parents[2] / "systemd" / "dms.yaml"
    shipped = load_settings(path)
    changed = {"source", "bus", "journal", "calibration", "vehicle", "record"}  # where things are on a vehicle box
    assert shipped.model_dump(exclude=changed) == Settings().model_dump(exclude=changed)
    assert (shipped.journal.keep_days, shipped.journal.keep_mib) == (Settings().journal.keep_days, Settings().journal.keep_mib)
    assert shipped.record.model_dump(exclude={"keep_mib"}) == Settings().record.model_dump(exclude={"keep_mib"})
    assert (shipped.record.keep_mib, Settings().record.keep_mib) == (8192.0, None), "nothing is deleted unless asked for"
    assert yaml.safe_load(path.read_text()).keys() == Settings.model_fields.keys()


def test_it_runs_without_a_standard_error(video: Path, tmp_path: Path) -> None:
    write_configuration(tmp_path, None)
    words = (
        PROGRAM,
        "run",
        "--config",
        tmp_path / "dms.yaml",
        "--source",
        video,
        "--full-speed",
        "--record",
        tmp_path / "drives",
    )
    done = subprocess.run(["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words], check=False)
    assert done.returncode == 0
    (recorded,) = (tmp_path / "drives").iterdir()
    assert sum(isinstance(record, Observation) for record in open_drive(recorded)) == 60


STUCK = """
import threading
from pathlib import Path

from dms.capture import recorded
from dms.capture.video import VideoFile


class StuckVideo(VideoFile):
    def __iter__(self):
        for frame in super().__iter__():
            if frame.index == 60:
                never_answers()
            yield frame


def never_answers():
    threading.Event().wait()


STUCK = recorded(lambda address, settings: StuckVideo(Path(address.partition("://")[2])))
"""


def test_a_hang_is_not_fed_to_the_watchdog_and_its_stack_is_written(
    start: StartService, tmp_path: Path, long_video: Path, systemd: tuple[socket.socket, dict[str, str]]
) -> None:
    """A picture whose reading never ends: what systemd then sends, SIGABRT, says where it hung."""
    site = tmp_path / "site"
    install(site, "dms-stuck", STUCK, {"dms.sources": {"stuck": "STUCK"}})
    channel, environment = systemd
    beside = {**environment, "PYTHONPATH": os.pathsep.join(map(str, (site, ROOT)))}
    service = start("--source", f"stuck://{long_video}", env=beside)
    while channel.recv(4096) != b"WATCHDOG=1":
        continue
    give_up = time.monotonic() + 60.0
    while "the watchdog is not fed" not in service.log and time.monotonic() < give_up:
        time.sleep(0.1)
    assert "no progress in capture" in service.log
    service.process.send_signal(signal.SIGABRT)
    assert service.wait() == -signal.SIGABRT
    assert "never_answers" in service.log


def test_a_log_that_is_full_before_it_starts_holds_it_up_no_longer_than_one_that_is_read(video: Path, tmp_path: Path) -> None:
    """As under a supervisor that has stopped reading: not one of its lines can be written, and it watches all the same."""
    configuration = write_configuration(tmp_path, {"source": str(video)})
    read, write = os.pipe()
    os.set_blocking(write, False)
    with suppress(BlockingIOError):
        while os.write(write, b"x" * 4096):
            pass
    os.set_blocking(write, True)
    process = subprocess.Popen([PROGRAM, "run", "--config", tmp_path / "dms.yaml"], stderr=write)
    try:
        heard = set()
        with Subscriber(configuration["bus"]["endpoint"], Topic) as subscriber:
            give_up = time.monotonic() + PATIENCE_S
            while "observation" not in heard and time.monotonic() < give_up:
                message = subscriber.receive(timeout_s=0.1)
                heard |= {message.fields["topic"]} if message else set()
        assert "observation" in heard
    finally:
        process.kill()
        process.wait()
        os.close(read)
        os.close(write)
