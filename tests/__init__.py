"""A package of this name comes with kuksa-client: without this file, it would be found in place of these tests."""
