"""The connection to a service: a thread that receives what it publishes, and marks that are sent to it."""

from __future__ import annotations

import logging
import threading

from dms.client.marking import Marked, mark_recording
from dms.client.subscriber import Subscriber
from dms.config.key_files import ClientKeys
from dms.errors import DmsError
from dms.outputs.bus.messages import Topic
from dms.studio.live.heard import Heard

LOG = logging.getLogger(__name__)
LOOK_EVERY_S = 0.25
_TOPICS = (Topic.STATE, Topic.ALERT, Topic.HEALTH, Topic.OBSERVATION)


class Line:
    """To the service that publishes at `endpoint`, whether it runs yet or not; it survives its restarts.

    Raises:
        UsageError: the endpoint is malformed.
    """

    def __init__(self, endpoint: str, keys: ClientKeys | None = None) -> None:
        self.endpoint = endpoint
        self.heard = Heard(endpoint)
        self.ended = threading.Event()
        """Set once nobody is to be told anything any more."""
        self._keys = keys
        self._subscriber = Subscriber(endpoint, _TOPICS, keys)
        self._marking = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="studio-live", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def end(self) -> None:
        """Let whoever is being told know that this is the end."""
        self.ended.set()

    def stop(self) -> None:
        """End it, and wait until the connection is closed."""
        self.ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._subscriber.close()

    def mark(self, note: str) -> Marked:
        """Mark the present moment in what the service records.

        Raises:
            DmsError: it cannot, and why; or another mark is on its way.
        """
        if not self._marking.acquire(blocking=False):
            raise DmsError("another mark is on its way: wait for it")
        try:
            return mark_recording(self.endpoint, self._keys, note)
        finally:
            self._marking.release()

    def _run(self) -> None:
        try:
            while not self.ended.is_set():
                message = self._subscriber.receive(LOOK_EVERY_S)
                if message is not None:
                    self.heard.take(message)
                self.heard.look(self._subscriber.why_silent())
        except Exception as error:
            LOG.exception("the bus is no longer listened to")
            self.heard.look(f"the studio no longer listens, as of a fault ({error}): start dms studio anew")
            raise
