"""Recording drives as configured."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from dms.config.settings import RecordSettings
from dms.monitor.setup import Basis, setup_of
from dms.outputs.listener import Listener, Step
from dms.recording.folder import RecordingLimits
from dms.recording.kept_pictures import VideoSettings
from dms.recording.recorder import Recorder
from dms.types import Frame


def open_recorder(settings: RecordSettings, metadata: Mapping[str, str], parts: ExitStack) -> Recorder | None:
    """A recorder that `parts` closes; None if nothing is to be recorded. It begins once its folder can be written."""
    if settings.folder is None:
        return None
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
    return parts.enter_context(Recorder(Path(settings.folder).absolute(), metadata, limits=limits, video=video))


class RecordingLog(Listener):
    """Writes a drive into the recorder: what it rests on, so that a replay can decide the same, then each record and alert."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def on_drive_begins(self, t: float, basis: Basis) -> None:
        """Record what decides from now on."""
        self._recorder.write(setup_of(t, basis))

    def on_step(self, step: Step) -> None:
        """Record what came, then what was decided on it."""
        for each in (step.record, *step.alerts):
            self._recorder.write(each)

    def on_picture(self, frame: Frame) -> None:
        """Record the picture, if pictures are recorded."""
        self._recorder.picture(frame)
