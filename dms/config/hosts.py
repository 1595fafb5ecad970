"""The name or the address of a machine, as the configuration takes it for what is reached over a network."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator

_LONGEST = 253
_NAME = re.compile(r"(?!-)[\w-]{1,63}(?<!-)(\.(?!-)[\w-]{1,63}(?<!-))*\.?")
"""Labels of at most 63 characters between dots (RFC 1123), letters of other alphabets among them."""


def checked_host(text: str) -> str:
    """Return `text` if it is the name of a machine or an IP address.

    Raises:
        ValueError: it is neither; a lookup would fail, or worse, with words that nobody understands.
    """
    try:
        ip_address(text)
    except ValueError:
        if len(text) > _LONGEST or not _NAME.fullmatch(text):
            raise ValueError(
                "the name or the address of a machine alone is wanted, such as broker.example or 192.0.2.10: without http://, "
                "port, brackets and blanks"
            ) from None
    return text


Host = Annotated[str, AfterValidator(checked_host)]


def host_and_port(host: str, port: int) -> str:
    """Return both as one text, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
