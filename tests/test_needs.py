"""What CI installs is used there: a test that needs it fails instead of being skipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.needs import REQUIRED, need


@pytest.mark.parametrize("required", ["browser", "renderer browser"])
def test_a_missing_browser_fails_where_it_is_required(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(pytest.fail.Exception, match="asks for a browser: no chromium"):
        need("browser", "no chromium")


@pytest.mark.parametrize("required", ["", "renderer"])
def test_it_is_skipped_with_its_reason_where_it_is_not(monkeypatch: pytest.MonkeyPatch, required: str) -> None:
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(pytest.skip.Exception, match="needs a browser: no chromium"):
        need("browser", "no chromium")


def test_what_is_there_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(REQUIRED, "browser renderer")
    need("browser", None)


def test_ci_requires_what_it_installs() -> None:
    script = (Path(__file__).resolve().parents[1] / ".ci" / "run").read_text()
    assert f'export {REQUIRED}="browser renderer broker gpsd GStreamer ffmpeg v4l-utils compiler label-peers init axe"' in script
    assert "packages=(chromium chromium-driver libegl1 libgl1-mesa-dri mosquitto gpsd gpsd-clients)" in script
    assert all(
        f" {each}" in script
        for each in ("gir1.2-gst-rtsp-server-1.0", "gstreamer1.0-libav", "ffmpeg", "v4l-utils", "gcc", "tini")
    )
