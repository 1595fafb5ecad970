"""What an export says about itself to the person who gets it."""

from __future__ import annotations

README = "README.txt"
MANIFEST = "manifest.json"
TEXT = """\
What a driver monitoring system has kept

manifest.json             what is in here, from when, and the size and SHA-256 of every file
journal/drives.csv        every drive: when it began and ended, which camera watched, under which rules
journal/alerts.csv        every alert: when, what, how urgent, and in `cause` the measured values that led to it
journal/alerts.jsonl      the same, for programs
journal/summaries.jsonl   what each drive, and each five minutes of it, were summed up to
journal.db.version-…/     the same of a journal that lay beside, because an older dms ran for a while
calibration.json          what was learned of the driver in each seat: straight ahead, and the open eye
recordings/*.mcap         recorded drives, as they were kept; Foxglove (https://foxglove.dev) opens them
recordings/*.jsonl        the same in text: what was seen in each picture, a line each
recordings/*-pictures/    the recorded pictures; the name is the second of the drive and the number of the picture
recordings/*.keep         why a recording was protected from being deleted

A part that is not here was not kept. CSV files open in any spreadsheet; a line of a .jsonl file is one JSON object.
Times `utc` are universal time; `t`, `onset` and `end` are seconds since the drive began. Angles are in degrees: yaw > 0 is to the
driver's left, pitch > 0 is up. Empty or null means unknown.
"""
