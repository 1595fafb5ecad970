"""What people call the zones of a cabin. A cabin of one's own may have others: those are called by their names."""

from __future__ import annotations

_WORDS = {
    "road": "the road",
    "mirror_left": "the left mirror",
    "mirror_inside": "the inside mirror",
    "mirror_right": "the right mirror",
    "cluster": "the instruments",
    "centre_display": "the centre display",
    "glovebox": "the glovebox",
    "passenger_face": "the passenger's face",
    "passenger_seat": "the passenger's seat",
    "window_driver": "the driver's window",
    "window_passenger": "the passenger's window",
    "windscreen": "the windscreen beside the road",
    "sun_visor": "the sun visor",
    "dashboard": "the dashboard",
    "footwell": "the footwell",
    "door": "the door",
    "lap": "the lap",
    "rear": "the rear",
    "roof": "the roof",
    "other": "something else",
}


def zone_in_words(zone: str) -> str:
    """Returns a zone as people call it."""
    return _WORDS.get(zone, zone.replace("_", " "))
