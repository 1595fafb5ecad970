"""MQTT against a real broker: what arrives, what is retained, what survives, who is let in."""

from __future__ import annotations

import gc
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import jinja2
import pytest
from pydantic import ValidationError

from dms.config.cabin import load_cabin
from dms.decision.pack_loader import load_pack
from dms.errors import ConfigurationError
from dms.health import Health
from dms.monitor.setup import Basis
from dms.outputs.forwarding.link import LinkError
from dms.outputs.forwarding.message import Message, Rank
from dms.outputs.mqtt import OUTPUT
from dms.outputs.mqtt.connection import Broker
from dms.outputs.mqtt.options import MqttOptions, check, reach
from dms.outputs.mqtt.output import MqttOutput
from tests.outputs.forwarding_examples import Ear, Mosquitto, a_step, an_alert, at_once, broker_in, wait_until
from tests.outputs.output_examples import PATIENCE_S


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    one = broker_in(tmp_path / "broker")
    one.start()
    yield one
    one.stop()


def options_for(broker: Mosquitto, folder: Path, **more: Any) -> MqttOptions:
    return MqttOptions(host="127.0.0.1", port=broker.port, vehicle="van7", store=str(folder / "mqtt.store"), **more)


def output_to(broker: Mosquitto, folder: Path, session: str = "run", **more: Any) -> MqttOutput:
    return MqttOutput(options_for(broker, folder, **more), session, waits_s=at_once)


def test_a_drive_arrives_as_messages_of_the_bus_and_leaves_the_state_behind(broker: Mosquitto, tmp_path: Path) -> None:
    output, ear = output_to(broker, tmp_path), Ear(broker)
    output.on_drive_begins(0.0, Basis(load_pack("default"), load_cabin("left_hand_drive")))
    for t in (0.0, 0.1, 0.2, 1.1):
        output.on_step(a_step(t))
    alert = an_alert()
    output.on_step(a_step(12.3, alert))
    output.on_health(Health(12.5, "ok", uptime_s=13.0))
    output.on_health(Health(13.5, "ok", uptime_s=14.0))
    output.on_drive_ends("shutdown")
    wait_until(lambda: len(ear.objects("drive")) == 2 and ear.objects("health"), "the drive's end and health arrive")
    output.close()
    wait_until(lambda: ear.heard[-1] == ("dms/van7/availability", b"offline"), "it says goodbye")
    ear.close()
    (told,) = ear.objects("alert")
    assert (told["id"], told["kind"], told["level"]) == (f"run-{told['seq']}", alert.kind, alert.level)
    assert [each["happened"] for each in ear.objects("drive")] == ["begins", "ends"]
    assert ear.objects("drive")[0]["pack"] == "default"
    assert ear.objects("state")[-1]["active"][0]["kind"] == alert.kind
    assert len(ear.objects("health")) == 1, "no change, and not ten seconds later"
    late = Ear(broker)
    wait_until(lambda: len(late.retained) == 3, "what is retained")
    late.close()
    assert set(late.retained) == {f"dms/van7/{word}" for word in ("availability", "state", "health")}
    assert late.retained["dms/van7/availability"] == b"offline"


def test_alerts_of_an_absence_arrive_when_the_broker_is_back(broker: Mosquitto, tmp_path: Path) -> None:
    somebody_listens = threading.Event()

    def until_somebody_listens() -> Iterator[float]:
        while somebody_listens.wait(PATIENCE_S):
            yield 0.01

    output = MqttOutput(options_for(broker, tmp_path), "run", waits_s=until_somebody_listens)
    wait_until(lambda: output.forwarder.link.is_up, "the broker is reached")
    broker.stop()
    alerts = [an_alert(float(t)) for t in range(30)]
    for alert in alerts:
        output.on_step(a_step(alert.t, alert))
    wait_until(lambda: output.forwarder.link.why_down, "the absence is noticed")
    broker.start()
    ear = Ear(broker)
    somebody_listens.set()
    wait_until(lambda: len(ear.objects("alert")) >= len(alerts), "all arrive")
    output.close()
    ear.close()
    assert list(dict.fromkeys(each["t"] for each in ear.objects("alert"))) == [alert.t for alert in alerts]
    assert ear.objects("state")[-1]["t"] == alerts[-1].t


