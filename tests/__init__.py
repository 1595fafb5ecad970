"""Tests are a package, so that no package of the same name that a library brings along can stand in their way."""
