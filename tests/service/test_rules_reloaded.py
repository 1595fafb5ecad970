"""The rules are edited while a driver is watched: the frames go on, and the packs change places between two of them."""

from __future__ import annotations

import errno
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dms.bounded import read_at_most
from dms.decision.pack_loader import Pack, load_pack, pack_path
from dms.outputs.journal import Journal
from dms.service.rules_in_force import RulesInForce
from tests.test_watched_thread import no_thread_to_be_had

PATIENCE_S = 60.0


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[RulesInForce]:
    pack = tmp_path / "mine.yaml"
    pack.write_text(re.sub(r"^pack: default", "pack: mine", pack_path("default").read_text(), flags=re.M))
    with closing(Journal(tmp_path / "journal.db")) as journal:
        journal.begin_drive(session="s", source="cam", pack="mine", pack_sha256="", models_sha256="", config_sha256="")
        yield RulesInForce(str(pack), load_pack(str(pack)), journal)


def edited(rules: RulesInForce, text: str) -> None:
    rules.pack.path.write_text(rules.pack.text + text)


def settled(rules: RulesInForce) -> Pack | None:
    """What the frames take over once the checking is done."""
    give_up = time.monotonic() + PATIENCE_S
    while rules.is_checking:
        assert time.monotonic() < give_up
        if found := rules.take_reloaded(1.0):
            return found
        time.sleep(0.01)
    return None


def test_no_frame_waits_while_a_pack_is_checked(rules: RulesInForce, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack is one whose checking takes as long as the test lets it."""
    may_end, before = threading.Event(), rules.pack

    def slow(name: str, *, seal: str | None) -> Pack:
        assert may_end.wait(PATIENCE_S)
        return load_pack(name)

    monkeypatch.setattr("dms.service.rules_in_force.load_pack", slow)
    edited(rules, "# a remark\n")
    rules.begin_reload()
    assert [rules.take_reloaded(t / 30) for t in range(30)] == [None] * 30
    assert rules.pack is before
    may_end.set()
    assert settled(rules) is rules.pack
    assert rules.pack.sha256 != before.sha256


def test_a_pack_that_is_edited_while_it_is_checked_is_read_once_more(rules: RulesInForce) -> None:
    edited(rules, "# one\n")
    rules.begin_reload()
    edited(rules, "# one\n# two\n")
    rules.begin_reload()
    assert settled(rules) is rules.pack
    assert rules.pack.text.endswith("# two\n")


def test_a_pack_that_could_not_be_read_is_read_again_by_itself(rules: RulesInForce, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the disk does not answer at the moment of the SIGHUP: nobody would send another one."""
    monkeypatch.setattr("dms.service.rules_in_force.RETRY_AFTER_S", 0.0)

    def refuse(path: Path, _: int) -> bytes:
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr("dms.config.yaml_loader.read_at_most", refuse)
    rules.begin_reload()
    give_up = time.monotonic() + PATIENCE_S
    while rules.health().refused is None:
        assert rules.take_reloaded(1.0) is None
        assert time.monotonic() < give_up
    monkeypatch.setattr("dms.config.yaml_loader.read_at_most", read_at_most)
    while rules.health().refused is not None:
        rules.take_reloaded(2.0)
        assert time.monotonic() < give_up


def test_a_pack_that_is_wrong_or_unchanged_replaces_nothing(rules: RulesInForce) -> None:
    rules.begin_reload()
    assert settled(rules) is None
    assert rules.health().refused is None
    edited(rules, "rules: 7\n")
    rules.begin_reload()
    assert settled(rules) is None
    assert str(rules.pack.path) in (rules.health().refused or "")


def test_rules_that_no_thread_can_check_are_checked_later(rules: RulesInForce, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit of threads or memory is reached: the reload waits, and the frames go on."""
    monkeypatch.setattr("dms.service.rules_in_force.RETRY_AFTER_S", 0.0)
    edited(rules, "# edited\n")
    with no_thread_to_be_had():
        rules.begin_reload()
        assert rules.take_reloaded(1.0) is None
        assert "no thread to be had" in str(rules.health().refused)
    give_up = time.monotonic() + PATIENCE_S
    while (pack := rules.take_reloaded(2.0)) is None:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    assert pack.text.endswith("# edited\n")
    assert rules.health().refused is None
