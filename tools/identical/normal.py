"""What varies from run to run, replaced by a word that does not. Nothing else is touched.

| what | why |
|---|---|
| the temporary folder, this checkout | where they lie says nothing |
| wall-clock times, as ISO 8601 and as `dms events` shows them | a run is at its own time |
| the session, and other UUIDs | drawn for each run |
| the sha256 of the configuration | the service hashes all settings, with the temporary folder's paths and their defaults |
| the sha256 of a rule pack | its comments count in it; `dms check` shows it, and there it is compared, once |
| the version of dms | a new version may behave the same |
| seconds that a replay took | the machine's affair |
"""

from __future__ import annotations

import re
from pathlib import Path

from tools.identical.commands import ROOT

_VARYING = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "(utc)"),
    (re.compile(r"\d{8}T\d{6}Z"), "(utc)"),
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "(uuid)"),
    (re.compile(r"(\"session\":\s*)\"[0-9a-f]{12}\""), r'\1"(session)"'),
    (re.compile(r"(\bsession: )[0-9a-f]{12}\b"), r"\1(session)"),
    (re.compile(r"(\"dms(?:_version)?\":\s*)\"\d+\.\d+[^\"]*\""), r'\1"(version)"'),
    (re.compile(r"\bdms(:?) \d+\.\d+\.\d+\S*?(?=[\s<]|$)"), r"dms\1 (version)"),
    (re.compile(r"(\bconfig_sha256\W+)[0-9a-f]{64}"), r"\1(sha256)"),
    (re.compile(r"(\bpack_sha256\W+)[0-9a-f]{12,64}"), r"\1(sha256)"),
    (re.compile(r"(\brules_sha256\W+)[0-9a-f]{64}"), r"\1(sha256)"),
    (re.compile(r"(\.yaml, sha256 )[0-9a-f]{64}"), r"\1(sha256)"),
    (re.compile(r"replayed in \d+\.\d s"), "replayed in (seconds)"),
)


def normal(text: str, folder: Path) -> str:
    """`text` with a word for all that varies."""
    for path, word in ((folder.resolve(), "(folder)"), (folder, "(folder)"), (ROOT, "(checkout)")):
        text = text.replace(str(path), word)
    for pattern, word in _VARYING:
        text = pattern.sub(word, text)
    return text
