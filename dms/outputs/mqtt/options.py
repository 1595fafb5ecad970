"""The section `outputs: {mqtt: …}`."""

from __future__ import annotations

import re
import socket
import ssl
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from dms.config.hosts import Host, host_and_port
from dms.errors import ConfigurationError, reason
from dms.outputs.forwarding.link import LinkError
from dms.outputs.forwarding.options import StoreOptions, Text, Word, secret_in, secret_path

PLAIN_PORT, TLS_PORT = 1883, 8883
_LONGEST_TOPIC = 200
_LEVELS = re.compile(r"[^#+/\s\x00-\x1f\x7f]+(/[^#+/\s\x00-\x1f\x7f]+)*")


def _is_topic(text: str) -> str:
    """What topics may begin with: anything else would be refused by the broker, message by message."""
    if len(text) > _LONGEST_TOPIC or not _LEVELS.fullmatch(text):
        raise ValueError(
            f"names between slashes are wanted, such as fleet/dms, {_LONGEST_TOPIC} characters at most: without wildcards "
            "(# and +), blanks and control characters"
        )
    return text


Topic = Annotated[str, AfterValidator(_is_topic)]


class MqttOptions(StoreOptions):
    """The broker, and what it is told."""

    host: Host = Field(description="The broker's name or address.")
    port: int | None = Field(default=None, ge=1, le=65535, description="null for 1883, or 8883 with TLS.")
    topic: Topic = Field(
        default="dms",
        description="What all topics begin with; the vehicle's name follows.",
    )
    vehicle: Word = Field(default="vehicle", description="The vehicle's name in topics: each has its own.")
    username: Text | None = Field(default=None, description="The name to log in with.")
    password_file: Text | None = Field(
        default=None,
        description="File with the password, for the service's user alone; a name without a folder is a credential of systemd.",
    )
    tls: bool = Field(default=False, description="Whether the connection is encrypted and the broker's certificate checked.")
    ca_file: Text | None = Field(default=None, description="Certificates that are trusted; null for those of the system.")
    certificate_file: Text | None = Field(default=None, description="The vehicle's own certificate, if the broker wants one.")
    key_file: Text | None = Field(default=None, description="The key that belongs to it.")
    keepalive_s: int = Field(default=30, ge=5, le=3600, description="Silence after half as long again is `offline`.")
    state_every_s: float = Field(default=1.0, ge=0.2, le=3600.0, description="How often the state is told, besides every change.")
    health_every_s: float = Field(default=10.0, ge=1.0, le=3600.0, description="How often health is told, besides every change.")
    observations_hz: float = Field(
        default=0.0, ge=0.0, le=60.0, description="Observations a second that are told and stored at most; 0 for none."
    )
    discovery: Topic | None = Field(
        default=None, description="The prefix under which Home Assistant looks for devices, usually `homeassistant`; null: none."
    )

    @model_validator(mode="after")
    def _belongs_together(self) -> MqttOptions:
        if self.password_file and not self.username:
            raise ValueError("password_file needs a username")
        if not self.tls and (self.ca_file or self.certificate_file or self.key_file):
            raise ValueError("certificates need tls: true")
        if bool(self.certificate_file) != bool(self.key_file):
            raise ValueError("certificate_file and key_file belong together")
        return self

    @property
    def base(self) -> str:
        """What the topics of this vehicle begin with."""
        return f"{self.topic}/{self.vehicle}"

    @property
    def address(self) -> tuple[str, int]:
        """Where the broker listens."""
        return self.host, self.port or (TLS_PORT if self.tls else PLAIN_PORT)

    @property
    def peer(self) -> str:
        """The broker, in words."""
        return f"the MQTT broker {host_and_port(*self.address)}"

    def password(self) -> str | None:
        """The password, None without one; raises ConfigurationError."""
        return secret_in(self.password_file) if self.password_file else None

    def tls_context(self) -> ssl.SSLContext | None:
        """How the connection is encrypted, None if it is not.

        Raises:
            ConfigurationError: a file with a certificate or a key cannot be used; the message names it.
        """
        if not self.tls:
            return None
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigurationError(f"ca_file {self.ca_file}: {reason(error)}") from error
        if self.certificate_file and self.key_file:
            try:
                context.load_cert_chain(self.certificate_file, secret_path(self.key_file), password=_no_password)
            except (OSError, ValueError) as error:
                raise ConfigurationError(
                    f"certificate_file {self.certificate_file} with key_file {self.key_file}: {error}"
                ) from error
        return context


def check(options: MqttOptions) -> None:
    """Whether the files can be used; raises ConfigurationError."""
    options.password()
    options.tls_context()
    if options.key_file and secret_path(options.key_file).stat().st_mode & 0o077:
        raise ConfigurationError(f"key_file {options.key_file}: other users may read this key: chmod 600 {options.key_file}")
    if options.store and not Path(options.store).is_absolute():
        raise ConfigurationError(f"store: {options.store!r}: give the whole path")


def reach(options: MqttOptions) -> str:
    """Log in at the broker; raises LinkError."""
    from dms.outputs.mqtt.connection import Broker

    try:
        Broker(options, client_id=f"dms-doctor-{socket.gethostname()}"[:23], will=False).close()
    except OSError as error:
        raise LinkError(f"{options.peer}: {reason(error)}") from error
    return f"{options.peer} answers"


def _no_password() -> str:
    """A key with a password would have OpenSSL ask for it on the terminal of the service."""
    raise ValueError("the key has a password, which nobody could type")
