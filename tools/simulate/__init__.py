"""Simulated drivers as observations: what perception would report of a driver whose every act is known."""
