"""A rule pack as sentences with numbers that can be moved, and what a move does to drives (`dms.studio.pages.rules`)."""
