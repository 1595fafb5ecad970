"""What the sections of several outputs have in common: words, a store, secrets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dms.config.key_files import read_private
from dms.errors import ConfigurationError
from dms.locations import default_store_path

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A name that may be a part of topics and ids anywhere."""


class Section(BaseModel):
    """A section of the configuration: strict, without unknown keys, NaN or infinities."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class StoreOptions(Section):
    """Where messages wait while the other side is away."""

    store: Text | None = Field(
        default=None, description="File in which messages wait; null for one in the state directory, by the output's name."
    )
    keep_mib: float = Field(
        default=16.0,
        ge=0.01,
        le=10_000.0,
        description="MiB of messages that may wait. Then the least important go, the oldest first: observations before all else, "
        "alerts last. How many went is told.",
    )

    def store_path(self, output: str) -> Path:
        """The file for the output of this name, `NAME.store` in the state directory unless the options say otherwise."""
        return Path(self.store) if self.store else default_store_path(output)


def secret_path(name: str) -> Path:
    """The file of a secret. A name without a folder is a credential that systemd passes (`LoadCredential=`)."""
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(credentials) / name if credentials and "/" not in name else Path(name)


def secret_in(name: str) -> str:
    """The secret in a file, without the line's end.

    Raises:
        ConfigurationError: it cannot be read, is empty, or other users may read it.
    """
    path = secret_path(name)
    secret = read_private(path, "put the secret there, alone on a line, for the service's user alone (mode 0600)").strip("\r\n")
    if not secret:
        raise ConfigurationError(f"{path}: the file is empty")
    return secret
