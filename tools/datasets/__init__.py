"""Labelled faces of other people's data sets in, rendered faces out: `python -m tools.datasets --help`, docs/datasets.md.

Each format is a module with `read` and, beside it, the `write` that makes the same format from rendered faces. All of them
speak of one record, `tools.datasets.face.LabelledFace`.
"""

from dms.capture import opencv  # noqa: F401 - before anything else loads OpenCV: it bounds the pictures that OpenCV takes
