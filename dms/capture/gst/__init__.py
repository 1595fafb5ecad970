"""GStreamer pipelines as cameras, each in a process of its own."""
