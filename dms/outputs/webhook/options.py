"""The section `outputs: {webhook: …}`."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator

from dms.config.hosts import checked_host
from dms.errors import ConfigurationError, reason
from dms.outputs.forwarding.options import StoreOptions, Text, secret_in
from dms.types import Level


class WebhookOptions(StoreOptions):
    """Where alerts are posted."""

    url: Text = Field(description="http:// or https:// address that takes the alerts. Redirections are not followed.")
    secret_file: Text | None = Field(
        default=None,
        description="File with the secret that signs each body (`X-Dms-Signature`), for the service's user alone; a name without "
        "a folder is a credential of systemd.",
    )
    authorization_file: Text | None = Field(
        default=None,
        description="File with the header `Authorization`, for example `Bearer …`; kept like the secret.",
    )
    ca_file: Text | None = Field(default=None, description="Certificates that are trusted; null for those of the system.")
    timeout_s: float = Field(default=10.0, ge=0.1, le=60.0, description="How long the other side may take for each answer.")
    level_at_least: str = Field(default="info", description="Alerts of lower levels are not posted.")

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address that begins with http:// or https:// is wanted")
        if parts.username or parts.password:
            raise ValueError("no name or password in the address, which logs may show: use authorization_file")
        if not url.isprintable() or any(character.isspace() for character in url):
            raise ValueError("no blanks and no control characters in an address: %20 stands for a blank")
        if not f"{parts.path}{parts.query}".isascii():
            raise ValueError("letters beyond ASCII are written as their bytes behind the host, such as %C3%A9")
        checked_host(parts.hostname)
        parts.port  # noqa: B018 - raises ValueError for one that is none
        return url

    @field_validator("level_at_least")
    @classmethod
    def _is_a_level(cls, level: str) -> str:
        if level not in list(Level):
            raise ValueError(f"should be one of {', '.join(Level)}")
        return level

    @property
    def least_level(self) -> Level:
        """The lowest level that is posted."""
        return Level(self.level_at_least)

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.url)

    @property
    def peer(self) -> str:
        """The other side, in words; without the query, in which some services hide a key."""
        return f"the webhook {self.parts.scheme}://{self.parts.netloc}{self.parts.path}"

    def secret(self) -> bytes | None:
        """The secret, None without one; raises ConfigurationError."""
        return secret_in(self.secret_file).encode() if self.secret_file else None

    def authorization(self) -> str | None:
        """The header, None without one.

        Raises:
            ConfigurationError: the file cannot be used, or holds what no header can.
        """
        if self.authorization_file is None:
            return None
        content = secret_in(self.authorization_file)
        if not content.isascii() or not content.isprintable():
            raise ConfigurationError(f"{self.authorization_file}: one line of ASCII is wanted")
        return content

    def tls_context(self) -> ssl.SSLContext | None:
        """How the connection is encrypted, None for http; raises ConfigurationError."""
        if self.parts.scheme == "http":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigurationError(f"ca_file {self.ca_file}: {reason(error)}") from error


def check(options: WebhookOptions) -> None:
    """Whether the files can be used; raises ConfigurationError."""
    options.secret()
    options.authorization()
    options.tls_context()
    if options.store and not Path(options.store).is_absolute():
        raise ConfigurationError(f"store: {options.store!r}: give the whole path")
