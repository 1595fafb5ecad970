"""Where a driver looked, in the terms of ISO 15007: glances at areas, their durations, and transitions between areas. Pure."""
