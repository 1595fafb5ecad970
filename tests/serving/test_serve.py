"""Pictures and clips over HTTP: the same answers as on the command line, and one clear sentence where there is none."""

from __future__ import annotations

import http.client
import json
import os
import resource
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from dms.errors import EXIT_CONFIGURATION, EXIT_USAGE
from dms.serving.listening import CONNECTIONS
from dms.serving.patience import MOST_CONNECTIONS
from tests.serving.conftest import PROGRAM, Service, write_clip
from tools.ports import free_port
from tools.running_server import PATIENCE_S


def observed(*arguments: str | Path) -> list[dict[str, Any]]:
    """What `dms observe` says of the same file."""
    command = [PROGRAM, "observe", *arguments, "--precision", "fp32", "--jsonl", "-"]
    lines = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S).stdout.splitlines()
    return [{name: value for name, value in json.loads(line).items() if name != "source"} for line in lines]


def test_a_picture_is_read_as_by_dms_observe(service: Service, picture: Path) -> None:
    answer = service.ask("/predict", picture.read_bytes())
    assert answer.status == 200
    assert (answer.json["kind"], answer.json["width"], answer.json["height"]) == ("picture", 640, 480)
    assert answer.json["observations"] == observed(picture, "--stills")
    assert answer.json["observations"][0]["face"]["score"] > 0.9
    assert len(answer.json["observations"][0]["landmarks"]) == 68


def test_in_a_clip_the_driver_is_followed_as_by_dms_observe(service: Service, clip: Path) -> None:
    answer = service.ask("/predict", clip.read_bytes())
    assert answer.status == 200
    assert answer.json["kind"] == "clip"
    told, expected = answer.json["observations"], observed(clip)
    assert [each["frame"] for each in told] == list(range(20))
    assert [each["head"]["yaw"] for each in told] == pytest.approx([each["head"]["yaw"] for each in expected], abs=1.5)


