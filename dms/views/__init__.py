"""Two cameras that watch one driver: frames in pairs, each part of an observation from the view that shows it better.

What comes after, fusion and all that follows, sees one camera.
"""
