"""Observations to alerts: fusion and decision joined. What the live service and replay share. Pure."""
