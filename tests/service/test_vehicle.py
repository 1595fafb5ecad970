"""The vehicle's voice in a recorded drive: from the file beside it, in time with its frames."""

from __future__ import annotations

from dms.service.vehicle import JoinedInputs, RecordedInput
from dms.types import DriveRecord, DriverInput, Label, VehicleState


def test_the_trace_of_a_recorded_drive_comes_in_time_with_its_frames() -> None:
    trace: list[DriveRecord] = [
        VehicleState(0.0, speed_kph=50.0),
        Label(0.5, 1.0, "fatigue.yawning"),
        VehicleState(1.0, 80.0),
        DriverInput(1.0, "pause"),
    ]
    recorded = RecordedInput(trace)
    assert list(recorded.until(0.033)) == [VehicleState(0.0, speed_kph=50.0)]
    assert list(recorded.until(0.9)) == []
    assert list(recorded.until(5.0)) == [VehicleState(1.0, 80.0), DriverInput(1.0, "pause")]
    assert list(recorded.until(9.0)) == []


def test_several_inputs_are_one() -> None:
    joined = JoinedInputs([RecordedInput([VehicleState(0.0, 50.0)]), RecordedInput([DriverInput(0.1, "resume")])])
    assert list(joined.until(1.0)) == [VehicleState(0.0, 50.0), DriverInput(0.1, "resume")]
    assert joined.health() is None
