"""The way up from older versions: in order, once each, and never half."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from dms.outputs.journal import Journal, migrations, tables
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, rows
from tests.outputs.output_examples import PATIENCE_S, an_alert

PRAGMAS = ("table_info", "foreign_key_list", "index_list")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def add_weather(connection: Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE drives ADD COLUMN weather TEXT")


def add_mood(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE drives SET weather = 'fair'")
    connection.exec_driver_sql("ALTER TABLE drives ADD COLUMN mood TEXT")


def fail_half_way(connection: Connection) -> None:
    connection.exec_driver_sql("UPDATE drives SET weather = 'foul'")
    connection.exec_driver_sql("SELECT anything FROM nowhere")


def version(path: Path) -> int:
    with database(path) as reader:
        return int(reader.execute("PRAGMA user_version").fetchone()[0])


def structure(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns, keys and indices of every table, as SQLite understood them; the order of indices does not matter."""
    with database(path) as reader:
        names = [name for (name,) in reader.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {f"{name} {what}": reader.execute(f"PRAGMA {what}({name})").fetchall() for name in names for what in PRAGMAS}
    return {what: sorted(row[1:] for row in found[what]) if "index" in what else found[what] for what in found}


def test_the_migrations_lead_to_the_tables_that_the_program_uses(path: Path) -> None:
    with open_journal(path):
        pass
    fresh = path.with_name("fresh.db")
    engine = create_engine(f"sqlite:///{fresh}")
    tables.metadata.create_all(engine)
    engine.dispose()
    assert structure(path) == structure(fresh)


def test_an_older_journal_is_brought_up_to_date_and_keeps_what_it_holds(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        journal.record_alert(an_alert(7.0))
        journal.end_drive("shutdown")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, add_weather, add_mood))
    with open_journal(path):
        pass
    with open_journal(path):
        pass
    assert version(path) == 3
    (drive,) = rows(path, "drives")
    assert (drive["session"], drive["weather"], drive["mood"]) == (A_DRIVE["session"], "fair", None)
    assert rows(path, "alerts")[0]["t"] == 7.0


def test_a_migration_that_fails_leaves_the_version_before_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        journal.end_drive("shutdown")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, add_weather, fail_half_way))
    journal = Journal(path)
    assert journal.health().status == "degraded"
    assert "nowhere" in str(journal.health().reason)
    journal.close(PATIENCE_S)
    assert version(path) == 2
    assert rows(path, "drives")[0]["weather"] is None


def test_a_crash_between_creating_the_file_and_its_tables_is_made_good(path: Path) -> None:
    with database(path) as half_made:
        half_made.execute("PRAGMA auto_vacuum = INCREMENTAL")
        half_made.execute("PRAGMA journal_mode = WAL")
    with open_journal(path) as journal:
        assert journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
    assert version(path) == 1
