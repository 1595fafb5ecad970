"""What lies in a direction: the zone of the cabin and the area of EU 2023/2590."""

from __future__ import annotations

import math

from dms.config.cabin import OTHER, ROAD, Cabin, Region
from dms.fusion.directions import Direction
from dms.fusion.settings import FusionSettings


class ZoneFinder:
    """Names the zone and area of a direction, with a margin in favour of the last one: noise at an edge does not flicker."""

    __slots__ = ("_areas", "_cabin", "_glass", "_road", "_settings", "area", "zone")

    def __init__(self, cabin: Cabin, settings: FusionSettings) -> None:
        self._cabin = cabin
        self._settings = settings
        self._road = cabin.road
        self._areas = cabin.areas
        margin_deg = cabin.areas.glass_margin_deg
        self._glass = [_edges(region, margin_deg) for region in cabin.regions if region.glass]
        self.zone: str | None = None
        self.area: str | None = None

    def update(self, direction: Direction | None, sigma_deg: float | None) -> None:
        """Take the direction from forward, None if unknown, and its standard error."""
        if direction is None:
            self.zone = self.area = None
            return
        yaw, pitch, _ = direction
        self.zone = ROAD if self._is_road(yaw, pitch, sigma_deg) else self._elsewhere(yaw, pitch)
        self.area = self._area(yaw, pitch)

    def _is_road(self, yaw: float, pitch: float, sigma_deg: float | None) -> bool:
        """Inside the road's ellipse, whose half-widths are at least three standard errors (within limits)."""
        road, settings = self._road, self._settings
        width_deg = road.half_width_deg
        height_deg = road.up_deg if pitch > 0.0 else road.down_deg
        least_deg = settings.road_sigmas * (sigma_deg or 0.0)
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
        for target in self._cabin.targets:
            margin_deg = self._settings.zone_margin_deg if target.name == self.zone else 0.0
            distance = max(
                abs(yaw - target.yaw_deg) / (target.half_width_deg + margin_deg),
                abs(pitch - target.pitch_deg) / (target.half_height_deg + margin_deg),
            )
            if distance <= 1.0 and distance < nearest_distance:
                nearest, nearest_distance = target.name, distance
        if nearest is not None:
            return nearest
        for region in self._cabin.regions:
            left, right, top, bottom = _edges(region, self._settings.zone_margin_deg if region.name == self.zone else 0.0)
            if right <= yaw <= left and bottom <= pitch <= top:
                return region.name
        return OTHER

    def _area(self, yaw: float, pitch: float) -> str:
        areas, area = self._areas, self.area
        margin_deg = self._settings.area_margin_deg
        inside_1 = margin_deg if area == "area1" else 0.0
        if abs(yaw) > areas.side_plane_deg - inside_1 or pitch > areas.roof_deg - inside_1:
            return "area1"
        for left, right, top, bottom in self._glass:
            if right <= yaw <= left and bottom <= pitch <= top:
                return "area2"
        inside_3 = margin_deg if area == "area3" else 0.0
        return "area3" if pitch < inside_3 - areas.down_plane_deg else "none"


def _edges(region: Region, margin_deg: float) -> tuple[float, float, float, float]:
    left, right = region.left_deg + margin_deg, region.right_deg - margin_deg
    return left, right, region.top_deg + margin_deg, region.bottom_deg - margin_deg