def test_a_service_that_dies_is_offline_and_its_alerts_arrive_with_the_next_one(broker: Mosquitto, tmp_path: Path) -> None:
    """The broker says so in its place, and nothing that was stored is lost or renamed."""
    ear = Ear(broker)
    first = output_to(broker, tmp_path, "first")
    wait_until(lambda: ear.heard[-1:] == [("dms/van7/availability", b"online")], "it is there")
    first.forwarder.link.close()  # as good as dead: nobody carries any more
    for t in range(5):
        first.on_step(a_step(float(t), an_alert(float(t))))
    first.forwarder.store.close()
    second = output_to(broker, tmp_path, "second")
    second.on_step(a_step(0.0, an_alert(0.0)))
    wait_until(lambda: len(ear.objects("alert")) == 6, "all arrive")
    second.close()
    ear.close()
    assert [each["id"].split("-")[0] for each in ear.objects("alert")] == ["first"] * 5 + ["second"]
    assert len({each["id"] for each in ear.objects("alert")}) == 6


def test_observations_are_told_as_often_as_was_asked(broker: Mosquitto, tmp_path: Path) -> None:
    output, ear = output_to(broker, tmp_path, observations_hz=5.0), Ear(broker)
    for frame in range(31):
        output.on_step(a_step(frame / 30))
    wait_until(lambda: len(ear.objects("observation")) >= 6, "all arrive")
    output.close()
    ear.close()
    assert [each["t"] for each in ear.objects("observation")] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_home_assistant_finds_one_device_whose_templates_read_the_messages(broker: Mosquitto, tmp_path: Path) -> None:
    output, ear = output_to(broker, tmp_path, discovery="homeassistant"), Ear(broker)
    output.on_step(a_step(12.3, an_alert()))
    output.on_health(Health(12.5, "degraded", degraded=("camera dark",), uptime_s=13.0))
    wait_until(lambda: ear.objects("health") and ear.objects("state"), "the state arrives")
    output.close()
    ear.close()
    (config,) = [json.loads(body) for topic, body in ear.heard if topic == "homeassistant/device/dms_van7/config"]
    newest = {topic: json.loads(body) for topic, body in ear.heard if topic.endswith(("/state", "/health"))}

    def shown(name: str) -> str:
        entity = config["components"][name]
        return jinja2.Template(entity["value_template"]).render(value_json=newest[entity["state_topic"]])

    assert config["availability_topic"] == "dms/van7/availability"
    assert {name: shown(name) for name in config["components"]} == {
        "distraction": "OFF",
        "fatigue": "ON",
        "driver": "OFF",
        "assist": "OFF",
        "alert": "fatigue.microsleep",
        "level": "warning",
        "perclos": "None",
        "problem": "ON",
    }
    assert all(entity["unique_id"] == f"dms_van7_{name}" for name, entity in config["components"].items())


# paho leaves a socket whose certificate it refused to Python's own tidying up, which is when pytest hears of it.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_a_broker_that_wants_a_password_and_a_certificate_is_given_both(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "broker"
    folder.mkdir()
    certificate = _self_signed(folder)
    password = tmp_path / "password"
    password.write_text("fine sand\n")
    password.chmod(0o600)
    _mosquitto_password(folder / "users", "van7", "fine sand")
    broker = broker_in(
        folder,
        f"certfile {certificate}",
        f"keyfile {certificate.with_suffix('.key')}",
        "allow_anonymous false",
        f"password_file {folder / 'users'}",
    )
    broker.start()
    try:
        options = MqttOptions(
            host="localhost",
            port=broker.port,
            username="van7",
            password_file=str(password),
            tls=True,
            ca_file=str(certificate),
            store=str(tmp_path / "mqtt.store"),
        )
        check(options)
        assert reach(options) == f"the MQTT broker localhost:{broker.port} answers"
        password.write_text("wrong\n")
        with pytest.raises(LinkError, match=r"refused: (Not authorized|Bad user name or password)"):
            reach(options)
        with pytest.raises(LinkError, match="certificate verify failed"):
            reach(options.model_copy(update={"ca_file": None}))
        output = MqttOutput(options, "run", waits_s=at_once)
        wait_until(lambda: output.forwarder.link.why_down, "the refusal is noticed")
        password.write_text("fine sand\n")
        wait_until(lambda: output.forwarder.link.is_up, "a password that was put right is used without a new start")
        output.close()
    finally:
        broker.stop()
        gc.collect()
    assert "fine sand" not in caplog.text


