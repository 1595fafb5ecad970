"""Searching the numbers of a rule pack on labelled drives, and telling whether what was found holds for other drivers."""
