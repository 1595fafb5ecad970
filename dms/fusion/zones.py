"""What lies in a direction: the zone of the cabin and the area of EU 2023/2590."""

from __future__ import annotations

import math

from dms.config.cabin import OTHER, ROAD, Cabin, Region
from dms.fusion.directions import Direction
from dms.fusion.road import RoadAhead
from dms.fusion.settings import FusionSettings

_SEEN_IN_REVERSE = ("rear", "mirror_", "window_", "passenger_face", "centre_display")
"""Zones, or how their names begin, in which one sees where one goes in reverse; a centre display shows the rear camera's view."""


class ZoneFinder:
    """Names the zone and the area of a direction. The last ones have a margin in their favour, so that noise does not flicker."""

    __slots__ = (
        "_down_plane_deg",
        "_glass",
        "_regions",
        "_road",
        "_roof_deg",
        "_settings",
        "_side_plane_deg",
        "_targets",
        "area",
        "zone",
    )

    def __init__(self, cabin: Cabin, settings: FusionSettings) -> None:
        # The numbers are taken out of the cabin, as reading a field of a validated model takes several times longer.
        self._settings = settings
        road, areas = cabin.road, cabin.areas
        self._road = (road.half_width_deg, road.up_deg, road.down_deg)
        self._targets = [(one.name, one.yaw_deg, one.pitch_deg, one.half_width_deg, one.half_height_deg) for one in cabin.targets]
        self._regions = [(region.name, _edges(region, 0.0), _edges(region, settings.zone_margin_deg)) for region in cabin.regions]
        self._glass = [_edges(region, areas.glass_margin_deg) for region in cabin.regions if region.glass]
        self._side_plane_deg, self._roof_deg, self._down_plane_deg = areas.side_plane_deg, areas.roof_deg, areas.down_plane_deg
        self.zone: str | None = None
        self.area: str | None = None

    def update(self, direction: Direction | None, sigma_deg: float, road: RoadAhead) -> None:
        """Take the direction from forward, None if unknown, its standard error, and where the road is.

        In a bend the road reaches from straight ahead to where it goes, and as far beyond as ever: it is wider towards the inside
        only. In reverse it lies behind as well.
        """
        if direction is None:
            self.zone = self.area = None
            return
        yaw, pitch, _ = direction
        self.zone = ROAD if self._is_road(road.beyond_deg(yaw), pitch, sigma_deg) else self._elsewhere(yaw, pitch)
        if road.is_behind and self.zone.startswith(_SEEN_IN_REVERSE):
            self.zone = ROAD
        self.area = self._area(yaw, pitch)

    def _is_road(self, yaw: float, pitch: float, sigma_deg: float) -> bool:
        """Returns whether this is in the road's ellipse, whose half-widths are at least three standard errors (within limits)."""
        settings = self._settings
        width_deg, up_deg, down_deg = self._road
        height_deg = up_deg if pitch > 0.0 else down_deg
        least_deg = settings.road_sigmas * sigma_deg
        if least_deg > width_deg:
            width_deg = min(least_deg, settings.road_growth * width_deg)
        if least_deg > height_deg:
            height_deg = min(least_deg, settings.road_growth * height_deg)
        if self.zone == ROAD:
            width_deg += settings.zone_margin_deg
            height_deg += settings.zone_margin_deg
        across, along = yaw / width_deg, pitch / height_deg
        return across * across + along * along <= 1.0

    def _elsewhere(self, yaw: float, pitch: float) -> str:
        nearest, nearest_distance = None, math.inf
        for name, target_yaw, target_pitch, half_width_deg, half_height_deg in self._targets:
            margin_deg = self._settings.zone_margin_deg if name == self.zone else 0.0
            across = abs(yaw - target_yaw) / (half_width_deg + margin_deg)
            if across > 1.0:
                continue
            distance = max(across, abs(pitch - target_pitch) / (half_height_deg + margin_deg))
            if distance <= 1.0 and distance < nearest_distance:
                nearest, nearest_distance = name, distance
        if nearest is not None:
            return nearest
        for name, edges, wider in self._regions:
            left, right, top, bottom = wider if name == self.zone else edges
            if right <= yaw <= left and bottom <= pitch <= top:
                return name
        return OTHER

    def _area(self, yaw: float, pitch: float) -> str:
        area = self.area
        margin_deg = self._settings.area_margin_deg
        inside_1 = margin_deg if area == "area1" else 0.0
        if abs(yaw) > self._side_plane_deg - inside_1 or pitch > self._roof_deg - inside_1:
            return "area1"
        for left, right, top, bottom in self._glass:
            if right <= yaw <= left and bottom <= pitch <= top:
                return "area2"
        inside_3 = margin_deg if area == "area3" else 0.0
        return "area3" if pitch < inside_3 - self._down_plane_deg else "none"


def _edges(region: Region, margin_deg: float) -> tuple[float, float, float, float]:
    left, right = region.left_deg + margin_deg, region.right_deg - margin_deg
    return left, right, region.top_deg + margin_deg, region.bottom_deg - margin_deg
