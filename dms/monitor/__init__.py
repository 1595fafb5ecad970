"""From observations to alerts: fusion and decision joined, as the live service and replay share them. Pure."""
