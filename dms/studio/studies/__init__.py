"""Studies of `dms tune` in the studio: found, begun, watched, stopped and gone on with."""
