"""The key of anything computed once and kept: made from all it follows from, so that a change of any of it is never overlooked.

That is the content of files, the source code of the modules that compute it, and settings in words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from dms.bounded import open_file


def kept_key(files: Iterable[Path], modules: Iterable[str], *settings: object) -> str:
    """64 hexadecimal digits that differ as soon as a file, the code or a setting does.

    Args:
        files: their bytes count, in this order; their names do not.
        modules: modules and whole packages, such as `dms.fusion`.
        settings: whatever else matters, as text.

    Raises:
        OSError: a file cannot be read.
        ModuleNotFoundError: there is no such module.
    """
    digest = hashlib.sha256(code_sha256(tuple(modules)).encode())
    for path in files:
        digest.update(file_sha256(path).encode())
    for setting in settings:
        digest.update(f"\0{setting}".encode())
    return digest.hexdigest()


def file_sha256(path: Path) -> str:
    """The hash of a file's bytes, read again only after the file has changed."""
    status = path.stat()
    return _file_sha256(path, status.st_mtime_ns, status.st_size)


@cache
def _file_sha256(path: Path, changed_ns: int, size: int) -> str:
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_sha256(modules: tuple[str, ...]) -> str:
    """A hash of the source of modules and packages, subpackages included; none of the modules named is run.

    Raises:
        ModuleNotFoundError: there is no such module.
    """
    digest = hashlib.sha256()
    for module in modules:
        spec = find_spec(module)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(f"no module named {module!r}")
        source = Path(spec.origin)
        for path in sorted(source.parent.rglob("*.py")) if spec.submodule_search_locations is not None else [source]:
            digest.update(path.read_bytes())
    return digest.hexdigest()
