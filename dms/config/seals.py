"""Seals: the configuration says what a file must contain, and a file that was altered is refused."""

from __future__ import annotations

from dms.config.yaml_loader import YamlDocument
from dms.errors import ConfigurationError


def check_seal(document: YamlDocument, seal: str | None, key: str) -> None:
    """Refuse a file that is not the one that was sealed. `seal` is a SHA-256, None without a seal; `key` is where it stands.

    Raises:
        ConfigurationError: the content is another; the message names the file and both hashes.
    """
    if seal is not None and document.sha256 != seal:
        raise ConfigurationError(
            f"{document.file}: not the content that the configuration seals (seals.{key}): its sha256 is {document.sha256}, "
            f"sealed is {seal}; put the file back, or seal the new content if it is meant to be (`dms rules seal`)"
        )
