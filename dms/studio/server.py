"""The studio at its address."""

from __future__ import annotations

import ipaddress
import logging
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from dms.drives.replaying.batch import Setting
from dms.serving.listening import OF_THIS_MACHINE, listening, run, url_of
from dms.studio.application import application
from dms.studio.gate import Door
from dms.studio.index import Index
from dms.studio.kept import Kept
from dms.studio.places import check_asked
from dms.studio.surroundings import Surroundings

LOG = logging.getLogger(__name__)
STOP_WITHIN_S = 3
_TOKEN_BYTES = 24


def serve(
    drives: Sequence[Path],
    setting_now: Callable[[], Setting],
    address: tuple[str, int],
    names: Sequence[str],
    cache: Path,
    around: Surroundings,
    tell: Callable[[str], None],
) -> None:
    """Answer until SIGTERM or SIGINT. `tell` is given the address with the token once the studio can be asked.

    Raises:
        DriveError: one of `drives` is neither a drive nor a folder.
        ConfigurationError: the pack is wrong, the address cannot be had, or the cache cannot be written.
    """
    check_asked(drives)
    host, port = address
    is_private = ipaddress.ip_address(host).is_loopback
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    door = Door(token, frozenset((*(name.strip("[]") for name in OF_THIS_MACHINE), *names)), not is_private, f"dms_studio_{port}")
    kept = Kept(cache)
    try:
        with listening(host, port) as listener:
            if not is_private:
                LOG.warning("%s: pictures of drivers travel in the clear to whoever knows the token", host)
            tell(f"{url_of(host, port)}?token={token}")
            index = Index(drives, setting_now, kept, around)
            run(application(index, door), listener, STOP_WITHIN_S, (lambda: None) if around.line is None else around.line.end)
    finally:
        kept.close()
        if around.line is not None:
            around.line.stop()