def test_nobody_in_a_picture_is_an_answer_too(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "wall.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(90, 110, (240, 320), dtype=np.uint8))
    answer = service.ask("/predict", path.read_bytes())
    assert answer.status == 200
    assert answer.json["observations"][0]["face"] is None


@pytest.mark.parametrize("sent", ["picture", "clip"])
def test_what_is_too_small_to_show_anybody_is_refused(service: Service, tmp_path: Path, sent: str) -> None:
    tiny = np.zeros((8, 12, 3), np.uint8)
    if sent == "picture":
        body = cv2.imencode(".png", tiny)[1].tobytes()
    else:
        writer = cv2.VideoWriter(str(tmp_path / "tiny.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (12, 8))
        writer.write(tiny)
        writer.release()
        body = (tmp_path / "tiny.avi").read_bytes()
    answer = service.ask("/predict", body)
    assert (answer.status, answer.json["error"]) == (422, "the body: 12 by 8 pixels; nobody can be seen in less than 16 by 16")


def test_what_is_odd_about_a_file_is_said(service: Service, picture: Path, tmp_path: Path) -> None:
    content = picture.read_bytes()
    density = b"\0\0\0\tpHYs" + (2000).to_bytes(4) + (1000).to_bytes(4) + b"\1"
    import zlib

    chunk = density + zlib.crc32(density[4:]).to_bytes(4)
    answer = service.ask("/predict", content[:33] + chunk + content[33:])
    assert answer.json["notes"] == ["the body: states pixels 0.5 times as wide as high; stretched to 640x960 square ones"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 415, "an empty body: expected a picture (JPEG"),
        (b"hello", 415, "curl --data-binary @FILE"),
        (b"#EXTM3U\nfile:///etc/passwd\n", 415, "expected a picture"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", 415, "expected a picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, 422, "the body: not a picture that can be decoded"),
        (b"\0\0\0\x20ftypisom" + b"\0" * 100, 422, "the body: "),
        (b"\x1aE\xdf\xa3" + b"\1" * 500, 422, "the body: "),
        (b"\xff\xd8\xff" + b"\0" * (5 << 20), 413, "more than 4194304 bytes"),
    ],
    ids=["empty", "text", "playlist", "script", "jpeg", "mp4", "matroska", "large"],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(service: Service, body: bytes, status: int, said: str) -> None:
    answer = service.ask("/predict", body)
    assert answer.status == status
    assert said in answer.json["error"]
    assert "/tmp" not in answer.json["error"], "nobody needs to know where it lay"


def test_a_body_of_no_stated_length_is_cut_off_as_well(service: Service) -> None:
    answer = service.ask("/predict", iter([b"\xff\xd8\xff", *[b"\0" * (1 << 20)] * 5]))
    assert answer.status == 413


def test_a_clip_that_is_too_long_is_refused(service: Service, tmp_path: Path) -> None:
    write_clip(tmp_path / "long.avi", 31)
    answer = service.ask("/predict", (tmp_path / "long.avi").read_bytes())
    assert (answer.status, answer.json["error"]) == (422, "the body: more than 30 frames")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/predict", 405), ("PUT", "/predict", 405), ("GET", "/nowhere", 404), ("POST", "/", 405)],
)
def test_other_ways_and_places_are_told_where_to_look(service: Service, method: str, path: str, status: int) -> None:
    answer = service.ask(path, method=method)
    assert answer.status == status
    assert "/ tells" in answer.json["error"]


def test_a_page_of_a_browser_gets_in_by_no_other_name(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE_S)
    connection.request("GET", "/health", headers={"host": "dms.attacker.example"})
    assert connection.getresponse().status == 400
    connection.close()


def test_health_metrics_and_the_page(service: Service, picture: Path) -> None:
    service.ask("/predict", picture.read_bytes())
    health = service.ask("/health").json
    assert (health["status"], set(health["models"])) == ("ok", {"face", "eye", "detector"})
    metrics = service.ask("/metrics")
    assert 'dms_predictions_total{status="200"}' in metrics.body.decode()
    assert 'dms_prediction_seconds_count{kind="picture"}' in metrics.body.decode()
    page = service.ask("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "POST /predict" in page.body.decode()
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_token_is_asked_for_where_there_is_one(tmp_path: Path, picture: Path) -> None:
    token = tmp_path / "token"
    token.write_text("0123456789abcdef0123\n")
    token.chmod(0o600)
    service = Service(tmp_path, "--token-file", str(token))
    body = picture.read_bytes()
    for given, status in (
        (None, 401),
        ("Bearer wrong", 401),
        ("Basic 0123456789abcdef0123", 401),
        ("Bearer 0123456789abcdef0123", 200),
    ):
        headers = {} if given is None else {"authorization": given}
        assert service.ask("/predict", body, headers).status == status
        assert service.ask("/metrics", headers=headers).status == status
    assert service.ask("/health").status == 200, "whoever watches over it needs no secret"
    assert "securitySchemes" in service.ask("/openapi.json").json["components"]
    assert service.stop() == 0
    assert "0123456789abcdef0123" not in (tmp_path / "serve.log").read_text()


def test_who_comes_while_it_is_busy_is_told_to_come_back(tmp_path: Path, picture: Path) -> None:
    service = Service(tmp_path, "--waiting", "1")
    slow = socket.create_connection(("127.0.0.1", service.port))
    slow.sendall(b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n")
    while service.ask("/health").json["waiting"] == 0:
        pass
    busy = service.ask("/predict", picture.read_bytes())
    assert (busy.status, busy.headers["retry-after"]) == (503, "1")
    slow.close()
    while service.ask("/health").json["waiting"]:
        pass
    assert service.ask("/predict", picture.read_bytes()).status == 200
    assert service.stop() == 0


def hung_up(connection: socket.socket) -> bool:
    """Whether the service ends the connection."""
    connection.settimeout(PATIENCE_S)
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        return True
    return True


def test_who_connects_and_does_not_ask_keeps_nobody_out(service: Service) -> None:
    """Sixty-four connections that said nothing, or never finished their head, were the end of it until they left."""
    head = b"GET /health HTTP/1.1\r\nhost: localhost\r\n"
    silent = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(CONNECTIONS + 6)]
    for half in silent[::2]:
        half.sendall(head)
    assert service.ask("/health").status == 503, "while they are there it is busy"
    assert all(hung_up(each) for each in silent)
    assert service.ask("/health").status == 200
    for each in silent:
        each.close()


def test_who_asks_once_does_not_dawdle_over_the_next_head_either(service: Service) -> None:
    head = b"GET /health HTTP/1.1\r\nhost: localhost\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head + b"\r\n" + head)
        assert hung_up(connection)


def test_no_more_can_be_connected_than_are_hung_up_on_at_once(service: Service) -> None:
    many = [socket.create_connection(("127.0.0.1", service.port)) for _ in range(MOST_CONNECTIONS + 40)]
    assert all(hung_up(each) for each in many)
    assert len(os.listdir(f"/proc/{service.process.pid}/fd")) < MOST_CONNECTIONS
    for each in many:
        each.close()


def test_a_body_that_trickles_does_not_keep_its_place(service: Service) -> None:
    """A byte now and then is no silence; eight callers with patience would keep everybody else out."""
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4000000\r\n\r\n")
        connection.settimeout(0.2)
        told = b""
        while not told:
            connection.sendall(b"\xff")
            with suppress(TimeoutError):
                told = connection.recv(4096)
        connection.settimeout(30.0)
        while b"}" not in told:
            told += connection.recv(4096)
    assert told.startswith(b"HTTP/1.1 408")
    assert b"too slow: less than 65536 bytes a second" in told


def test_many_at_once_are_all_answered(service: Service, picture: Path) -> None:
    answers = list[int]()
    body = picture.read_bytes()
    threads = [threading.Thread(target=lambda: answers.append(service.ask("/predict", body).status)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--listen", "nowhere:80"), EXIT_USAGE, "--listen 'nowhere:80': expected ADDRESS:PORT"),
        (("--listen", "127.0.0.1:99999"), EXIT_USAGE, "expected ADDRESS:PORT"),
        (("--listen", "{taken}"), EXIT_CONFIGURATION, "Address already in use"),
        (("--token-file", "{folder}/none"), EXIT_CONFIGURATION, "No such file or directory"),
        (("--token-file", "{folder}/open"), EXIT_CONFIGURATION, "other users may read this secret: chmod 600"),
        (("--token-file", "{folder}/short"), EXIT_CONFIGURATION, "expected one word of 16 characters or more"),
        (("--models", "{folder}"), EXIT_CONFIGURATION, "manifest.yaml"),
    ],
)
def test_what_cannot_be_started_says_why(tmp_path: Path, options: tuple[str, ...], code: int, said: str) -> None:
    (tmp_path / "open").write_text("0123456789abcdef0123")
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "short").write_text("0123")
    (tmp_path / "short").chmod(0o600)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        filled = [each.format(folder=tmp_path, taken=f"127.0.0.1:{taken.getsockname()[1]}") for each in options]
        if "--listen" not in filled:
            filled += ["--listen", f"127.0.0.1:{free_port()}"]
        ran = subprocess.run([PROGRAM, "serve", *filled], capture_output=True, text=True, timeout=PATIENCE_S, env={**os.environ})
    assert ran.returncode == code, ran.stderr
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_clip_for_which_there_is_no_room_is_refused(tmp_path: Path, clip: Path, picture: Path) -> None:
    service = Service(tmp_path)
    try:
        _, hard = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (100_000, hard))
        refused = service.ask("/predict", clip.read_bytes() + bytes(1_000_000))
        assert (refused.status, refused.json["error"]) == (
            507,
            "this machine has no room to read a clip in: pictures are answered",
        )
        assert "a clip could not be put down to be read: File too large" in service.log
        assert "Traceback" not in service.log
        assert service.ask("/predict", picture.read_bytes()).status == 200
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert service.ask("/predict", clip.read_bytes()).status == 200
    finally:
        assert service.stop() == 0