def _self_signed(folder: Path) -> Path:
    path = folder / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    more = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(path.with_suffix(".key")), "-out", str(path)]
    subprocess.run([*command, *more], check=True, capture_output=True)
    path.with_suffix(".key").chmod(0o644)  # the broker leaves root behind before it reads it
    return path


def _mosquitto_password(path: Path, name: str, password: str) -> None:
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(path), name, password], check=True, capture_output=True)
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"password_file": "p"}, "password_file needs a username"),
        ({"ca_file": "c"}, "certificates need tls: true"),
        ({"tls": True, "key_file": "k"}, "certificate_file and key_file belong together"),
        ({"topic": "dms/#"}, "names between slashes are wanted"),
        ({"topic": "dms//van"}, "names between slashes are wanted"),
        ({"topic": "dms\x00"}, "names between slashes are wanted"),
        ({"topic": "d" * 201}, "200 characters at most"),
        ({"discovery": "home/+"}, "names between slashes are wanted"),
        ({"discovery": "home\x1bassistant"}, "names between slashes are wanted"),
        ({"host": "mqtt://broker.example"}, "without http://, port"),
        ({"host": "broker..example"}, "without http://, port"),
        ({"vehicle": "a/b"}, "String should match pattern"),
    ],
)
def test_options_that_do_not_belong_together_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MqttOptions.model_validate({"host": "broker", **options})


def test_what_the_options_name_is_looked_at_before_the_service_starts(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    options = MqttOptions(host="broker", username="me", password_file=str(secret))
    with pytest.raises(ConfigurationError, match=f"{secret}: not there; put the secret there"):
        OUTPUT.check(options)
    secret.write_text("x")
    secret.chmod(0o644)
    with pytest.raises(ConfigurationError, match="other users may read this secret: chmod 600"):
        OUTPUT.check(options)
    with pytest.raises(ConfigurationError, match=r"ca_file .*nowhere\.pem: .*No such file"):
        OUTPUT.check(MqttOptions(host="broker", tls=True, ca_file=str(tmp_path / "nowhere.pem")))


def test_a_credential_of_systemd_is_named_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mqtt-password").write_text("fine sand\n")
    (tmp_path / "mqtt-password").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert MqttOptions(host="broker", username="me", password_file="mqtt-password").password() == "fine sand"


_WELCOME = b"\x20\x02\x00\x00"
_HUGE = b"\x30\xff\xff\xff\x7f" + bytes(1 << 20)
_NEVER_RELEASED = b"".join(b"\x34\x07\x00\x01x" + number.to_bytes(2, "big") + b"me" for number in range(1, 200))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        pytest.param(_WELCOME + _HUGE, "it sends a packet of 268435455 bytes", id="after the welcome"),
        pytest.param(_HUGE, "refused: it sends a packet of 268435455 bytes", id="in its place"),
        pytest.param(_WELCOME + _NEVER_RELEASED, "it sends messages, to one who subscribes", id="messages never released"),
    ],
)
def test_a_broker_that_sends_without_end_is_hung_up_on(sent: bytes, said: str) -> None:
    """Whoever answers at its address may say that a packet has 256 MiB."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        hung_up = threading.Event()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.sendall(sent)
                while connection.recv(65536):
                    pass
            hung_up.set()

        threading.Thread(target=serve, daemon=True).start()
        options = MqttOptions(host="127.0.0.1", port=listening.getsockname()[1])
        with pytest.raises(LinkError, match=f"^{said}"):
            Broker(options).carry([Message("run-1", "alert", Rank.ALERT, b"{}")])
        assert hung_up.wait(PATIENCE_S)
