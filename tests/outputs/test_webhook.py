"""The webhook against a web server of our own: taken, refused, away, redirected, signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from dms.errors import ConfigurationError
from dms.outputs.forwarding.link import LinkError
from dms.outputs.forwarding.message import Message, Rank
from dms.outputs.webhook import OUTPUT
from dms.outputs.webhook.options import WebhookOptions
from dms.outputs.webhook.output import WebhookOutput
from dms.outputs.webhook.posting import Webhook
from dms.types import Alert, Level
from tests.outputs.forwarding_examples import a_step, an_alert, at_once, free_port, wait_until


class Server:
    """A web server that answers with `answers` in turn, and then with 204 always; `asked` is what it got."""

    def __init__(self, port: int = 0, *answers: int) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        left, asked = list(answers), self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked.append((self.path, dict(self.headers), body))
                status = left.pop(0) if left else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.asked]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def output_to(port: int, folder: Path, **more: Any) -> WebhookOutput:
    options = WebhookOptions(url=f"http://127.0.0.1:{port}/alerts?van=7", store=str(folder / "webhook.store"), **more)
    return WebhookOutput(options, "run", waits_s=at_once)


def test_an_alert_is_posted_with_a_signature_that_the_other_side_can_check(server: Server, tmp_path: Path) -> None:
    secret, authorization = tmp_path / "secret", tmp_path / "authorization"
    for path, content in ((secret, "fine sand\n"), (authorization, "Bearer token\n")):
        path.write_text(content)
        path.chmod(0o600)
    output = output_to(server.port, tmp_path, secret_file=str(secret), authorization_file=str(authorization))
    output.on_step(a_step(12.3, an_alert()))
    wait_until(lambda: output.forwarder.store.waiting == 0 and server.asked, "it is taken")
    output.close()
    ((target, headers, body),) = server.asked
    assert target == "/alerts?van=7"
    assert headers["X-Dms-Signature"] == f"sha256={hmac.new(b'fine sand', body, hashlib.sha256).hexdigest()}"
    assert headers["Authorization"] == "Bearer token"
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == json.loads(body)["id"] == "run-1"


def test_levels_that_are_not_wanted_are_not_posted(server: Server, tmp_path: Path) -> None:
    output = output_to(server.port, tmp_path, level_at_least="urgent")
    mild = an_alert()
    grave = Alert(mild.t, mild.kind, Level.URGENT, mild.phase, mild.onset, mild.rule, mild.pack, mild.cause)
    output.on_step(a_step(12.3, mild, grave))
    wait_until(lambda: output.forwarder.store.waiting == 0 and server.asked, "it is taken")
    output.close()
    assert [each["level"] for each in server.objects()] == ["urgent"]


def test_alerts_of_an_absence_are_posted_once_the_server_is_there(tmp_path: Path) -> None:
    port = free_port()
    output = output_to(port, tmp_path)
    for t in range(30):
        output.on_step(a_step(float(t), an_alert(float(t))))
    wait_until(lambda: output.forwarder.link.why_down, "the absence is noticed")
    server = Server(port)
    wait_until(lambda: output.forwarder.store.waiting == 0, "all are taken")
    output.close()
    server.close()
    assert [each["t"] for each in server.objects()] == [float(t) for t in range(30)]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (500, "it answers 500 Internal Server Error"),
        (429, "it answers 429 Too Many Requests"),
        (401, "it answers 401 Unauthorized"),
        (302, "it answers 302 Found, which is not followed"),
    ],
)
def test_what_may_change_is_tried_again_with_the_same_id(
    answer: int, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(0, answer, answer)
    output = output_to(server.port, tmp_path)
    output.on_step(a_step(12.3, an_alert()))
    wait_until(lambda: output.forwarder.store.waiting == 0, "it is taken in the end")
    output.close()
    server.close()
    assert [each["id"] for each in server.objects()] == ["run-1"] * 3
    assert {path for path, _, _ in server.asked} == {"/alerts?van=7"}, "nobody is sent elsewhere"
    assert said in caplog.text
    assert "van=7" not in caplog.text, "some services hide a key in the query"


def test_what_will_never_be_taken_does_not_keep_the_others_waiting(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(0, 422)
    output = output_to(server.port, tmp_path)
    for t in (1.0, 2.0):
        output.on_step(a_step(t, an_alert(t)))
    wait_until(lambda: output.forwarder.store.waiting == 0, "nothing is left")
    output.close()
    server.close()
    assert [each["t"] for each in server.objects()] == [1.0, 2.0]
    assert "refused run-1 for good: 422" in caplog.text


def test_what_was_taken_before_a_failure_is_not_posted_again(tmp_path: Path) -> None:
    port = free_port()
    output = output_to(port, tmp_path)
    for t in (1.0, 2.0, 3.0):
        output.on_step(a_step(t, an_alert(t)))
    server = Server(port, 204, 503)
    wait_until(lambda: output.forwarder.store.waiting == 0, "all are taken")
    output.close()
    server.close()
    assert [each["t"] for each in server.objects()] == [1.0, 2.0, 2.0, 3.0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "ftp://fleet/alerts"}, "http:// or https:// is wanted"),
        ({"url": "fleet"}, "http:// or https:// is wanted"),
        ({"url": "https://"}, "http:// or https:// is wanted"),
        ({"url": "https://fleet:99999/"}, "Port out of range"),
        ({"url": "https://me:secret@fleet/"}, "use authorization_file"),
        ({"url": "https://fleet/", "level_at_least": "loud"}, "should be one of info, advisory"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        WebhookOptions(**options)


def test_a_secret_that_others_may_read_is_refused_and_nobody_there_is_told(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o640)
    with pytest.raises(ConfigurationError, match="other users may read this secret"):
        OUTPUT.check(WebhookOptions(url="https://fleet/", secret_file=str(secret)))
    port = free_port()
    assert OUTPUT.reach is not None
    with pytest.raises(LinkError, match=f"the webhook http://127.0.0.1:{port}/: Connection refused"):
        OUTPUT.reach(WebhookOptions(url=f"http://127.0.0.1:{port}/"))


def _a_byte_now_and_then(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    while True:
        connection.sendall(b".")
        time.sleep(0.05)


def _go_on_without_end(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


def _nothing(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


@pytest.mark.parametrize("answer", [_a_byte_now_and_then, _go_on_without_end, _nothing])
def test_a_server_that_never_ends_its_answer_is_hung_up_on(answer: Callable[[socket.socket], None]) -> None:
    """Each piece of it comes in time: it is the whole that has to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        webhook = Webhook(WebhookOptions(url=f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout_s=0.5))
        with pytest.raises(LinkError, match=r"no whole answer within 0\.5 s"):
            webhook.carry([Message("run-1", "alert", Rank.ALERT, b"{}")])
        webhook.close()
        thread.join(60.0)
        assert not thread.is_alive()


def test_what_a_server_answers_is_fit_for_a_log() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 500 \x1b[31m" + b"A" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        webhook = Webhook(WebhookOptions(url=f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout_s=30.0))
        with pytest.raises(LinkError, match=r"^it answers 500 \[31mA{90,100}…$"):
            webhook.carry([Message("run-1", "alert", Rank.ALERT, b"{}")])
        thread.join(60.0)


@pytest.mark.parametrize(
    "url",
    ["http://a b/", "http://fleet..example/", "http://fleet.example/\x00", "http://fleet.example/caf\u00e9", "http://-/"],
)
def test_an_address_that_none_can_be_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        WebhookOptions(url=url)
