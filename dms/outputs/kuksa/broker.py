"""One connection to a Kuksa databroker, by its interface `kuksa.val.v2` (gRPC)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import grpc
from kuksa.val.v2 import types_pb2, val_pb2, val_pb2_grpc

from dms.bounded import read_at_most
from dms.config.hosts import host_and_port
from dms.errors import one_line
from dms.outputs.forwarding.link import LinkError
from dms.outputs.kuksa.options import LARGEST_FILE_BYTES, KuksaOptions
from dms.outputs.kuksa.signals import Value

LOG = logging.getLogger(__name__)
ANSWER_S = 5.0
_NOT_OURS = (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.INVALID_ARGUMENT)
"""Of one signal: the broker's tree has no such path, or not for us. The others are told all the same."""


class Databroker:
    """A connection that is open. `refused` says why for each signal that the broker does not take.

    Raises:
        LinkError: it cannot be reached or refuses.
    """

    def __init__(self, options: KuksaOptions) -> None:
        self.refused: dict[str, str] = {}
        token = options.token()
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        address = host_and_port(options.host, options.port)
        if options.tls:
            certificates = read_at_most(Path(options.ca_file), LARGEST_FILE_BYTES) if options.ca_file else None
            self._channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(certificates))
        else:
            self._channel = grpc.insecure_channel(address)
        self._broker: Any = val_pb2_grpc.VALStub(self._channel)
        try:
            info = self._broker.GetServerInfo(val_pb2.GetServerInfoRequest(), timeout=ANSWER_S, metadata=self._metadata)
        except grpc.RpcError as error:
            self._channel.close()
            raise _link_error(error) from error
        except BaseException:  # gRPC's, for a token that no header can hold
            self._channel.close()
            raise
        self.name = one_line(f"{info.name} {info.version}")

    def publish(self, values: Mapping[str, Value]) -> None:
        """Tell the values by path.

        Raises:
            LinkError: the broker has gone.
        """
        for path, value in values.items():
            if path in self.refused:
                continue
            request = val_pb2.PublishValueRequest(signal_id=types_pb2.SignalID(path=path), data_point=_point(value))
            try:
                self._broker.PublishValue(request, timeout=ANSWER_S, metadata=self._metadata)
            except grpc.RpcError as error:
                if error.code() not in _NOT_OURS:
                    raise _link_error(error) from error
                self.refused[path] = one_line(error.details() or error.code().name)
                LOG.warning(f"the databroker does not take {path}: {self.refused[path]}")

    def close(self) -> None:
        """Hang up."""
        self._channel.close()


def _point(value: Value) -> types_pb2.Datapoint:
    if value is None:
        return types_pb2.Datapoint()
    # a bool is a number to Python: it is asked first
    typed = types_pb2.Value(bool=value) if isinstance(value, bool) else types_pb2.Value(float=value)
    return types_pb2.Datapoint(value=typed)


def _link_error(error: Any) -> LinkError:
    return LinkError(f"{error.code().name}: {one_line(error.details() or '')}")
