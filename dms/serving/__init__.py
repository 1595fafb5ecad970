"""Perception over HTTP: a picture or a clip in, observations out (`dms serve`)."""
