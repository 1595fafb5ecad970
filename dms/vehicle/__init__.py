"""Vehicle data in: sources that run inside the service, each on a thread of its own.

`VehicleSource` is what an entry point of the group `dms.vehicle` names; `can`, `gpsd` and `kuksa` come with dms.
"""

from dms.vehicle.source import Feed, Problem, Reading, VehicleSource

__all__ = ["Feed", "Problem", "Reading", "VehicleSource"]
