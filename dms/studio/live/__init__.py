"""A running service over its bus: what it says, kept small, and told to browsers."""
