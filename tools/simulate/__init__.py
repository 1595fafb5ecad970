"""Simulated drivers as observations: what perception would report about a driver whose every action is known."""
