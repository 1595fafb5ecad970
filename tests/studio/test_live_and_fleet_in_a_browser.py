"""A service watched as it comes, speaks, stops and comes back; and all drives together, down to the moment where packs differ."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from dms.health import Health, RecorderHealth, ThreadHealth
from dms.outputs.bus.bus import Bus
from dms.types import Cues, Eye, Eyes, Face, Head, Observation
from tests.drives.drive_making import PACK
from tests.outputs.output_examples import an_alert
from tests.studio.conftest import HOSTILE, TEXT, Studio, opened
from tools.browser import Browser
from tools.running_server import PATIENCE_S

ROWS = "return [...document.querySelectorAll('#rows tr')].map((row) => row.dataset.name)"
NOW = Observation(
    t=61.0,
    frame=1830,
    face=Face(0.98, (200.0, 100.0, 180.0, 210.0)),
    head=Head(12.0, -3.0, 0.0),
    eyes=Eyes(Eye(0.9, 0.99), Eye(0.9, 0.99)),
)
DRAWN_OVER = """
const canvas = document.getElementById('overlay');
if (!canvas.width) return 0;
const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
return pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
"""


def said(browser: Browser, place: str, words: str, meanwhile: Callable[[], object] = lambda: None) -> bool:
    """Whether these words come to stand there, while something goes on."""
    give_up = time.monotonic() + PATIENCE_S
    while words not in browser.run(TEXT, place) and time.monotonic() < give_up:
        meanwhile()
        time.sleep(0.02)
    return words in browser.run(TEXT, place)


def test_a_service_is_watched_as_it_comes_speaks_stops_and_comes_back(browser: Browser, studio: Studio) -> None:
    opened(browser, studio, "/live")
    assert said(browser, "line", "Waiting for a service at ipc://")
    assert said(browser, "line", "bus is not there")
    browser.keys("m")
    assert said(browser, "marked", "Not marked: no service answers")
    browser.complaints()

    health = Health(
        60.0,
        "degraded",
        degraded=(f"recorder stalled {HOSTILE}",),
        threads={"recorder": ThreadHealth("stalled", "writing")},
        recorder=RecorderHealth(),
    )
    alert = replace(an_alert(61.0, eyes_closed=True, held_s=1.5, reason=HOSTILE), rule=HOSTILE)
    bus = Bus(studio.bus, "first")
    try:
        assert said(browser, "line", "is there", lambda: bus.publish_health(health))
        bus.publish_observation(NOW)
        bus.publish_alert(alert, journalled=True)
        for step in range(10):
            t = 61.0 + step / 5
            bus.publish_state(
                t, Cues(t, speed_kph=80.0 + step, gaze_zone="lap", calibration=0.4, head_away_deg=12.0), [alert], alert.kind
            )
        assert said(browser, "active", "fatigue.microsleep sounds")
        assert said(browser, "active", "eyes closed; for 1.50 s")
        assert said(browser, "alerts", f"rule {HOSTILE.replace('_', ' ')}")
        assert said(browser, "degraded", f"recorder stalled {HOSTILE}")
        assert said(browser, "threads", "stalledwriting")
        assert said(browser, "charts", "89 km/h")
        assert said(browser, "looks", "looks at the lap")
        assert said(browser, "learning", "learning the driver")
        assert said(browser, "marked", "The service listens to nobody: set vehicle.endpoint")
        assert browser.run("return window.taken ?? null") is None
        assert browser.run("return document.querySelectorAll('main img').length") == 0
        studio.until(lambda: browser.run("return dmsLive.observation?.frame") == NOW.frame)
        assert browser.run(DRAWN_OVER) > 500
        browser.resize(390, 844)
        assert browser.run("return document.documentElement.scrollWidth") <= 390
        bus.publish_health(Health(70.0, "stopping"))
        assert said(browser, "line", "was stopped at")
    finally:
        bus.close()
    assert said(browser, "active", "Nothing is known of the driver now.")
    assert browser.run("return document.getElementById('live').classList.contains('stale')")

    with_another = Bus(studio.bus, "second")
    try:
        assert said(browser, "line", "is there", lambda: with_another.publish_health(Health(0.0, "ok")))
        assert said(browser, "remarks", "a new run of the service has begun")
        assert browser.run("return dmsLive.charts.points.length") == 0
        assert "lap" not in browser.run(TEXT, "looks") + browser.run(TEXT, "cues")
        assert said(browser, "active", "Nothing is known of the driver now.")
        with_another.publish_state(0.2, Cues(0.2), [])
        assert said(browser, "active", "No alert holds.")
    finally:
        with_another.close()
    assert browser.complaints() == []


def test_all_drives_together_by_keyboard_and_down_to_where_packs_differ(browser: Browser, studio: Studio) -> None:
    patient = studio.pack.with_name("patient.yaml")
    patient.write_text(PACK.replace("pack: story", "pack: patient").replace("after_s: 2.0", "after_s: 9.0"))
    opened(browser, studio, "/fleet")
    assert browser.run(ROWS) == ["driver01", "driver02"]
    assert said(browser, "whole", "all drives")
    assert said(browser, "state", "2 of 3 drives, 1 cannot be read")
    browser.keys("\ue015\ue007")
    studio.until(lambda: browser.run(ROWS) == ["no date"])
    assert browser.run("return location.search") == "?by=week&driver=driver01", "a driver opens week by week"
    browser.run("history.back()")
    studio.until(lambda: browser.run(ROWS) == ["driver01", "driver02"])
    assert browser.run(ROWS) == ["driver01", "driver02"]
    browser.run("document.querySelector('[data-sort=availability]').focus()")
    browser.keys("\ue007")
    assert browser.run("return location.search") == "?sort=availability"
    assert browser.run("return document.querySelector('[aria-sort] button').dataset.sort") == "availability"

    browser.keys("c")
    browser.keys("patient")
    assert said(browser, "differing", "3 moments.")
    assert browser.run(TEXT, "trial") == ""
    assert said(browser, "moments", "driver01/bad.jsonl at 0:42.0 A alone: distraction.head_away, advisory for 3.0 s")
    browser.resize(390, 844)
    assert browser.run("return document.documentElement.scrollWidth") <= 390
    assert browser.complaints() == []
    assert said(
        browser, "moments", "driver01/bad.jsonl at 0:40.0 label: distraction.head_away, out of reach of the rules, was answered"
    )
    browser.run("[...document.querySelectorAll('#moments a')].find((link) => link.textContent.endsWith('0:42.0')).click()")
    studio.until(lambda: browser.run("return window.dmsDrive?.player?.t ?? 0") > 41)
    assert browser.run("return dmsDrive.player.t") == pytest.approx(42.0, abs=0.2)
