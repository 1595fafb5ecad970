"""The section `outputs: {kuksa: …}`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from dms.bounded import read_at_most
from dms.config.hosts import Host, host_and_port
from dms.errors import ConfigurationError, reason
from dms.outputs.forwarding.options import Section, Text, secret_in

LARGEST_FILE_BYTES = 1 << 20
"""Of certificates: those of all authorities together have a quarter."""


class KuksaOptions(Section):
    """The databroker."""

    host: Host = Field(default="127.0.0.1", description="The databroker's name or address.")
    port: int = Field(default=55555, ge=1, le=65535, description="Its port.")
    tls: bool = Field(default=False, description="Whether the connection is encrypted and the broker's certificate checked.")
    ca_file: Text | None = Field(default=None, description="Certificates that are trusted (PEM); null for those of gRPC.")
    token_file: Text | None = Field(
        default=None,
        description="File with the token (JWT) that allows to provide the signals, for the service's user alone; a name without "
        "a folder is a credential of systemd.",
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> KuksaOptions:
        if self.ca_file and not self.tls:
            raise ValueError("ca_file needs tls: true")
        if self.token_file and not self.tls and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("token_file beyond this machine needs tls: true, or anybody on the way can read the token")
        return self

    @property
    def peer(self) -> str:
        """The broker, in words."""
        return f"the Kuksa databroker {host_and_port(self.host, self.port)}"

    def token(self) -> str | None:
        """The token, None without one.

        Raises:
            ConfigurationError: the file cannot be used, or holds what no header can.
        """
        token = secret_in(self.token_file) if self.token_file else None
        if token is not None and not (token.isascii() and token.isprintable()):
            raise ConfigurationError(f"{self.token_file}: one line of ASCII is wanted")
        return token


def check(options: KuksaOptions) -> None:
    """Whether the files can be used; raises ConfigurationError."""
    options.token()
    if options.ca_file:
        try:
            read_at_most(Path(options.ca_file), LARGEST_FILE_BYTES)
        except OSError as error:
            raise ConfigurationError(f"ca_file: {reason(error)}") from error
