"""A service that is configured with keys: both of its sockets let in whom the list allows, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zmq

from dms.client.sender import send_driver_action
from dms.client.subscriber import Subscriber
from dms.config.allowed_clients import begin_list
from dms.config.key_files import KeyPair, read_client_keys, write_server_pair
from dms.errors import DmsError
from dms.outputs.bus.messages import Topic
from tests.service.conftest import PATIENCE_S
from tools.ports import free_port

BUS, VEHICLE = f"tcp://127.0.0.1:{free_port()}", f"tcp://127.0.0.1:{free_port()}"


def test_both_sockets_of_the_service_ask_for_keys(
    start: Callable[..., Any], long_video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys"
    public, secret = zmq.curve_keypair()
    write_server_pair(keys, KeyPair(public.decode(), secret.decode()))
    begin_list(keys)
    settings = {
        "bus": {"keys": str(keys), "endpoint": BUS.replace("127.0.0.1", "0.0.0.0")},
        "vehicle": {"keys": str(keys), "endpoint": VEHICLE},
        "journal": {"path": str(tmp_path / "journal.db")},
    }
    service = start("--source", long_video, settings=settings)
    own = read_client_keys(keys)
    with Subscriber(BUS, [Topic.HEALTH], own) as subscriber, Subscriber(BUS, [Topic.HEALTH]) as stranger:
        give_up = time.monotonic() + PATIENCE_S
        while (message := subscriber.receive(0.2)) is None:
            assert time.monotonic() < give_up, service.log
        assert message.fields["topic"] == "health"
        with pytest.raises(DmsError, match=r"the service hangs up|nothing answers"):
            send_driver_action(VEHICLE, "pause")
        monkeypatch.setattr("dms.client.sender._SENDING_TIMEOUT_MS", 60_000)  # the machine may be busy
        send_driver_action(VEHICLE, "acknowledge", keys=own)
        while message is None or message.fields["vehicle"]["accepted"] == 0:
            assert time.monotonic() < give_up, service.log
            message = subscriber.receive(0.2)
        assert message.fields["vehicle"]["accepted"] == 1
        assert stranger.receive(0.0) is None
        while "it wants a key" not in (stranger.why_silent() or ""):
            assert time.monotonic() < give_up, service.log
            assert stranger.receive(0.2) is None
    assert service.stop() == 0, service.log
