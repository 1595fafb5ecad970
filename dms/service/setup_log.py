"""Recording as configured, and what a recorded drive is told besides its records: the rules, and what is known of the driver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from dms.config.settings import RecordSettings
from dms.monitor.monitor import Monitor
from dms.monitor.setup import Basis, setup_of
from dms.recording.folder import RecordingLimits
from dms.recording.kept_pictures import VideoSettings
from dms.recording.recorder import Recorder


def open_recorder(folder: Path, settings: RecordSettings, metadata: Mapping[str, str]) -> Recorder:
    """The recorder into `folder`.

    Raises:
        DriveError: the folder cannot be written.
    """
    limits = RecordingLimits(settings.keep_mib, settings.keep_days, settings.free_mib)
    video = VideoSettings(
        mode=settings.video,
        before_s=settings.video_before_s,
        after_s=settings.video_after_s,
        quality=settings.video_quality,
        width_px=settings.video_width_px,
        fps=settings.video_fps,
        memory_mib=settings.video_memory_mib,
    )
    # Absolute, since health and `dms mark` name its files to people who are elsewhere.
    return Recorder(folder.absolute(), metadata, limits=limits, video=video)


class SetupLog:
    """Writes into the recording what decides from now on, so that a replay can decide the same. Without a recorder, nothing."""

    def __init__(self, recorder: Recorder | None, monitor: Monitor, assumed_speed_kph: float | None) -> None:
        self._recorder = recorder
        self._monitor = monitor
        self._basis = Basis(monitor.engine.pack, monitor.fusion.cabin, assumed_speed_kph)

    def begin(self, t: float) -> None:
        """A drive begins, or another driver is known to sit there: to be called before anything is observed of it."""
        calibration = self._monitor.fusion.calibration
        self._basis = replace(self._basis, calibration=calibration if calibration.source == "restored" else None)
        self.rules_changed(t)

    def rules_changed(self, t: float) -> None:
        """The monitor has another pack."""
        self._basis = replace(self._basis, pack=self._monitor.engine.pack)
        if self._recorder is not None:
            self._recorder.write(setup_of(t, self._basis))
