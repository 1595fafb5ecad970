"""What a module with a frame source offers: `SOURCE = live(…)` for cameras and streams, `SOURCE = recorded(…)` for files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from dms.capture.address import without_password
from dms.capture.live import Device, LiveCapture
from dms.capture.source import CaptureSettings, FrameSource


class _Open(Protocol):
    def __call__(self, address: str, settings: CaptureSettings, *, started: float, patient: bool) -> FrameSource: ...


def _nothing_to_check(address: str) -> None:
    """Any address may be right."""


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of frame source. `open` takes the address as it was written, what to ask of the source, the `time.monotonic()` that
    is second 0 of a live one, and whether to wait for one that cannot be reached. `check` takes the address and opens nothing; it
    raises SourceError if no source can ever be at such an address."""

    open: _Open
    check: Callable[[str], None] = _nothing_to_check


def live(open_device: Callable[[str, CaptureSettings], Device], check: Callable[[str], None] = _nothing_to_check) -> SourceKind:
    """Cameras and streams: read on a thread of their own, frames that nobody takes in time dropped, a lost device opened again.

    `open_device` takes the address as it was written and what to ask of the device; it raises SourceError if the device cannot
    be opened. `check` is that of `SourceKind`.
    """

    def open_live(address: str, settings: CaptureSettings, *, started: float, patient: bool) -> FrameSource:
        return LiveCapture(
            without_password(address),
            lambda: open_device(address, settings),
            started=started,
            silent_after_s=settings.silent_after_s,
            patient=patient,
            thread=settings.thread,
        )

    return SourceKind(open_live, check)


def recorded(open_recording: Callable[[str, CaptureSettings], FrameSource]) -> SourceKind:
    """Sources with an end, of which every frame is delivered.

    `open_recording` takes the address as it was written; it raises SourceError if there is nothing to read.
    """

    def open_recorded(address: str, settings: CaptureSettings, *, started: float, patient: bool) -> FrameSource:
        return open_recording(address, settings)

    return SourceKind(open_recorded)
