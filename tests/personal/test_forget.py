"""A person who asks to be forgotten is gone from every file, to the byte, and everybody else is still there."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
import zmq

from dms.cli import app
from dms.config.allowed_clients import begin_list
from dms.config.key_files import KeyPair, write_server_pair
from dms.config.settings import JournalSettings, Settings
from dms.durable import private_folder
from dms.errors import EXIT_FAILED, EXIT_USAGE, DmsError
from dms.outputs.bus.bus import Bus
from dms.outputs.forwarding.store import Store
from dms.outputs.journal import Journal
from dms.outputs.journal.migrations import MIGRATIONS
from dms.outputs.journal.reader import JournalReader
from dms.personal.forget import forget, preview
from dms.personal.kept_away import service_kept_away
from dms.personal.places import Places, places_of
from dms.personal.selection import Selection
from dms.service.calibration_store import CalibrationStore
from dms.wall_clock import utc_from_text
from tests.outputs.forwarding_examples import a_message
from tests.personal.kept_people import ANNA, BERT, files_below, files_with
from tools.ports import free_port

BY_CAMERA = Selection(source=ANNA.source)
BY_TIME = Selection(since_ns=utc_from_text("2026-11-20T08:01:00Z"), until_ns=utc_from_text("2026-11-20T08:02:00Z"))


def names(journal: Path) -> list[str]:
    with JournalReader(journal) as reader:
        return [drive["session"] for drive in reader.drives()]


def test_everything_that_is_searched_for_is_there_before(places: Places, tmp_path: Path) -> None:
    """Or else the tests below would find nothing because nothing was planted."""
    assert f"rule-of-{ANNA.name}".encode() in places.journal.with_name("journal.db-wal").read_bytes()
    found = files_with(tmp_path, ANNA)
    kinds = (".mcap", ".keep", ".labels.csv", ".npz", ".observations", ".unfinished", "calibration.json", "-anna")
    assert all(any(name.endswith(kind) for name in found) for kind in kinds), found


@pytest.mark.parametrize("selection", [BY_CAMERA, BY_TIME], ids=["by camera", "by time"])
def test_one_person_is_gone_to_the_byte_and_the_other_is_still_there(
    places: Places, tmp_path: Path, selection: Selection
) -> None:
    report = forget(places, selection)
    assert files_with(tmp_path, ANNA) == []
    assert report.left == []
    assert names(places.journal) == ["session-of-bert"]
    with JournalReader(places.journal) as journal:
        assert len(list(journal.alerts())) == 200
    assert [seat.source for seat in CalibrationStore(places.calibration).read()] == [BERT.source]
    assert sorted(path.suffix for path in places.folders[0].iterdir()) == sorted([".mcap", ".keep", ".csv"] * 2)


def put_aside(places: Places, version: int) -> Path:
    """The journal as a dms left it that was put back and did not know it: of this version, or of one that nobody here knows."""
    aside = places.journal.with_name(f"{places.journal.name}.version-{version}-20261122T101112Z-7")
    for companion in ("", "-wal"):
        places.journal.with_name(places.journal.name + companion).rename(f"{aside}{companion}")
    with closing(sqlite3.connect(aside, isolation_level=None)) as database:
        database.execute(f"PRAGMA user_version = {version}")
    return aside


def test_who_is_in_a_journal_that_was_set_aside_is_gone_from_it_as_well(places: Places, tmp_path: Path) -> None:
    aside = put_aside(places, len(MIGRATIONS))
    assert f"{aside}: 1 drive with alerts and summaries" in preview(places, BY_CAMERA).erased
    assert f"{aside}: 1 drive, 200 alerts, 1 summary" in forget(places, BY_CAMERA).erased
    assert files_with(tmp_path, ANNA) == []
    assert names(aside) == ["session-of-bert"]


def test_a_journal_that_only_a_newer_dms_can_read_is_said_to_be_left_and_goes_with_everything(places: Places) -> None:
    aside = put_aside(places, 99)
    told = f"{aside}: a journal of a newer dms (version 99), in which it cannot be seen whose it is"
    for report in (preview(places, BY_TIME), forget(places, BY_TIME)):
        assert [line.partition(";")[0] for line in report.left] == [told]
    assert aside.exists()
    assert f"{aside}: the whole journal" in preview(places, Selection()).erased
    assert f"{aside}: the whole journal" in forget(places, Selection()).erased
    assert not list(aside.parent.glob("journal.db*[!k]"))


def test_everybody_is_gone_to_the_byte(places: Places, tmp_path: Path) -> None:
    forget(places, Selection())
    assert files_with(tmp_path, ANNA) == files_with(tmp_path, BERT) == []
    assert {path.name for path in files_below(tmp_path)} <= {"journal.db.lock", "calibration.json.lock"}
    with closing(Journal(places.journal)) as journal:  # the service goes on with a new one
        journal.begin_drive(session="s", source="cam", pack="", pack_sha256="", models_sha256="", config_sha256="")


@pytest.mark.parametrize("selection", [Selection(), BY_CAMERA], ids=["everybody", "by camera"])
def test_what_was_moved_to_another_disk_with_a_link_left_behind_is_erased_there(
    places: Places, tmp_path: Path, selection: Selection
) -> None:
    """Not the links: they stay, and lead to nothing."""
    disk = tmp_path / "disk"
    disk.mkdir()
    for path in (*places.journal.parent.glob("journal.db*"), places.calibration):
        path.rename(disk / path.name)
    places.journal.symlink_to(disk / places.journal.name)
    places.calibration.symlink_to(disk / places.calibration.name)
    forget(places, selection)
    assert files_with(tmp_path, ANNA) == []
    assert [places.journal.is_symlink(), places.calibration.is_symlink()] == [True, True]


def test_a_service_that_writes_behind_a_link_is_seen(places: Places, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere.db"
    link.symlink_to(places.journal)
    with closing(Journal(link)), pytest.raises(DmsError, match="stop the service first"):
        forget(places, Selection())


def test_a_device_in_the_place_of_a_store_is_not_erased(places: Places, null_device: Path) -> None:
    """`/dev/null` for what is not to be kept, and root erases: the whole machine would miss it."""
    forget(replace(places, calibration=null_device, stores=(null_device,)), Selection())
    assert null_device.is_char_device()


def test_nothing_is_erased_before_it_is_confirmed_and_the_preview_says_what_would_be(places: Places, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in files_below(tmp_path) if not path.name.endswith("-shm")}
    lines = preview(places, BY_CAMERA).erased
    assert any("1 drive with alerts and summaries" in line for line in lines)
    assert any(ANNA.source in line for line in lines)
    assert any(ANNA.stamp in line and "protected" in line for line in lines)
    assert not any(BERT.stamp in line or BERT.source in line for line in lines)
    after = {path: path.read_bytes() for path in files_below(tmp_path) if not path.name.endswith("-shm")}
    assert after == before


def test_messages_that_wait_for_a_broker_go_whoever_is_meant(places: Places, tmp_path: Path) -> None:
    """They do not say whose they are."""
    store = Store(tmp_path / "mqtt.store", 1.0)
    store.put(a_message(1))
    store.close()
    (tmp_path / "mqtt.store.corrupt-20261130T000000Z-1").write_text("damaged")
    meant, somebody = replace(places, stores=(tmp_path / "mqtt.store", tmp_path / "webhook.store")), Selection(source="nobody")
    line = f"{tmp_path}/mqtt.store: messages that wait to be carried"
    assert line in preview(meant, somebody).erased
    assert (tmp_path / "mqtt.store").exists()
    assert line in forget(meant, somebody).erased
    assert [path.name for path in tmp_path.glob("mqtt.store*")] == ["mqtt.store.lock"]


def test_stores_are_looked_for_where_outputs_keep_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    elsewhere = Settings(journal=JournalSettings(path="/data/journal.db"), outputs={"mqtt": {"store": "/data/m.store"}})
    assert places_of(elsewhere).stores == (Path("/data/m.store"),)
    assert [store.name for store in places_of(Settings(outputs={"webhook": {"url": "x"}})).stores] == [
        "mqtt.store",
        "webhook.store",
    ]


def test_drives_of_unknown_time_are_left_and_said_so(places: Places) -> None:
    with closing(Journal(places.journal, utc_ns=lambda: None)) as journal:
        journal.begin_drive(session="clockless", source="cam", pack="", pack_sha256="", models_sha256="", config_sha256="")
    report = forget(places, BY_TIME)
    assert [line.partition(": ")[2] for line in report.left] == [
        "1 drive of unknown time, as the clock was not set; --all erases them"
    ]
    assert names(places.journal) == ["session-of-bert", "clockless"]


def test_a_recording_that_cannot_be_read_is_left_and_said_so(places: Places) -> None:
    torn = places.folders[0] / "20261119T000000Z-part01.mcap"
    torn.write_bytes(b"torn")
    report = forget(places, BY_CAMERA)
    assert report.left == [
        f"{places.folders[0]}/20261119T000000Z: 1 file, 0.0 MiB: it cannot be read which camera it is of; --all erases it"
    ]
    assert torn.exists()
    forget(places, Selection())
    assert not torn.exists()


@pytest.mark.parametrize(
    "holder", ["journal", "ipc://{folder}/run/bus", "ipc://@dms-{pid}", "tcp://127.0.0.1:{port}", "tcp://lo:{port}"]
)
def test_while_the_service_runs_nothing_is_touched(places: Places, tmp_path: Path, holder: str) -> None:
    endpoint = holder.format(folder=tmp_path, pid=os.getpid(), port=free_port())
    private_folder(tmp_path / "run")
    running = Journal(places.journal) if holder == "journal" else Bus(endpoint, "s")
    if holder != "journal":
        places = replace(places, endpoint=endpoint)
    with closing(running):
        before = files_with(tmp_path, ANNA)
        with pytest.raises(DmsError, match="stop the service first"):
            forget(places, Selection())
        assert files_with(tmp_path, ANNA) == before
    forget(places, Selection())
    assert files_with(tmp_path, ANNA) == []


def test_a_bus_that_asks_for_keys_is_found_to_be_running_as_well(places: Places, tmp_path: Path) -> None:
    write_server_pair(tmp_path / "keys", KeyPair(*(key.decode() for key in zmq.curve_keypair())))
    begin_list(tmp_path / "keys")
    endpoint = f"tcp://0.0.0.0:{free_port()}"
    with closing(Bus(endpoint, "s", keys=tmp_path / "keys")), pytest.raises(DmsError, match=f"{endpoint} is in use"):
        forget(replace(places, endpoint=endpoint), Selection())


@pytest.mark.parametrize(
    "endpoint", ["ipc://@dms-{pid}", "tcp://127.0.0.1:{port}", "tcp://localhost:{port}", "tcp://[::1]:{port}"]
)
def test_no_service_starts_while_a_person_is_erased(places: Places, endpoint: str) -> None:
    endpoint = endpoint.format(pid=os.getpid(), port=free_port())
    with service_kept_away(replace(places, endpoint=endpoint)), pytest.raises(DmsError):
        Bus(endpoint, "s").close()


def test_an_address_that_this_machine_lacks_keeps_nobody_from_being_forgotten(places: Places, tmp_path: Path) -> None:
    forget(replace(places, endpoint="tcp://192.0.2.1:5556"), Selection())
    assert files_with(tmp_path, ANNA) == []


def test_a_program_that_reads_the_journal_is_named_as_the_reason_and_it_works_afterwards(places: Places, tmp_path: Path) -> None:
    with JournalReader(places.journal) as reader:
        alerts = reader.alerts()
        next(alerts)  # it is in the middle of reading
        with pytest.raises(DmsError, match=r"journal\.db: not everything is erased: .*; once that is mended, do it again"):
            forget(places, BY_CAMERA)
        alerts.close()  # type: ignore[attr-defined]
    forget(places, BY_CAMERA)
    assert files_with(tmp_path, ANNA) == []


def test_a_damaged_journal_is_erased_as_a_whole_or_not_at_all(places: Places, tmp_path: Path) -> None:
    places.journal.with_name("journal.db-wal").unlink()
    places.journal.write_bytes(b"rule-of-anna, and no database at all" * 100)
    with pytest.raises(DmsError, match=r"journal\.db: file is not a database: only all of it can be erased, with --all"):
        forget(places, BY_CAMERA)
    forget(places, Selection())
    assert files_with(tmp_path, ANNA) == []


def test_further_folders_are_searched_as_well_and_other_files_in_them_stay(places: Places, tmp_path: Path) -> None:
    brought = tmp_path / "desk" / "monday"
    brought.mkdir(parents=True)
    for path in places.folders[0].iterdir():
        path.rename(brought / path.name)
    (brought / "holiday.mp4").write_bytes(b"mine")
    forget(Places(places.journal, places.calibration, (tmp_path / "desk",), places.endpoint), Selection())
    assert [path.name for path in brought.iterdir()] == ["holiday.mp4"]


Forget = Callable[..., tuple[int, str, str]]


@pytest.fixture
def dms_forget(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Forget:
    """Runs `dms forget` with a configuration that names these places; exit code, standard output, standard error."""
    configuration = tmp_path / "dms.yaml"
    configuration.write_text(
        yaml.safe_dump(
            {
                "bus": {"endpoint": places.endpoint},
                "journal": {"path": str(places.journal)},
                "calibration": {"path": str(places.calibration)},
                "record": {"folder": str(places.folders[0])},
            }
        )
    )

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dms", "forget", "--config", str(configuration), *arguments])
        with pytest.raises(SystemExit) as ending:
            app.main()
        said = capfd.readouterr()
        return int(ending.value.code or 0), said.out, said.err

    return run


def test_the_command_shows_first_and_erases_when_told_to(dms_forget: Forget, tmp_path: Path) -> None:
    code, out, err = dms_forget("--source", ANNA.source)
    assert (code, err) == (0, "")
    assert "would be erased: " in out
    assert "nothing is erased yet: repeat with --yes" in out
    assert files_with(tmp_path, ANNA)
    code, out, err = dms_forget("--source", ANNA.source, "--yes")
    assert (code, err) == (0, "")
    assert "1 drive, 200 alerts, 1 summary" in out
    assert "not looked for: the log" in out
    assert files_with(tmp_path, ANNA) == []
    assert dms_forget("--source", ANNA.source, "--yes")[1] == "nothing to erase\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "say whose data is meant: --all, or --source, --since and --until"),
        (("--all", "--since", "2d"), "say whose data is meant"),
        (("--since", "yesterday"), "--since 'yesterday': expected 90s, 30m, 2h"),
        (("--since", "2026-11-21", "--until", "2026-11-20"), "--since 2026-11-21 is not before --until 2026-11-20"),
        (("--all", "--also", "/no/such/folder"), "--also /no/such/folder: no such folder"),
    ],
)
def test_a_question_that_makes_no_sense_erases_nothing(
    dms_forget: Forget, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    before = files_with(tmp_path, ANNA)
    code, _, err = dms_forget(*arguments, "--yes")
    assert (code, complaint in err) == (EXIT_USAGE, True)
    assert files_with(tmp_path, ANNA) == before


def test_what_is_left_because_nobody_knows_whose_it_is_makes_the_exit_code_1(dms_forget: Forget, places: Places) -> None:
    (places.folders[0] / "20261119T000000Z-part01.mcap").write_bytes(b"torn")
    code, _, err = dms_forget("--source", ANNA.source, "--yes")
    assert (code, "it cannot be read which camera it is of" in err) == (EXIT_FAILED, True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root writes for others")
def test_what_root_leaves_behind_still_belongs_to_the_service(places: Places) -> None:
    for path in (places.journal.parent, *places.journal.parent.iterdir()):
        os.chown(path, 4711, 4711)
    forget(places, BY_CAMERA)
    assert {path.stat().st_uid for path in places.journal.parent.iterdir()} == {4711}
