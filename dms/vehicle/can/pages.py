"""Multiplexed messages, of which DBC files seldom describe every page: what stands on all of them is read from each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cantools.database.can import Message


class Pages:
    """Takes a message apart. Where its page is one that nobody has described, what does not depend on the page remains."""

    def __init__(self, message: Message) -> None:
        from cantools.database import DecodeError
        from cantools.database.can import Message as Part

        self._undescribed = DecodeError
        self._whole = message
        self._common: Message | None = None
        if message.is_multiplexed():
            signals = [signal for signal in message.signals if not signal.multiplexer_ids]
            self._common = Part(message.frame_id, message.name, message.length, signals, strict=False)

    def decoded(self, data: bytes) -> tuple[Any, bool]:
        """Return the signals by name, and whether the page is one that the DBC describes.

        Raises what cantools does for a message that is not as the DBC says.
        """
        try:
            return self._whole.decode(data, allow_truncated=True), True
        except self._undescribed:
            if self._common is None:
                raise
            return self._common.decode(data, allow_truncated=True), False
