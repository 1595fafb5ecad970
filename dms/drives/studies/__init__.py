"""Studies of `dms tune` as others see them: how far one is, what it was begun with, what it found."""
